"""Checks of the tiers and their rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from memberflow.programme.problems import KeyPath, Problem
from memberflow.programme.schema import Programme
from memberflow.programme.schema.tiers import Rule, Tier

BESIDE = ("of", "over", "scores", "held", "held_for", "at_most", "any", "all", "per")
MEASURES = tuple(field for field in Rule.__struct_fields__ if field not in BESIDE)


def rules(programme: Programme) -> Iterator[tuple[KeyPath, Rule]]:
    """Every rule of tiers, badges and journeys with its path, nested ones too."""
    for index, tier in enumerate(programme.tiers.levels):
        for key in ("enter", "keep", "eligible", "at_once"):
            rule = getattr(tier, key)
            if isinstance(rule, Rule):
                yield from _nested(rule, ("tiers", "levels", index, key))
    for name, badge in programme.badges.items():
        yield from _nested(badge.rule, ("badges", name, "rule"))
    for name, journey in programme.journeys.items():
        if journey.when is not None:
            yield from _nested(journey.when, ("journeys", name, "when"))


def _nested(rule: Rule, path: KeyPath) -> Iterator[tuple[KeyPath, Rule]]:
    yield path, rule
    for key in ("any", "all"):
        for index, part in enumerate(getattr(rule, key)):
            yield from _nested(part, (*path, key, index))


def _levels(programme: Programme) -> Iterator[tuple[KeyPath, Tier]]:
    for index, tier in enumerate(programme.tiers.levels):
        yield ("tiers", "levels", index), tier


def names_are_distinct(programme: Programme) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, tier in _levels(programme):
        if tier.name in seen:
            yield Problem("P031", (*path, "name"), f"an earlier tier is called {tier.name!r} too")
        seen.add(tier.name)


def every_tier_but_the_first_is_entered(programme: Programme) -> Iterator[Problem]:
    (path, first), *others = _levels(programme)
    for key in ("enter", "keep", "at_once"):
        if getattr(first, key) is not None:
            message = f"the first tier takes no {key!r}: every member has {first.name!r}"
            yield Problem("P032", (*path, key), message, "leave it out, or put a tier without rules first")
    for path, tier in others:
        if tier.enter is None and tier.by == "rule":
            message = f"key 'enter' is missing in {tier.name!r}: nothing lets a member in"
            yield Problem("P033", path, message, "only the first tier goes without")


def rules_have_conditions(programme: Programme) -> Iterator[Problem]:
    for path, rule in rules(programme):
        if rule == Rule(of=rule.of, over=rule.over, per=rule.per):
            message = "a rule without a condition holds for every member"
            yield Problem("P034", path, message, f"expected one of {', '.join(MEASURES)}, any, all")


def thresholds_rise(programme: Programme) -> Iterator[Problem]:
    """A tier asks of each measure no less than the last one that uses it, and not just what the one below asks."""
    asked: dict[str, tuple[Decimal, str]] = {}
    below: Tier | None = None
    for path, tier in _levels(programme):
        if below and tier.enter and tier.enter == below.enter:
            message = f"{tier.name!r} asks the same as {below.name!r}: nobody would stay {below.name!r}"
            yield Problem("P035", (*path, "enter"), message)
        for measure, (figure, where) in _figures(tier.enter, (*path, "enter")).items():
            floor, name = asked.get(measure, (figure, ""))
            if figure < floor:
                message = f"{tier.name!r} asks less {measure} than {name!r}: {figure}"
                yield Problem("P035", where, message, f"expected at least {floor}: tiers stand from lowest to highest")
            asked[measure] = figure, tier.name
        below = tier


def keeping_asks_no_more_than_entering(programme: Programme) -> Iterator[Problem]:
    for path, tier in _levels(programme):
        entering = _figures(tier.enter, (*path, "enter"))
        keep = tier.keep if isinstance(tier.keep, Rule) else None
        for measure, (figure, where) in _figures(keep, (*path, "keep")).items():
            if measure in entering and figure > entering[measure][0]:
                message = f"keeping {tier.name!r} asks more {measure} than entering it: {figure}"
                yield Problem("P036", where, message, f"expected at most {entering[measure][0]}")


def _figures(rule: Rule | None, path: KeyPath) -> dict[str, tuple[Decimal, KeyPath]]:
    """Figure and path by measure. What a rule asks of a measure in several places can't be compared and is left out."""
    if rule is None:
        return {}
    found = [
        (_measured(part, name), Decimal(getattr(part, name)), (*at, name))
        for at, part in _nested(rule, path)
        for name in MEASURES
        if getattr(part, name) is not None
    ]
    times = Counter(measure for measure, _, _ in found)
    return {measure: (figure, at) for measure, figure, at in found if times[measure] == 1}


def _measured(rule: Rule, name: str) -> str:
    """A measure with the kinds and the window that stand beside it: those of another are another measure."""
    of = f" of {' and '.join(rule.of)}" if rule.of and name == "interactions" else ""
    return name + of + (f" over {rule.over}" if rule.over else "") + (" a month" if rule.per else "")


def labels_match_the_languages(programme: Programme) -> Iterator[Problem]:
    for path, tier in _levels(programme):
        yield from labels(programme, path, tier.name, tier.label)


def labels(
    programme: Programme, path: KeyPath, name: str, label: Mapping[str, str], key: str = "label"
) -> Iterator[Problem]:
    """What is missing of a label, or too much."""
    for language in programme.languages:
        if language not in label:
            message = f"{name!r} has no {key} in {language!r}"
            yield Problem("P037", (*path, key), message, "expected one for each of the programme's languages")
    for language in label:
        if language not in programme.languages:
            message = f"{name!r} has a {key} in {language!r}, which the programme does not offer"
            yield Problem("P038", (*path, key, language), message, f"languages: {', '.join(programme.languages)}")


TIER_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    names_are_distinct,
    every_tier_but_the_first_is_entered,
    rules_have_conditions,
    thresholds_rise,
    keeping_asks_no_more_than_entering,
    labels_match_the_languages,
)
