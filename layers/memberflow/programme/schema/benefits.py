"""Benefits: what a shop gives its members, by tier, by occasion and for badges."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from memberflow.programme.schema.fields import Count, DayPattern, Label, Language, Money, Name, Shape, Text, Validity
from memberflow.programme.schema.tiers import Rule

Percent = Annotated[int, Meta(ge=1, le=100, description="a whole number from 1 to 100")]


class Benefit(Shape, frozen=True, kw_only=True):
    """Something worth having.

    ``coupon``: ``off`` an amount, or ``percent``, on an order ``from`` so much. ``discount``: ``percent`` off every
    order. ``gift``, ``service`` and ``access`` are what their label says; a gift may go with an order ``from`` so
    much. ``trial``: what members of ``tier`` have, without the tier.

    ``valid_for``: how long one that was given lasts, hours to the minute and else through the end of its last day
    (absent: for ever). ``on``: it counts on these days alone, such as a member day. ``cost``: what one costs the shop
    when it is used, which simulate and demo add up by tier. ``cost_of``: a benefit that a tier has costs so much for
    each order that its members pay, or for each month or year for which they hold the tier (in `memberflow costs`).
    What a discount of a tier costs follows from the orders, and needs no cost. ``instead_of``: benefits that
    do not count for a member while he has this one and it counts, such as the everyday discount on a member day.
    """

    kind: Literal["coupon", "discount", "gift", "service", "access", "trial"]
    label: dict[Language, Label]
    off: Money | None = None
    from_: Money | None = field(default=None, name="from")
    percent: Percent | None = None
    tier: Name | None = None
    valid_for: Validity | None = None
    on: tuple[DayPattern, ...] = ()
    cost: Money | None = None
    cost_of: Literal["use", "order", "month", "year"] = "use"
    instead_of: tuple[Name, ...] = ()


class GrantRule(Shape, frozen=True, kw_only=True):
    """When benefits are given, and to members of which ``tiers`` (absent: of any); each is used once.

    ``joined``: on joining. ``first_order``: with the first order that is not refunded whole. ``order``: with each order
    of ``least`` or more. ``tier_reached``: with every rise to one of ``tiers``. ``yearly``: once in each year of
    membership, as soon as the member has one of ``tiers``. ``birthday``, ``birthday_month``: as the day or the month
    begins where the member is. ``anniversary``: after so many ``years`` of membership. ``badge``: with that one;
    ``badges``: with the ``count``-th. ``activity``: with each of that kind.

    ``segments``, ``tags``: only members in one of these segments, with all of these live tags. ``times``: so many of
    each at once. ``on``: only for orders and activities of these days, by the programme's calendar. What rests on an
    order, a tier or a badge that a refund takes goes with it, unless it is used; what was used then is not given again
    when the reason comes again.
    """

    trigger: Literal[
        "joined",
        "first_order",
        "order",
        "tier_reached",
        "yearly",
        "birthday",
        "birthday_month",
        "anniversary",
        "badge",
        "badges",
        "activity",
    ]
    give: Annotated[tuple[Name, ...], Meta(min_length=1)]
    times: Count = 1
    tiers: tuple[Name, ...] = ()
    least: Money | None = None
    years: tuple[Count, ...] = ()
    badge: Name | None = None
    count: Count | None = None
    activity: Text | None = None
    segments: tuple[Name, ...] = ()
    tags: tuple[Name, ...] = ()
    on: tuple[DayPattern, ...] = ()


class Badge(Shape, frozen=True, kw_only=True):
    """A mark that a member earns once, when ``rule`` first holds, and keeps.

    Only a refund takes it back: of orders without which the rule did not hold then and does not hold now.
    """

    label: dict[Language, Label]
    rule: Rule
