"""Tasks recounted from nothing but the facts, for a programme that calls the silent and whoever says it is the price.

It shares no code with the engine: no timers, no state, each task looked at by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from whenever import Date

from memberflow.facts import Answered, AnyFact, Joined, Order, TaskDone
from tests.property.twin_tiers import date_of, starts

SILENT, USEFUL, LATER = 10, 5, 1
"""Days: of silence before a call, that a task is of use, and from an answer to what follows on it."""


def states(zone: str, facts: Iterable[AnyFact], moment: int) -> dict[str, str]:
    """By task what became of it up to a moment, whose facts count."""
    known = [fact for fact in facts if fact.at <= moment]
    enrolled = min((fact.at for fact in known if isinstance(fact, Order | Joined)), default=None)
    if enrolled is None:
        return {}
    calls = _calls(zone, known, moment)
    return calls | _follow_ups(zone, known, moment, calls, enrolled)


def _calls(zone: str, known: list[AnyFact], moment: int) -> dict[str, str]:
    bought = sorted(fact.at for fact in known if isinstance(fact, Order))
    found = {}
    for day in {date_of(zone, at) for at in bought}:
        begins, ends = starts(zone, day, SILENT), starts(zone, day, SILENT + USEFUL)
        silent = not any(day < date_of(zone, at) for at in bought if at < begins)
        if silent and begins <= moment:
            back = any(begins <= at < ends for at in bought)
            id = f"gone#{_number(day)}"
            found[id] = _state(id, known, begins, back, ends <= moment)
    return found


def _follow_ups(zone: str, known: list[AnyFact], moment: int, calls: dict[str, str], enrolled: int) -> dict[str, str]:
    said = [(fact.at, fact.id) for fact in known if isinstance(fact, Answered) and _is_meant(fact)]
    told = [fact for fact in known if isinstance(fact, TaskDone) and fact.answer == "price"]
    said += [(fact.at, fact.id) for fact in told if calls.get(fact.id) == "done"]
    found = {}
    for at, name in said:
        day, id = date_of(zone, at), f"sorry#{name}"
        begins, ends = starts(zone, day, LATER), starts(zone, day, LATER + USEFUL)
        if max(begins, enrolled) <= moment and begins >= enrolled:
            found[id] = _state(id, known, begins, False, ends <= moment)
    return found


def _is_meant(fact: Answered) -> bool:
    return fact.survey == "silence" and fact.answer == "price"


def _state(id: str, known: list[AnyFact], begins: int, gone: bool, over: bool) -> str:
    if any(isinstance(fact, TaskDone) and fact.id == id and fact.at >= begins for fact in known):
        return "done"
    return "withdrawn" if gone else "lapsed" if over else "open"


def _number(day: Date) -> int:
    return day.to_stdlib().toordinal() - Date(1970, 1, 1).to_stdlib().toordinal()
