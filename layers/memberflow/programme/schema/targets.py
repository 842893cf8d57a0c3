"""Targets: what a programme is to bring, beside which simulate and demo show what it did bring."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from memberflow.programme.schema.fields import Count, Name, Shape

Target = Annotated[int, Meta(ge=1, le=100, description="a percentage from 1 to 100")]
Growth = Annotated[int, Meta(ge=1, le=1000, description="a percentage from 1 to 1000")]


class Targets(Shape, frozen=True, kw_only=True):
    """What is to be reached in a year, in percent where nothing else is said; churn is not to be passed.

    Each is held against the year before the day asked about, that day counted, and told as far as there is something
    to tell: of a programme in its first year nobody can have gone. Orders refunded whole count for nothing.

    ``upgrade_rate``: members who rose to a higher tier, of all members. ``point_use``: points spent, of those earned
    (what refunds took back is not earned). ``repurchase``: members with two orders or more, of those with an order.
    ``churn``: members without an order, of those with an order in the year before it. ``touches``: messages that left
    for a member and tasks done for him in a year of membership, as a number; simulate, which asks for no consent,
    counts every occasion. ``participation``: members who did something besides ordering (an activity that is no
    complaint, an answer, a benefit used), of all members.
    ``conversion``: of the marketing messages that left and whose ``counts_within`` is over, those that an order counts
    for. ``win_back``: the same by journey. ``member_growth``: how many members more than a year ago, of those then.
    ``order_frequency``: orders of a member in a year of membership, as a number. ``sales_share``: what members bought,
    of everything bought.
    """

    upgrade_rate: Target | None = None
    point_use: Target | None = None
    repurchase: Target | None = None
    churn: Target | None = None
    touches: Count | None = None
    participation: Target | None = None
    conversion: Target | None = None
    win_back: dict[Name, Target] = field(default_factory=dict)
    member_growth: Growth | None = None
    order_frequency: Count | None = None
    sales_share: Target | None = None
