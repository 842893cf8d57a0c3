"""Event patterns of Lambda's filter criteria, the part of them that a template of ours uses."""

from __future__ import annotations

from typing import Any

from memberflow.errors import MemberflowError

_ABSENT = object()


class UnknownPattern(MemberflowError):
    """A filter asks something that the local stack can't answer."""


def matches(pattern: dict[str, Any], record: Any) -> bool:
    """Whether every leaf that the pattern names holds one of the values it allows there."""
    fields = record if isinstance(record, dict) else {}
    return all(_fits(rule, fields.get(name, _ABSENT)) for name, rule in pattern.items())


def _fits(rule: Any, value: Any) -> bool:
    if isinstance(rule, dict):
        return matches(rule, value)
    return any(_allows(choice, value) for choice in rule)


def _allows(choice: Any, value: Any) -> bool:
    match choice:
        case {"exists": bool(wanted)}:
            # Lambda looks at leaves only: an object counts as not there.
            return (value is not _ABSENT and not isinstance(value, dict)) == wanted
        case {"prefix": str(start)}:
            return isinstance(value, str) and value.startswith(start)
        case dict():
            raise UnknownPattern(f"filter {choice}: the local stack knows exact values, prefix and exists")
        case _:
            return bool(value == choice)
