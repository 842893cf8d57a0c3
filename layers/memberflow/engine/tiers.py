"""Tiers: rising at once, keeping or dropping one at the end of a term, falling where a refund undoes the way up.

A member who reaches a tier on a day holds it until the same date a review period later. On that date, before anything
else of the day, the keep rule is measured over the window: he stays for another term or drops exactly one tier. A tier
reached through an order that was refunded goes at once, unless what is left still reaches it.
"""

from __future__ import annotations

from memberflow.engine import journeys, measures
from memberflow.engine.calendar import add
from memberflow.engine.conditions import Condition, Level
from memberflow.engine.history import History, Line
from memberflow.engine.measures import Seen
from memberflow.engine.member import DISTANT, Member, Standing
from memberflow.engine.outcome import Decision, Figure, Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import Activity, Joined, Order


def due(rules: Rules, member: Member) -> int:
    """The moment the tier held comes up for review."""
    if len(member.standings) < 2:
        return DISTANT
    return rules.zone.moment(review_day(rules, member.standings[-1]))


def review_day(rules: Rules, standing: Standing) -> int:
    return add(standing.anchor, rules.review_every, standing.kept + 1)


def enrol(rules: Rules, member: Member, at: int, cause: str, out: Outcome) -> None:
    base = rules.levels[0].name
    member.enrolled_at = at
    member.standings = [Standing(base, at, rules.zone.day(at))]
    member.birthday_from = max(member.birthday_from, rules.zone_of(member).day(at))
    if member.birthday is not None:
        member.wake = at
    out.decisions.append(
        Decision(at=at, outcome="enrolled", before=None, after=base, rule="tiers.levels[0]", cause=cause)
    )


def rise(rules: Rules, member: Member, day: int, fact: Order | Joined | Activity, out: Outcome) -> None:
    """Moves the member to the highest tier above his whose entry rule holds."""
    current = rules.level[member.standings[-1].tier]
    if member.spend < current.next_spend:
        return
    at, cause = fact.at, fact.name
    figures = measures.on(rules, member, day)
    for level in reversed(rules.levels[current.index + 1 :]):
        if level.enter is not None and level.enter.holds(figures):
            member.standings.append(Standing(level.name, at, day, proven=at))
            member.reached[level.name] = member.reached.get(level.name, 0) + 1
            out.decisions.append(_decide(rules, "reached", at, day, current, level, level.enter, figures, cause))
            journeys.tier_reached(rules, member, level, at, out)
            return


def review(rules: Rules, member: Member, at: int, out: Outcome) -> None:
    """Settles the keep rule at the end of a term."""
    standing = member.standings[-1]
    current = rules.level[standing.tier]
    day = rules.zone.day(at)
    figures = measures.on(rules, member, day)
    assert current.keep is not None
    if current.keep.holds(figures):
        standing.kept += 1
        out.decisions.append(_decide(rules, "kept", at, day, current, current, current.keep, figures, "review"))
        return
    below = rules.levels[current.index - 1]
    out.decisions.append(_decide(rules, "dropped", at, day, current, below, current.keep, figures, "review"))
    member.standings.pop()
    if member.standings[-1].tier == below.name:
        member.standings.pop()
    member.standings.append(Standing(below.name, at, day))


def undo(
    rules: Rules, member: Member, at: int, cause: str, touched: list[Line], out: Outcome, history: History
) -> None:
    """Gives up tiers that rest on the orders ``touched`` by a refund and are not reached by what is left of them.

    In place of one given up comes the highest below it that is reached still: the one he rose from, or one skipped.
    """
    if not member.standings or not _rests_on(rules, member.standings[-1], touched):
        return
    day = rules.zone.day(at)
    now = measures.on(rules, member, day)
    while not _stays(rules, member, at, now, history):
        lost = member.standings.pop()
        before = rules.level[lost.tier]
        assert before.enter is not None
        after = _left_with(rules, member, lost, at, now, _proof(rules, member, lost, history))
        out.decisions.append(_decide(rules, "refunded", at, day, before, after, before.enter, now, cause))
        member.wake = at


def _rests_on(rules: Rules, standing: Standing, touched: list[Line]) -> bool:
    """Whether one of the orders counts in what the tier rests on."""
    if standing.proven is None:
        return False
    proven, first = standing.proven, rules.kept_from(rules.zone.day(standing.proven))
    return any(line.at <= proven and line.day >= first for line in touched)


def _stays(rules: Rules, member: Member, at: int, now: Seen, history: History) -> bool:
    """A tier stays where it was kept at a review since, or where its orders reach it still.

    Where only those of today's window do, it rests on them from now on.
    """
    standing = member.standings[-1]
    enter = rules.level[standing.tier].enter
    if (
        standing.proven is None
        or standing.kept
        or enter is None
        or enter.holds(_proof(rules, member, standing, history))
    ):
        return True
    if enter.holds(now):
        standing.proven = at
        return True
    return False


def _proof(rules: Rules, member: Member, standing: Standing, history: History) -> Seen:
    """What is left today of the orders that the tier rests on."""
    assert standing.proven is not None
    return measures.recounted(rules, member, history, standing.proven, rules.zone.day(standing.proven))


def _left_with(rules: Rules, member: Member, lost: Standing, at: int, now: Seen, then: Seen) -> Level:
    """The tier that remains: the one risen from, with its own term, or one skipped, with that of the one given up."""
    risen_from = rules.level[member.standings[-1].tier]
    for level in reversed(rules.levels[risen_from.index + 1 : rules.level[lost.tier].index]):
        assert level.enter is not None
        proven = lost.proven if level.enter.holds(then) else at if level.enter.holds(now) else None
        if proven is not None:
            member.standings.append(Standing(level.name, lost.since, lost.anchor, proven=proven))
            return level
    return risen_from


def _decide(
    rules: Rules,
    outcome: str,
    at: int,
    day: int,
    before: Level,
    after: Level,
    rule: Condition,
    figures: Seen,
    cause: str,
) -> Decision:
    return Decision(
        at=at,
        outcome=outcome,
        before=before.name,
        after=after.name,
        rule=rule.path,
        figures=tuple(Figure(key, figures[key], figure) for key, figure, _ in rule.leaves()),
        first=rules.first_day(day),
        last=day,
        cause=cause,
    )
