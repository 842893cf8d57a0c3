"""What lies ahead, as tables with bars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli import words
from cli.screen import columns
from memberflow.engine.rules import Rules

if TYPE_CHECKING:
    from rich.console import Console

    from cli.forecast import Forecast

WIDTH = 32
"""Of a bar, in characters."""

DAYS_SHOWN = 31
"""Of a longer time the months are shown, not the days."""


def show(
    screen: Console,
    rules: Rules,
    found: Forecast,
    since: int,
    until: int,
    per_second: int,
    sms_price: float | None,
) -> None:
    """``since`` and ``until``: the moments between which time ran."""
    span = f"{words.moment(rules, since)} to {words.moment(rules, until)} {rules.zone.name}"
    screen.print(f"{found.members:,} members from {span}, if nothing happens but time")
    _show_journeys(screen, rules, found)
    _show_time(screen, rules, found, rules.zone.day(since), rules.zone.day(until))
    for line in _lines(rules, found, per_second, sms_price):
        screen.print(line, soft_wrap=True)


def csv_lines(found: Forecast) -> Iterator[str]:
    yield "day,journey,outcome,messages\n"
    for (day, journey, outcome), count in sorted(found.ends.items()):
        yield f"{words.day(day)},{journey},{outcome},{count}\n"


def _show_journeys(screen: Console, rules: Rules, found: Forecast) -> None:
    by_journey, reasons = Counter[tuple[str, str]](), Counter[str]()
    for (_, journey, outcome), count in found.ends.items():
        by_journey[journey, outcome] += count
        reasons[outcome] += count
    withheld = sorted(reason for reason in reasons if reason != "sent")
    outcomes = ["sent", *sorted(withheld, key=lambda reason: -reasons[reason])]
    journeys = [key for key in _journeys(rules) if any(by_journey[key, outcome] for outcome in outcomes)]
    rows = [[key, *(f"{by_journey[key, outcome]:,}" for outcome in outcomes)] for key in journeys]
    if len(rows) > 1:
        rows.append(["all", *(f"{reasons[outcome]:,}" for outcome in outcomes)])
    columns(screen, "Messages", ["journey", *(outcome.removeprefix("withheld: ") for outcome in outcomes)], rows)


def _journeys(rules: Rules) -> list[str]:
    """Of every page, in its order."""
    names: dict[str, None] = {}
    while True:
        names |= dict.fromkeys(rules.journeys)
        if rules.later is rules:
            return list(names)
        rules = rules.later


def _show_time(screen: Console, rules: Rules, found: Forecast, first: int, last: int) -> None:
    """Day by day, or month by month."""
    length = len("2026-03-01") if last - first <= DAYS_SHOWN else len("2026-03")
    times = dict.fromkeys(words.day(day)[:length] for day in range(first, last + 1))
    sent, withheld, expired = Counter[str](), Counter[str](), Counter[str]()
    for (day, _, outcome), count in found.ends.items():
        (sent if outcome == "sent" else withheld)[words.day(day)[:length]] += count
    for day, points in found.expired.items():
        expired[words.day(day)[:length]] += points
    most = max(sent.values(), default=0) or 1
    rows = [
        [time, f"{sent[time]:,}", f"{withheld[time]:,}", f"{expired[time]:,}", "█" * round(WIDTH * sent[time] / most)]
        for time in times
    ]
    columns(screen, "When", ["", "sent", "withheld", "points expiring", ""], rows)


def _lines(rules: Rules, found: Forecast, per_second: int, sms_price: float | None) -> Iterator[str]:
    if found.mails:
        at, mails = max(found.mails.items(), key=lambda one: (one[1], -one[0]))
        seconds = f"{-(-mails // per_second):,} s at {per_second:,} a second"
        yield f"Most mails at once: {mails:,} in the run of {words.moment(rules, at)}, gone in {seconds}."
    if found.texts:
        cost = "" if sms_price is None else f": {found.text_parts * sms_price:,.2f} {rules.programme.currency}"
        yield f"SMS: {found.texts:,} in {found.text_parts:,} parts{cost}."
    yield f"Points that will expire: {found.expired.total():,}."
