"""Facts of tiers: what operators and members do about them."""

from __future__ import annotations

from typing import Any

from memberflow.decoder.values import at, day
from memberflow.events.points import ByHand
from memberflow.events.tiers import OrderJudged, TierAccepted, TierGiven, TierHeld, TierInvited
from memberflow.facts import Accepted, Invited, Judged
from memberflow.facts import TierGiven as Given
from memberflow.facts import TierHeld as Held


def _head(event: TierHeld | TierGiven | TierInvited | TierAccepted | OrderJudged) -> dict[str, Any]:
    return {"at": at(event.occurred_at), "id": event.event_id, "member_id": event.member_id}


def _why(event: ByHand) -> dict[str, Any]:
    return {"reason": event.reason, "operator": event.operator}


def _until(text: str | None) -> int | None:
    return None if text is None else day("until", text)


def _held(event: TierHeld, currency: str) -> Held:
    return Held(**_head(event), **_why(event), until=day("until", event.until))


def _given(event: TierGiven, currency: str) -> Given:
    return Given(**_head(event), **_why(event), tier=event.tier, until=_until(event.until))


def _invited(event: TierInvited, currency: str) -> Invited:
    return Invited(**_head(event), **_why(event), tier=event.tier, until=_until(event.until))


def _accepted(event: TierAccepted, currency: str) -> Accepted:
    return Accepted(**_head(event), tier=event.tier)


def _judged(event: OrderJudged, currency: str) -> Judged:
    return Judged(**_head(event), **_why(event), order_id=event.order_id, accepted=event.accepted)


FACTS: dict[type, Any] = {
    TierHeld: _held,
    TierGiven: _given,
    TierInvited: _invited,
    TierAccepted: _accepted,
    OrderJudged: _judged,
}
