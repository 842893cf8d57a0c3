"""From events to facts: one that can't be used is refused by field, value and what would be right."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from memberflow.decoder import grants, members, orders, points, tasks, tiers
from memberflow.errors import BadInput
from memberflow.events import EVENT_TYPES, Event
from memberflow.facts import AnyFact

MAX_EVENT_BYTES = 64 * 1024
"""A larger event is refused: stored whole it would crowd the 400 KB of a table item."""

Parsed = TypeVar("Parsed")

_EVENT_DECODER: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)

_TO_FACT: dict[type, Any] = orders.FACTS | members.FACTS | points.FACTS | tiers.FACTS | grants.FACTS | tasks.FACTS

# What would be right, by the last name of a field's path; the types say the rest.
_EXPECTED = {
    "type": "one of " + ", ".join(str(t.__struct_config__.tag) for t in EVENT_TYPES),
    "amount": "a decimal string, never negative, such as '12.50'",
    "currency": "an ISO 4217 code such as 'GBP'",
    "occurred_at": "a moment with an offset, such as '2026-03-01T12:00:00+08:00'",
    "birthday": "'1990-05-17', or '--05-17' where the year is unknown",
    "answer": "a word that the programme lists, such as 'price'",
    "survey": "a survey of the programme, such as 'after_order'",
    "rating": "a whole number from 1 to 5",
    "points": "a whole number from 1 to 1000000000000 (of an adjustment, below zero too)",
}


def decode(raw: bytes | str, currency: str) -> AnyFact:
    """The fact that an event tells of; ``currency`` is the programme's.

    Raises BadInput, which names the field, its value and what would be right.
    """
    data = raw if isinstance(raw, bytes) else raw.encode(errors="replace")
    if len(data) > MAX_EVENT_BYTES:
        raise BadInput("", f"{len(data)} bytes", f"at most {MAX_EVENT_BYTES} bytes")
    return fact_of(parse(data, _EVENT_DECODER), currency)


def fact_of(event: Event, currency: str) -> AnyFact:
    """The fact that an event tells of. Raises BadInput."""
    fact: AnyFact = _TO_FACT[type(event)](event, currency)
    return fact


def parse(data: bytes, decoder: msgspec.json.Decoder[Parsed]) -> Parsed:
    """What the decoder makes of it. Raises BadInput."""
    try:
        try:
            return decoder.decode(data)
        except msgspec.ValidationError as error:
            raise _explain(data, error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput("", data.decode(errors="replace"), f"a JSON object in UTF-8 ({error})") from None


def _explain(data: bytes, error: msgspec.ValidationError) -> BadInput:
    """Adds the value that stood in the field to msgspec's account, whose text ends in the path."""
    problem, _, path = str(error).partition(" - at `$")
    path = path.strip("`.")
    value: Any = msgspec.json.decode(data)
    for step in filter(None, path.replace("]", "").replace("[", ".").split(".")):
        value = value[int(step)] if isinstance(value, list) else value[step]
    unknown = problem.removeprefix("Object contains unknown field `").rstrip("`")
    if unknown != problem.rstrip("`"):
        return BadInput(unknown, value[unknown], "no field of that name")
    missing = problem.removeprefix("Object missing required field `").rstrip("`")
    if missing != problem.rstrip("`"):
        name, value, problem = missing, None, "a value: the field is required"
        path = f"{path}.{missing}" if path else missing
    else:
        name, problem = path.rpartition(".")[2], problem.removeprefix("Expected ")
    return BadInput(path, value, _EXPECTED.get(name, problem))
