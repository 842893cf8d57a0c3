"""How points are earned and how long they last."""

from __future__ import annotations

from memberflow.programme.schema.fields import Count, Duration, Money, Shape


class Earn(Shape, frozen=True, kw_only=True):
    """``points`` for every full ``per`` of an order's amount; a remainder earns nothing."""

    points: Count = 1
    per: Money


class Points(Shape, frozen=True, kw_only=True):
    """``expire_after``: how long a lot is usable, through the end of its last day; absent: for ever."""

    earn: Earn
    expire_after: Duration | None = None
