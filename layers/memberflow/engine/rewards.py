"""What follows from facts and decisions besides points, tiers and messages: grants, badges, segments, live tags.

Called after each fact and timer, once tiers are settled, for programmes that have any of these.
"""

from __future__ import annotations

from collections.abc import Iterable

from memberflow.engine import badges, grants, journeys, segments, tags
from memberflow.engine.history import History
from memberflow.engine.member import Member
from memberflow.engine.outcome import Decision, Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import Activity, AnyFact, Joined, Judged, Order, Refund


def happened(
    rules: Rules, member: Member, fact: AnyFact, decisions: list[Decision], out: Outcome, history: History | None
) -> None:
    """After a fact; ``decisions`` are those that it made."""
    if member.enrolled_at is None:
        return
    mended = history is not None and _is_mended(fact, decisions, history)
    if mended or isinstance(fact, Order):
        segments.score(rules, member, fact.at)
        _remember(rules, member, fact, history if mended else None)
    decided(rules, member, decisions, out, history)
    if mended:
        assert history is not None
        _take_back(rules, member, fact, out, history)
    if isinstance(fact, Order):
        _order_counts(rules, member, fact.id, fact.amount, fact.at, out, history)
    elif isinstance(fact, Joined) and mended and history is not None:
        for id, line in history.lines.items():
            _order_counts(rules, member, id, line.left, fact.at, out, history)
    elif isinstance(fact, Activity):
        _activity_counts(rules, member, fact, out, history)
    if mended or isinstance(fact, Order | Activity):
        _collect(rules, member, fact.at, out, history)


def revised(rules: Rules, member: Member, at: int, history: History | None) -> None:
    """Another revision has come into force: segments and live tags are those of its rules. Badges and grants stay."""
    segments.score(rules, member, at)
    if history is not None:
        tags.recall(rules, member, history)


def _is_mended(fact: AnyFact, decisions: list[Decision], history: History) -> bool:
    """Whether orders may have changed with the fact: refunded by it, or by refunds that waited for it, or judged."""
    if isinstance(fact, Order):
        return history.lines[fact.id].left < fact.amount
    return isinstance(fact, Refund | Judged) or (isinstance(fact, Joined) and bool(decisions) and bool(history.lines))


def _remember(rules: Rules, member: Member, fact: AnyFact, history: History | None) -> None:
    if history is not None:
        tags.recall(rules, member, history)
    elif isinstance(fact, Order):
        tags.remember(rules, member, fact)


def decided(rules: Rules, member: Member, decisions: Iterable[Decision], out: Outcome, history: History | None) -> None:
    """What comes with a tier, and goes where a refund takes it."""
    for decision in decisions:
        if decision.outcome == "enrolled":
            grants.joined(rules, member, decision.at, out, history)
        elif decision.outcome in ("reached", "given") and _steps(rules, decision) > 0:
            grants.tier_reached(rules, member, decision.after, decision.at, out, history)
        elif history is not None and _steps(rules, decision) < 0:
            if decision.cause.startswith(Refund.kind):
                _tier_lost(rules, member, decision, out, history)
            else:
                _settle(rules, member, decision, history)


def _steps(rules: Rules, decision: Decision) -> int:
    """How many tiers up, or down where negative."""
    before, after = rules.level.get(decision.before or ""), rules.level.get(decision.after)
    return 0 if before is None or after is None else after.index - before.index


def _settle(rules: Rules, member: Member, decision: Decision, history: History) -> None:
    """No later refund takes what came with the tiers left, nor with one that a review let him down to.

    Behind a tier given for a time stands one that his orders reached: with them goes what came with it.
    """
    lowest = rules.level[decision.after].index + (decision.outcome == "lapsed")
    history.settled.update(grants.of_tier(member, level.name) for level in rules.levels[lowest:])


def _tier_lost(rules: Rules, member: Member, decision: Decision, out: Outcome, history: History) -> None:
    """Nothing rests on a tier that was left at a review and came back with what a later refund left."""
    lost = grants.of_tier(member, decision.before or "")
    if lost in history.settled:
        return
    fallen = grants.revoke(rules, member, lambda _, cause: cause == lost, decision.at, decision.cause, out, history)
    for award in rules.benefits.on("yearly"):
        if award.name in fallen:
            member.given[award.name] -= 1


def _order_counts(
    rules: Rules, member: Member, id: str, left: int, at: int, out: Outcome, history: History | None
) -> None:
    paid_at = at
    if history is not None:
        if not history.lines[id].open:
            return
        left, paid_at = history.lines[id].left, history.lines[id].at
    cause = f"{Order.kind}#{id}"
    for award in rules.benefits.on("first_order"):
        grants.give_once(rules, member, award, at, cause, out, history)
    for award in rules.benefits.on("order"):
        fits = left >= award.least and grants.on_its_days(rules, member, award, paid_at)
        if fits and grants.concerns(rules, member, award, at):
            grants.give(rules, member, award.name, award.give, id, at, cause, out, history)


def _activity_counts(rules: Rules, member: Member, fact: Activity, out: Outcome, history: History | None) -> None:
    for award in rules.benefits.on("activity"):
        fits = award.activity == fact.activity and grants.on_its_days(rules, member, award, fact.at)
        if fits and grants.concerns(rules, member, award, fact.at):
            grants.give(rules, member, award.name, award.give, fact.id, fact.at, fact.name, out, history)


def _collect(rules: Rules, member: Member, at: int, out: Outcome, history: History | None) -> None:
    """Badges, and what comes with one or with so many."""
    if not rules.benefits.badges:
        return
    for name in badges.earn(rules, member, at, history):
        if rules.earned:
            journeys.badge_earned(rules, member, name, out, history)
        for award in rules.benefits.on("badge"):
            if award.badge == name and grants.concerns(rules, member, award, at):
                times = str(member.badges[name])
                grants.give(
                    rules, member, award.name, award.give, times, at, grants.of_badge(member, name), out, history
                )
    for award in rules.benefits.on("badges"):
        if badges.held(member) >= award.count:
            grants.give_once(rules, member, award, at, f"badges#{award.name}", out, history)


def _take_back(rules: Rules, member: Member, fact: AnyFact, out: Outcome, history: History) -> None:
    """Grants and badges that rested on what was refunded."""
    lost = {grants.of_badge(member, name) for name in badges.lose(rules, member, fact.at, history)}
    lost |= {f"badges#{award.name}" for award in rules.benefits.on("badges") if badges.held(member) < award.count}

    def falls(id: str, cause: str) -> bool:
        kind, _, order = cause.partition("#")
        line = history.lines.get(order) if kind == Order.kind else None
        award = rules.benefits.by_name.get(id.partition("#")[0])
        short = line is not None and award is not None and (not line.open or line.left < award.least)
        return short or cause in lost

    fallen = grants.revoke(rules, member, falls, fact.at, fact.name, out, history)
    for award in (*rules.benefits.on("first_order"), *rules.benefits.on("badges")):
        if award.name in fallen:
            grants.undo_once(member, award)
