"""Keeps nothing: shows what it was given and fails where a test wants it to."""

from __future__ import annotations

from typing import Any

batches: list[list[str]] = []
events: list[dict[str, Any]] = []
raises = False
reports: set[str] = set()
reports_a_stranger = False


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    events.append(event)
    batches.append([record["body"] for record in event["Records"]])
    if raises:
        raise RuntimeError("no activities today")
    failed = [{"itemIdentifier": each["messageId"]} for each in event["Records"] if each["body"] in reports]
    if reports_a_stranger:
        failed.append({"itemIdentifier": "nobody"})
    return {"batchItemFailures": failed}
