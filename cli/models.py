"""Writes the SDK's descriptions of services, cut down to the operations that the functions use, for the layer.

botocore reads a service's whole description to make a client of it, which is a good part of a cold start. With
AWS_DATA_PATH set to the folder written here it reads these instead.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

USED = {
    "dynamodb": (
        "BatchGetItem",
        "BatchWriteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactWriteItems",
        "UpdateItem",
    ),
    "sqs": ("SendMessage", "SendMessageBatch"),
    "sesv2": ("GetAccount", "SendEmail"),
    "pinpoint-sms-voice-v2": ("SendTextMessage",),
    "events": ("PutEvents",),
    "ssm": ("GetParameter",),
}
"""A test holds the functions to these."""


def trimmed(service: str) -> dict[str, Any]:
    """The description with the operations used and the shapes that they reach."""
    model = Loader().load_service_model(service, "service-2")
    operations = {name: model["operations"][name] for name in USED[service]}
    needed: set[str] = set()
    waiting = [shape for operation in operations.values() for shape in _shapes_in(operation)]
    while waiting:
        shape = waiting.pop()
        if shape not in needed:
            needed.add(shape)
            waiting += _shapes_in(model["shapes"][shape])
    shapes = {name: model["shapes"][name] for name in sorted(needed)}
    return {**model, "operations": operations, "shapes": shapes}


def _shapes_in(node: Any) -> Iterator[str]:
    """The names of shapes that a part of a description refers to."""
    if isinstance(node, dict):
        if isinstance(node.get("shape"), str):
            yield node["shape"]
        for part in node.values():
            yield from _shapes_in(part)
    elif isinstance(node, list):
        for part in node:
            yield from _shapes_in(part)


def write(folder: Path) -> None:
    for service in USED:
        version = Loader().determine_latest_version(service, "service-2")
        file = folder / service / version / "service-2.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(trimmed(service), separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
