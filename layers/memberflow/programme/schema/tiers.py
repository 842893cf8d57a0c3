"""Tiers, and the rules by which they are entered and kept."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from memberflow.programme.schema.fields import (
    Count,
    Duration,
    Label,
    Language,
    Money,
    Months,
    Name,
    Over,
    Shape,
    Share,
    Whole,
    YearDay,
    Yes,
)


class AtMost(Shape, frozen=True, kw_only=True):
    """Measures that may not be above the figure written: ``complaints: 0`` asks for none."""

    spend: Money | None = None
    orders: Whole | None = None
    interactions: Whole | None = None
    complaints: Whole | None = None


class Rule(Shape, frozen=True, kw_only=True):
    """Conditions that must all hold: each measure over the tiers' window is at least the figure written.

    ``spend``: net of refunds. ``orders``: number of orders not refunded whole. ``categories``: distinct ones.
    ``active_months``: calendar months with an order; ``longest_run``: most of them in a row. ``largest_order``: of a
    single order, net of refunds. ``points``: the usable balance now; ``points_earned``: whatever became of them.
    ``growth``: growth value. ``interactions``: activities, those of the kinds in ``of`` or all. ``referrals`` and
    ``tasks``: activities of the kinds that measures name. ``scores``: by name. ``held``: this tier or a higher one
    without a break, for ``held_for``.
    ``over``: another window for the figures beside it, such as 1 month, this year or last quarter.
    ``any`` and ``all`` nest further rules. ``per`` month: the figures beside it are means of the window's months, so
    3 a month over last quarter are 9 in it.
    """

    spend: Money | None = None
    orders: Count | None = None
    categories: Count | None = None
    active_months: Count | None = None
    longest_run: Count | None = None
    largest_order: Money | None = None
    points: Count | None = None
    points_earned: Count | None = None
    growth: Count | None = None
    interactions: Count | None = None
    referrals: Count | None = None
    tasks: Count | None = None
    scores: dict[Name, Count] = field(default_factory=dict)
    held: Name | None = None
    held_for: Months | None = None
    at_most: AtMost | None = None
    of: tuple[Name, ...] = ()
    over: Over | None = None
    any: tuple[Rule, ...] = ()
    all: tuple[Rule, ...] = ()
    per: Literal["month"] | None = None


class Tier(Shape, frozen=True, kw_only=True):
    """A tier; ``enter`` is absent for the first one, and for those that nobody reaches by a rule.

    ``keep``: the rule by which it is kept, or a share of the figures that enter it, such as 80 %; absent: the rule that
    enters it, all of it. ``drops`` never: once reached it is lost by no review.
    ``by``: a rule; an operator's invitation, with which the member holds it; or his acceptance of one.
    ``eligible``: who meets it is listed as a candidate for an invitation.
    ``benefits``: what members have for as long as the tier is theirs, besides those of the tiers below; only these
    where ``includes_below`` is false. ``at_once``: where members rise at reviews, a further rule that lets one in as
    soon as it holds; of who has failed a review it counts only what came after it.
    """

    name: Name
    label: dict[Language, Label]
    enter: Rule | None = None
    keep: Rule | Share | None = None
    drops: Literal["by_rule", "never"] = "by_rule"
    by: Literal["rule", "invitation", "acceptance"] = "rule"
    eligible: Rule | None = None
    benefits: tuple[Name, ...] = ()
    includes_below: Yes = True
    at_once: Rule | None = None


class Abnormal(Shape, frozen=True, kw_only=True):
    """An order out of the ordinary: ``times`` the monthly mean of the ``months`` before its day, and ``at_least`` so
    much.

    It earns points like any other but counts for no tier until an operator accepts it. Who bought nothing in those
    months has no ordinary, and is not judged by it.
    """

    times: Count
    months: Count = 11
    at_least: Money


class Tiers(Shape, frozen=True, kw_only=True):
    """Tiers from the lowest to the highest.

    ``window``: the trailing period the measures cover, in whole days.
    ``rise``: as soon as the entry rule of a higher tier holds, or when the tier is reviewed.
    ``review``: when the keep rule is settled. ``from_entry``: every ``review_every`` from the day the tier was reached;
    ``from_joining``: from the day the member joined; ``on_dates``: on each of ``review_on``; ``at_once``: on the day it
    fails. Always at the first moment of the day.
    ``drop``: how far who fails goes down. ``one``: one tier; ``to_fit``: to the highest he would keep; ``to_base``.
    ``drop_again_after``: at most one drop in so long. ``minimum``: a tier is held so long at the least, through that
    day. ``grace``: who fails has so long to make up for it, to that day or, ``grace_ends`` at month_end, to the end of
    its month. ``abnormal``: orders that count for no tier until an operator has accepted them.
    ``put_off_to``: where something protects who fails, he is reviewed again on the day it ends, or at the next_review
    from then on.
    """

    window: Duration = "12 months"
    rise: Literal["at_once", "at_review"] = "at_once"
    review: Literal["from_entry", "from_joining", "on_dates", "at_once"] = "from_entry"
    review_every: Duration = "12 months"
    review_on: tuple[YearDay, ...] = ()
    drop: Literal["one", "to_fit", "to_base"] = "one"
    drop_again_after: Duration | None = None
    minimum: Duration | None = None
    grace: Duration | None = None
    grace_ends: Literal["on_its_day", "month_end"] = "on_its_day"
    abnormal: Abnormal | None = None
    levels: Annotated[tuple[Tier, ...], Meta(min_length=1)]
    put_off_to: Literal["its_day", "next_review"] = "its_day"
