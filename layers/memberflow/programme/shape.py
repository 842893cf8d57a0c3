"""Plain data held against the types of schema/: every mistake at once, where msgspec tells of the first alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from memberflow.programme.problems import KeyPath, Problem, named, suggest
from memberflow.programme.source import Data


def problems(data: Data, annotation: Any, path: KeyPath = ()) -> Iterator[Problem]:
    """Wherever ``data`` is not what ``annotation`` describes. Nothing said: msgspec converts it."""
    whole, annotation = annotation, _chosen(data, annotation)
    belongs, walk = _kind(annotation)
    if isinstance(data, belongs):
        yield from walk(data, annotation, path)
    elif data is not None:
        yield Problem("P013", path, f"wrong value for {named(path)}: {_shown(data)}", f"expected {expected(whole)}")


def _kind(annotation: Any) -> tuple[type, Callable[[Any, Any, KeyPath], Iterator[Problem]]]:
    """What the data must be, and how to go on into it."""
    bare = _bare(annotation)
    if get_origin(bare) is dict:
        return dict, _names
    if get_origin(bare) is tuple:
        return list, _items
    return (dict, _keys) if _is_struct(bare) else (str, _text)


def _keys(data: dict[str, Data], annotation: Any, path: KeyPath) -> Iterator[Problem]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(_bare(annotation))}
    for key, value in data.items():
        if key in fields:
            yield from problems(value, fields[key].type, (*path, key))
        elif value is not None:
            known = f"known: {', '.join(fields)}"
            yield Problem("P014", (*path, key), f"unknown key {key!r} in {named(path)}", suggest(key, fields, known))
    for key, field in fields.items():
        if field.required and key not in data:
            yield Problem("P011", path, f"key {key!r} is missing in {named(path)}", f"expected {expected(field.type)}")


def _names(data: dict[str, Data], annotation: Any, path: KeyPath) -> Iterator[Problem]:
    name, value = get_args(_bare(annotation))
    for key, part in data.items():
        if not _converts(key, name):
            yield Problem("P015", (*path, key), f"wrong name {key!r} in {named(path)}", f"expected {expected(name)}")
        yield from problems(part, value, (*path, key))


def _items(data: list[Data], annotation: Any, path: KeyPath) -> Iterator[Problem]:
    if not data and _meta(annotation).min_length:
        yield Problem("P012", path, f"nothing is listed in {named(path)}", "expected at least one item")
    item, _ = get_args(_bare(annotation))
    for index, part in enumerate(data):
        yield from problems(part, item, (*path, index))


def _text(data: str, annotation: Any, path: KeyPath) -> Iterator[Problem]:
    if not _converts(data, annotation):
        choices = get_args(annotation) if get_origin(annotation) is Literal else ()
        help = suggest(data, choices, f"expected {expected(annotation)}")
        yield Problem("P012", path, f"wrong value for {named(path)}: {_shown(data)}", help)


def _converts(text: str, annotation: Any) -> bool:
    try:
        msgspec.convert(text, annotation, strict=False)
    except msgspec.ValidationError:
        return False
    return True


def expected(annotation: Any) -> str:
    """What would be right, in words."""
    parts = _parts(annotation)
    if len(parts) > 1:
        return ", or ".join(map(expected, parts))
    bare = _bare(annotation := parts[0])
    if get_origin(bare) is Literal:
        return " or ".join(get_args(bare))
    if _is_struct(bare):
        return f"a mapping of {', '.join(bare.__struct_encode_fields__)}"
    if get_origin(bare) is tuple:
        return f"a list, each item {expected(get_args(bare)[0])}"
    if get_origin(bare) is dict:
        name, value = get_args(bare)
        return f"a mapping from {expected(name)} to {expected(value)}"
    return _meta(annotation).description or bare.__name__


def _shown(data: Data) -> str:
    if isinstance(data, str):
        return repr(data if len(data) <= 40 else data[:37] + "...") if data else "nothing"
    return "a list" if isinstance(data, list) else "a mapping"


def _chosen(data: Data, annotation: Any) -> Any:
    """Of several kinds that a key takes, the one that the data is of; the first where it is of none."""
    parts = _parts(annotation)
    return next((part for part in parts if isinstance(data, _kind(part)[0])), parts[0])


def _parts(annotation: Any) -> tuple[Any, ...]:
    """An absent key is how a programme says None: the text ``null`` is no way to."""
    if get_origin(annotation) in (Union, UnionType):
        return tuple(part for part in get_args(annotation) if part is not NoneType)
    return (annotation,)


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _meta(annotation: Any) -> Meta:
    return get_args(annotation)[1] if get_origin(annotation) is Annotated else Meta()


def _is_struct(bare: Any) -> bool:
    return isinstance(bare, type) and issubclass(bare, Struct)
