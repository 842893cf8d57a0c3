"""What operators and members do about tiers: hold, give, invite, accept, and judge an order out of the ordinary."""

from __future__ import annotations

from memberflow.events.fields import ByHand, Day, Happened, Id, Name


class TierHeld(ByHand, tag="tier.held", kw_only=True):
    """No review lowers the member's tier through the day ``until``; it lapses by itself."""

    event_id: Id
    until: Day


class TierGiven(ByHand, tag="tier.given", kw_only=True):
    """An operator puts the member into a tier, through the day ``until`` or for a term like any other."""

    event_id: Id
    tier: Name
    until: Day | None = None


class TierInvited(ByHand, tag="tier.invited", kw_only=True):
    """The member is invited to a tier that is entered by invitation; ``until``: the last day to accept."""

    event_id: Id
    tier: Name
    until: Day | None = None


class TierAccepted(Happened, tag="tier.accepted", kw_only=True):
    """The member accepts the invitation to a tier."""

    event_id: Id
    tier: Name


class OrderJudged(ByHand, tag="order.judged", kw_only=True):
    """An order that was flagged as out of the ordinary counts for the member's tier, or never will."""

    event_id: Id
    order_id: Id
    accepted: bool
