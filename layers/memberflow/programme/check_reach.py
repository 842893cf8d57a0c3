"""Checks that what is asked for can happen: figures that members reach, segments that members are in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import product

from memberflow.programme.check_tiers import MEASURES, rules
from memberflow.programme.problems import KeyPath, Problem
from memberflow.programme.schema import Programme
from memberflow.programme.schema.segments import Segment

_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
_SCORES = range(1, 6)


def months_fit_their_window(programme: Programme) -> Iterator[Problem]:
    for path, rule in rules(programme):
        most = _most_months(rule.over or programme.tiers.window)
        for name in ("active_months", "longest_run"):
            asked = getattr(rule, name)
            if asked is not None and asked > most:
                window = rule.over or programme.tiers.window
                message = f"nobody has {asked} months with an order within {window}"
                yield Problem("P161", (*path, name), message, f"expected at most {most}, or a longer window under over")


def _most_months(window: str) -> int:
    """How many calendar months a window can touch: one that begins on the 15th touches one more than its length."""
    count, unit = window.split()
    if count in ("this", "last"):
        return _MONTHS_OF[unit]
    if unit.startswith("day"):
        return (int(count) - 1) // 28 + 2
    return int(count) * _MONTHS_OF[unit.rstrip("s")] + 1


def what_is_limited_can_be_enough(programme: Programme) -> Iterator[Problem]:
    for path, rule in rules(programme):
        for name in MEASURES if rule.at_most is not None else ():
            most, least = getattr(rule.at_most, name, None), getattr(rule, name)
            if most is not None and least is not None and Decimal(most) < Decimal(least):
                message = f"nobody has at least {least} {name} and at most {most}"
                yield Problem("P161", (*path, "at_most", name), message, "leave one of the two out")


def scores_are_within_their_parts(programme: Programme) -> Iterator[Problem]:
    for path, rule in rules(programme):
        for name, asked in rule.scores.items():
            score = programme.scores.get(name)
            most = asked if score is None else sum(part.weight for part in score.parts)
            if asked > most:
                message = f"nobody has a score of {asked}: the parts of {name!r} come to {most}"
                yield Problem("P161", (*path, "scores", name), message, f"expected at most {most}")


def a_tier_is_held_after_it_is_entered(programme: Programme) -> Iterator[Problem]:
    names = [tier.name for tier in programme.tiers.levels]
    for path, rule in rules(programme):
        tier = _entered_by(path)
        if tier is not None and rule.held in names[tier:]:
            message = f"nobody has held {rule.held!r} when he comes to enter {names[tier]!r}"
            yield Problem("P161", (*path, "held"), message, f"expected one of {', '.join(names[:tier])}")


def _entered_by(path: KeyPath) -> int | None:
    """The place of the tier that the rule at a path lets members into, if it does."""
    if path[:2] == ("tiers", "levels") and path[3] in ("enter", "eligible"):
        return int(path[2])
    return None


def every_segment_takes_somebody_in(programme: Programme) -> Iterator[Problem]:
    names = programme.segments.names if programme.segments else ()
    taken = {_first(names, scores) for scores in product(_SCORES, repeat=3)}
    for index, segment in enumerate(names):
        if index not in taken and all(_least(scores) <= _most(scores) for scores in _asked(segment)):
            message = f"nobody is ever in {segment.name!r}: those before it take in all of its members"
            yield Problem("P162", ("segments", "names", index), message, "put it before them")


def _first(names: tuple[Segment, ...], scores: tuple[int, ...]) -> int | None:
    for index, segment in enumerate(names):
        if all(_least(asked) <= score <= _most(asked) for asked, score in zip(_asked(segment), scores, strict=True)):
            return index
    return None


def _asked(segment: Segment) -> tuple[str, str, str]:
    return segment.recency, segment.frequency, segment.monetary


def _least(scores: str) -> int:
    return int(scores[0])


def _most(scores: str) -> int:
    return int(scores[-1])


REACH_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    months_fit_their_window,
    what_is_limited_can_be_enough,
    scores_are_within_their_parts,
    a_tier_is_held_after_it_is_entered,
    every_segment_takes_somebody_in,
)
