"""Tiers, and the rules by which they are entered and kept."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from memberflow.programme.schema.fields import Count, Duration, Label, Language, Money, Months, Name, Over, Shape, Whole


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
    ``any`` and ``all`` nest further rules.
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


class Tier(Shape, frozen=True, kw_only=True):
    """``enter`` is absent for the first tier only; without ``keep`` the tier is kept by the rule that enters it."""

    name: Name
    label: dict[Language, Label]
    enter: Rule | None = None
    keep: Rule | None = None


class Tiers(Shape, frozen=True, kw_only=True):
    """Tiers from the lowest to the highest.

    ``window``: the trailing period the measures cover, in whole days. A member rises at once. Every ``review_every``
    from the day he reached his tier the keep rule is settled: he stays, or drops exactly one tier.
    """

    window: Duration = "12 months"
    review_every: Duration = "12 months"
    levels: Annotated[tuple[Tier, ...], Meta(min_length=1)]
