"""Segments and tags: what kind of customer a member is."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from memberflow.programme.schema.benefits import Percent
from memberflow.programme.schema.fields import Count, Duration, Label, Language, Money, Name, Shape, Text, Yes

Scores = Annotated[
    str, Meta(pattern="^[1-5](-[1-5])?$", description="a score from 1 to 5, or a range of them such as 4-5")
]


class Segment(Shape, frozen=True, kw_only=True):
    """Members with these scores; a score that is left out may be any."""

    name: Name
    label: dict[Language, Label]
    recency: Scores = "1-5"
    frequency: Scores = "1-5"
    monetary: Scores = "1-5"


class Segments(Shape, frozen=True, kw_only=True):
    """Scores from 1 to 5 by four bands each, and the first of ``names`` that fits them.

    ``recency``: 5 until the first period after the last order is over, 4 until the second, … 1 after the fourth.
    ``frequency`` and ``monetary``: orders and spend over the tiers' window, 1 below the first figure, 2 from there on,
    … 5 from the fourth. Worked out with every order and refund, and when the last order passes into another band; not
    when an old order leaves the window.
    """

    recency: tuple[Duration, ...]
    frequency: tuple[Count, ...]
    monetary: tuple[Money, ...]
    names: Annotated[tuple[Segment, ...], Meta(min_length=1)]


class Cycle(Shape, frozen=True, kw_only=True):
    """The median gap between days with an order is from ``least`` to ``most`` days, both counted."""

    least: Count
    most: Count


class Tag(Shape, frozen=True, kw_only=True):
    """A member has the tag while everything asked for holds over the trailing ``window``.

    Of the orders that are not refunded whole (with ``category``: of those that have it) there are at least ``orders``;
    they come to ``average`` or more apiece; at least ``coupon_share`` percent of them have a coupon; at least ``share``
    percent of them have ``with_category`` too; they come in the ``cycle``. ``activity`` was done at least ``times``.

    Tags are worked out from the member's facts when somebody asks. One that is ``live`` is known at any time without
    reading them, for rules and messages: the member's record then carries his orders of the longest live window, some
    15 bytes each; it can ask nothing of activities.
    """

    label: dict[Language, Label]
    group: Literal["purchase", "preference", "interaction", "scene", "feedback"]
    window: Duration = "12 months"
    category: Text | None = None
    orders: Count | None = None
    average: Money | None = None
    coupon_share: Percent | None = None
    with_category: Text | None = None
    share: Percent | None = None
    cycle: Cycle | None = None
    activity: Text | None = None
    times: Count = 1
    live: Yes = False
