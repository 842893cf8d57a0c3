"""Benefits: those given, used up; and what members think of them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from memberflow.events.fields import Happened, Id, Name

GrantId = Annotated[str, Meta(min_length=1, max_length=400, description="The id of the grant, as memberflow gave it.")]
Rating = Annotated[int, Meta(ge=1, le=5, description="From 1, poor, to 5, very good.")]


class GrantUsed(Happened, tag="grant.used", kw_only=True):
    """A benefit that was given to the member is used up: a coupon at the till, a gift handed over."""

    use_id: Id
    grant_id: GrantId


class BenefitRated(Happened, tag="benefit.rated", kw_only=True):
    """A member's rating of one of the programme's benefits, by its name there. Each counts in `memberflow ratings`."""

    rating_id: Id
    benefit: Name
    rating: Rating
