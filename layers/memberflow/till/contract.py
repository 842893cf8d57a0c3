"""What may be asked at the till, and what comes back. events/openapi.json is generated from the types below.

Amounts are decimal strings in the programme's currency, moments RFC 3339 in UTC, days dates in the programme's zone.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from memberflow.events.fields import Amount, Currency, Day, Id, Name, Points, Text
from memberflow.events.points import Movement, Quantity

Key = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9._~:-]{1,128}$",
        description="The caller's own key for this request. Asked again with the same key nothing happens twice.",
    ),
]
When = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
LastDay = Annotated[str | None, Meta(description="The last day on which they are usable; null: they do not expire.")]


class Asked(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class Spend(Asked, kw_only=True):
    """Either ``points``, off an order or into a ``partner``'s programme, or ``quantity`` of a ``good``."""

    points: Points | None = None
    order_amount: Amount | None = None
    currency: Currency | None = None
    good: Name | None = None
    quantity: Quantity = 1
    partner: Name | None = None


class QuoteAsked(Spend, kw_only=True):
    """As a redemption; or ``most``: as many points as can go into an order of ``order_amount``."""

    most: bool = False


class RedemptionAsked(Spend, kw_only=True):
    order_id: Id | None = None


class ReservationAsked(Asked, kw_only=True):
    points: Points
    order_id: Id | None = None
    order_amount: Amount | None = None
    currency: Currency | None = None


class CommitAsked(Asked, kw_only=True):
    """``order_id``: where the reservation did not name the order yet."""

    order_id: Id | None = None


class AdjustmentAsked(Asked, kw_only=True):
    points: Movement
    reason: Text
    last_day: Day | None = None


class Part(Struct):
    """Points of one lot."""

    points: int
    last_day: LastDay


class PointsNow(Struct):
    """``points``: usable; ``worth`` so much off an order, null where the programme does not say.

    ``pending``: earned and not usable yet; ``held`` for tills; ``debt``: what the next earnings repay.
    ``expiring``: the lots that end soonest.
    """

    member_id: str
    as_of: When
    tier: str | None
    points: int
    worth: Amount | None
    currency: str
    pending: int
    held: int
    debt: int
    expiring: list[Part]


class Measured(Struct):
    """What a rule asks of a measure, and what there is: amounts as decimal strings, other figures as whole numbers."""

    measure: str
    value: str
    needed: str
    at_most: bool
    met: bool


class Needs(Struct):
    """All of ``figures``, everything in ``all`` and, where there are any, one of ``any``."""

    figures: list[Measured]
    all: list[Needs]
    any: list[Needs]
    met: bool


class TierAhead(Struct):
    """``on``: the day on which members rise, null where they do at once; ``needs`` counts what will be there then.

    ``at_once``: a rule that lets one in without waiting for that day.
    """

    tier: str
    label: dict[str, str]
    needs: Needs
    on: str | None
    at_once: Needs | None


class Progress(Struct):
    """``settled_on``: when the tier is settled; it is kept with ``keeps``, else it becomes ``below``."""

    member_id: str
    as_of: When
    tier: str | None
    label: dict[str, str]
    settled_on: str | None
    keeps: Needs | None
    below: str | None
    ahead: list[TierAhead]


class Line(Struct):
    """A movement. ``number``: its place in the statement, from 1; a fact that comes late renumbers those after it.

    ``cause``: the fact or timer that made it happen. ``balance``: points less debt, after it. ``pending``: by how much
    it changed what is earned and not usable yet. ``lot``: the last day of the lot it moved, ``never`` for one that does
    not expire, ``debt`` for what is owed.
    """

    number: int
    at: When
    cause: str
    points: int
    pending: int
    balance: int
    lot: str


class Statement(Struct):
    """The newest movements first. ``before``: asks for the page after this one; null on the last."""

    member_id: str
    movements: list[Line]
    before: int | None


Refused = Literal[
    "not_enough_points",
    "below_minimum",
    "not_in_step",
    "above_share",
    "unknown_good",
    "cap_reached",
    "unknown_partner",
    None,
]


class QuoteGiven(Struct):
    """What it would come to, holding nothing back: ``worth`` off an order, or ``theirs`` in the partner's points.

    ``lots``: what it would take. ``refused``: why it can't be, null where it can.
    """

    points: int
    worth: Amount | None
    currency: str
    theirs: int | None
    lots: list[Part]
    refused: Refused


class ReservationMade(Struct):
    """Held until the moment ``until``; then the points return by themselves."""

    reservation_id: str
    points: int
    worth: Amount | None
    currency: str
    until: When
    order_id: str | None


class ReservationCommitted(Struct):
    reservation_id: str
    points: int
    at: When
    order_id: str | None


class ReservationCancelled(Struct):
    reservation_id: str
    at: When


class RedemptionMade(Struct):
    redemption_id: str
    points: int
    worth: Amount | None
    currency: str
    theirs: int | None
    at: When


class AdjustmentMade(Struct):
    adjustment_id: str
    points: int
    reason: str
    operator: str
    at: When


class Route(Struct, frozen=True, kw_only=True):
    """``keyed``: asks for an Idempotency-Key. ``paged``: takes ``before``."""

    name: str
    method: Literal["GET", "POST"]
    path: str
    summary: str
    answer: type[Struct]
    status: int = 200
    body: type[Asked] | None = None
    keyed: bool = False
    paged: bool = False
    operators_only: bool = False


_MEMBER = "/members/{member_id}"
_RESERVATION = _MEMBER + "/reservations/{reservation_id}"

ROUTES = (
    Route(
        name="points",
        method="GET",
        path=_MEMBER + "/points",
        summary="What a member has, and what of it ends soonest",
        answer=PointsNow,
    ),
    Route(
        name="statement",
        method="GET",
        path=_MEMBER + "/statement",
        summary="Every movement of a member's points",
        answer=Statement,
        paged=True,
    ),
    Route(
        name="progress",
        method="GET",
        path=_MEMBER + "/progress",
        summary="What a member's tier is kept with, and how far it is to the next ones",
        answer=Progress,
    ),
    Route(
        name="quote",
        method="POST",
        path=_MEMBER + "/quotes",
        summary="What spending points would come to; nothing is held back",
        body=QuoteAsked,
        answer=QuoteGiven,
    ),
    Route(
        name="reserve",
        method="POST",
        path=_MEMBER + "/reservations",
        summary="Hold points back for a till; the key is the reservation's id",
        body=ReservationAsked,
        answer=ReservationMade,
        status=201,
        keyed=True,
    ),
    Route(
        name="commit",
        method="POST",
        path=_RESERVATION + "/commit",
        summary="Spend what is held",
        body=CommitAsked,
        answer=ReservationCommitted,
    ),
    Route(
        name="cancel",
        method="POST",
        path=_RESERVATION + "/cancel",
        summary="Give back what is held",
        answer=ReservationCancelled,
    ),
    Route(
        name="redeem",
        method="POST",
        path=_MEMBER + "/redemptions",
        summary="Spend points at once",
        body=RedemptionAsked,
        answer=RedemptionMade,
        status=201,
        keyed=True,
    ),
    Route(
        name="adjust",
        method="POST",
        path=_MEMBER + "/adjustments",
        summary="Give or take points by hand",
        body=AdjustmentAsked,
        answer=AdjustmentMade,
        status=201,
        keyed=True,
        operators_only=True,
    ),
)
