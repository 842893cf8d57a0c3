"""The last look before a message leaves: which channel it may take, or why none, and when to look again."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any

from msgspec import Struct

from memberflow.delivery import caps
from memberflow.delivery.caps import Sends
from memberflow.engine import truth
from memberflow.engine.holdout import held_out
from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence
from memberflow.engine.plans import local_minute
from memberflow.engine.rules import Rules


class Asked(Struct, frozen=True, kw_only=True):
    """What is to be decided. ``sends``: what reached the member lately; ``stopped``: until when, by channel."""

    rules: Rules
    member: Member
    occurrence: Occurrence
    sends: Sends
    stopped: Mapping[str, int]
    refused: Container[str]
    now: int

    @property
    def purpose(self) -> str:
        return self.rules.journeys[self.occurrence.journey].purpose


class Verdict(Struct, frozen=True):
    """The ``channel`` to take, or the ``reason`` for which there is none, with ``until`` where that will pass."""

    channel: str | None = None
    reason: str | None = None
    until: int | None = None


def verdict(asked: Asked) -> Verdict:
    """In this order: stale, withdrawn, consent, contact, suppressed, refused, quiet, cap, stopped, holdout.

    A holdout comes last: who is held out would have been written to, so the two groups can be compared.
    """
    if asked.occurrence.useful_until <= asked.now:
        return Verdict(reason="stale")
    if not truth.still_true(asked.rules, asked.member, asked.occurrence, asked.now):
        return Verdict(reason="withdrawn")
    channels, reason = _open(asked)
    if not channels:
        return Verdict(reason=reason)
    quiet_until = quiet_end(asked.rules, asked.member, asked.now)
    if quiet_until > asked.now:
        return Verdict(reason="quiet", until=quiet_until)
    channel = next((channel for channel in channels if not _capped(asked, channel)), None)
    if channel is None:
        return Verdict(reason="cap")
    if asked.purpose == "marketing" and asked.stopped.get(channel, 0) > asked.now:
        return Verdict(reason="stopped", until=asked.stopped[channel])
    return (
        Verdict(reason="holdout")
        if held_out(asked.rules, asked.member.id, asked.occurrence.journey)
        else Verdict(channel)
    )


def _open(asked: Asked) -> tuple[list[str], str]:
    """The channels that the member allows and can be reached by; where there are none, how far the best one came."""
    channels = list(asked.rules.programme.journeys[asked.occurrence.journey].channels)
    member = asked.member
    gates: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("consent", lambda channel: _consents(member, asked.purpose, channel)),
        ("contact", lambda channel: channel == "log" or channel in member.contacts),
        ("suppressed", lambda channel: channel not in member.suppressed),
        ("refused", lambda channel: channel not in asked.refused),
    )
    for reason, passes in gates:
        channels = [channel for channel in channels if passes(channel)]
        if not channels:
            return [], reason
    return channels, ""


def _consents(member: Member, purpose: str, channel: str) -> bool:
    """Marketing needs a consent given for it on the channel; service messages go unless it was refused."""
    consent = member.consents.get(f"{purpose}/{channel}")
    return consent[0] if consent is not None else purpose == "service"


def evidence(member: Member, purpose: str, channel: str) -> dict[str, Any] | None:
    """The consent that allows a message: since when, from which source, to which version of the text."""
    consent = member.consents.get(f"{purpose}/{channel}")
    if consent is None:
        return None
    _, at, source, text_version = consent
    return {"at": at, "source": source, "text_version": text_version}


def _capped(asked: Asked, channel: str) -> bool:
    name = asked.occurrence.id
    return caps.capped(asked.rules.programme, asked.sends, name, asked.purpose, channel, asked.now)


def quiet_end(rules: Rules, member: Member, now: int) -> int:
    """The moment at which the quiet hours that hold now end, in the member's own time; ``now`` where none do."""
    quiet = rules.programme.quiet_hours
    if quiet is None:
        return now
    place, start, end = rules.zone_of(member), local_minute(quiet.start), local_minute(quiet.end)
    day, minute = place.day(now), place.minute(now)
    if start < end:
        return max(now, place.moment(day, end)) if start <= minute < end else now
    if minute >= start:
        return place.moment(day + 1, end)
    return max(now, place.moment(day, end)) if minute < end else now
