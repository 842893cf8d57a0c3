"""Checks of what members would resent: messages too late, too many, from which there is no way out, or twice a day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

from memberflow.programme.check_points import least_days, most_days
from memberflow.programme.problems import Problem
from memberflow.programme.schema import Programme
from memberflow.programme.schema.journeys import Journey
from memberflow.programme.templates import template_file, template_text

_A_WHILE = 14
"""Days after an order: so long after it a message is to bring the member back."""
_FOLLOWING = ("first_order", "order")
_MARKETING = ("dormancy", "birthday", "birthday_month")
"""Triggers that no law takes for a service."""
_STOP = {"en": r"\b(stop|unsubscribe|opt out)\b", "zh": "退订|拒收"}
"""How an SMS says that one can have no more of them."""

_CAP = "say how many in caps: {purpose: marketing, at_most: 3, within: 7 days}"

# Two journeys with one of these triggers speak at one moment where the key that follows has the same value in both.
_MOMENT = {
    "dormancy": "after",
    "joined": "after",
    "first_order": "after",
    "order": "after",
    "points_expiring": "before",
    "trial_ending": "before",
    "tier_at_risk": "before",
    "calendar": "on",
    "anniversary": "years",
    "birthday": "trigger",
    "birthday_month": "trigger",
    "tier_reached": "trigger",
    "tier_lost": "trigger",
}
_CONDITIONS = ("when", "tags", "segments")


def who_came_back_is_not_won_back(programme: Programme) -> Iterator[Problem]:
    """Dormancy ends with an order by itself; what follows an order after a while does only where it says so."""
    for name, journey in programme.journeys.items():
        follows = journey.trigger in _FOLLOWING and journey.after is not None and journey.ends_with is None
        if follows and journey.purpose == "marketing" and least_days(journey.after or "") >= _A_WHILE:
            message = f"{name} has no exit: {journey.after} after an order it speaks to who has ordered since, too"
            yield Problem("P163", ("journeys", name), message, "say ends_with: order, or let its trigger be dormancy")


def nothing_is_told_after_its_time(programme: Programme) -> Iterator[Problem]:
    for name, journey in programme.journeys.items():
        path = ("journeys", name, "useful_for")
        if journey.before is not None and _longer(journey.useful_for, journey.before):
            message = f"{name} may leave {journey.useful_for} late: what it tells of comes {journey.before} on"
            yield Problem("P165", path, message, f"expected at most {journey.before}")
        for benefit in journey.give:
            given = programme.benefits.get(benefit)
            if given and given.valid_for and _longer(journey.useful_for, given.valid_for):
                message = f"{name} may leave {journey.useful_for} late: {benefit!r} has ended {given.valid_for} on"
                yield Problem("P165", path, message, f"expected at most {given.valid_for}")


def points_last_until_they_are_told_of(programme: Programme) -> Iterator[Problem]:
    expiry = programme.points.expiry
    if expiry is None or expiry.after is None or expiry.round_up_to or expiry.on or expiry.rolling:
        return
    for name, journey in programme.journeys.items():
        tells = journey.trigger == "points_expiring" and journey.before is not None
        if tells and least_days(journey.before or "") >= most_days(expiry.after):
            message = f"{name} speaks {journey.before} before points end, which last {expiry.after}"
            yield Problem("P165", ("journeys", name, "before"), message, "expected a shorter time")


def _longer(text: str, other: str) -> bool:
    """Only where it is sure, whatever the months."""
    return least_days(text) > most_days(other)


def marketing_is_capped(programme: Programme) -> Iterator[Problem]:
    caps = [cap.channel for cap in programme.caps if cap.purpose == "marketing"]
    free = [
        name
        for name, journey in programme.journeys.items()
        if journey.purpose == "marketing" and None not in caps and set(journey.channels) - {*caps, "log"}
    ]
    if free:
        message = f"no cap holds {', '.join(free)}: a member may get any number of them"
        yield Problem("P166", ("journeys", free[0]), message, _CAP)


def marketing_is_called_so(programme: Programme) -> Iterator[Problem]:
    for name, journey in programme.journeys.items():
        if journey.trigger in _MARKETING and journey.purpose == "service":
            message = f"{name} is marketing, by its trigger {journey.trigger}: as a service it asks for no consent"
            yield Problem("P167", ("journeys", name, "purpose"), message, "say purpose: marketing")


def one_moment_has_one_message(programme: Programme) -> Iterator[Problem]:
    for (name, journey), (other_name, other) in combinations(programme.journeys.items(), 2):
        if _at_one_moment(journey, other) and _to_one_member(journey, other):
            message = f"{other_name} speaks on the day on which {name} does, to the same members"
            help = "tell them apart by tiers, when or tags, or make one message of them"
            yield Problem("P169", ("journeys", other_name), message, help)


def _at_one_moment(one: Journey, other: Journey) -> bool:
    if one.trigger != other.trigger or one.trigger not in _MOMENT:
        return False
    moments = [getattr(journey, _MOMENT[one.trigger]) for journey in (one, other)]
    if isinstance(moments[0], tuple):
        return bool(set(moments[0]) & set(moments[1]))
    return bool(moments[0] == moments[1])


def _to_one_member(one: Journey, other: Journey) -> bool:
    tiers = not one.tiers or not other.tiers or set(one.tiers) & set(other.tiers)
    alike = all(getattr(one, key) == getattr(other, key) for key in _CONDITIONS)
    return bool(tiers and alike and set(one.channels) & set(other.channels))


def opt_outs(programme: Programme, folder: Path) -> Iterator[Problem]:
    """Mails carry a link by themselves; an SMS has to say how to stop. Told only in languages that we know of."""
    by_sms = (one for one in programme.journeys.values() if one.purpose == "marketing" and "sms" in one.channels)
    for key in dict.fromkeys(journey.message for journey in by_sms if journey.message):
        for language in programme.languages:
            file = _sms_file(folder, key, language)
            if file is not None and not _says_how_to_stop(file, language):
                message = f"marketing by SMS does not say how to stop it: {key!r} in {language!r}"
                help = "add words such as 'Reply STOP to opt out' or 拒收请回复R"
                yield Problem("P164", (), message, help, str(file), 1, 1)


def _sms_file(folder: Path, message: str, language: str) -> Path | None:
    """What an SMS says: the short text, or the long one."""
    files = (template_file(folder, message, language, kind) for kind in ("short.txt", "txt"))
    return next((file for file in files if file.is_file()), None)


def _says_how_to_stop(file: Path, language: str) -> bool:
    words = _STOP.get(language[:2])
    try:
        return words is None or re.search(words, template_text(file), re.IGNORECASE) is not None
    except UnicodeDecodeError:
        return True  # told of already


CONTACT_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    who_came_back_is_not_won_back,
    nothing_is_told_after_its_time,
    points_last_until_they_are_told_of,
    marketing_is_capped,
    marketing_is_called_so,
    one_moment_has_one_message,
)
