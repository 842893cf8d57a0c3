"""Benefits that were given, used up."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from memberflow.events.fields import Happened, Id

GrantId = Annotated[str, Meta(min_length=1, max_length=400, description="The id of the grant, as memberflow gave it.")]


class GrantUsed(Happened, tag="grant.used", kw_only=True):
    """A benefit that was given to the member is used up: a coupon at the till, a gift handed over."""

    use_id: Id
    grant_id: GrantId
