"""Facts of points: spent, held back, moved by hand."""

from __future__ import annotations

from typing import Any

from memberflow.decoder.values import by_hand, day, head, minor
from memberflow.errors import BadInput
from memberflow.events.points import (
    PointsAdjusted,
    PointsCancelled,
    PointsCommitted,
    PointsExtended,
    PointsRedeemed,
    PointsReinstated,
    PointsReserved,
    PointsTransferred,
)
from memberflow.facts import (
    Adjusted,
    Cancelled,
    Committed,
    Extended,
    Redemption,
    Reinstated,
    Reserved,
    SentPoints,
)


def _order_amount(event: PointsRedeemed | PointsReserved, currency: str) -> int | None:
    if event.order_amount is None:
        return None
    return minor("order_amount", event.order_amount, event.currency, currency)


def _last_day(text: str | None) -> int | None:
    return None if text is None else day("last_day", text)


def _redemption(event: PointsRedeemed, currency: str) -> Redemption:
    if (event.points is None) == (event.good is None):
        raise BadInput("points", event.points, "a whole number from 1, or a 'good' of the catalogue: one of the two")
    if event.partner is not None and event.points is None:
        raise BadInput("points", None, "how many points go to the partner")
    return Redemption(
        **head(event, event.redemption_id),
        points=event.points or 0,
        order_id=event.order_id,
        order_amount=_order_amount(event, currency),
        good=event.good,
        quantity=event.quantity,
        partner=event.partner,
    )


def _reserved(event: PointsReserved, currency: str) -> Reserved:
    return Reserved(
        **head(event, event.reservation_id),
        points=event.points,
        order_id=event.order_id,
        order_amount=_order_amount(event, currency),
    )


def _committed(event: PointsCommitted, currency: str) -> Committed:
    return Committed(**head(event, event.reservation_id), points=event.points, order_id=event.order_id)


def _cancelled(event: PointsCancelled, currency: str) -> Cancelled:
    return Cancelled(**head(event, event.reservation_id))


def _adjusted(event: PointsAdjusted, currency: str) -> Adjusted:
    if not event.points:
        raise BadInput("points", 0, "a whole number above or below zero")
    return Adjusted(**by_hand(event, event.adjustment_id), points=event.points, last_day=_last_day(event.last_day))


def _reinstated(event: PointsReinstated, currency: str) -> Reinstated:
    return Reinstated(**by_hand(event, event.reinstatement_id), last_day=_last_day(event.last_day))


def _extended(event: PointsExtended, currency: str) -> Extended:
    expiring_by, last_day = day("expiring_by", event.expiring_by), day("last_day", event.last_day)
    if last_day <= expiring_by:
        raise BadInput("last_day", event.last_day, f"a day after expiring_by, {event.expiring_by}")
    return Extended(**by_hand(event, event.extension_id), expiring_by=expiring_by, last_day=last_day)


def _transferred(event: PointsTransferred, currency: str) -> SentPoints:
    if event.to == event.member_id:
        raise BadInput("to", event.to, "another member than himself")
    return SentPoints(**head(event, event.transfer_id), points=event.points, to=event.to)


FACTS: dict[type, Any] = {
    PointsRedeemed: _redemption,
    PointsReserved: _reserved,
    PointsCommitted: _committed,
    PointsCancelled: _cancelled,
    PointsAdjusted: _adjusted,
    PointsReinstated: _reinstated,
    PointsExtended: _extended,
    PointsTransferred: _transferred,
}
