"""Tiers, and the rules by which they are entered and kept."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from memberflow.programme.schema.fields import Count, Duration, Label, Language, Money, Name, Shape


class Rule(Shape, frozen=True, kw_only=True):
    """Conditions that must all hold: each measure over the tiers' window is at least the figure written.

    ``spend``: net of refunds. ``orders``: number of orders not refunded whole. ``categories``: distinct ones.
    ``any`` and ``all`` nest further rules.
    """

    spend: Money | None = None
    orders: Count | None = None
    categories: Count | None = None
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
