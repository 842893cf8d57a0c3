"""Targets as a table: what is to be reached, what was, and whether it is enough."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import TYPE_CHECKING

from cli import screen, words
from memberflow.engine.rules import Rules
from memberflow.targets import AT_MOST, NUMBERS, Reached

if TYPE_CHECKING:
    from rich.console import Console

_COUNTED = {
    "upgrade_rate": "{part:,} of {whole:,} members rose",
    "point_use": "{part:,} points spent, {whole:,} earned",
    "repurchase": "{part:,} of {whole:,} members with an order had another",
    "churn": "{part:,} of {whole:,} members with an order in the year before",
    "touches": "{part:,} messages and tasks done in {whole:,} days of membership",
    "participation": "{part:,} of {whole:,} members took part",
    "conversion": "{part:,} of {whole:,} messages that left",
    "member_growth": "{part:,} members more than {whole:,} a year ago",
    "order_frequency": "{part:,} orders in {whole:,} days of membership",
    "sales_share": "{part} of {whole} by members",
}
_MET = {True: "yes", False: "no", None: "nothing to tell yet"}


def show(place: Console, rules: Rules, reached: Sequence[Reached]) -> None:
    """Nothing where the programme has no targets."""
    rows = [
        [one.name.replace("_", " ", 1), _target(one), _actual(one), _MET[one.met], _counted(rules, one)]
        for one in reached
    ]
    screen.columns(place, "Targets, over the year up to then", ["target", "is to be", "was", "met", "counted"], rows)


def _target(one: Reached) -> str:
    return f"{'at most' if one.name in AT_MOST else 'at least'} {one.target}{_unit(one)}"


def _actual(one: Reached) -> str:
    """Rounded away from the target: what is not met does not look as if it were."""
    if one.actual is None:
        return ""
    tenths = ceil(one.actual * 10) if one.name in AT_MOST else floor(one.actual * 10)
    return f"{tenths / 10:,.1f}{_unit(one)}"


def _unit(one: Reached) -> str:
    return "" if one.name in NUMBERS else " %"


def _counted(rules: Rules, one: Reached) -> str:
    template = _COUNTED.get(one.name, _COUNTED["conversion"])
    if one.name == "sales_share":
        return template.format(part=words.money(rules, one.part), whole=words.money(rules, one.whole))
    return template.format(part=one.part, whole=one.whole)
