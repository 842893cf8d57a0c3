"""Checks of benefits, grants and badges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from memberflow.programme.check_points import day_exists
from memberflow.programme.check_tiers import labels
from memberflow.programme.problems import KeyPath, Problem, suggest
from memberflow.programme.schema import Programme

# Of the keys that not every kind or trigger takes: those it needs, and those it may have besides.
_KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "coupon": ((), ("off", "percent", "from_")),
    "discount": (("percent",), ()),
    "gift": ((), ("from_",)),
    "service": ((), ()),
    "access": ((), ()),
    "trial": (("tier", "valid_for"), ()),
}
_TRIGGERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "order": (("least",), ("on",)),
    "anniversary": (("years",), ()),
    "badge": (("badge",), ()),
    "badges": (("count",), ()),
    "activity": (("activity",), ("on",)),
}
_OF_KINDS = ("off", "percent", "from_", "tier")
_OF_TRIGGERS = ("least", "years", "badge", "count", "activity", "on")


def amounts(programme: Programme) -> Iterator[tuple[KeyPath, str]]:
    for name, benefit in programme.benefits.items():
        for key, amount in (("off", benefit.off), ("from", benefit.from_), ("cost", benefit.cost)):
            if amount is not None:
                yield ("benefits", name, key), amount
    for name, rule in programme.grants.items():
        if rule.least is not None:
            yield ("grants", name, "least"), rule.least


def lists(programme: Programme) -> list[tuple[KeyPath, tuple[str, ...]]]:
    """Lists in which nothing stands twice."""
    of_tiers: list[tuple[KeyPath, tuple[str, ...]]] = [
        (("tiers", "levels", n, "benefits"), tier.benefits) for n, tier in enumerate(programme.tiers.levels)
    ]
    of_rules: list[tuple[KeyPath, tuple[str, ...]]] = [
        (("grants", name, key), getattr(rule, key))
        for name, rule in programme.grants.items()
        for key in ("give", "tiers", "segments", "tags", "on")
    ]
    given: list[tuple[KeyPath, tuple[str, ...]]] = [
        (("journeys", name, "give"), journey.give) for name, journey in programme.journeys.items()
    ]
    instead: list[tuple[KeyPath, tuple[str, ...]]] = [
        (("benefits", name, "instead_of"), benefit.instead_of) for name, benefit in programme.benefits.items()
    ]
    return [*of_tiers, *of_rules, *given, *instead]


def kinds_have_their_keys(programme: Programme) -> Iterator[Problem]:
    for name, benefit in programme.benefits.items():
        path = ("benefits", name)
        yield from _keys(path, benefit, f"it is a {benefit.kind}", _KINDS[benefit.kind], _OF_KINDS, ("P081", "P082"))
        if benefit.cost_of != "use" and benefit.cost is None:
            yield Problem(
                "P081", path, f"{name!r} has a 'cost_of' and no 'cost'", f"what does it cost each {benefit.cost_of}?"
            )
        if benefit.kind == "coupon" and (benefit.off is None) == (benefit.percent is None):
            yield Problem("P081", path, f"coupon {name!r} needs one of 'off' and 'percent'", "how much is it worth?")


def triggers_have_their_keys(programme: Programme) -> Iterator[Problem]:
    for name, rule in programme.grants.items():
        known = _TRIGGERS.get(rule.trigger, ((), ()))
        why = f"its trigger is {rule.trigger}"
        yield from _keys(("grants", name), rule, why, known, _OF_TRIGGERS, ("P084", "P085"))


def _keys(
    path: KeyPath,
    what: Any,
    why: str,
    known: tuple[tuple[str, ...], tuple[str, ...]],
    restricted: Iterable[str],
    codes: tuple[str, str],
) -> Iterator[Problem]:
    needed, allowed = known
    for field in needed:
        if not getattr(what, field):
            key = field.rstrip("_")
            yield Problem(codes[0], path, f"key {key!r} is missing in {path[-1]}: {why}")
    for field in restricted:
        if getattr(what, field) and field not in needed and field not in allowed:
            key = field.rstrip("_")
            yield Problem(codes[1], (*path, key), f"{path[-1]} takes no {key!r}: {why}")


def benefits_are_in_the_catalogue(programme: Programme) -> Iterator[Problem]:
    used = set()
    for path, name in _benefits(programme):
        used.add(name)
        if name not in programme.benefits:
            yield Problem("P083", path, f"unknown benefit {name!r}", _help(name, programme.benefits, "benefits"))
    for name in programme.benefits:
        if name not in used:
            yield Problem("P089", ("benefits", name), f"no tier has benefit {name!r} and nothing gives it")


def _benefits(programme: Programme) -> Iterator[tuple[KeyPath, str]]:
    for index, tier in enumerate(programme.tiers.levels):
        for place, name in enumerate(tier.benefits):
            yield ("tiers", "levels", index, "benefits", place), name
    for key, rule in programme.grants.items():
        for place, name in enumerate(rule.give):
            yield ("grants", key, "give", place), name
    for key, journey in programme.journeys.items():
        for place, name in enumerate(journey.give):
            yield ("journeys", key, "give", place), name


def tiers_are_those_of_the_programme(programme: Programme) -> Iterator[Problem]:
    first, *higher = (tier.name for tier in programme.tiers.levels)
    for name, benefit in programme.benefits.items():
        if benefit.tier is not None and benefit.tier not in higher:
            message = f"there is no tier {benefit.tier!r} to try"
            yield Problem("P086", ("benefits", name, "tier"), message, _help(benefit.tier, higher, "tiers"))
    for name, rule in programme.grants.items():
        known = higher if rule.trigger == "tier_reached" else [first, *higher]
        for place, tier in enumerate(rule.tiers):
            if tier not in known:
                message = f"no member {'rises to' if rule.trigger == 'tier_reached' else 'is'} {tier!r}"
                yield Problem("P086", ("grants", name, "tiers", place), message, _help(tier, known, "tiers"))


def what_grants_ask_for_is_there(programme: Programme) -> Iterator[Problem]:
    names = [] if programme.segments is None else [segment.name for segment in programme.segments.names]
    live = [name for name, tag in programme.tags.items() if tag.live]
    for name, rule in programme.grants.items():
        path = ("grants", name)
        if rule.badge is not None and rule.badge not in programme.badges:
            help = _help(rule.badge, programme.badges, "badges")
            yield Problem("P087", (*path, "badge"), f"unknown badge {rule.badge!r}", help)
        for place, segment in enumerate(rule.segments):
            if segment not in names:
                help = _help(segment, names, "segments")
                yield Problem("P087", (*path, "segments", place), f"unknown segment {segment!r}", help)
        for place, tag in enumerate(rule.tags):
            if tag not in live:
                help = f"say 'live: true' in tag {tag}" if tag in programme.tags else _help(tag, live, "live tags")
                yield Problem("P087", (*path, "tags", place), f"no live tag is called {tag!r}", help)
        if rule.count is not None and rule.count > len(programme.badges):
            message = f"nobody collects {rule.count} badges: there are {len(programme.badges)}"
            yield Problem("P088", (*path, "count"), message)


def days_exist(programme: Programme) -> Iterator[Problem]:
    for name, benefit in programme.benefits.items():
        for place, day in enumerate(benefit.on):
            yield from day_exists(("benefits", name, "on", place), day)
    for name, rule in programme.grants.items():
        for place, day in enumerate(rule.on):
            yield from day_exists(("grants", name, "on", place), day)


def what_stands_in_for_another_is_not_replaced_by_it(programme: Programme) -> Iterator[Problem]:
    for name, benefit in programme.benefits.items():
        for place, other in enumerate(benefit.instead_of):
            path: KeyPath = ("benefits", name, "instead_of", place)
            if other not in programme.benefits:
                yield Problem("P083", path, f"unknown benefit {other!r}", _help(other, programme.benefits, "benefits"))
            elif other == name:
                yield Problem("P090", path, f"{name!r} would count instead of itself: never")
            elif name in programme.benefits[other].instead_of and name < other:
                message = f"{name!r} counts instead of {other!r}, and that one instead of {name!r}"
                yield Problem("P090", path, message, "neither would count; leave one of the two out")


def what_messages_name_has_labels(programme: Programme) -> Iterator[Problem]:
    for name, benefit in programme.benefits.items():
        yield from labels(programme, ("benefits", name), name, benefit.label)
    for name, badge in programme.badges.items():
        yield from labels(programme, ("badges", name), name, badge.label)
    for name, category in programme.categories.items():
        yield from labels(programme, ("categories", name), name, category.label)


def _help(name: str, known: Iterable[str], what: str) -> str:
    known = list(known)
    return suggest(name, known, f"known: {', '.join(known)}" if known else f"there are no {what}")


BENEFIT_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    kinds_have_their_keys,
    triggers_have_their_keys,
    benefits_are_in_the_catalogue,
    tiers_are_those_of_the_programme,
    what_grants_ask_for_is_there,
    days_exist,
    what_stands_in_for_another_is_not_replaced_by_it,
    what_messages_name_has_labels,
)
