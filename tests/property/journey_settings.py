"""Programmes whose journeys wait for whatever there is to wait for, beside short windows, lots and reviews."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests import programmes
from tests.property.settings import _REWARDS, _TIERS, SPENDS, points, setting

_MAIL: dict[str, Any] = {"useful_for": "3 days", "purpose": "marketing", "channels": ["email"], "message": "mail"}

_GIVING = _REWARDS | {"grants": {name: rule for name, rule in _REWARDS["grants"].items() if name != "annual"}}
"""What comes once a year with a tier is not looked at here."""

JOURNEYS: dict[str, Any] = {
    "hello": _MAIL | {"trigger": "joined", "give": ["coupon"]},
    "hint": _MAIL | {"trigger": "joined", "after": "3 days", "send_at": "10:00", "ends_with": "order"},
    "thanks": _MAIL | {"trigger": "first_order", "send_at": "00:00"},
    "again": _MAIL | {"trigger": "first_order", "after": "1 day", "ends_with": "order", "give": ["coupon", "gift"]},
    "survey": _MAIL | {"trigger": "order", "useful_for": "1 day"},
    "review": _MAIL | {"trigger": "order", "after": "10 days", "send_at": "12:00", "tags": ["thrifty"]},
    "years": _MAIL | {"trigger": "anniversary", "years": [1, 2], "send_at": "09:00", "tiers": ["base"]},
    "fifteenth": _MAIL | {"trigger": "calendar", "on": ["15", "02-29"], "when": {"spend": "24", "over": "1 month"}},
    "dated": _MAIL | {"trigger": "calendar", "on": ["2024-02-28 to 2024-03-02", "monday"], "send_at": "21:30"},
    "ending": _MAIL | {"trigger": "points_expiring", "before": "5 days", "give": ["gift"]},
    "lower": _MAIL | {"trigger": "tier_lost", "give": ["gift"], "when": {"orders": 1}},
    "lower_gold": _MAIL | {"trigger": "tier_lost", "tiers": ["gold"], "send_at": "12:00"},
    "higher": _MAIL | {"trigger": "tier_reached", "when": {"categories": 2}},
    "higher_rarely": _MAIL | {"trigger": "tier_reached", "again_after": "1 month"},
    "in_his_month": _MAIL | {"trigger": "birthday_month", "send_at": "09:00", "give": ["gift"]},
    "came": _MAIL | {"trigger": "segment_entered", "segments": ["new", "lost"], "give": ["coupon"]},
    "came_rarely": _MAIL | {"trigger": "segment_entered", "segments": ["lost", "new"], "again_after": "10 days"},
    "badge": _MAIL | {"trigger": "badge", "badges": ["regular", "collector"]},
    "badges": _MAIL | {"trigger": "badge", "again_after": "1 day", "send_at": "12:00"},
    "trying": _MAIL | {"trigger": "trial_ending", "before": "5 days", "send_at": "10:00"},
    "risk": _MAIL | {"trigger": "tier_at_risk", "before": "10 days", "again_after": "5 days", "segments": ["new"]},
    "near": _MAIL | {"trigger": "within_reach", "of": {"spend": "20"}},
    "nearer": _MAIL | {"trigger": "within_reach", "of": {"spend": "6"}, "tiers": ["base", "silver"], "give": ["gift"]},
    "surveyed": _MAIL | {"trigger": "order", "send_at": "12:00", "again_after": "2 days", "give": ["gift"]},
}

TELLING = setting(
    "2023-02-28 2024-02-29 2024-03-31",
    SPENDS,
    tiers={"levels": _TIERS, "window": "2 months", "review_every": "1 month"},
    points=points("1.00", "1 month"),
    quiet_hours={"start": "21:00", "end": "08:00"},
    journeys=JOURNEYS,
    **_GIVING,
)
TELLING_ON_JOINING = setting(
    "2024-02-28 2024-11-03",
    SPENDS,
    all_tiers=True,
    currency="USD",
    time_zone="America/New_York",
    enrol="joining",
    tiers={"levels": _TIERS, "window": "30 days", "review": "at_once"},
    points=points("2.00", "20 days"),
    journeys=JOURNEYS,
    **_GIVING,
)
TELLING_OF_POINTS = setting(
    "2024-01-31 2024-02-29",
    SPENDS,
    all_points=True,
    tiers={"levels": _TIERS, "window": "2 months", "review_every": "1 month"},
    points={
        "earn": {"per": "0.50"},
        "usable_after": "5 days",
        "expiry": {
            "after": "1 month",
            "rolling": {"for": "2 months", "on": ["order", "redemption"]},
            "never_for": ["gold"],
            "notice": "3 days",
            "reinstate_within": "1 month",
        },
        "redeem": {"points": 1, "worth": "0.01", "returned_for": "10 days", "reserve_for": "24 hours"},
    },
    journeys={key: JOURNEYS[key] for key in ("ending", "again", "survey")}
    | {"soon": JOURNEYS["ending"] | {"give": [], "before": "1 month"}},
    **_GIVING,
)
TELLING_AHEAD = setting(
    "2023-02-28 2024-03-31",
    SPENDS,
    tiers={"levels": _TIERS[:1]},
    points=points("1.00", "2 months"),
    journeys={key: JOURNEYS[key] | {"give": []} for key in ("hello", "fifteenth", "ending")},
)
"""Nothing follows on orders: what is due lies far ahead of most facts."""

TELLING_REVISED = replace(
    TELLING,
    revisions={
        "2024-02-15": programmes.programme(
            tiers={"levels": _TIERS[:3], "window": "3 months", "review_every": "1 month"},
            points=points("2.00", "2 months"),
            journeys={key: JOURNEYS[key] | {"give": []} for key in ("hint", "again", "dated", "lower")},
        ),
        "2024-03-15": TELLING.programme,
    },
)

_NEARING = {
    "risk": _MAIL | {"trigger": "tier_at_risk", "before": "10 days", "again_after": "1 day"},
    "near": _MAIL | {"trigger": "within_reach", "of": {"spend": "20"}},
}
NEARING = setting(
    "2023-12-31 2024-02-29",
    SPENDS,
    tiers={"levels": _TIERS, "window": "1 month", "review_every": "1 month", "grace": "5 days"},
    journeys=_NEARING,
)
NEARING_AT_ONCE = setting(
    "2024-01-31 2024-02-29",
    SPENDS,
    all_tiers=True,
    time_zone="America/New_York",
    tiers={"levels": _TIERS, "window": "20 days", "review": "at_once", "drop": "to_fit"},
    journeys=_NEARING,
)
"""Tiers by spend alone, whose figures can be tried."""

TRYING = setting(
    "2023-02-28 2024-03-31",
    SPENDS,
    tiers={"levels": [_TIERS[0], _TIERS[2] | {"drops": "never", "keep": None}]},
    points=points("1.00", None),
    journeys={"trying": JOURNEYS["trying"]},
    benefits={"trial": _GIVING["benefits"]["trial"]},
    grants={"story": _GIVING["grants"]["story"]},
)
"""Nothing but a trial's end is ever due, and what tells of it."""

JOURNEY_SETTINGS = (
    NEARING,
    NEARING_AT_ONCE,
    TRYING,
    TELLING,
    TELLING_ON_JOINING,
    TELLING_OF_POINTS,
    TELLING_AHEAD,
    TELLING_REVISED,
)
