"""Checks that targets are of something that is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from memberflow.programme.problems import Problem, suggest
from memberflow.programme.schema import Programme

_SAY = "say counts_within in it, such as counts_within: 30 days"


def what_wins_back_is_counted(programme: Programme) -> Iterator[Problem]:
    for name in programme.targets.win_back if programme.targets else ():
        path, journey = ("targets", "win_back", name), programme.journeys.get(name)
        if journey is None:
            known = f"known: {', '.join(programme.journeys)}" if programme.journeys else "there are no journeys"
            help = suggest(name, programme.journeys, known)
            yield Problem("P171", path, f"unknown journey {name!r}", help)
        elif journey.counts_within is None:
            yield Problem("P172", path, f"no order is counted for {name}", _SAY)


def what_converts_is_counted(programme: Programme) -> Iterator[Problem]:
    if programme.targets is None or programme.targets.conversion is None:
        return
    if not any(one.purpose == "marketing" and one.counts_within for one in programme.journeys.values()):
        message = "no order is counted for any journey of marketing"
        yield Problem("P172", ("targets", "conversion"), message, "say counts_within in those that are to convert")


def points_that_are_to_be_used_buy_something(programme: Programme) -> Iterator[Problem]:
    if programme.targets and programme.targets.point_use is not None and programme.points.redeem is None:
        yield Problem("P172", ("targets", "point_use"), "points buy nothing", "say under points what they buy: redeem")


TARGET_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    what_wins_back_is_counted,
    what_converts_is_counted,
    points_that_are_to_be_used_buy_something,
)
