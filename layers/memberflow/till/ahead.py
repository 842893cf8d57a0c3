"""Rules and what there is of each measure they ask for, as the API's callers read of them."""

from __future__ import annotations

from memberflow.engine import outlook
from memberflow.engine.calendar import day_to_date
from memberflow.engine.catalogue import MONEY
from memberflow.engine.outcome import Figure
from memberflow.engine.rules import Rules
from memberflow.programme.schema.fields import decimal_text
from memberflow.till.contract import Measured, Needs, TierAhead


def tier(rules: Rules, ahead: outlook.TierAhead) -> TierAhead:
    """One above the member's."""
    return TierAhead(
        tier=ahead.tier,
        label=rules.level[ahead.tier].label,
        needs=needs(rules, ahead.need),
        on=None if ahead.on is None else date_of(ahead.on),
        at_once=None if ahead.at_once is None else needs(rules, ahead.at_once),
    )


def needs(rules: Rules, need: outlook.Need) -> Needs:
    return Needs(
        figures=[_measured(rules, figure) for figure in need.figures],
        all=[needs(rules, part) for part in need.all],
        any=[needs(rules, part) for part in need.any],
        met=need.met,
    )


def _measured(rules: Rules, seen: Figure) -> Measured:
    money = rules.measures[seen.measure].name in MONEY
    value, needed = (
        decimal_text(figure, rules.programme.currency) if money else str(figure)
        for figure in (seen.value, seen.threshold)
    )
    return Measured(seen.measure, value, needed, seen.at_most, seen.met)


def date_of(day: int) -> str:
    return day_to_date(day).isoformat()
