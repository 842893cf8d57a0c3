"""The fall-out calendar: what leaves the windows when, and what spend keeps or reaches a tier by which day.

All of it supposes that nothing else happens, and leaves the member as he is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise

from msgspec import Struct

from memberflow.engine import measures
from memberflow.engine.catalogue import DAY, ORDERS, SPEND, Asked, Counted, Measure
from memberflow.engine.conditions import Condition
from memberflow.engine.measures import Seen
from memberflow.engine.member import NEVER, Member
from memberflow.engine.rules import Rules


class Leaving(Struct, frozen=True):
    """On ``day`` so much leaves the tiers' window, and ``left`` is the spend in it then."""

    day: int
    spend: int
    orders: int
    left: int


class Enough(Struct, frozen=True):
    """Spend that is enough if made on a day from ``first`` to ``last``, both counted (None: on any later one)."""

    first: int
    last: int | None
    spend: int


def leaving(rules: Rules, member: Member, day: int) -> list[Leaving]:
    """What is in the tiers' window on ``day``, by the day on which it leaves it, soonest first."""
    window = rules.catalogue.main
    days = [bucket for bucket in member.days if bucket[DAY] >= window.first(day) and (bucket[SPEND] or bucket[ORDERS])]
    left, gone = sum(bucket[SPEND] for bucket in days), list[Leaving]()
    for bucket in days:
        left -= bucket[SPEND]
        on, before = window.leaves(bucket[DAY]), gone[-1] if gone else None
        if before is not None and before.day == on:
            gone[-1] = Leaving(on, before.spend + bucket[SPEND], before.orders + bucket[ORDERS], left)
        else:
            gone.append(Leaving(on, bucket[SPEND], bucket[ORDERS], left))
    return gone


def enough_now(rules: Rules, member: Member, rule: Condition, day: int, end: int | None = None) -> list[Enough]:
    """The spend that makes the rule hold on the very day it is made, for the days from ``day`` to before ``end``."""
    days = [day, *(on for on in turning_days(rules, member, rule, day) if end is None or on < end)]
    needs = [(on, missing(rules, rule, measures.later(rules, member, on))) for on in days]
    changes = [needs[0], *(after for before, after in pairwise(needs) if after[1] != before[1])]
    lasts = [*(on - 1 for on, _ in changes[1:]), None if end is None else end - 1]
    return [Enough(on, last, need) for (on, need), last in zip(changes, lasts, strict=True) if need is not None]


def enough_by(rules: Rules, member: Member, rule: Condition, day: int, settled: int) -> list[Enough]:
    """The spend that makes the rule hold at the first moment of the day ``settled``, and when it must be made."""
    need = missing(rules, rule, measures.later(rules, member, settled))
    counts = [rules.measures[asked.key].window.first(settled) for asked in rule.leaves() if _is_spend(rules, asked)]
    if need is None or not counts:
        return []
    return [Enough(max(day, *counts), settled - 1, need)]


def missing(rules: Rules, rule: Condition, seen: Seen) -> int | None:
    """The least spend that, added to all spend seen, makes the rule hold; None: spend alone can't."""
    needs = [_short(rules, asked, seen) for asked in rule.needs] + [missing(rules, part, seen) for part in rule.all]
    if rule.any:
        ways = [need for need in (missing(rules, part, seen) for part in rule.any) if need is not None]
        needs.append(min(ways, default=None))
    return None if None in needs else max((need for need in needs if need is not None), default=0)


def _short(rules: Rules, asked: Asked, seen: Seen) -> int | None:
    if asked.met(seen[asked.key]):
        return 0
    return asked.figure - seen[asked.key] if _is_spend(rules, asked) else None


def _is_spend(rules: Rules, asked: Asked) -> bool:
    """Whether more spend brings the figure nearer."""
    measure = rules.measures[asked.key]
    return measure.name == "spend" and measure.window.falling and not asked.at_most


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
