"""Checks of segments and tags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from memberflow.programme.check_tiers import labels
from memberflow.programme.problems import KeyPath, Problem
from memberflow.programme.schema import Programme

BANDS = 4
"""That divide a figure into the scores from 1 to 5."""

_ASKED = ("orders", "average", "coupon_share", "share", "cycle", "activity")


def amounts(programme: Programme) -> Iterator[tuple[KeyPath, str]]:
    for index, amount in enumerate(programme.segments.monetary if programme.segments else ()):
        yield ("segments", "monetary", index), amount
    for name, tag in programme.tags.items():
        if tag.average is not None:
            yield ("tags", name, "average"), tag.average


def bands_rise(programme: Programme) -> Iterator[Problem]:
    if programme.segments is None:
        return
    bands = programme.segments
    figures: dict[str, Sequence[Decimal | int]] = {
        "recency": [_days(text) for text in bands.recency],
        "frequency": bands.frequency,
        "monetary": [Decimal(amount) for amount in bands.monetary],
    }
    for key, values in figures.items():
        path = ("segments", key)
        if len(values) != BANDS:
            yield Problem("P101", path, f"{key} has {len(values)} bands", f"expected {BANDS}, for the scores 1 to 5")
        for place, (one, other) in enumerate(pairwise(values)):
            if one >= other:
                message = f"item {place + 2} of {key} is not above the one before it"
                yield Problem("P101", (*path, place + 1), message, "bands rise")


def _days(text: str) -> int:
    count, unit = text.split()
    return int(count) * {"d": 1, "m": 30, "y": 365}[unit[0]]


def segments_are_told_apart(programme: Programme) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, segment in enumerate(programme.segments.names if programme.segments else ()):
        path: KeyPath = ("segments", "names", index)
        if segment.name in seen:
            yield Problem("P103", (*path, "name"), f"an earlier segment is called {segment.name!r} too")
        seen.add(segment.name)
        for key in ("recency", "frequency", "monetary"):
            scores = getattr(segment, key)
            if scores[0] > scores[-1]:
                help = f"expected {scores[-1]}-{scores[0]}"
                yield Problem("P102", (*path, key), f"{key} of {segment.name!r} runs backwards: {scores}", help)
        yield from labels(programme, path, segment.name, segment.label)


def tags_ask_something(programme: Programme) -> Iterator[Problem]:
    for name, tag in programme.tags.items():
        path = ("tags", name)
        if all(getattr(tag, key) is None for key in _ASKED):
            yield Problem("P104", path, f"tag {name!r} asks nothing", f"expected one of {', '.join(_ASKED)}")
        if (tag.with_category is None) != (tag.share is None):
            missing, there = ("share", "with_category") if tag.share is None else ("with_category", "share")
            yield Problem("P104", path, f"key {missing!r} is missing in {name}", f"{there!r} needs it")
        if tag.cycle is not None and tag.cycle.least > tag.cycle.most:
            message = f"the cycle of {name!r} runs backwards: {tag.cycle.least} to {tag.cycle.most}"
            yield Problem("P102", (*path, "cycle", "most"), message, f"expected at least {tag.cycle.least}")
        if tag.live and tag.activity is not None:
            help = "leave 'live' out: it is worked out when somebody asks"
            yield Problem("P105", (*path, "activity"), f"live tag {name!r} can't ask of activities", help)
        yield from labels(programme, path, name, tag.label)


SEGMENT_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    bands_rise,
    segments_are_told_apart,
    tags_ask_something,
)
