"""Tiers: rising at once, keeping or dropping one at the end of a term, falling where a refund undoes the way up.

A member who reaches a tier on a day holds it until the same date a review period later. On that date, before anything
else of the day, the keep rule is measured over the window: he stays for another term or drops exactly one tier. A tier
reached through an order that was refunded goes at once, unless what is left still reaches it.
"""

from __future__ import annotations

from memberflow.engine import journeys, measures
from memberflow.engine.calendar import add
from memberflow.engine.history import History, Line
from memberflow.engine.member import DISTANT, Member, Standing
from memberflow.engine.outcome import Decision, Figure, Outcome
from memberflow.engine.rules import Condition, Level, Rules
from memberflow.facts import Order


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
    out.decisions.append(
        Decision(at=at, outcome="enrolled", before=None, after=base, rule="tiers.levels[0]", cause=cause)
    )


def rise(rules: Rules, member: Member, day: int, fact: Order, out: Outcome) -> None:
    """Moves the member to the highest tier above his whose entry rule holds."""
    current = rules.level[member.standings[-1].tier]
    if member.spend < current.next_spend:
        return
    at, cause = fact.at, fact.name
    figures = measures.seen(rules, member, day)
    for level in reversed(rules.levels[current.index + 1 :]):
        if level.enter is not None and level.enter.holds(figures):
            member.standings.append(Standing(level.name, at, day))
            member.reached[level.name] = member.reached.get(level.name, 0) + 1
            out.decisions.append(_decide(rules, "reached", at, day, current, level, level.enter, figures, cause))
            journeys.tier_reached(rules, member, level, at, out)
            return


def review(rules: Rules, member: Member, at: int, out: Outcome) -> None:
    """Settles the keep rule at the end of a term."""
    standing = member.standings[-1]
    current = rules.level[standing.tier]
    day = review_day(rules, standing)
    figures = measures.seen(rules, member, day)
    assert current.keep is not None
    if current.keep.holds(figures):
        standing.kept += 1
        out.decisions.append(_decide(rules, "kept", at, day, current, current, current.keep, figures, "review"))
        return
    below = rules.levels[current.index - 1]
    out.decisions.append(_decide(rules, "dropped", at, day, current, below, current.keep, figures, "review"))
    member.standings.pop()
    if below.index == 0:
        return
    if member.standings[-1].tier == below.name:
        member.standings.pop()
    member.standings.append(Standing(below.name, at, day))


def undo(
    rules: Rules, member: Member, at: int, cause: str, touched: list[Line], out: Outcome, history: History
) -> None:
    """Gives up tiers that were reached through the orders ``touched`` by a refund and are not reached without them.

    A tier stays where its entry rule still held at the time with what is left of the orders, where it holds now, and
    where it has been kept at a review since.
    """
    day = rules.zone.day(at)
    while len(member.standings) > 1 and not member.standings[-1].kept:
        standing = member.standings[-1]
        enter = rules.level[standing.tier].enter
        assert enter is not None
        now = measures.seen(rules, member, day)
        if enter.holds(now) or not _counted(rules, standing, touched) or _held(rules, enter, standing, history):
            return
        member.standings.pop()
        before, after = rules.level[standing.tier], rules.level[member.standings[-1].tier]
        out.decisions.append(_decide(rules, "refunded", at, day, before, after, enter, now, cause))


def _counted(rules: Rules, standing: Standing, touched: list[Line]) -> bool:
    """Whether one of the orders counted when the tier was reached."""
    first = rules.first_day(standing.anchor)
    return any(line.at <= standing.since and line.day >= first for line in touched)


def _held(rules: Rules, enter: Condition, standing: Standing, history: History) -> bool:
    """Whether the tier was reached, seen with every refund known by now."""
    return enter.holds(measures.of_lines(rules, history.lines.values(), standing.since, standing.anchor))


def _decide(
    rules: Rules,
    outcome: str,
    at: int,
    day: int,
    before: Level,
    after: Level,
    rule: Condition,
    figures: dict[str, int],
    cause: str,
) -> Decision:
    return Decision(
        at=at,
        outcome=outcome,
        before=before.name,
        after=after.name,
        rule=rule.path,
        figures=tuple(Figure(name, figures[name], threshold) for name, threshold in rule.leaves()),
        first=rules.first_day(day),
        last=day,
        cause=cause,
    )
