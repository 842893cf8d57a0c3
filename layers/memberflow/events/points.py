"""Points spent, held back for a till, and moved by hand."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from memberflow.events.fields import Amount, ByHand, Currency, Day, Happened, Id, Name, Points

Quantity = Annotated[int, Meta(ge=1, le=1000)]
Movement = Annotated[int, Meta(ge=-(10**12), le=10**12, description="Points given, or taken where negative.")]


class PointsRedeemed(Happened, tag="points.redeemed", kw_only=True):
    """The member asks to spend points; refused as a whole where he has too few usable ones or the programme says no.

    Either ``points``, off an order (``order_id``, ``order_amount``) or into a ``partner``'s programme, or ``quantity``
    of a ``good`` from the catalogue.
    """

    redemption_id: Id
    points: Points | None = None
    order_id: Id | None = None
    order_amount: Amount | None = None
    currency: Currency | None = None
    good: Name | None = None
    quantity: Quantity = 1
    partner: Name | None = None


class PointsReserved(Happened, tag="points.reserved", kw_only=True):
    """A till asks to hold points back; they return by themselves where it neither commits nor cancels in time."""

    reservation_id: Id
    points: Points
    order_id: Id | None = None
    order_amount: Amount | None = None
    currency: Currency | None = None


class PointsCommitted(Happened, tag="points.committed", kw_only=True):
    """A till has given what it had reserved points for. Its word stands, whatever became of the reservation."""

    reservation_id: Id
    points: Points
    order_id: Id | None = None


class PointsCancelled(Happened, tag="points.cancelled", kw_only=True):
    """A till no longer wants what it had reserved."""

    reservation_id: Id


class PointsAdjusted(ByHand, tag="points.adjusted", kw_only=True):
    """Points given or taken by an operator; given ones last as if earned, or through ``last_day``."""

    adjustment_id: Id
    points: Movement
    last_day: Day | None = None


class PointsReinstated(ByHand, tag="points.reinstated", kw_only=True):
    """What expired within the programme's window comes back, as if earned now, or through ``last_day``."""

    reinstatement_id: Id
    last_day: Day | None = None


class PointsExtended(ByHand, tag="points.extended", kw_only=True):
    """Points that end on ``expiring_by`` or sooner are usable through ``last_day``."""

    extension_id: Id
    expiring_by: Day
    last_day: Day


class PointsTransferred(Happened, tag="points.transferred", kw_only=True):
    """The member gives points to another, who gets them with the end they have."""

    transfer_id: Id
    points: Points
    to: Id
