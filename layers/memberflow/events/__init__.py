"""What arrives from outside: the contract of events in the shop's words. decoder.py makes facts of them.

An event is JSON: amounts are decimal strings, moments are RFC 3339 with an offset. The JSON Schemas in
events/schemas/ are generated from the types below. Unknown fields are ignored; digits finer than a millisecond are cut.
"""

from __future__ import annotations

from msgspec import Struct

from memberflow.events.grants import BenefitRated, GrantUsed
from memberflow.events.members import ActivityDone, ConsentChanged, MemberJoined, MemberMerged, MemberUpdated
from memberflow.events.orders import OrderDelivered, OrderPaid, OrderRefunded
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
from memberflow.events.tasks import SurveyAnswered, TaskDone
from memberflow.events.tiers import OrderJudged, TierAccepted, TierGiven, TierHeld, TierInvited

Event = (
    OrderPaid
    | OrderRefunded
    | OrderDelivered
    | MemberJoined
    | MemberUpdated
    | MemberMerged
    | ConsentChanged
    | ActivityDone
    | PointsRedeemed
    | PointsReserved
    | PointsCommitted
    | PointsCancelled
    | PointsAdjusted
    | PointsReinstated
    | PointsExtended
    | PointsTransferred
    | TierHeld
    | TierGiven
    | TierInvited
    | TierAccepted
    | OrderJudged
    | GrantUsed
    | TaskDone
    | SurveyAnswered
    | BenefitRated
)
EVENT_TYPES: tuple[type[Struct], ...] = Event.__args__
