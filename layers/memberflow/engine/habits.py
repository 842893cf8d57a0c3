"""Segments and tags made ready for the engine: bands of scores, and what a tag asks of orders and activities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from statistics import median_low
from typing import NamedTuple

from memberflow.engine.calendar import Period, window_start
from memberflow.engine.member import Bought
from memberflow.programme.schema.fields import minor_units
from memberflow.programme.schema.segments import Segments, Tag


class Bands:
    """The bands of three scores, and the segments by name."""

    def __init__(self, segments: Segments, minor: int) -> None:
        self.recency = tuple(Period.of(text) for text in segments.recency)
        self.frequency = segments.frequency
        self.monetary = tuple(minor_units(amount, minor) for amount in segments.monetary)
        self._names = [
            (segment.name, tuple(map(_range, (segment.recency, segment.frequency, segment.monetary))))
            for segment in segments.names
        ]

    def segment(self, *scores: int) -> str:
        """The first that fits; '' where none does."""
        fits = (
            name
            for name, ranges in self._names
            if all(low <= score <= high for score, (low, high) in zip(scores, ranges, strict=True))
        )
        return next(fits, "")


def _range(text: str) -> tuple[int, int]:
    """From '4-5' or '5'."""
    return int(text[0]), int(text[-1])


class Seen(NamedTuple):
    """What a tag asks of a figure: from ``least`` up to ``most``, if there is one."""

    what: str
    value: int
    least: int
    most: int | None = None

    @property
    def met(self) -> bool:
        return self.least <= self.value and (self.most is None or self.value <= self.most)


class TagRule:
    """A tag; its windows end with the day it is asked for."""

    def __init__(self, name: str, tag: Tag, minor: int) -> None:
        self.name, self._tag, self.live = name, tag, tag.live
        self._average = None if tag.average is None else minor_units(tag.average, minor)
        self._window = Period.of(tag.window)

    def first_day(self, day: int) -> int:
        return window_start(day, self._window)

    def holds(self, bought: Iterable[Bought], done: Iterable[tuple[int, str]], day: int) -> bool:
        return all(seen.met for seen in self.seen(bought, done, day))

    def seen(self, bought: Iterable[Bought], done: Iterable[tuple[int, str]], day: int) -> Iterator[Seen]:
        """Every figure that the tag looks at; shares are in percent, rounded down."""
        tag, first = self._tag, self.first_day(day)
        orders = [one for one in bought if first <= one.day <= day and self._counts(one)]
        if tag.orders is not None:
            yield Seen("orders", len(orders), tag.orders)
        if self._average is not None:
            yield Seen("average", sum(one.amount for one in orders) // max(1, len(orders)), self._average)
        if tag.coupon_share is not None:
            yield Seen("coupon_share", _percent(sum(one.coupon for one in orders), len(orders)), tag.coupon_share)
        if tag.share is not None:
            also = sum(tag.with_category in one.categories for one in orders)
            yield Seen("share", _percent(also, len(orders)), tag.share)
        if tag.cycle is not None:
            yield Seen("cycle", _cycle(orders), tag.cycle.least, tag.cycle.most)
        if tag.activity is not None:
            times = sum(first <= on <= day and kind == tag.activity for on, kind in done)
            yield Seen("activities", times, tag.times)

    def _counts(self, one: Bought) -> bool:
        return self._tag.category is None or self._tag.category in one.categories


def _percent(part: int, whole: int) -> int:
    return 100 * part // whole if whole else 0


def _cycle(orders: list[Bought]) -> int:
    """The median gap in days between days with an order; 0 where there are fewer than three such days."""
    days = sorted({one.day for one in orders})
    return median_low([later - sooner for sooner, later in pairwise(days)]) if len(days) > 2 else 0
