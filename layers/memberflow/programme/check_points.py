"""Checks of how points are earned, how long they last and what they buy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from memberflow.programme.problems import KeyPath, Problem, suggest
from memberflow.programme.schema import Programme
from memberflow.programme.schema.points import Activity, Referral

_ADDS = ("times", "percent", "points")
_LEAST = {"day": 1, "month": 28, "year": 365}
_MOST = {"day": 1, "month": 31, "year": 366}


def amounts(programme: Programme) -> Iterator[tuple[KeyPath, str]]:
    """Every amount of money in the points' rules, with its path."""
    points = programme.points
    if points.earn is not None:
        yield ("points", "earn", "per"), points.earn.per
    if points.growth is not None:
        yield ("points", "growth", "per"), points.growth.per
    if points.redeem is not None:
        yield ("points", "redeem", "worth"), points.redeem.worth
        for name, good in points.redeem.goods.items():
            if good.cost is not None:
                yield ("points", "redeem", "goods", name, "cost"), good.cost
    for name, bonus in points.bonuses.items():
        if bonus.from_ is not None:
            yield ("points", "bonuses", name, "from"), bonus.from_


def a_bonus_adds_in_one_way(programme: Programme) -> Iterator[Problem]:
    for name, bonus in programme.points.bonuses.items():
        ways = [way for way in _ADDS if getattr(bonus, way) is not None]
        if len(ways) != 1:
            said = " and ".join(ways) or "nothing"
            message = f"bonus {name!r} adds {said}"
            yield Problem("P061", ("points", "bonuses", name), message, f"expected one of {', '.join(_ADDS)}")


def a_bonus_multiplies_what_orders_earn(programme: Programme) -> Iterator[Problem]:
    for name, bonus in programme.points.bonuses.items():
        if programme.points.earn is None and (bonus.times or bonus.percent):
            message = f"bonus {name!r} multiplies nothing: orders earn no points"
            yield Problem("P061", ("points", "bonuses", name), message, "say in earn what they earn, or here points")


def a_bonus_has_a_condition(programme: Programme) -> Iterator[Problem]:
    for name, bonus in programme.points.bonuses.items():
        asked = (bonus.on, bonus.categories, bonus.channels, bonus.tiers, bonus.from_, bonus.idle)
        if not any(asked):
            message = f"bonus {name!r} counts for every order"
            help = "say when: on, categories, channels, tiers, from or idle; or change the rate in earn"
            yield Problem("P062", ("points", "bonuses", name), message, help)


def tiers_are_known(programme: Programme) -> Iterator[Problem]:
    known = [tier.name for tier in programme.tiers.levels]
    for path, name in _tiers(programme):
        if name not in known:
            yield Problem("P063", path, f"unknown tier {name!r}", suggest(name, known, f"known: {', '.join(known)}"))


def _tiers(programme: Programme) -> Iterator[tuple[KeyPath, str]]:
    points = programme.points
    for key in ("earn", "growth"):
        rate = getattr(points, key)
        for name in rate.by_tier if rate is not None else ():
            yield ("points", key, "by_tier", name), name
    for bonus_name, bonus in points.bonuses.items():
        for index, name in enumerate(bonus.tiers):
            yield ("points", "bonuses", bonus_name, "tiers", index), name
    for index, name in enumerate(points.expiry.never_for if points.expiry else ()):
        yield ("points", "expiry", "never_for", index), name


def days_exist(programme: Programme) -> Iterator[Problem]:
    points = programme.points
    for name, bonus in points.bonuses.items():
        for index, text in enumerate(bonus.on):
            yield from day_exists(("points", "bonuses", name, "on", index), text)
    for index, text in enumerate(points.expiry.on if points.expiry else ()):
        yield from day_exists(("points", "expiry", "on", index), text)


def day_exists(path: KeyPath, text: str) -> Iterator[Problem]:
    """A date of one year, two of them, or a day of every year; other patterns are always days."""
    parts = text.split(" to ") if len(text) >= len("2026-11-11") and text[:4].isdigit() else []
    if len(text) == len("11-11") and text[2] == "-":
        parts = [f"2024-{text}"]
    try:
        days = [date.fromisoformat(part) for part in parts]
    except ValueError:
        yield Problem("P064", path, f"there is no day {text!r}", "expected a date of the calendar")
        return
    if len(days) > 1 and days[0] > days[1]:
        yield Problem("P064", path, f"{text!r} ends before it begins", "expected the earlier date first")


def expiry_says_when(programme: Programme) -> Iterator[Problem]:
    expiry = programme.points.expiry
    if expiry is not None and expiry.after is None and not expiry.on:
        help = "say after how long or on which days; leave expiry out where points last for ever"
        yield Problem("P065", ("points", "expiry"), "nothing says when points expire", help)


def points_are_usable_before_they_expire(programme: Programme) -> Iterator[Problem]:
    """Only where it is sure: a month is taken for as short as it can be."""
    points = programme.points
    if points.usable_after is None or points.expiry is None or points.expiry.after is None:
        return
    if least_days(points.usable_after) >= least_days(points.expiry.after):
        message = f"points expire {points.expiry.after} after they are earned and are pending for {points.usable_after}"
        yield Problem("P066", ("points", "usable_after"), message, "expected a shorter time than expiry after")


def least_days(text: str) -> int:
    """Of a period such as 3 months, its months taken for as short as they can be."""
    count, unit = text.split()
    return int(count) * _LEAST[unit.rstrip("s")]


def most_days(text: str) -> int:
    """The same with months as long as they can be, and hours in as many days as they fill."""
    count, unit = text.split()
    if unit.startswith("hour"):
        return -(-int(count) // 24)
    return int(count) * _MOST[unit.rstrip("s")]


def minimum_is_in_step(programme: Programme) -> Iterator[Problem]:
    redeem = programme.points.redeem
    if redeem is not None and redeem.least % redeem.step:
        least = -(-redeem.least // redeem.step) * redeem.step
        message = f"{redeem.least} points are no multiple of {redeem.step}: the least that can be spent is {least}"
        yield Problem("P067", ("points", "redeem", "least"), message, f"expected {least}")


def activities_earn_something(programme: Programme) -> Iterator[Problem]:
    points = programme.points
    earning: list[tuple[KeyPath, Activity | Referral | None]] = [(("points", "referral"), points.referral)]
    earning += [(("points", "activities", name), activity) for name, activity in points.activities.items()]
    for path, activity in earning:
        if activity is None:
            continue
        first = activity.first if isinstance(activity, Activity) else None
        if activity.points is None and activity.growth is None and first is None:
            yield Problem("P068", path, f"{path[-1]} earns nothing", "expected points, growth or both")


def nothing_pays_twice(programme: Programme) -> Iterator[Problem]:
    points = programme.points
    if points.referral is not None and "referral" in points.activities:
        help = "leave it out of activities: the referral is counted when the friend's order has outlived its return"
        yield Problem("P069", ("points", "activities", "referral"), "a referral is paid under referral already", help)


def labels_are_there(programme: Programme) -> Iterator[Problem]:
    redeem = programme.points.redeem
    for kind in ("goods", "partners"):
        for name, item in getattr(redeem, kind).items() if redeem is not None else ():
            for language in programme.languages:
                if language not in item.label:
                    message = f"{name!r} has no label in {language!r}"
                    path = ("points", "redeem", kind, name, "label")
                    yield Problem("P037", path, message, "expected one for each of the programme's languages")


POINT_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    a_bonus_adds_in_one_way,
    a_bonus_multiplies_what_orders_earn,
    a_bonus_has_a_condition,
    tiers_are_known,
    days_exist,
    expiry_says_when,
    points_are_usable_before_they_expire,
    minimum_is_in_step,
    activities_earn_something,
    nothing_pays_twice,
    labels_are_there,
)
