"""Facts of tiers: what operators and members do about them."""

from __future__ import annotations

from typing import Any

from memberflow.decoder.values import by_hand, day, head
from memberflow.events.tiers import OrderJudged, TierAccepted, TierGiven, TierHeld, TierInvited
from memberflow.facts import Accepted, Invited, Judged
from memberflow.facts import TierGiven as Given
from memberflow.facts import TierHeld as Held


def _until(text: str | None) -> int | None:
    return None if text is None else day("until", text)


def _held(event: TierHeld, currency: str) -> Held:
    return Held(**by_hand(event, event.event_id), until=day("until", event.until))


def _given(event: TierGiven, currency: str) -> Given:
    return Given(**by_hand(event, event.event_id), tier=event.tier, until=_until(event.until))


def _invited(event: TierInvited, currency: str) -> Invited:
    return Invited(**by_hand(event, event.event_id), tier=event.tier, until=_until(event.until))


def _accepted(event: TierAccepted, currency: str) -> Accepted:
    return Accepted(**head(event, event.event_id), tier=event.tier)


def _judged(event: OrderJudged, currency: str) -> Judged:
    return Judged(**by_hand(event, event.event_id), order_id=event.order_id, accepted=event.accepted)


FACTS: dict[type, Any] = {
    TierHeld: _held,
    TierGiven: _given,
    TierInvited: _invited,
    TierAccepted: _accepted,
    OrderJudged: _judged,
}
