"""The measures that a programme's rules ask for, by the names that its decisions show them under."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

from msgspec import Struct

from memberflow.engine.calendar import day_to_date
from memberflow.engine.windows import Window, window_of
from memberflow.programme.schema import Programme
from memberflow.programme.schema.fields import DECIMAL_PLACES, minor_units

MONEY = ("spend", "largest_order")
UNDATED = ("points", "score", "held")
"""What they measure is there now: no window belongs to them."""
EVERY_KIND = "*"
DAY, SPEND, ORDERS, EXTRAS = 0, 1, 2, 3
"""Where the parts of a day's bucket are; the counters of a programme stand from EXTRAS on."""


class Asked(NamedTuple):
    """A measure by its key, and the figure it must reach or, ``at_most``, must not pass."""

    key: str
    figure: int
    at_most: bool = False

    def met(self, value: int) -> bool:
        return value <= self.figure if self.at_most else value >= self.figure


class Measure(Struct, frozen=True):
    """``key``: its name with kinds and window, such as 'interactions of check_in over 1 month'.

    ``place``: where its figure stands in a day's bucket. ``parts``: of a score, key, weight and figure of each.
    """

    key: str
    name: str
    window: Window
    place: int = 0
    subject: str = ""
    parts: tuple[tuple[str, int, int], ...] = ()


class Catalogue:
    """Measures are entered as rules name them; ``counters`` are what the days must count besides spend and orders."""

    def __init__(self, programme: Programme) -> None:
        self.places = DECIMAL_PLACES.get(programme.currency, 2)
        self.programme = programme
        self.main = window_of(programme.tiers.window)
        self._windows = {self.main.text: self.main}
        self.measures: dict[str, Measure] = {}
        self.counters: list[str] = []
        self.kinds: dict[str, list[str]] = {}
        """The counters that an activity of a kind adds to; those under EVERY_KIND count all."""
        for name in ("spend", "orders", "categories"):
            self.enter(name)

    def enter(self, name: str, over: str | None = None, of: Sequence[str] = (), subject: str = "") -> str:
        """The key of a measure, made known if it is new. ``subject``: the score, or the tier held."""
        dated = name not in UNDATED
        window = self.window(over) if over is not None and dated else self.main
        counted = " and ".join(of)
        key = " ".join(filter(None, (name, subject, counted and f"of {counted}")))
        key += "" if window is self.main else f" over {window.text}"
        if key not in self.measures:
            parts = self._parts(subject) if name == "score" else ()
            self.measures[key] = Measure(key, name, window, self._place(name, of), subject, parts)
        return key

    def window(self, text: str) -> Window:
        """A window whose days must be kept."""
        if text not in self._windows:
            self._windows[text] = window_of(text)
        return self._windows[text]

    @property
    def windows(self) -> tuple[Window, ...]:
        return tuple(self._windows.values())

    def only_falls(self, asked: Asked) -> bool:
        """Whether time alone, with nothing happening, never makes what is asked hold."""
        measure = self.measures[asked.key]
        return not asked.at_most and measure.window.falling and measure.name not in ("held", "score")

    def months(self, over: str | None) -> int:
        """How many a window has."""
        return (self.main if over is None else self.window(over)).months

    def figure(self, name: str, written: str | int) -> int:
        """What a rule asks of a measure, in the engine's units."""
        return minor_units(str(written), self.places if name in MONEY else 0)

    def _parts(self, score: str) -> tuple[tuple[str, int, int], ...]:
        parts = self.programme.scores[score].parts
        keys = [self.enter(part.measure, part.over, part.of) for part in parts]
        figures = [self.figure(part.measure, part.full_at) for part in parts]
        return tuple((key, part.weight, full) for key, part, full in zip(keys, parts, figures, strict=True))

    def _place(self, name: str, of: Sequence[str]) -> int:
        known = {"spend": SPEND, "orders": ORDERS, "active_months": ORDERS, "longest_run": ORDERS}
        if name in known or name in ("categories", *UNDATED):
            return known.get(name, 0)
        counter = " of ".join(filter(None, (name, " and ".join(of))))
        if counter not in self.counters:
            self.counters.append(counter)
            for kind in self._kinds(name, of):
                self.kinds.setdefault(kind, []).append(counter)
        return EXTRAS + self.counters.index(counter)

    def _kinds(self, name: str, of: Sequence[str]) -> Sequence[str]:
        """The kinds of activity that a measure counts, if it counts any."""
        if name == "interactions":
            return of or self.programme.measures.interactions or (EVERY_KIND,)
        kinds: tuple[str, ...] = getattr(self.programme.measures, name, ())
        return kinds


class Counted(Protocol):
    """What measures are taken of: a member, or what a recount of his facts makes of one."""

    older: list[list[int]]
    days: list[list[int]]
    categories: dict[str, int]
    lots: list[list[int]]
    debt: int
    sheltered: bool
    spared_until: int
    held_since: dict[str, int]
    dropped_on: int | None


def within(counted: Counted, first: int, last: int) -> list[list[int]]:
    """The buckets of the days from ``first`` to ``last``, both counted, soonest first."""
    return [bucket for days in (counted.older, counted.days) for bucket in days if first <= bucket[DAY] <= last]


def measured(measure: Measure, counted: Counted, day: int, since: int | None = None) -> int:
    """A measure with a window, as of ``day``; of what came from the day ``since`` on, if there is one."""
    first, last = measure.window.first(day), measure.window.last(day)
    if since is not None:
        first = max(first, since)
    if measure.name == "categories":
        return sum(first <= latest <= last for latest in counted.categories.values())
    buckets, place = within(counted, first, last), measure.place
    if measure.name == "largest_order":
        return max((bucket[place] for bucket in buckets), default=0)
    if measure.name == "active_months":
        return len(_months(buckets))
    if measure.name == "longest_run":
        return _longest_run(_months(buckets))
    return sum(bucket[place] for bucket in buckets)


def _months(buckets: list[list[int]]) -> list[int]:
    """The calendar months with an order, counted from the year 0, each once."""
    dates = (day_to_date(bucket[DAY]) for bucket in buckets if bucket[ORDERS])
    return list(dict.fromkeys(on.year * 12 + on.month for on in dates))


def _longest_run(months: list[int]) -> int:
    longest = run = 1 if months else 0
    for month, after in pairwise(months):
        run = run + 1 if after == month + 1 else 1
        longest = max(longest, run)
    return longest
