"""The engine's units as an operator reads them: moments and days in the programme's zone, money with its decimals."""

from __future__ import annotations

from datetime import datetime

import click

from memberflow.engine.calendar import day_to_date
from memberflow.engine.member import NEVER, Task
from memberflow.engine.rules import Rules
from memberflow.facts import moment as moment_of
from memberflow.programme.schema.fields import DECIMAL_PLACES

_MONEY = ("spend", "largest_order", "order")


def money(rules: Rules, minor: int) -> str:
    places = DECIMAL_PLACES.get(rules.programme.currency, 2)
    return f"{minor / 10**places:,.{places}f}"


def measure(rules: Rules, name: str, value: int) -> str:
    return money(rules, value) if name.split()[0] in _MONEY else f"{value:,}"


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


def benefit(rules: Rules, name: str, language: str) -> str:
    """Its label, in the programme's first language where it has none in this one; its name where it is no more."""
    known = rules.programme.benefits.get(name)
    return name if known is None else known.label.get(language, known.label[rules.programme.languages[0]])


def task(rules: Rules, made: Task, language: str) -> str:
    """What is to be done, as the last revision that has its journey says; the journey's key where none does."""
    texts: dict[str, str] = {}
    page: Rules | None = rules
    while page is not None:
        journey = page.journeys.get(made.journey)
        texts = texts if journey is None or journey.task is None else journey.task.text
        page = page.later if page.later is not page else None
    return texts.get(language) or next(iter(texts.values()), made.journey)


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
