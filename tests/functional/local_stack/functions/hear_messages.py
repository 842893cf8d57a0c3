"""Shows the changes of the table that its filter let through."""

from __future__ import annotations

from typing import Any

events: list[dict[str, Any]] = []
raises = False


def handler(event: dict[str, Any], context: Any) -> None:
    events.append(event)
    if raises:
        raise RuntimeError("deaf")
