"""Returns and lift as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli import words
from cli.screen import columns
from memberflow.engine.rules import Rules
from memberflow.lift import LEAST, Arm, Interval, Step

if TYPE_CHECKING:
    from rich.console import Console


def counted(rules: Rules) -> dict[str, str]:
    """The journeys of the newest page for which orders count, and within what time."""
    journeys = rules.newest.programme.journeys
    return {name: journey.counts_within for name, journey in journeys.items() if journey.counts_within is not None}


def show(screen: Console, rules: Rules, found: dict[str, Step]) -> None:
    """Every journey that counts, those too of which there is nothing to tell yet, then those of earlier pages."""
    within = counted(rules)
    steps = {name: found.get(name, Step()) for name in dict.fromkeys((*within, *found))}
    heads = ["journey", "orders count", "reached", "won back", "%", "window runs"]
    rows = [
        [
            name,
            within.get(name, "not any more"),
            f"{step.reached:,}",
            f"{step.won_back:,}",
            _percent(step.rate),
            f"{step.running:,}",
        ]
        for name, step in steps.items()
    ]
    columns(screen, "Returns, each order counted for the last message before it", heads, rows)
    compared = [[name, *_compared(rules, step)] for name, step in steps.items() if step.held_out.members]
    heads = [
        "journey",
        "written to",
        "back %",
        "spend each",
        "held out",
        "back %",
        "spend each",
        "lift",
        "95 % interval",
    ]
    columns(screen, "Lift against the held out, in points of a hundred", heads, compared)


def _compared(rules: Rules, step: Step) -> list[str]:
    return [*_arm(rules, step.written_to), *_arm(rules, step.held_out), *_lift(step.lift)]


def _arm(rules: Rules, arm: Arm) -> list[str]:
    each = words.money(rules, round(arm.spend / arm.members)) if arm.members else ""
    return [f"{arm.members:,}", _percent(arm.rate), each]


def _lift(lift: Interval | None) -> list[str]:
    if lift is None:
        return ["", f"fewer than {LEAST} on a side"]
    reading = "may be chance" if lift.may_be_chance else "more came back" if lift.low > 0 else "fewer came back"
    return [f"{100 * lift.difference:+.1f}", f"{100 * lift.low:+.1f} to {100 * lift.high:+.1f}: {reading}"]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}"
