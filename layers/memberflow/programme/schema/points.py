"""How points are earned, how long they last and what they buy."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from memberflow.programme.schema.fields import (
    Count,
    DayPattern,
    Duration,
    Label,
    Language,
    Money,
    MonthDay,
    Name,
    Shape,
)

Cost = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$",
        description="an amount in the programme's currency with at most six decimal places, such as 0.008",
    ),
]


class Earn(Shape, frozen=True, kw_only=True):
    """``points`` for every full ``per`` of an order's amount; a remainder earns nothing.

    ``by_tier``: other points for the same ``per``, by the tier held when the order is paid.
    """

    points: Count = 1
    per: Money
    by_tier: dict[Name, Count] = field(default_factory=dict)


class Bonus(Shape, frozen=True, kw_only=True):
    """More points on an order for which everything said here is true.

    ``on``: days of the programme's calendar. ``categories``: on the amount of the order's lines in one of them (on the
    whole order where its lines carry no amounts). ``channels``: where it was paid. ``tiers``: the tier held before it.
    ``from``: the order's amount at least. ``idle``: so long without an order before it.
    What it adds: ``times`` 2 doubles, ``percent`` 50 adds half, both of the points that the amount earns without any
    bonus and rounded down; ``points`` adds a fixed number.
    """

    on: tuple[DayPattern, ...] = ()
    categories: tuple[Name, ...] = ()
    channels: tuple[Name, ...] = ()
    tiers: tuple[Name, ...] = ()
    from_: Money | None = field(default=None, name="from")
    idle: Duration | None = None
    times: Annotated[int, Meta(ge=2, le=100, description="a whole number from 2")] | None = None
    percent: Annotated[int, Meta(ge=1, le=10_000, description="a whole number of percent")] | None = None
    points: Count | None = None


class Activity(Shape, frozen=True, kw_only=True):
    """What an activity earns each time; ``per_day`` and ``in_all`` cap how many times it earns (absent: no cap).

    ``first``: further points for the first time that it earns.
    """

    points: Count | None = None
    growth: Count | None = None
    per_day: Count | None = None
    in_all: Count | None = None
    first: Count | None = None


class Referral(Shape, frozen=True, kw_only=True):
    """What a member earns for a friend whose first order has outlived its return period, ``after``, unreturned."""

    points: Count | None = None
    growth: Count | None = None
    after: Duration


class Rolling(Shape, frozen=True, kw_only=True):
    """Activity prolongs points: they last ``for`` from its day, if that is later.

    ``on``: what counts: order, redemption, or activities by name. An order that earns no points counts only with
    ``zero_points``.
    """

    for_: Duration = field(name="for")
    on: Annotated[tuple[Name, ...], Meta(min_length=1)] = ("order",)
    zero_points: Literal["count", "do not count"] = "do not count"


class Expiry(Shape, frozen=True, kw_only=True):
    """When points are gone. A lot keeps the rule under which it was earned.

    ``after``: usable so long from the day they were earned, through the end of its last day; ``round_up_to``: through
    the end of that day's month, quarter or year. ``on``: through the first of these days of the year from then on.
    ``rolling``: prolonged by activity. ``never_for``: while a member holds one of these tiers none of his points
    expire; when he leaves it those past their day are usable for ``notice`` more. ``reinstate_within``: how far back an
    operator can bring expired points to life.
    """

    after: Duration | None = None
    round_up_to: Literal["month", "quarter", "year"] | None = None
    on: tuple[MonthDay, ...] = ()
    rolling: Rolling | None = None
    never_for: tuple[Name, ...] = ()
    notice: Duration = "30 days"
    reinstate_within: Duration | None = None


class Good(Shape, frozen=True, kw_only=True):
    """A gift or service that points buy. ``cost``: of one; absent: its points at what a point costs.

    ``in_all``: how many of it a member can have (absent: any number).
    """

    points: Count
    label: dict[Language, Label]
    cost: Money | None = None
    in_all: Count | None = None


class Partner(Shape, frozen=True, kw_only=True):
    """A programme that takes our points: ``points`` of ours become ``theirs`` of its own, in whole multiples."""

    points: Count
    theirs: Count
    label: dict[Language, Label]


class Redeem(Shape, frozen=True, kw_only=True):
    """What points buy: ``points`` are ``worth`` an amount off an order.

    ``least`` and ``step``: how many at least, and in multiples of what. ``share``: at most so many percent of the
    order's amount. ``reserve_for``: how long a till may hold points back. ``returned_for``: points that come back after
    their day (a cancelled reservation, a refunded order) are usable so long from then; absent: they are gone.
    """

    points: Count = 1
    worth: Money
    least: Count = 1
    step: Count = 1
    share: Annotated[int, Meta(ge=1, le=100, description="a percentage from 1 to 100")] = 100
    goods: dict[Name, Good] = field(default_factory=dict)
    partners: dict[Name, Partner] = field(default_factory=dict)
    reserve_for: Annotated[
        str, Meta(pattern="^([1-9][0-9]{0,2} (minutes?|hours?))$", description="a time such as 15 minutes or 2 hours")
    ] = "15 minutes"
    returned_for: Duration | None = None


class Points(Shape, frozen=True, kw_only=True):
    """``earn``: what orders give; absent: nothing. ``expiry`` absent: points last for ever.

    ``bonuses`` all count, each from what the amount earns without any (``stacking: best``: only the largest does).
    ``growth``: points of growth value for the amount of orders, which are never spent and go only where an order is
    refunded. ``joining``: points for joining. ``usable_after``: how long points are pending before they can be spent
    (from the order's day; not those earned in other ways); ``usable_on: delivery``: until the order is delivered.
    ``when_short``: where a refund takes back points that are spent already, the rest becomes a debt that later
    earnings repay, or is forgiven. ``cost``: what a point costs the shop when it is used;
    what is owed in points is valued at it.
    """

    earn: Earn | None = None
    bonuses: dict[Name, Bonus] = field(default_factory=dict)
    stacking: Literal["all", "best"] = "all"
    activities: dict[Name, Activity] = field(default_factory=dict)
    joining: Count | None = None
    referral: Referral | None = None
    growth: Earn | None = None
    usable_after: Duration | None = None
    usable_on: Literal["delivery"] | None = None
    expiry: Expiry | None = None
    when_short: Literal["debt", "forgive"] = "debt"
    redeem: Redeem | None = None
    cost: Cost | None = None
