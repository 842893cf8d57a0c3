"""Tiers: how a member comes to hold one, and how a refund takes it back. What keeps it is in reviews.py.

A member holds the highest tier whose entry rule he has met. A tier reached through an order that was refunded goes at
once, unless what is left still reaches it.
"""

from __future__ import annotations

from memberflow.engine import journeys, measures
from memberflow.engine.catalogue import Asked
from memberflow.engine.conditions import Condition, Level
from memberflow.engine.history import History, Line
from memberflow.engine.measures import Seen
from memberflow.engine.member import Member, Standing
from memberflow.engine.outcome import Decision, Figure, Outcome
from memberflow.engine.rules import Rules


def enrol(rules: Rules, member: Member, at: int, cause: str, out: Outcome) -> None:
    base = rules.levels[0].name
    member.enrolled_at = at
    member.standings = [Standing(base, at, rules.zone.day(at))]
    member.birthday_from = max(member.birthday_from, rules.zone_of(member).day(at))
    if member.birthday is not None or rules.reviews_lift or rules.timed:
        member.wake = at
    out.decisions.append(
        Decision(at=at, outcome="enrolled", before=None, after=base, rule="tiers.levels[0]", cause=cause)
    )


def rise(rules: Rules, member: Member, day: int, at: int, cause: str, out: Outcome, *, at_once: bool = False) -> bool:
    """Moves the member to the highest tier above his whose entry rule holds, if there is one.

    ``at_once``: it is asked which rule lets him in without a review.
    """
    current = rules.level[member.standings[-1].tier]
    figures = measures.on(rules, member, day)
    if at_once:
        figures = figures.since_drop
    for level in reversed(rules.levels[current.index + 1 :]):
        rule = level.at_once if at_once else level.enter
        if rule is not None and rule.holds(figures):
            out.decisions.append(decide(rules, "reached", at, day, current, level, rule, figures, cause))
            lift(rules, member, level, Standing(level.name, at, day, proven=at), out)
            return True
    return False


def lets_in(level: Level, figures: Seen) -> bool:
    """Whether a member with these measures reaches the tier by one of its rules."""
    if level.enter is not None and level.enter.holds(figures):
        return True
    return level.at_once is not None and level.at_once.holds(figures.since_drop)


def lift(rules: Rules, member: Member, level: Level, standing: Standing, out: Outcome) -> None:
    """Puts the member into a higher tier; those below it stay for him to fall back to."""
    member.standings.append(standing)
    member.reached[level.name] = member.reached.get(level.name, 0) + 1
    member.candidate_for.pop(level.name, None)
    moved(rules, member, standing.since)
    journeys.tier_reached(rules, member, level, standing.since, out)


def lower(rules: Rules, member: Member, below: Level, at: int, day: int, until: int | None = None) -> None:
    """Puts the member into a lower tier, from this day on."""
    while member.standings and rules.level[member.standings[-1].tier].index >= below.index:
        member.standings.pop()
    member.standings.append(Standing(below.name, at, day, until=until))
    moved(rules, member, at)


def back(rules: Rules, member: Member, at: int) -> None:
    """The tier held is over; the one he rose from is his again."""
    member.standings.pop()
    moved(rules, member, at)


def moved(rules: Rules, member: Member, at: int) -> None:
    """Whatever the new tier makes due is to be looked for; since when which tiers are held is noted."""
    member.wake = at
    index = rules.level[member.standings[-1].tier].index
    for name in rules.held_tiers:
        if rules.level[name].index <= index:
            member.held_since.setdefault(name, at)
        else:
            member.held_since.pop(name, None)


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
        rule, seen = (before.enter, now) if before.at_once is None else (before.at_once, now.since_drop)
        assert rule is not None
        after = _left_with(rules, member, lost, at, now, _proof(rules, member, lost, history))
        out.decisions.append(decide(rules, "refunded", at, day, before, after, rule, seen, cause))
        moved(rules, member, at)


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
    level = rules.level[standing.tier]
    if (
        standing.proven is None
        or standing.kept
        or level.enter is None
        or lets_in(level, _proof(rules, member, standing, history))
    ):
        return True
    if lets_in(level, now):
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
        proven = lost.proven if lets_in(level, then) else at if lets_in(level, now) else None
        if proven is not None:
            member.standings.append(Standing(level.name, lost.since, lost.anchor, proven=proven))
            return level
    return risen_from


def decide(
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
        figures=seen_by(rules, rule, figures, day),
        first=rules.first_day(day),
        last=day,
        cause=cause,
    )


def seen_by(rules: Rules, rule: Condition, figures: Seen, day: int) -> tuple[Figure, ...]:
    """Every figure the rule looks at, with the days it covers where they are not those of the tiers' window."""
    return tuple(figure(rules, asked, figures, day) for asked in rule.leaves())


def figure(rules: Rules, asked: Asked, figures: Seen, day: int) -> Figure:
    key, threshold, at_most = asked
    window = rules.measures[key].window
    first, last = (0, 0) if window is rules.catalogue.main else (window.first(day), window.last(day))
    return Figure(key, figures[key], threshold, at_most, first, last)
