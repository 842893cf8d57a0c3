"""From events to facts: one that can't be used is refused by field, value and what would be right."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec

from memberflow.errors import BadInput
from memberflow.events import (
    EVENT_TYPES,
    ActivityDone,
    ConsentChanged,
    Event,
    MemberJoined,
    MemberUpdated,
    OrderPaid,
    OrderRefunded,
    PointsRedeemed,
    Profile,
)
from memberflow.facts import Activity, AnyFact, Consent, Joined, Order, Redemption, Refund, Updated, moment
from memberflow.programme.schema.fields import DECIMAL_PLACES

MAX_EVENT_BYTES = 64 * 1024
"""A larger event is refused: stored whole it would crowd the 400 KB of a table item."""

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


def _profile(event: Profile) -> dict[str, Any]:
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
