"""Checks of what a programme costs: costs that nobody has said yet, and things paid for or given twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from memberflow.programme.problems import Problem
from memberflow.programme.schema import Programme
from memberflow.programme.schema.benefits import GrantRule
from memberflow.programme.schema.points import Bonus

_COSTLY = ("coupon", "gift")
_WHEN = ("on", "categories", "channels", "tiers", "from_", "idle")
_REASON = ("trigger", "least", "years", "badge", "count", "activity", "segments", "tags", "on")


def what_costs_something_says_what(programme: Programme) -> Iterator[Problem]:
    points = programme.points
    if points.redeem is not None and points.cost is None:
        message = "nothing says what a point costs: no report counts what members are owed"
        yield Problem("P168", ("points", "redeem"), message, "say cost under points, such as cost: 0.008")
    for name, benefit in programme.benefits.items():
        if benefit.kind in _COSTLY and benefit.cost is None:
            message = f"nothing says what {name!r} costs: it counts for nothing in the cost of its tier"
            yield Problem("P168", ("benefits", name), message, "say cost, such as cost: 20")


def one_order_is_paid_for_once(programme: Programme) -> Iterator[Problem]:
    if programme.points.stacking == "best":
        return
    for (name, bonus), (other_name, other) in combinations(programme.points.bonuses.items(), 2):
        if _when(bonus) == _when(other):
            message = f"bonus {other_name!r} counts for every order for which {name!r} does: both pay"
            yield Problem("P069", ("points", "bonuses", other_name), message, "make one of them, or say stacking: best")


def _when(bonus: Bonus) -> list[object]:
    return [getattr(bonus, key) for key in _WHEN]


def one_reason_gives_a_thing_once(programme: Programme) -> Iterator[Problem]:
    for (name, rule), (other_name, other) in combinations(programme.grants.items(), 2):
        twice = [benefit for benefit in other.give if benefit in rule.give]
        if twice and _for_one_reason(rule, other):
            message = f"{other_name} gives {twice[0]!r} for what {name} gives it for"
            yield Problem("P170", ("grants", other_name), message, "say times: 2 in one of them if it is meant so")


def _for_one_reason(one: GrantRule, other: GrantRule) -> bool:
    tiers = not one.tiers or not other.tiers or set(one.tiers) & set(other.tiers)
    return bool(tiers) and all(getattr(one, key) == getattr(other, key) for key in _REASON)


COST_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    what_costs_something_says_what,
    one_order_is_paid_for_once,
    one_reason_gives_a_thing_once,
)
