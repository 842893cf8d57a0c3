"""The JSON Schemas in events/schemas/ are those of the types that decode the events."""

from __future__ import annotations

from cli.schemas import FOLDER, schema_files


def test_the_schemas_on_disk_are_up_to_date() -> None:
    assert {file.name: file.read_text() for file in FOLDER.glob("*.json")} == schema_files()
