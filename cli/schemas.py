"""Writes events/schemas/, a JSON Schema for each event, and events/openapi.json, from the types (`make schemas`)."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
from msgspec import Struct

from cli import openapi
from memberflow.events import EVENT_TYPES

FOLDER = Path(__file__).parents[1] / "events" / "schemas"
OPENAPI = FOLDER.parent / "openapi.json"


def schema_files() -> dict[str, str]:
    """File name to text, for every event type."""
    return {f"{_tag(kind)}.json": _text(kind) for kind in EVENT_TYPES}


def _tag(kind: type[Struct]) -> str:
    return str(kind.__struct_config__.tag)


def _text(kind: type[Struct]) -> str:
    (schema,), components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | components.pop(kind.__name__, schema)
    whole["title"] = _tag(kind)
    if components:
        whole["$defs"] = components
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in schema_files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    OPENAPI.write_text(openapi.text(), encoding="utf-8")


if __name__ == "__main__":
    main()
