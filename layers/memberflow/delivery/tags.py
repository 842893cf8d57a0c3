"""The name of a message as providers carry it along: in SES's tags and SMS's context, and back from their receipts.

Tags are of letters, digits, ``-`` and ``_``, 256 at most: member and occurrence are one text in base64url, in as many
tags as it takes.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

import msgspec

_LENGTH = 256
_NAME = "memberflow-"


def tags(member_id: str, occurrence_id: str) -> dict[str, str]:
    """memberflow-1, memberflow-2 … of the message."""
    said = urlsafe_b64encode(msgspec.json.encode((member_id, occurrence_id))).rstrip(b"=").decode()
    parts = [said[first : first + _LENGTH] for first in range(0, len(said), _LENGTH)]
    return {f"{_NAME}{n}": part for n, part in enumerate(parts, 1)}


def read_tags(given: Mapping[str, str]) -> tuple[str, str] | None:
    """Member and occurrence that ``tags`` wrote, other tags passed over; None where they are not ours."""
    said = "".join(given[name] for name in sorted(given) if name.startswith(_NAME))
    try:
        return msgspec.json.decode(urlsafe_b64decode(said + "=" * (-len(said) % 4)), type=tuple[str, str])
    except (ValueError, msgspec.DecodeError):
        return None
