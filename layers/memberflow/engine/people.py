"""What people decide about tiers: a hold, a tier given, an invitation and its acceptance; and who is a candidate."""

from __future__ import annotations

from msgspec.structs import replace

from memberflow.engine import measures, tiers
from memberflow.engine.conditions import Level
from memberflow.engine.history import History
from memberflow.engine.measures import Seen
from memberflow.engine.member import NEVER, Member, Standing
from memberflow.engine.outcome import Decision, Outcome, Refusal
from memberflow.engine.rules import Rules
from memberflow.facts import Accepted, Invited, TierGiven, TierHeld


def hold(rules: Rules, member: Member, fact: TierHeld, out: Outcome, history: History | None) -> None:
    """No review lowers his tier before the hold has ended; one that falls due meanwhile is put off to that day."""
    code = "not_a_member" if member.tier is None else _over(rules, fact.at, fact.until)
    if code or member.tier is None:
        out.refusals.append(Refusal(fact.name, code))
        return
    member.hold = (fact.until + 1, fact.operator, fact.reason)
    member.wake = fact.at
    level = rules.level[member.tier]
    out.decisions.append(_by_hand("held", fact, level, level, f"{level.path}.keep", fact.until + 1))


def give(rules: Rules, member: Member, fact: TierGiven, out: Outcome, history: History | None) -> None:
    """The tier is his from now on, as if reached: with a term like any other, or until the day given."""
    code = _unfit(rules, member, fact.tier) or _over(rules, fact.at, fact.until)
    if code or member.tier is None:
        out.refusals.append(Refusal(fact.name, code))
        return
    before, level, day = rules.level[member.tier], rules.level[fact.tier], rules.zone.day(fact.at)
    until = None if fact.until is None else fact.until + 1
    out.decisions.append(_by_hand("given", fact, before, level, level.path, until or 0))
    if level.index > before.index:
        tiers.lift(rules, member, level, Standing(level.name, fact.at, day, until=until), out)
    else:
        tiers.lower(rules, member, level, fact.at, day, until)


def end(rules: Rules, member: Member, at: int, day: int, figures: Seen, out: Outcome) -> None:
    """A tier given for a time is over: he keeps it if he meets the rule that keeps it, else has what is his own."""
    given = member.standings[-1]
    level = rules.level[given.tier]
    if level.keep is not None and level.keep.holds(figures):
        given.until, given.reviewed = None, day
        out.decisions.append(tiers.decide(rules, "kept", at, day, level, level, level.keep, figures, "review"))
        return
    rule = level.keep.path if level.keep is not None else level.path
    seen = () if level.keep is None else tiers.seen_by(rules, level.keep, figures, day)
    after = _own(rules, member, at, day, figures)
    out.decisions.append(
        Decision(
            at=at,
            outcome="lapsed",
            before=level.name,
            after=after,
            rule=rule,
            figures=seen,
            first=rules.first_day(day),
            last=day,
            cause="review",
        )
    )


def _own(rules: Rules, member: Member, at: int, day: int, figures: Seen) -> str:
    """The tier he rose from, or the highest above it that he has come to meet while he held the one given."""
    given = rules.level[member.standings[-1].tier]
    if len(member.standings) == 1:
        tiers.lower(rules, member, rules.levels[0], at, day)
        return rules.levels[0].name
    tiers.back(rules, member, at)
    own = rules.level[member.standings[-1].tier]
    for level in reversed(rules.levels[own.index + 1 : given.index]):
        if tiers.lets_in(level, figures):
            member.standings.append(Standing(level.name, at, day, proven=at))
            tiers.moved(rules, member, at)
            return level.name
    return own.name


def invite(rules: Rules, member: Member, fact: Invited, out: Outcome, history: History | None) -> None:
    code = _unfit(rules, member, fact.tier) or _over(rules, fact.at, fact.until)
    code = code or _not_open(rules, member, fact.tier)
    if code or member.tier is None:
        out.refusals.append(Refusal(fact.name, code))
        return
    before, level = rules.level[member.tier], rules.level[fact.tier]
    ends = 0 if fact.until is None else fact.until + 1
    if level.by == "invitation":
        _enter(rules, member, level, _by_hand("reached", fact, before, level, level.path, 0), out)
        return
    member.invited[level.name] = ends or NEVER
    decision = _by_hand("invited", fact, before, level, level.path, ends)
    out.decisions.append(_with_figures(rules, member, level, decision))


def accept(rules: Rules, member: Member, fact: Accepted, out: Outcome, history: History | None) -> None:
    code = _unfit(rules, member, fact.tier)
    if not code and member.invited.get(fact.tier, 0) <= rules.zone.day(fact.at):
        code = "not_invited"
    code = code or _not_open(rules, member, fact.tier)
    if code or member.tier is None:
        out.refusals.append(Refusal(fact.name, code))
        return
    level = rules.level[fact.tier]
    del member.invited[fact.tier]
    decision = Decision(
        at=fact.at, outcome="reached", before=member.tier, after=level.name, rule=level.path, cause=fact.name
    )
    _enter(rules, member, level, decision, out)


def _enter(rules: Rules, member: Member, level: Level, decision: Decision, out: Outcome) -> None:
    out.decisions.append(_with_figures(rules, member, level, decision))
    day = rules.zone.day(decision.at)
    tiers.lift(rules, member, level, Standing(level.name, decision.at, day), out)


def look_for_candidates(rules: Rules, member: Member, day: int, at: int, cause: str, out: Outcome) -> None:
    """Who meets what a tier by invitation asks of its candidates is noted, once until he holds it."""
    for level in rules.by_invitation:
        current = rules.level[member.standings[-1].tier]
        if level.eligible is None or level.index <= current.index or level.name in member.candidate_for:
            continue
        figures = measures.on(rules, member, day)
        if level.eligible.holds(figures):
            member.candidate_for[level.name] = at
            out.decisions.append(
                tiers.decide(rules, "candidate", at, day, current, level, level.eligible, figures, cause)
            )


def _with_figures(rules: Rules, member: Member, level: Level, decision: Decision) -> Decision:
    """What the rule for candidates saw: an invitation may go to one who does not meet it, and shows that."""
    if level.eligible is None:
        return decision
    day = rules.zone.day(decision.at)
    figures = tiers.seen_by(rules, level.eligible, measures.on(rules, member, day), day)
    return replace(decision, figures=figures, first=rules.first_day(day), last=day)


def _by_hand(
    outcome: str, fact: TierHeld | TierGiven | Invited, before: Level, after: Level, rule: str, until: int
) -> Decision:
    return Decision(
        at=fact.at,
        outcome=outcome,
        before=before.name,
        after=after.name,
        rule=rule,
        cause=fact.name,
        until=until,
        operator=fact.operator,
        reason=fact.reason,
    )


def _unfit(rules: Rules, member: Member, tier: str) -> str:
    if member.tier is None:
        return "not_a_member"
    return "" if tier in rules.level else "unknown_tier"


def _over(rules: Rules, at: int, until: int | None) -> str:
    return "already_over" if until is not None and until < rules.zone.day(at) else ""


def _not_open(rules: Rules, member: Member, tier: str) -> str:
    if rules.level[tier].by_rule:
        return "not_by_invitation"
    assert member.tier is not None
    return "already_held" if rules.level[member.tier].index >= rules.level[tier].index else ""
