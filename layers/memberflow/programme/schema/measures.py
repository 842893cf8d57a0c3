"""What activities count as, and scores made of several measures."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from memberflow.programme.schema.fields import Count, Money, Name, Over, Shape


class Kinds(Shape, frozen=True, kw_only=True):
    """Which kinds of activity count as what. ``interactions``: absent, every kind is one."""

    interactions: tuple[Name, ...] = ()
    referrals: tuple[Name, ...] = ("referral",)
    tasks: tuple[Name, ...] = ("task",)
    complaints: tuple[Name, ...] = ("complaint",)


class Part(Shape, frozen=True, kw_only=True):
    """A measure's share of a score: the whole ``weight`` from ``full_at`` on, below it in proportion, rounded down.

    ``full_at`` 0: the whole weight while there is nothing to count, none of it from the first on (for complaints).
    ``of``: the kinds of activity that interactions are counted of; ``over``: another window than the tiers' own.
    """

    measure: Literal[
        "spend",
        "orders",
        "categories",
        "active_months",
        "longest_run",
        "largest_order",
        "points",
        "points_earned",
        "growth",
        "interactions",
        "referrals",
        "tasks",
        "complaints",
    ]
    of: tuple[Name, ...] = ()
    over: Over | None = None
    weight: Count
    full_at: Money


class Score(Shape, frozen=True, kw_only=True):
    """The sum of its parts. How long somebody has been a member is no measure, so no score can hold it."""

    parts: Annotated[tuple[Part, ...], Meta(min_length=1)]
