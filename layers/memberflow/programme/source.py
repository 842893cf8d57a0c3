"""The text of a programme file as plain data, with the place of everything in it.

Every scalar stays the text that was written: ``on``, ``NO``, ``21:00`` and ``2026-02-30`` mean nothing here, the types
of schema/ decide. What YAML would let pass in silence (a key written twice) or do behind the reader's back (aliases,
tags) is a problem with a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from memberflow.programme.problems import KeyPath, Place, Position, Problem, position

Data = str | list["Data"] | dict[str, "Data"] | None
"""Text, lists and mappings; None stands where a problem has been told already."""


class Source(NamedTuple):
    data: Data
    places: dict[KeyPath, Place]
    problems: list[Problem]


def parse(raw: bytes) -> Source:
    """The data of a file's bytes; what could not be read at all is None."""
    try:
        text = raw.decode().lstrip("\ufeff")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        return _unreadable("a byte that is not UTF-8", position(before, len(before)))
    if directive := re.search("^%.*", text, re.MULTILINE):
        line, column = position(text, directive.start())
        refusal = Problem("P003", (), "a directive is not used here", "leave the line out", line=line, column=column)
        return Source(None, {}, [refusal])
    walk = _Walk(YAML(typ="safe", pure=True).parse(text))
    try:
        data = walk.document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        help = "indent with spaces, not with tabs" if text[mark.index : mark.index + 1] == "\t" else ""
        return _unreadable(error.problem or error.context, (mark.line + 1, mark.column + 1), help, walk.problems)
    except ReaderError as error:
        return _unreadable("a control character", position(text, error.position))
    return Source(data, walk.places, walk.problems)


def _unreadable(why: str, at: Position, help: str = "", before: list[Problem] | None = None) -> Source:
    line, column = at
    problem = Problem("P001", (), f"not YAML: {why}", help, line=line, column=column)
    return Source(None, {}, [*(before or []), problem])


class _Walk:
    """One pass over the parser's events."""

    def __init__(self, events: Iterator[Event]) -> None:
        self.events = events
        self.places: dict[KeyPath, Place] = {}
        self.problems: list[Problem] = []

    def document(self) -> Data:
        next(self.events)  # the stream's start
        if isinstance(start := next(self.events), StreamEndEvent):
            self._problem("P002", start, (), "the file is empty")
            return None
        root = next(self.events)
        self.places[()] = Place(_at(root), _at(root))
        data = self._value(root, ())
        next(self.events)  # the document's end
        if isinstance(second := next(self.events), StreamEndEvent):
            return data
        self._problem("P002", second, (), "a second document begins here", "one file holds one programme")
        return None

    def _value(self, event: Event, path: KeyPath) -> Data:
        self._refuse_references(event, path)
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self._list(path)
        return event.value if isinstance(event, ScalarEvent) else None

    def _mapping(self, path: KeyPath) -> Data:
        data: dict[str, Data] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                self._problem(
                    "P005", event, path, "a key must be plain text", "quote a value that begins with {, [ or *"
                )
                self._value(event, (*path, "?"))
                self._value(next(self.events), (*path, "?"))
                continue
            here = (*path, event.value)
            self._refuse_references(event, here)
            if event.value in data:
                first = self.places[here].key[0]
                self._problem(
                    "P004", event, here, f"key {event.value!r} is written twice", f"it is at line {first} already"
                )
            value = next(self.events)
            self.places[here] = Place(_at(event), _at(event if _is_absent(value) else value))
            data[event.value] = self._value(value, here)
        return data

    def _list(self, path: KeyPath) -> Data:
        items: list[Data] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            here = (*path, len(items))
            self.places[here] = Place(_at(event), _at(event))
            items.append(self._value(event, here))
        return items

    def _refuse_references(self, event: Any, path: KeyPath) -> None:
        if isinstance(event, AliasEvent):
            self._problem("P003", event, path, f"alias '*{event.anchor}' is not used here", "write the value out")
        elif event.anchor is not None:
            self._problem("P003", event, path, f"anchor '&{event.anchor}' is not used here", "leave it out")
        elif event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._problem("P003", event, path, f"tag {tag!r} is not used here", "leave it out")

    def _problem(self, code: str, event: Event, path: KeyPath, message: str, help: str = "") -> None:
        line, column = _at(event)
        self.problems.append(Problem(code, path, message, help, line=line, column=column))


def _at(event: Event) -> Position:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _is_absent(event: Event) -> bool:
    """Nothing after the colon: the parser gives it the place of whatever comes next."""
    return isinstance(event, ScalarEvent) and event.value == "" and event.style is None
