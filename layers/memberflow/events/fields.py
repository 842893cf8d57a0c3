"""The kinds of value that events are written in, and what every event has."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

Id = Annotated[
    str, Meta(min_length=1, max_length=128, description="An identifier of the shop's own, at most 128 characters.")
]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset, such as 2026-03-01T12:00:00+08:00.")]
Amount = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,12}(\.[0-9]{1,3})?$",
        description="A decimal string in the currency's main unit, never negative.",
    ),
]
Currency = Annotated[
    str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217 code; the programme accounts in one currency.")
]
Birthday = Annotated[
    str,
    Meta(pattern=r"^([0-9]{4}|-)-[0-9]{2}-[0-9]{2}$", description="1990-05-17, or --05-17 where the year is unknown."),
]
Address = Annotated[str, Meta(min_length=1, max_length=256, description="Where a channel reaches the member.")]
Points = Annotated[int, Meta(ge=1, le=10**12)]
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="A date such as 2026-12-31.")]
Text = Annotated[str, Meta(min_length=1, max_length=500)]


class Happened(Struct, tag_field="type", kw_only=True, omit_defaults=True):
    member_id: Id
    occurred_at: Moment


class ByHand(Happened, kw_only=True):
    """What an operator does, and why."""

    reason: Text
    operator: Name
