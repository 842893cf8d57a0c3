"""The engine's units as an operator reads them: moments and days in the programme's zone, money with its decimals."""

from __future__ import annotations

from datetime import datetime

import click

from memberflow.engine.calendar import day_to_date
from memberflow.engine.member import NEVER
from memberflow.engine.outcome import Decision, Figure
from memberflow.engine.rules import Rules
from memberflow.facts import moment as moment_of
from memberflow.programme.schema.fields import DECIMAL_PLACES

_CAUSES = {
    "order.paid": "order",
    "order.refunded": "refund",
    "points.redeemed": "redemption",
    "member.joined": "joining",
    "member.updated": "update",
    "review": "the review",
    "expired": "expiry",
}


def money(rules: Rules, minor: int) -> str:
    places = DECIMAL_PLACES.get(rules.programme.currency, 2)
    return f"{minor / 10**places:,.{places}f}"


def measure(rules: Rules, name: str, value: int) -> str:
    return money(rules, value) if name == "spend" else f"{value:,}"


def figure(rules: Rules, seen: Figure) -> str:
    name = seen.measure
    return f"{name} {measure(rules, name, seen.value)} of {measure(rules, name, seen.threshold)}"


def day(number: int) -> str:
    return day_to_date(number).isoformat()


def last_day(gone: int | None) -> str:
    """The last usable day of the lot that is gone on a day; points owed have none."""
    if gone is None:
        return "owed"
    return "never" if gone == NEVER else day(gone - 1)


def moment(rules: Rules, at: int) -> str:
    """Local date and time, to the minute."""
    minute = rules.zone.minute(at)
    return f"{day(rules.zone.day(at))} {minute // 60:02}:{minute % 60:02}"


def cause(text: str) -> str:
    """'order.paid#17' as 'order 17'."""
    kind, _, id = text.partition("#")
    return f"{_CAUSES.get(kind, kind)} {id}".rstrip()


def evidence(rules: Rules, decision: Decision) -> str:
    """What the rule saw, and over which days."""
    if not decision.figures:
        return ""
    figures = ", ".join(figure(rules, seen) for seen in decision.figures)
    return f"{figures}, {day(decision.first)} to {day(decision.last)}"


def decided(rules: Rules, decision: Decision) -> str:
    """'reached gold by order 17 (spend 1,020.00 of 1,000.00, 2010-03-06 to 2011-03-05)'."""
    verb = {"enrolled": "enrolled as", "dropped": "dropped to", "refunded": "back to"}
    text = f"{verb.get(decision.outcome, decision.outcome)} {decision.after} by {cause(decision.cause)}"
    seen = evidence(rules, decision)
    return f"{text} ({seen})" if seen else text


def parse_moment(rules: Rules, option: str, text: str) -> int:
    """From RFC 3339 with an offset, or from a date: the end of that day in the programme's zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _not_a_moment(option, text) from None
    if at.tzinfo is not None:
        return moment_of(at)
    if len(text) > len("2026-03-01"):
        raise _not_a_moment(option, text)
    return rules.zone.moment((at - datetime(1970, 1, 1)).days + 1) - 1


def _not_a_moment(option: str, text: str) -> click.BadParameter:
    expected = "a date such as 2026-03-01 or a moment with an offset such as 2026-03-01T12:00:00Z"
    return click.BadParameter(f"{text!r} is not {expected}", param_hint=option)
