"""Frequency caps: how much of a purpose reached a member lately, exact to the millisecond, by what was really sent."""

from __future__ import annotations

from collections.abc import Mapping

from memberflow.engine.calendar import DAY, Period
from memberflow.programme.schema import Programme
from memberflow.programme.schema.sending import Cap

Sends = Mapping[str, tuple[int, str, str]]
"""By occurrence: the moment, purpose and channel of what reached a member."""


def capped(programme: Programme, sends: Sends, occurrence_id: str, purpose: str, channel: str, now: int) -> bool:
    """Whether one more would be over a cap; what was sent exactly the cap's length ago counts no more."""
    others = [sent for name, sent in sends.items() if name != occurrence_id]
    return any(
        sum(_counts(cap, sent, now) for sent in others) >= cap.at_most
        for cap in programme.caps
        if cap.purpose == purpose and cap.channel in (None, channel)
    )


def are_about(programme: Programme, purpose: str) -> bool:
    """Whether messages of the purpose are counted at all."""
    return any(cap.purpose == purpose for cap in programme.caps)


def with_one(programme: Programme, sends: Sends, occurrence_id: str, one: tuple[int, str, str]) -> Sends:
    """The sends with one more, without those that are too old for every cap."""
    oldest = one[0] - max((_length(cap) for cap in programme.caps), default=0)
    return {name: sent for name, sent in sends.items() if sent[0] > oldest} | {occurrence_id: one}


def without(sends: Sends, occurrence_id: str) -> Sends:
    return {name: sent for name, sent in sends.items() if name != occurrence_id}


def _counts(cap: Cap, sent: tuple[int, str, str], now: int) -> bool:
    at, purpose, channel = sent
    return at > now - _length(cap) and purpose == cap.purpose and cap.channel in (None, channel)


def _length(cap: Cap) -> int:
    return Period.of(cap.within).days * DAY
