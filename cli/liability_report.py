"""What is owed in points, as tables with bars."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from cli import words
from cli.owed import Owed, Sale, breakage
from cli.screen import columns
from cli.trail import Cohort
from memberflow.engine.rules import Rules

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 32
"""Of a bar, in characters."""
COHORTS_SHOWN = 24
_USED, _EXPIRED, _OPEN = "█", "▒", "·"


def show(screen: Console, rules: Rules, owed: Owed, cost: Fraction | None) -> None:
    """``cost``: of a point, in minor units; None where the programme does not say."""
    _show_tiers(screen, rules, owed, cost)
    _show_months(screen, rules, owed)
    _show_cohorts(screen, owed)
    for line in _breakage(rules, owed, cost):
        screen.print(line, soft_wrap=True)


def show_sale(screen: Console, rules: Rules, sale: Sale) -> None:
    name = f"{sale.points:,} points, of which {_percent(sale.use)} % are used"
    rows = [
        ["goods", words.money(rules, sale.goods), words.money(rules, sale.for_goods)],
        [name, words.money(rules, round(sale.points_alone)), words.money(rules, sale.for_points)],
    ]
    columns(screen, f"A sale at {words.money(rules, sale.price)}", ["", "alone", "allocated"], rows)


def _breakage(rules: Rules, owed: Owed, cost: Fraction | None) -> Iterator[str]:
    settled = owed.settled
    share = breakage(settled)
    if share is None:
        yield "Breakage is not known yet: no month's points have all come to their end."
        return
    said = f"{settled.expired:,} of {settled.left:,} points of the settled months"
    yield f"Breakage: {said} expired unspent, {_percent(share)} %."
    if cost is not None:
        used = words.money(rules, round(owed.points * cost * (1 - share)))
        yield f"By that share, {used} of the {words.money(rules, round(owed.points * cost))} outstanding will be used."


def _percent(part: Fraction) -> str:
    return f"{float(100 * part):.1f}"


def _tiers(rules: Rules, owed: Owed) -> list[str]:
    """The tiers of members who have points or debt, '' (not enrolled) last."""
    return [tier for tier in (*rules.level, "") if owed.outstanding.get(tier) or owed.debt[tier]]


def _show_tiers(screen: Console, rules: Rules, owed: Owed, cost: Fraction | None) -> None:
    heads = ["tier", "points outstanding", "debt", *(["cost"] if cost is not None else [])]
    rows = []
    for tier in _tiers(rules, owed):
        points = owed.outstanding[tier].total()
        rows.append([tier or "not enrolled", f"{points:,}", f"{owed.debt[tier]:,}", *_cost(rules, points, cost)])
    total = ["all", f"{owed.points:,}", f"{owed.debt.total():,}", *_cost(rules, owed.points, cost)]
    columns(screen, "Outstanding by tier", heads, [*rows, total])


def _cost(rules: Rules, points: int, cost: Fraction | None) -> list[str]:
    return [] if cost is None else [words.money(rules, round(points * cost))]


def _show_months(screen: Console, rules: Rules, owed: Owed) -> None:
    tiers = _tiers(rules, owed)
    months = sorted({month for by_month in owed.outstanding.values() for month in by_month})
    sums = {month: sum(by_month[month] for by_month in owed.outstanding.values()) for month in months}
    most = max(sums.values(), default=0)
    rows = [
        [
            month,
            *(f"{owed.outstanding[tier][month]:,}" for tier in tiers),
            f"{sums[month]:,}",
            _USED * round(WIDTH * sums[month] / most),
        ]
        for month in months
    ]
    heads = ["usable to", *(tier or "not enrolled" for tier in tiers), "all", ""]
    columns(screen, "Outstanding by the last month of use", heads, rows)


def _show_cohorts(screen: Console, owed: Owed) -> None:
    shown = sorted(owed.cohorts.items())[-COHORTS_SHOWN:]
    rows = [[month, *_cohort(cohort), _stacked(cohort)] for month, cohort in shown]
    if rows:
        total = Cohort()
        for cohort in owed.cohorts.values():
            total.add(cohort)
        rows.append(["all", *_cohort(total), _stacked(total)])
    heads = ["earned in", "points", "taken back", "used", "expired", "open", "expired %"]
    title = f"What became of points ({_USED} used {_EXPIRED} expired {_OPEN} open)"
    if len(owed.cohorts) > len(shown):
        title += f", the last {len(shown)} of {len(owed.cohorts)} months"
    columns(screen, title, [*heads, ""], rows)


def _cohort(cohort: Cohort) -> list[str]:
    share = breakage(cohort)
    counts = (cohort.earned, cohort.taken_back, cohort.used, cohort.expired, cohort.open)
    return [*(f"{count:,}" for count in counts), "" if share is None else _percent(share)]


def _stacked(cohort: Cohort) -> str:
    """Parts of what was not taken back, rounded where they meet, so that together they fill the bar."""
    if not cohort.left:
        return ""
    used = round(WIDTH * cohort.used / cohort.left)
    gone = round(WIDTH * (cohort.used + cohort.expired) / cohort.left)
    return _USED * used + _EXPIRED * (gone - used) + _OPEN * (WIDTH - gone)
