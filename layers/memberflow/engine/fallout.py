"""What time alone takes out of the windows, and when a rule that holds today would cease to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from memberflow.engine import measures
from memberflow.engine.catalogue import DAY, Counted, Measure
from memberflow.engine.conditions import Condition
from memberflow.engine.member import NEVER, Member
from memberflow.engine.rules import Rules


def first_failing(rules: Rules, member: Member, rule: Condition, day: int) -> int | None:
    """The first day from ``day`` on which the rule would not hold if nothing happened; None: it would for ever."""

    def fails(on: int) -> bool:
        return not rule.holds(measures.later(rules, member, on))

    days = [day, *turning_days(rules, member, rule, day)]
    if all(rules.catalogue.only_falls(asked) for asked in rule.leaves()):
        place = bisect_left(days, True, key=fails)
        return days[place] if place < len(days) else None
    return next(filter(fails, days), None)


def turning_days(rules: Rules, counted: Counted, rule: Condition, day: int) -> list[int]:
    """The days after ``day`` on which a measure of the rule changes by time alone, soonest first."""
    named = {measure.key: measure for asked in rule.leaves() for measure in _with_parts(rules, asked.key)}
    turns = {turn for measure in named.values() for turn in _turns(counted, measure)}
    return sorted(turn for turn in turns if turn > day)


def _with_parts(rules: Rules, key: str) -> Iterable[Measure]:
    measure = rules.measures[key]
    return measure, *(rules.measures[part] for part, _, _ in measure.parts)


def _turns(counted: Counted, measure: Measure) -> Iterable[int]:
    if measure.name == "points":
        return (max(lot[0], counted.spared_until) for lot in counted.lots if lot[0] != NEVER and not counted.sheltered)
    if measure.name in ("held", "score"):  # the one only grows, the other is in its parts
        return ()
    days: Iterable[int] = (bucket[DAY] for buckets in (counted.older, counted.days) for bucket in buckets)
    if measure.name == "categories":
        days = set(counted.categories.values())
    return (turn for on in days for turn in measure.window.turns(on))
