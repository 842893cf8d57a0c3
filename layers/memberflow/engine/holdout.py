"""Who never gets what a journey makes, so that he can be compared with those who do."""

from __future__ import annotations

from hashlib import sha256

from memberflow.engine.rules import Rules


def held_out(rules: Rules, member_id: str, journey: str) -> bool:
    """Whether the member belongs to the journey's holdout: for good, whatever else of the programme changes."""
    percent = rules.programme.journeys[journey].holdout
    if percent is None:
        return False
    drawn = sha256(f"{rules.programme.programme}/{journey}/{member_id}".encode()).digest()
    return int.from_bytes(drawn[:8]) % 100 < percent
