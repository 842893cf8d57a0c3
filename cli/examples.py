"""An example of every key of a programme: fragments in examples.yaml, each put into one small programme."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from memberflow.programme import source
from memberflow.programme.schema import Programme

FILE = Path(__file__).with_name("examples.yaml")

Data = Any
"""Text, lists and mappings, as source.py reads them."""
ByKey = dict[tuple[type[Struct], str], Data]
"""By shape and key."""

_QUOTED = re.compile(r"""[,\[\]{}#"']|: |^[-?:&*!|>%@`]|^$|\d\d:\d\d""")


def fragments() -> list[dict[str, Data]]:
    """What examples.yaml puts in, one at a time; the base comes first."""
    data = _read()
    return [data["base"], *data["changes"]]


def programmes() -> list[dict[str, Data]]:
    """The whole programmes: the base, and each change put into it."""
    data = _read()
    return [data["base"], *(_merged(data["base"], change) for change in data["changes"])]


def _read() -> dict[str, Data]:
    data = source.parse(FILE.read_bytes()).data
    assert isinstance(data, dict)
    return data


def _merged(whole: Data, change: Data) -> Data:
    """Mappings are merged, everything else is replaced."""
    if not isinstance(whole, dict) or not isinstance(change, dict):
        return change
    return whole | {key: _merged(whole.get(key), value) for key, value in change.items()}


def by_key() -> ByKey:
    """The first value that is given to each key of each shape."""
    found: ByKey = {}
    for fragment in fragments():
        for kind, key, value in _walk(fragment, Programme):
            found.setdefault((kind, key), value)
    return found


def _walk(data: Data, annotation: Any) -> Iterator[tuple[type[Struct], str, Data]]:
    kind = _of(data, annotation)
    if isinstance(kind, type) and issubclass(kind, Struct):
        fields = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
        for key, value in data.items():
            yield kind, key, value
            yield from _walk(value, fields[key])
    elif isinstance(data, dict):
        for value in data.values():
            yield from _walk(value, get_args(kind)[1])
    elif isinstance(data, list):
        for value in data:
            yield from _walk(value, get_args(kind)[0])


def _of(data: Data, annotation: Any) -> Any:
    """Of several kinds that a key takes, the one that the data is of; without what is said about it."""
    if get_origin(annotation) is Annotated:
        return _of(data, get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        parts = [_of(data, part) for part in get_args(annotation) if part is not NoneType]
        return next((part for part in parts if isinstance(data, str) != _is_deep(part)), parts[0])
    return annotation


def _is_deep(kind: Any) -> bool:
    return get_origin(kind) in (dict, tuple) or (isinstance(kind, type) and issubclass(kind, Struct))


def flow(data: Data) -> str:
    """As it is written on one line."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(flow, data)) + "]"
    return f'"{data}"' if _QUOTED.search(data) else data
