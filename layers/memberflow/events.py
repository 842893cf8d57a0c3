"""What arrives from outside: the contract of events in the shop's words. decoder.py makes facts of them.

An event is JSON: amounts are decimal strings, moments are RFC 3339 with an offset. The JSON Schemas in
events/schemas/ are generated from the types below. Unknown fields are ignored; digits finer than a millisecond are cut.
"""

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


class _Event(Struct, tag_field="type", kw_only=True, omit_defaults=True):
    member_id: Id
    occurred_at: Moment


class OrderLine(Struct):
    """One line of an order; its category counts as the order's."""

    category: Name


class OrderPaid(_Event, tag="order.paid", kw_only=True):
    """An order was paid. Its id is ``order_id``: the same order delivered again counts once."""

    order_id: Id
    amount: Amount
    currency: Currency
    channel: Name = "unknown"
    categories: tuple[Name, ...] = ()
    lines: tuple[OrderLine, ...] = ()
    coupon_codes: tuple[Name, ...] = ()


class OrderRefunded(_Event, tag="order.refunded", kw_only=True):
    """Money went back: ``amount`` of the order, or all that is left of it with ``whole``.

    An ``order_id`` of null takes from the member's newest spend before the refund, never below zero.
    """

    refund_id: Id
    order_id: Id | None = None
    amount: Amount | None = None
    currency: Currency
    whole: bool = False


class Profile(_Event, kw_only=True):
    birthday: Birthday | None = None
    time_zone: Name | None = None
    language: Name | None = None
    contacts: Annotated[dict[Name, Address], Meta(max_length=16)] = {}


class MemberJoined(Profile, tag="member.joined", kw_only=True):
    """The member joined; once per member."""


class MemberUpdated(Profile, tag="member.updated", kw_only=True):
    """The member's profile changed. What is absent stays as it was; contacts are merged."""

    event_id: Id


class ConsentChanged(_Event, tag="consent.changed", kw_only=True):
    """The member allowed or forbade messages of a purpose on a channel."""

    event_id: Id
    purpose: Name
    channel: Name
    granted: bool
    source: Name = "unknown"
    text_version: Name = "unknown"


class ActivityDone(_Event, tag="activity.done", kw_only=True):
    """The member did something that is not an order: a check-in, a review, a share."""

    activity: Name
    activity_id: Id


class PointsRedeemed(_Event, tag="points.redeemed", kw_only=True):
    """The member asks to spend points; refused as a whole where he has too few usable ones."""

    redemption_id: Id
    points: Points


Event = OrderPaid | OrderRefunded | MemberJoined | MemberUpdated | ConsentChanged | ActivityDone | PointsRedeemed
EVENT_TYPES: tuple[type[Struct], ...] = Event.__args__
