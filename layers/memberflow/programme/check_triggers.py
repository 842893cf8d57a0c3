"""Checks of what some triggers of journeys wait for: segments, badges, trials, tiers at risk or within reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from memberflow.programme.problems import KeyPath, Problem, suggest
from memberflow.programme.schema import Programme
from memberflow.programme.schema.journeys import Journey, Reach
from memberflow.programme.schema.tiers import Rule


def amounts(programme: Programme) -> Iterator[tuple[KeyPath, str]]:
    for name, journey in programme.journeys.items():
        if journey.of is not None and journey.of.spend is not None:
            yield ("journeys", name, "of", "spend"), journey.of.spend


def names_are_those_of_the_programme(programme: Programme) -> Iterator[Problem]:
    segments = [] if programme.segments is None else [segment.name for segment in programme.segments.names]
    known = {"segments": segments, "badges": list(programme.badges)}
    for name, journey in programme.journeys.items():
        for key, names in known.items():
            for index, one in enumerate(getattr(journey, key)):
                if one not in names:
                    help = suggest(one, names, f"known: {', '.join(names)}" if names else f"there are no {key}")
                    yield Problem("P087", ("journeys", name, key, index), f"unknown {key[:-1]} {one!r}", help)


def there_is_what_they_wait_for(programme: Programme) -> Iterator[Problem]:
    for name, journey in programme.journeys.items():
        missing = _NEVER.get(journey.trigger)
        never = None if missing is None else missing(programme, journey)
        if never is not None:
            why, help = never
            yield Problem("P141", ("journeys", name, "trigger"), f"{name} never speaks: {why}", help)


def _no_badges(programme: Programme, journey: Journey) -> tuple[str, str] | None:
    return None if programme.badges else ("there are no badges", "say in badges what earns one")


def _no_trials(programme: Programme, journey: Journey) -> tuple[str, str] | None:
    trials = [benefit for benefit in programme.benefits.values() if benefit.kind == "trial"]
    return None if trials else ("no benefit is a trial", "say in benefits what may be tried")


def _no_reviews(programme: Programme, journey: Journey) -> tuple[str, str] | None:
    reviewed = [tier for tier in programme.tiers.levels[1:] if tier.drops != "never" and (tier.enter or tier.keep)]
    named = [tier for tier in reviewed if not journey.tiers or tier.name in journey.tiers]
    return None if named else ("no review takes the tier", "say for a tier by what it is kept")


def _no_tier_above(programme: Programme, journey: Journey) -> tuple[str, str] | None:
    levels = programme.tiers.levels
    below = [level.name for n, level in enumerate(levels) if any(above.enter for above in levels[n + 1 :])]
    named = [name for name in below if not journey.tiers or name in journey.tiers]
    return None if named else ("no tier above is reached by a rule", "say of which tiers below one")


_NEVER: dict[str, Callable[[Programme, Journey], tuple[str, str] | None]] = {
    "badge": _no_badges,
    "trial_ending": _no_trials,
    "tier_at_risk": _no_reviews,
    "within_reach": _no_tier_above,
}


def trials_last_longer_than_the_notice(programme: Programme) -> Iterator[Problem]:
    for name, journey in programme.journeys.items():
        if journey.trigger != "trial_ending" or journey.before is None:
            continue
        for benefit, trial in programme.benefits.items():
            if trial.kind == "trial" and trial.valid_for and _hours(trial.valid_for) <= _hours(journey.before):
                message = f"{name} speaks of {benefit!r} before it is given: it lasts {trial.valid_for}"
                help = "expected less than that"
                yield Problem("P142", ("journeys", name, "before"), message, help)


def _hours(duration: str) -> int:
    """About so many."""
    count, unit = duration.split()
    return int(count) * {"h": 1, "d": 24, "m": 30 * 24, "y": 365 * 24}[unit[0]]


def reach_names_what_tiers_ask_for(programme: Programme) -> Iterator[Problem]:
    asked = {key for tier in programme.tiers.levels if tier.enter for key in _measures(tier.enter)}
    for name, journey in programme.journeys.items():
        path = ("journeys", name, "of")
        named = [key for key in Reach.__struct_fields__ if journey.of is not None and getattr(journey.of, key)]
        if journey.of is not None and not named:
            yield Problem("P041", path, f"'of' of {name} names no measure", "say how near it is, such as {spend: 200}")
        for key in named:
            if key not in asked:
                help = f"they ask for {', '.join(sorted(asked))}"
                yield Problem("P143", (*path, key), f"no tier's entry asks for {key!r}", help)


def _measures(rule: Rule) -> Iterator[str]:
    yield from (key for key in Reach.__struct_fields__ if getattr(rule, key) is not None)
    for part in (*rule.any, *rule.all):
        yield from _measures(part)


def risk_is_not_told_with_each_order(programme: Programme) -> Iterator[Problem]:
    for name, journey in programme.journeys.items():
        at_once = journey.trigger == "tier_at_risk" and programme.tiers.review == "at_once"
        if at_once and journey.again_after is None:
            message = f"key 'again_after' is missing in {name}: where tiers are lost at once, each order moves the day"
            yield Problem("P041", ("journeys", name), message, "say how long he is left in peace, such as 90 days")


TRIGGER_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    names_are_those_of_the_programme,
    there_is_what_they_wait_for,
    trials_last_longer_than_the_notice,
    reach_names_what_tiers_ask_for,
    risk_is_not_told_with_each_order,
)
