"""Writes the SDK's descriptions of services, cut down to the operations that the functions use, for the layer.

botocore reads a service's whole description and every service's endpoints to make a client, after looking through 400
folders: a quarter of a cold start. With SDK_DESCRIPTIONS set to the folder written here it reads only this.
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


AS_THEY_ARE = ("_retry", "partitions", "sdk-default-configuration")


def trimmed(service: str) -> dict[str, Any]:
    """The description with the operations used and the shapes that they reach, and no documentation."""
    model = _plain(Loader().load_service_model(service, "service-2"))
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


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _plain(part) for key, part in node.items() if key != "documentation" or isinstance(part, dict)}
    return [_plain(part) for part in node] if isinstance(node, list) else node


def endpoints() -> dict[str, Any]:
    """Regions and partitions, without what each service has of its own: where one is, its rules say."""
    found: dict[str, Any] = Loader().load_data("endpoints")
    return {**found, "partitions": [{**partition, "services": {}} for partition in found["partitions"]]}


def write(folder: Path) -> None:
    loader = Loader()
    for service in USED:
        version = loader.determine_latest_version(service, "service-2")
        _write(folder / service / version / "service-2.json", trimmed(service))
        rules = loader.load_service_model(service, "endpoint-rule-set-1")
        _write(folder / service / version / "endpoint-rule-set-1.json", _plain(rules))
    _write(folder / "endpoints.json", endpoints())
    for name in AS_THEY_ARE:
        _write(folder / f"{name}.json", loader.load_data(name))


def _write(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
