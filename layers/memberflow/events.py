"""What arrives from outside: the contract of events in the shop's words, and the decoder that makes facts of them.

An event is JSON: amounts are decimal strings, moments are RFC 3339 with an offset. The JSON Schemas in
events/schemas/ are generated from the types below. Unknown fields are ignored; digits finer than a millisecond are cut.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from memberflow.errors import BadInput
from memberflow.facts import Activity, AnyFact, Consent, Joined, Order, Redemption, Refund, Updated, moment
from memberflow.programme.schema import DECIMAL_PLACES

MAX_EVENT_BYTES = 64 * 1024
"""A larger event is refused: stored whole it would crowd the 400 KB of a table item."""

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


class _Profile(_Event, kw_only=True):
    birthday: Birthday | None = None
    time_zone: Name | None = None
    language: Name | None = None
    contacts: Annotated[dict[Name, Address], Meta(max_length=16)] = {}


class MemberJoined(_Profile, tag="member.joined", kw_only=True):
    """The member joined; once per member."""


class MemberUpdated(_Profile, tag="member.updated", kw_only=True):
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

_EVENT_DECODER: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)

# What would be right, by the last name of a field's path; the types say the rest.
_EXPECTED = {
    "type": "one of " + ", ".join(str(t.__struct_config__.tag) for t in EVENT_TYPES),
    "amount": "a decimal string, never negative, such as '12.50'",
    "currency": "an ISO 4217 code such as 'GBP'",
    "occurred_at": "a moment with an offset, such as '2026-03-01T12:00:00+08:00'",
    "birthday": "'1990-05-17', or '--05-17' where the year is unknown",
    "points": "a whole number from 1 to 1000000000000",
}


def decode(raw: bytes | str, currency: str) -> AnyFact:
    """The fact that an event tells of; ``currency`` is the programme's.

    Raises BadInput, which names the field, its value and what would be right.
    """
    data = raw if isinstance(raw, bytes) else raw.encode(errors="replace")
    if len(data) > MAX_EVENT_BYTES:
        raise BadInput("", f"{len(data)} bytes", f"at most {MAX_EVENT_BYTES} bytes")
    event = _parse(data)
    fact: AnyFact = _TO_FACT[type(event)](event, currency)
    return fact


def _parse(data: bytes) -> Event:
    try:
        try:
            return _EVENT_DECODER.decode(data)
        except msgspec.ValidationError as error:
            raise _explain(data, error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput("", data.decode(errors="replace"), f"a JSON object in UTF-8 ({error})") from None


def _explain(data: bytes, error: msgspec.ValidationError) -> BadInput:
    """Adds the value that stood in the field to msgspec's account, whose text ends in the path."""
    problem, _, path = str(error).partition(" - at `$")
    path = path.strip("`.")
    value: Any = msgspec.json.decode(data)
    for step in filter(None, path.replace("]", "").replace("[", ".").split(".")):
        value = value[int(step)] if isinstance(value, list) else value[step]
    missing = problem.removeprefix("Object missing required field `").rstrip("`")
    if missing != problem.rstrip("`"):
        name, value, problem = missing, None, "a value: the field is required"
        path = f"{path}.{missing}" if path else missing
    else:
        name, problem = path.rpartition(".")[2], problem.removeprefix("Expected ")
    return BadInput(path, value, _EXPECTED.get(name, problem))


def _moment(at: datetime) -> int:
    """Refuses what lies where calendars end: a window or a term from there would leave them."""
    if not 1900 <= at.year < 2200:
        raise BadInput("occurred_at", at.isoformat(), "a moment from 1900 to 2199")
    return moment(at)


def _minor(field: str, amount: str, currency: str, expected_currency: str) -> int:
    """Decimal text to integer minor units; refuses a foreign currency and places it does not have."""
    if currency != expected_currency:
        raise BadInput("currency", currency, f"{expected_currency!r}, the programme's currency")
    whole, _, part = amount.partition(".")
    places = DECIMAL_PLACES.get(currency, 2)
    if len(part) == places:
        return int(whole + part)
    if len(part.rstrip("0")) > places:
        raise BadInput(field, amount, f"at most {places} decimal places in {currency}")
    return int(whole + part[:places].ljust(places, "0"))


def _order(event: OrderPaid, currency: str) -> Order:
    categories = event.categories
    if event.lines:
        categories = tuple(dict.fromkeys((*categories, *(line.category for line in event.lines))))
    return Order(
        at=_moment(event.occurred_at),
        id=event.order_id,
        member_id=event.member_id,
        amount=_minor("amount", event.amount, event.currency, currency),
        channel=event.channel,
        categories=categories,
        coupon_codes=event.coupon_codes,
    )


def _refund(event: OrderRefunded, currency: str) -> Refund:
    if event.amount is None and not event.whole:
        raise BadInput("amount", None, "a decimal string such as '12.50', or 'whole': true")
    if event.whole and event.order_id is None:
        raise BadInput("order_id", None, "the order that is refunded whole")
    amount = _minor("amount", event.amount or "0", event.currency, currency)
    return Refund(
        at=_moment(event.occurred_at),
        id=event.refund_id,
        member_id=event.member_id,
        order_id=event.order_id,
        amount=None if event.whole else amount,
    )


def _birthday(text: str | None) -> tuple[int, int, int] | None:
    if text is None:
        return None
    year, month, day = text[:-6].strip("-"), int(text[-5:-3]), int(text[-2:])
    try:
        date(int(year or 2000), month, day)
    except ValueError:
        raise BadInput("birthday", text, "a date that exists") from None
    return (int(year or 0), month, day)


def _profile(event: _Profile) -> dict[str, Any]:
    return {
        "at": _moment(event.occurred_at),
        "member_id": event.member_id,
        "birthday": _birthday(event.birthday),
        "time_zone": event.time_zone,
        "language": event.language,
        "contacts": event.contacts,
    }


def _joined(event: MemberJoined, currency: str) -> Joined:
    return Joined(id="joined", **_profile(event))


def _updated(event: MemberUpdated, currency: str) -> Updated:
    return Updated(id=event.event_id, **_profile(event))


def _consent(event: ConsentChanged, currency: str) -> Consent:
    return Consent(
        at=_moment(event.occurred_at),
        id=event.event_id,
        member_id=event.member_id,
        purpose=event.purpose,
        channel=event.channel,
        granted=event.granted,
        source=event.source,
        text_version=event.text_version,
    )


def _activity(event: ActivityDone, currency: str) -> Activity:
    return Activity(
        at=_moment(event.occurred_at),
        id=f"{event.activity}#{event.activity_id}",
        member_id=event.member_id,
        activity=event.activity,
    )


def _redemption(event: PointsRedeemed, currency: str) -> Redemption:
    return Redemption(
        at=_moment(event.occurred_at), id=event.redemption_id, member_id=event.member_id, points=event.points
    )


_TO_FACT: dict[type, Any] = {
    OrderPaid: _order,
    OrderRefunded: _refund,
    MemberJoined: _joined,
    MemberUpdated: _updated,
    ConsentChanged: _consent,
    ActivityDone: _activity,
    PointsRedeemed: _redemption,
}
