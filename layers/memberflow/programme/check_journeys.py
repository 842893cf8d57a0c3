"""Checks of journeys: what their triggers take, and whether there is what they ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from memberflow.programme.check_points import day_exists
from memberflow.programme.problems import Problem, suggest
from memberflow.programme.schema import Programme

_NEEDS = {
    "dormancy": "after",
    "anniversary": "years",
    "calendar": "on",
    "points_expiring": "before",
    "answered": "survey",
    "segment_entered": "segments",
    "trial_ending": "before",
    "tier_at_risk": "before",
    "within_reach": "of",
}
_EXAMPLES = {
    "after": "say how long after the last order, such as 90 days",
    "years": "say after how many, such as [3, 5, 10]",
    "on": 'say on which days, such as ["15"] of each month or 11-11',
    "survey": "say which, one of surveys",
    "before": "say how long before points run out, such as 30 days",
    "segments": "say which ones, such as [at_risk]",
    "of": "say how near it is, such as {spend: 200}",
}
_BEFORE_WHAT = {
    "trial_ending": "say how long before a trial ends, such as 3 days",
    "tier_at_risk": "say how long before the review, such as 30 days",
}
_FOLLOWING = ("joined", "first_order", "order", "answered")
_TAKEN_BY = {
    "after": ("dormancy", *_FOLLOWING),
    "years": ("anniversary",),
    "on": ("calendar",),
    "before": ("points_expiring", "trial_ending", "tier_at_risk"),
    "badges": ("badge",),
    "of": ("within_reach",),
    "ends_with": _FOLLOWING,
    "survey": ("answered",),
    "answers": ("answered",),
}
_GRANTS_DO = "give them by a rule of grants whose trigger is {}"
_LEFT_TO_OTHERS = {
    "tier_reached": {
        "tags": "they are known after the tier",
        "segments": "they are known after the tier",
        "give": _GRANTS_DO,
    },
    "badge": {"give": _GRANTS_DO},
    "joined": {"again_after": "it speaks once"},
    "first_order": {"again_after": "it speaks once"},
}
"""Keys that other triggers take, and why these don't."""


def triggers_have_their_keys(programme: Programme) -> Iterator[Problem]:
    for name, journey in programme.journeys.items():
        path, needed = ("journeys", name), _NEEDS.get(journey.trigger)
        if needed is not None and not getattr(journey, needed):
            message = f"key {needed!r} is missing in {name}: {journey.trigger} needs it"
            yield Problem("P041", path, message, _BEFORE_WHAT.get(journey.trigger, _EXAMPLES[needed]))
        for key, triggers in _TAKEN_BY.items():
            if getattr(journey, key) and journey.trigger not in triggers:
                message = f"{name} takes no {key!r}: its trigger is {journey.trigger}"
                yield Problem("P042", (*path, key), message, f"only for {', '.join(triggers)}")
        for key, help in _LEFT_TO_OTHERS.get(journey.trigger, {}).items():
            if getattr(journey, key):
                message = f"{name} takes no {key!r}: its trigger is {journey.trigger}"
                yield Problem("P042", (*path, key), message, help.format(journey.trigger))


def tiers_are_those_of_the_programme(programme: Programme) -> Iterator[Problem]:
    first, *higher = (tier.name for tier in programme.tiers.levels)
    verbs = {"tier_reached": "rises to", "tier_lost": "loses", "tier_at_risk": "loses"}
    for name, journey in programme.journeys.items():
        known = higher if journey.trigger in verbs else [first, *higher]
        for index, tier in enumerate(journey.tiers):
            path = ("journeys", name, "tiers", index)
            if tier not in known and tier == first:
                message = f"no member {verbs[journey.trigger]} {tier!r}: it is the first tier"
                yield Problem("P043", path, message)
            elif tier not in known:
                yield Problem(
                    "P043", path, f"unknown tier {tier!r}", suggest(tier, known, f"known: {', '.join(known)}")
                )


def days_exist_and_are_the_calendars(programme: Programme) -> Iterator[Problem]:
    for name, journey in programme.journeys.items():
        for index, day in enumerate(journey.on):
            path = ("journeys", name, "on", index)
            yield from day_exists(path, day)
            if day.startswith("birthday"):
                yield Problem("P045", path, f"{day!r} is no day of the calendar", "birthday is a trigger of its own")


def points_run_out(programme: Programme) -> Iterator[Problem]:
    for name, journey in programme.journeys.items():
        if journey.trigger == "points_expiring" and programme.points.expiry is None:
            message = f"{name} never speaks: points last for ever"
            yield Problem("P046", ("journeys", name, "trigger"), message, "say in points when they expire")


def tags_are_live(programme: Programme) -> Iterator[Problem]:
    live = [name for name, tag in programme.tags.items() if tag.live]
    for name, journey in programme.journeys.items():
        for index, tag in enumerate(journey.tags):
            if tag not in live:
                known = f"known: {', '.join(live)}" if live else "there are no live tags"
                help = f"say 'live: true' in tag {tag}" if tag in programme.tags else suggest(tag, live, known)
                yield Problem("P087", ("journeys", name, "tags", index), f"no live tag is called {tag!r}", help)


def what_is_given_can_be_told_apart(programme: Programme) -> Iterator[Problem]:
    """Grants are named by what gives them; and who is held out would have the coupon without the words."""
    for name, journey in programme.journeys.items():
        if journey.give and name in programme.grants:
            message = f"{name!r} is a rule of grants already: what both give could not be told apart"
            yield Problem("P047", ("journeys", name), message, "call one of them otherwise")
        if journey.give and journey.holdout is not None:
            message = f"{name} takes no 'holdout': it gives something, held out or not"
            yield Problem("P048", ("journeys", name, "holdout"), message, "leave out one of give and holdout")


def sending_hours_are_not_quiet(programme: Programme) -> Iterator[Problem]:
    quiet = programme.quiet_hours
    if quiet is None or quiet.start == quiet.end:
        return
    for name, journey in programme.journeys.items():
        if journey.send_at is not None and journey.task is None and _within(quiet.start, quiet.end, journey.send_at):
            message = f"{name} is never sent at {journey.send_at}: quiet hours are {quiet.start} to {quiet.end}"
            yield Problem("P044", ("journeys", name, "send_at"), message, "expected a time outside them")


def _within(start: str, end: str, time: str) -> bool:
    """Whether a time of day lies in [start, end), which may span midnight."""
    return start <= time < end if start < end else time >= start or time < end


JOURNEY_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    triggers_have_their_keys,
    tiers_are_those_of_the_programme,
    days_exist_and_are_the_calendars,
    points_run_out,
    tags_are_live,
    what_is_given_can_be_told_apart,
    sending_hours_are_not_quiet,
)
