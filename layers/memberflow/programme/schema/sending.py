"""How often members are written to."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from memberflow.programme.schema.fields import Channel, Count, Purpose, Shape

Days = Annotated[str, Meta(pattern="^[1-9][0-9]{0,2} days?$", description="a number of days such as 7 days")]


class Cap(Shape, frozen=True, kw_only=True):
    """No more than ``at_most`` messages of a purpose reach a member ``within`` any so many times 24 hours.

    ``channel`` counts those of one channel only; without it all count. What is over it is withheld, not held back: a
    birthday wish is of no use next week. Service messages go freely unless a cap names their purpose.
    """

    purpose: Purpose
    channel: Channel | None = None
    at_most: Count
    within: Days
