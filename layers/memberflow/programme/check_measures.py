"""Checks of what rules and scores measure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from memberflow.programme.check_tiers import MEASURES, rules
from memberflow.programme.problems import KeyPath, Problem, suggest
from memberflow.programme.schema import Programme
from memberflow.programme.schema.measures import Part
from memberflow.programme.schema.tiers import Rule

Amounts = Iterator[tuple[KeyPath, str]]
SUMS = ("spend", "orders", "points_earned", "growth", "interactions", "referrals", "tasks")
"""Measures that add up month by month."""
UNDATED = ("points",)
"""Measures that are there now, and so have no window."""


def amounts(programme: Programme) -> Amounts:
    """Amounts above zero that rules ask for."""
    for path, rule in rules(programme):
        for name in ("spend", "largest_order"):
            if getattr(rule, name) is not None:
                yield (*path, name), getattr(rule, name)
    if programme.tiers.abnormal is not None:
        yield ("tiers", "abnormal", "at_least"), programme.tiers.abnormal.at_least


def parts(programme: Programme) -> Iterator[tuple[KeyPath, Part]]:
    for name, score in programme.scores.items():
        for index, part in enumerate(score.parts):
            yield ("scores", name, "parts", index), part


def kinds_go_with_interactions(programme: Programme) -> Iterator[Problem]:
    for path, rule in rules(programme):
        counts = rule.interactions is not None or (rule.at_most and rule.at_most.interactions is not None)
        if rule.of and not counts:
            yield Problem("P074", (*path, "of"), "'of' has no interactions beside it", "only they are of kinds")
    for path, part in parts(programme):
        if part.of and part.measure != "interactions":
            yield Problem("P074", (*path, "of"), "'of' has no interactions beside it", "only they are of kinds")


def windows_have_something_to_hold(programme: Programme) -> Iterator[Problem]:
    for path, rule in rules(programme):
        if rule.over is not None and not any(_dated(rule)):
            message = f"'over' has no figure beside it that {rule.over} could hold"
            yield Problem("P074", (*path, "over"), message, "it does not reach into any, all and scores")
    for path, part in parts(programme):
        if part.over is not None and part.measure in UNDATED:
            yield Problem("P074", (*path, "over"), f"{part.measure} are as of now: no window holds them")


def means_are_of_sums_over_months(programme: Programme) -> Iterator[Problem]:
    for path, rule in rules(programme):
        if rule.per is None:
            continue
        odd = [name for name in MEASURES if getattr(rule, name) is not None and name not in SUMS]
        none = not any(getattr(rule, name) is not None for name in SUMS) and rule.at_most is None
        over = rule.over or programme.tiers.window
        if odd or none:
            message = f"{odd[0]} have no mean" if odd else "'per' has no figure beside it that it could be the mean of"
            yield Problem("P074", (*path, "per"), message, f"expected one of {', '.join(SUMS)}")
        elif over.endswith(("day", "days")):
            yield Problem("P074", (*path, "per"), f"{over} are no whole months", "expected 'over' a number of months")


def _dated(rule: Rule) -> Iterator[str]:
    yield from (name for name in MEASURES if name not in UNDATED and getattr(rule, name) is not None)
    if rule.at_most is not None:
        yield "at_most"


def categories_are_counted_to_today(programme: Programme) -> Iterator[Problem]:
    """Of each category only the last day is kept, which a period that is over may lie before."""
    asked = [(path, rule.over, rule.categories) for path, rule in rules(programme)]
    asked += [(path, part.over, part.measure == "categories" or None) for path, part in parts(programme)]
    for path, over, counts in asked:
        if counts is not None and over is not None and over.startswith("last "):
            yield Problem(
                "P074", (*path, "over"), f"categories can't be counted over {over}", "expected a window to today"
            )


def what_is_held_is_a_tier_and_for_how_long(programme: Programme) -> Iterator[Problem]:
    names = [tier.name for tier in programme.tiers.levels]
    for path, rule in rules(programme):
        if (rule.held is None) != (rule.held_for is None):
            there, missing = ("held", "held_for") if rule.held_for is None else ("held_for", "held")
            yield Problem("P071", path, f"key {missing!r} is missing in {path[-1]}: {there!r} needs it")
        if rule.held is not None and rule.held not in names:
            help = suggest(rule.held, names, f"known: {', '.join(names)}")
            yield Problem("P063", (*path, "held"), f"unknown tier {rule.held!r}", help)


def scores_are_known(programme: Programme) -> Iterator[Problem]:
    for path, rule in rules(programme):
        for name in rule.scores:
            if name not in programme.scores:
                known = f"known: {', '.join(programme.scores)}" if programme.scores else "scores lists none"
                help = suggest(name, programme.scores, known)
                yield Problem("P075", (*path, "scores", name), f"unknown score {name!r}", help)
    for path, part in parts(programme):
        if part.measure not in ("spend", "largest_order") and "." in part.full_at:
            message = f"{part.measure} are counted in whole numbers, full_at is {part.full_at}"
            yield Problem("P076", (*path, "full_at"), message)


def growth_can_be_earned(programme: Programme) -> Iterator[Problem]:
    points = programme.points
    earns = points.growth is not None or any(activity.growth for activity in points.activities.values())
    if earns or (points.referral is not None and points.referral.growth):
        return
    asked = [(*path, "growth") for path, rule in rules(programme) if rule.growth is not None]
    asked += [(*path, "measure") for path, part in parts(programme) if part.measure == "growth"]
    for path in asked:
        yield Problem("P077", path, "nothing earns growth value", "say under points what does: growth, activities")


def points_can_be_earned(programme: Programme) -> Iterator[Problem]:
    points = programme.points
    paying = (points.referral, *points.activities.values())
    if points.earn or points.joining or points.bonuses or any(one and one.points for one in paying):
        return
    asked = [(*path, key) for path, rule in rules(programme) for key in ("points", "points_earned") if _asks(rule, key)]
    asked += [(*path, "measure") for path, part in parts(programme) if part.measure in ("points", "points_earned")]
    for path in asked:
        yield Problem("P077", path, "nothing earns points", "say under points what does: earn, joining, activities")


def _asks(rule: Rule, key: str) -> bool:
    return getattr(rule, key) is not None


MEASURE_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    kinds_go_with_interactions,
    windows_have_something_to_hold,
    means_are_of_sums_over_months,
    categories_are_counted_to_today,
    what_is_held_is_a_tier_and_for_how_long,
    scores_are_known,
    growth_can_be_earned,
    points_can_be_earned,
)
