"""Programmes written as plain data, for tests that need one rule or another."""

from __future__ import annotations

from typing import Any

import msgspec

from memberflow.engine.rules import Rules
from memberflow.programme.schema import Programme

TIERS = [
    {"name": "member", "label": {"en": "Member"}},
    {"name": "silver", "label": {"en": "Silver"}, "enter": {"spend": "300"}, "keep": {"spend": "240"}},
    {"name": "gold", "label": {"en": "Gold"}, "enter": {"spend": "1000"}, "keep": {"spend": "800"}},
    {"name": "platinum", "label": {"en": "Platinum"}, "enter": {"spend": "5000"}, "keep": {"spend": "4000"}},
]

BIRTHDAY = {
    "trigger": "birthday",
    "send_at": "09:00",
    "useful_for": "1 day",
    "purpose": "marketing",
    "channels": ["email"],
    "message": "birthday",
}
UPGRADE = {
    "trigger": "tier_reached",
    "useful_for": "7 days",
    "purpose": "service",
    "channels": ["email"],
    "message": "upgrade",
}
WIN_BACK = {
    "trigger": "dormancy",
    "after": "90 days",
    "send_at": "10:00",
    "useful_for": "7 days",
    "purpose": "marketing",
    "channels": ["email"],
    "message": "win_back",
}


def levels(**enter: str) -> list[dict[str, Any]]:
    """A base tier and, above it, tiers entered by spend: ``levels(silver="300", gold="1000")``."""
    base: dict[str, Any] = {"name": "member", "label": {"en": "member"}}
    return [base] + [{"name": name, "label": {"en": name}, "enter": {"spend": spend}} for name, spend in enter.items()]


def programme(**changes: Any) -> Programme:
    """London, pounds, a point a pound for 12 months, four tiers by 12 months' spend; ``changes`` replace whole keys."""
    plain: dict[str, Any] = {
        "programme": "test",
        "currency": "GBP",
        "time_zone": "Europe/London",
        "languages": ["en"],
        "points": {"earn": {"points": 1, "per": "1.00"}, "expiry": {"after": "12 months"}},
        "tiers": {"levels": TIERS},
    }
    return msgspec.convert(plain | changes, Programme, strict=False)


def rules(**changes: Any) -> Rules:
    return Rules(programme(**changes))
