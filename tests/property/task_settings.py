"""Programmes that ask people to do things and members to answer, by every kind of reason that may go again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests import programmes
from tests.property.settings import _BENEFITS, _TIERS, SPENDS, points, setting

_MAIL: dict[str, Any] = {"useful_for": "3 days", "purpose": "marketing", "channels": ["email"], "message": "mail"}
_TASK: dict[str, Any] = {"for": "adviser", "due": "30 hours", "text": {"en": "Do it"}}
_DO: dict[str, Any] = {"useful_for": "5 days", "task": _TASK}

TASKS: dict[str, Any] = {
    "welcome": _DO | {"trigger": "joined", "after": "1 day", "asks": "silence", "ends_with": "order"},
    "ring": _DO | {"trigger": "order", "after": "2 days", "asks": "silence", "give": ["coupon"]},
    "pack": _DO | {"trigger": "tier_reached", "send_at": "12:00", "useful_for": "20 days"},
    "lower": _DO | {"trigger": "tier_lost", "task": _TASK | {"due": "2 days"}},
    "gone": _DO | {"trigger": "dormancy", "after": "10 days", "asks": "silence"},
    "monthly": _DO | {"trigger": "calendar", "on": ["15", "29"], "useful_for": "20 days", "when": {"orders": 1}},
    "some": _DO | {"trigger": "calendar", "on": ["monday"], "holdout": 50},
    "dear": _MAIL | {"trigger": "answered", "survey": "silence", "answers": ["price"], "give": ["coupon"]},
    "sorry": _DO | {"trigger": "answered", "survey": "silence", "after": "1 day", "tiers": ["base"]},
}
_ASKING: dict[str, Any] = {
    "surveys": {"silence": ["price", "service"], "other": ["yes"]},
    "benefits": _BENEFITS,
    "tiers": {"levels": _TIERS, "window": "2 months", "review_every": "1 month"},
    "points": points("1.00", "1 month"),
}
ASKING = setting("2023-02-28 2024-02-29 2024-03-31", SPENDS, asks=True, journeys=TASKS, **_ASKING)
ASKING_ON_JOINING = setting(
    "2024-02-28 2024-11-03",
    SPENDS,
    asks=True,
    currency="USD",
    time_zone="America/New_York",
    enrol="joining",
    quiet_hours={"start": "21:00", "end": "08:00"},
    journeys=TASKS,
    **_ASKING,
)
ASKING_REVISED = replace(
    ASKING,
    revisions={
        "2024-03-01": programmes.programme(
            journeys={key: TASKS[key] | {"give": []} for key in ("ring", "sorry")}, surveys=_ASKING["surveys"]
        ),
        "2024-03-20": ASKING.programme,
    },
)
RECOUNTED = replace(
    setting(
        "2024-02-29 2024-03-31",
        SPENDS,
        asks=True,
        journeys={
            "gone": _DO | {"trigger": "dormancy", "after": "10 days", "asks": "silence"},
            "sorry": _DO | {"trigger": "answered", "survey": "silence", "answers": ["price"], "after": "1 day"},
        },
        surveys=_ASKING["surveys"],
    ),
    zones=(),
)
"""What the twin of tasks knows all of."""

TASK_SETTINGS = (ASKING, ASKING_ON_JOINING, ASKING_REVISED, RECOUNTED)
