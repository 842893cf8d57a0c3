"""Checks of channels, caps and holdouts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from memberflow.programme.problems import KeyPath, Problem, suggest
from memberflow.programme.schema import Programme
from memberflow.programme.schema.fields import BUILT_IN_CHANNELS


def event_channels_are_new(programme: Programme) -> Iterator[Problem]:
    for index, channel in enumerate(programme.event_channels):
        if channel in BUILT_IN_CHANNELS:
            message = f"{channel!r} does not go over the event bus: it is built in"
            yield Problem("P122", ("event_channels", index), message, "leave it out")


def channels_are_known(programme: Programme) -> Iterator[Problem]:
    known = (*BUILT_IN_CHANNELS, *programme.event_channels)
    help = f"known: {', '.join(known)}; list it under event_channels if something of yours listens for it on the bus"
    for path, channel in _channels(programme):
        if channel not in known:
            yield Problem("P121", path, f"unknown channel {channel!r}", suggest(channel, known, help))


def _channels(programme: Programme) -> Iterator[tuple[KeyPath, str]]:
    for name, journey in programme.journeys.items():
        for index, channel in enumerate(journey.channels):
            yield ("journeys", name, "channels", index), channel
    for index, cap in enumerate(programme.caps):
        if cap.channel is not None:
            yield ("caps", index, "channel"), cap.channel


def holdouts_are_of_marketing(programme: Programme) -> Iterator[Problem]:
    for name, journey in programme.journeys.items():
        if journey.holdout is not None and journey.purpose == "service":
            message = f"{name} takes no 'holdout': its purpose is service"
            yield Problem("P123", ("journeys", name, "holdout"), message, "service messages go to everybody")


def holdouts_are_compared(programme: Programme) -> Iterator[Problem]:
    """Members are left out to learn something; a holdout that is wrong in itself is told of already."""
    for name, journey in programme.journeys.items():
        may_hold_out = (journey.purpose == "marketing" or journey.task is not None) and not journey.give
        if journey.holdout is not None and may_hold_out and journey.counts_within is None:
            message = f"{name} leaves members out and counts nobody's orders"
            yield Problem("P151", ("journeys", name, "holdout"), message, "say counts_within, such as 30 days")


def caps_have_something_to_cap(programme: Programme) -> Iterator[Problem]:
    for index, cap in enumerate(programme.caps):
        if cap.channel not in (None, *BUILT_IN_CHANNELS, *programme.event_channels):
            continue  # told of already
        of_purpose = [journey for journey in programme.journeys.values() if journey.purpose == cap.purpose]
        if not any(cap.channel in (None, *journey.channels) for journey in of_purpose):
            where = "" if cap.channel is None else f" on {cap.channel}"
            yield Problem("P124", ("caps", index), f"no journey sends {cap.purpose} messages{where}")


def priorities_have_a_cap_to_decide(programme: Programme) -> Iterator[Problem]:
    capped = {cap.purpose for cap in programme.caps}
    for name, journey in programme.journeys.items():
        if journey.priority and journey.purpose not in capped:
            what = "tasks" if journey.task is not None else f"{journey.purpose} messages"
            message = f"{name} takes no 'priority': no cap is about {what}"
            yield Problem("P125", ("journeys", name, "priority"), message, "what no cap keeps back all leaves")


SENDING_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    event_channels_are_new,
    channels_are_known,
    holdouts_are_of_marketing,
    holdouts_are_compared,
    caps_have_something_to_cap,
    priorities_have_a_cap_to_decide,
)
