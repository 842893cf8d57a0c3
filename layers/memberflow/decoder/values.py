"""The values of an event in the engine's units; what is out of range is refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from memberflow.errors import BadInput
from memberflow.events.fields import ByHand, Happened
from memberflow.facts import moment
from memberflow.programme.schema.fields import DECIMAL_PLACES


def head(event: Happened, id: str) -> dict[str, Any]:
    """What every fact begins with."""
    return {"at": at(event.occurred_at), "id": id, "member_id": event.member_id}


def by_hand(event: ByHand, id: str) -> dict[str, Any]:
    """The same of what an operator decided, with his reason."""
    return head(event, id) | {"reason": event.reason, "operator": event.operator}


def at(when: datetime) -> int:
    """Refuses what lies where calendars end: a window or a term from there would leave them."""
    if not 1900 <= when.year < 2200:
        raise BadInput("occurred_at", when.isoformat(), "a moment from 1900 to 2199")
    return moment(when)


def minor(field: str, amount: str, currency: str | None, expected_currency: str) -> int:
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


def birthday(text: str | None) -> tuple[int, int, int] | None:
    if text is None:
        return None
    year, month, day = text[:-6].strip("-"), int(text[-5:-3]), int(text[-2:])
    try:
        date(int(year or 2000), month, day)
    except ValueError:
        raise BadInput("birthday", text, "a date that exists") from None
    return (int(year or 0), month, day)


def day(field: str, text: str) -> int:
    """A date as the number of its day."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise BadInput(field, text, "a date that exists, such as '2026-12-31'") from None
    if not 1900 <= found.year < 2200:
        raise BadInput(field, text, "a date from 1900 to 2199")
    return found.toordinal() - date(1970, 1, 1).toordinal()
