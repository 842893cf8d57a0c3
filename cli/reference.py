"""Writes docs/programme.md: every key of a programme, from the types that read it (`make schemas`)."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import FieldInfo

from cli import examples
from memberflow.programme import shape
from memberflow.programme.schema import Programme

FILE = Path(__file__).parents[1] / "docs" / "programme.md"

_HEAD = """# The keys of a programme

Generated from the types that read a programme; `memberflow check` holds a file to them and names the line, the key and
what would be right. A key without a default is needed. The examples are those of a few small programmes
(`cli/examples.yaml`) that the tests check and run; what a key needs beside it is said above its table. Longer ones are
in [points.md](points.md), of benefits, grants, badges, segments and tags in [benefits.md](benefits.md), and of tasks
for people and surveys in [tasks.md](tasks.md). A later page of a programme lies beside the first, named by the date
from which it is in force: `programme.2027-01-01.yaml`.
"""
_SHORT = 76
"""Characters of an example that a cell of the table takes."""


def text() -> str:
    shown = examples.by_key()
    return _HEAD + "".join(_section(path, kind, shown) for path, kind in shapes("", Programme, set()))


def shapes(path: str, kind: type[Struct], seen: set[type]) -> Iterator[tuple[str, type[Struct]]]:
    """Every shape under a path, once: where a kind is used again it is told of at its first place."""
    if kind in seen:
        return
    seen.add(kind)
    yield path or "the programme", kind
    for field in msgspec.structs.fields(kind):
        for below, part in _parts(field.type):
            here = f"{path}.{field.encode_name}".lstrip(".") + below
            yield from shapes(here, part, seen)


def _parts(annotation: Any, below: str = "") -> Iterator[tuple[str, type[Struct]]]:
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        yield below, annotation
        return
    origin = get_origin(annotation)
    deeper = "[]" if origin is tuple else ".<name>" if origin is dict else ""
    for part in get_args(annotation):
        yield from _parts(part, below + deeper)


def _takes(field: FieldInfo) -> str:
    parts = [kind for _, kind in _parts(field.type)]
    if not parts:
        return shape.expected(field.type).replace("|", "\\|")
    origin = get_origin(_bare(field.type))
    how = "a list of these: " if origin is tuple else "by name: " if origin is dict else ""
    said = "; ".join(", ".join(f"`{part.encode_name}`" for part in msgspec.structs.fields(kind)) for kind in parts)
    return how + said


def _bare(annotation: Any) -> Any:
    """Without what is said about it, and without None."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return next(_bare(part) for part in get_args(annotation) if part is not NoneType)
    return annotation


def _section(path: str, kind: type[Struct], shown: examples.ByKey) -> str:
    rows = "".join(_row(field, shown.get((kind, field.encode_name))) for field in msgspec.structs.fields(kind))
    said = re.sub(r"``([^`]+)``", r"`\1`", inspect.getdoc(kind) or "")
    return f"\n## {path}\n\n{said}\n\n| Key | Takes | Default | Example |\n| --- | --- | --- | --- |\n{rows}"


def _row(field: FieldInfo, example: examples.Data) -> str:
    return f"| `{field.encode_name}` | {_takes(field)} | {_default(field)} | {_example(field, example)} |\n"


def _example(field: FieldInfo, value: examples.Data) -> str:
    """Below, where it has a section of its own or is longer than a cell takes."""
    if value is None:
        return ""
    line = f"{field.encode_name}: {examples.flow(value)}"
    return "below" if len(line) > _SHORT else f"`{line}`"


def _default(field: FieldInfo) -> str:
    if field.required:
        return ""
    default = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
    if default in (None, UNSET, (), {}, ""):
        return "none"
    return "those below" if isinstance(default, Struct) else f"`{default}`"


def main() -> None:
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
