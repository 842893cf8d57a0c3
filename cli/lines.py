"""A member as the line that simulate and replay write."""

from __future__ import annotations

import msgspec

from memberflow.engine.member import Member
from memberflow.engine.rules import Rules
from memberflow.engine.view import view

_ENCODER = msgspec.json.Encoder(order="sorted")


def line(rules: Rules, member: Member, until: int) -> bytes:
    """The member's view at ``until`` as a line of JSON with its keys sorted; lets his time run up to there."""
    return _ENCODER.encode(view(rules, member, until)) + b"\n"
