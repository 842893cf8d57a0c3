"""Programmes whose tiers are reviewed, kept and given in every way there is."""

from __future__ import annotations

from typing import Any

from tests.programmes import UPGRADE
from tests.property.settings import SPENDS, points, setting


def _levels(**rules: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "label": {"en": name}} | rule for name, rule in rules.items()]


AT_ONCE = setting(
    "2024-01-31 2024-02-29",
    SPENDS,
    all_tiers=True,
    time_zone="America/New_York",
    points=points("1.00", "20 days"),
    tiers={
        "window": "1 month",
        "review": "at_once",
        "drop": "to_fit",
        "grace": "5 days",
        "grace_ends": "month_end",
        "minimum": "10 days",
        "levels": _levels(
            base={},
            silver={"enter": {"any": [{"spend": "30"}, {"points": 40}]}},
            gold={
                "enter": {"spend": "100", "at_most": {"complaints": 0}},
                "keep": {"any": [{"spend": "60"}, {"orders": 2, "over": "this month"}]},
            },
            platinum={"enter": {"spend": "300", "largest_order": "100"}, "keep": "80 %"},
        ),
    },
    journeys={"upgrade": UPGRADE},
)
ON_DATES = setting(
    "2024-02-29 2024-11-03",
    SPENDS,
    all_tiers=True,
    time_zone="America/New_York",
    points=points("1.00", "1 month"),
    tiers={
        "window": "2 months",
        "rise": "at_review",
        "review": "on_dates",
        "review_on": ["1 each month", "15 each month"],
        "review_every": "15 days",
        "drop": "to_base",
        "drop_again_after": "1 month",
        "levels": _levels(
            base={},
            silver={"enter": {"spend": "30", "over": "last month"}, "drops": "never"},
            gold={
                "enter": {"any": [{"interactions": 2, "of": ["check_in"]}, {"spend": "60", "longest_run": 2}]},
                "keep": {"interactions": 1, "over": "20 days"},
            },
            platinum={"enter": {"spend": "100", "points_earned": 50}},
        ),
    },
    journeys={"upgrade": UPGRADE},
)
PEOPLE = setting(
    "2024-02-29 2024-03-31",
    SPENDS,
    all_tiers=True,
    points=points("1.00", "1 month"),
    scores={
        "value": {
            "parts": [
                {"measure": "spend", "weight": 10, "full_at": "100"},
                {"measure": "complaints", "weight": 5, "full_at": "0"},
            ]
        }
    },
    tiers={
        "window": "30 days",
        "review": "from_joining",
        "review_every": "1 month",
        "drop_again_after": "20 days",
        "abnormal": {"times": 2, "months": 1, "at_least": "80"},
        "levels": _levels(
            base={},
            silver={"enter": {"spend": "30"}, "keep": "80 %"},
            gold={"enter": {"spend": "100"}, "keep": "80 %"},
            club={"by": "acceptance", "eligible": {"held": "silver", "held_for": "1 month"}, "keep": {"spend": "20"}},
            black={"by": "invitation", "eligible": {"scores": {"value": 12}, "growth": 1}},
        ),
    },
    journeys={"upgrade": UPGRADE},
)

# Of these the twin knows everything.
FITTING = setting(
    "2024-01-31 2024-02-29",
    SPENDS,
    time_zone="America/New_York",
    points=points("1.00", "1 month"),
    tiers={
        "window": "1 month",
        "review": "at_once",
        "drop": "to_fit",
        "grace": "5 days",
        "grace_ends": "month_end",
        "minimum": "10 days",
        "levels": _levels(
            base={},
            silver={"enter": {"any": [{"spend": "30"}, {"orders": 2, "over": "20 days"}]}},
            gold={"enter": {"spend": "100"}, "keep": {"spend": "60", "at_most": {"complaints": 0}}},
            platinum={"enter": {"spend": "300", "largest_order": "100"}, "keep": "80 %"},
        ),
    },
)
SETTLED = setting(
    "2024-02-29 2024-11-03",
    SPENDS,
    time_zone="America/New_York",
    points=points("1.00", "1 month"),
    tiers={
        "window": "2 months",
        "rise": "at_review",
        "review": "on_dates",
        "review_on": ["1 each month", "15 each month"],
        "review_every": "15 days",
        "drop_again_after": "1 month",
        "levels": _levels(
            base={},
            silver={"enter": {"spend": "30", "over": "last month"}, "drops": "never"},
            gold={"enter": {"any": [{"interactions": 2, "of": ["check_in"]}, {"spend": "60", "longest_run": 2}]}},
            platinum={"enter": {"spend": "100", "active_months": 2}, "keep": {"orders": 1, "over": "this month"}},
        ),
    },
)
LIFTING = setting(
    "2024-02-29 2024-11-03",
    SPENDS,
    time_zone="America/New_York",
    points=points("1.00", "1 month"),
    tiers={
        "window": "2 months",
        "rise": "at_review",
        "review": "on_dates",
        "review_on": ["1 each month"],
        "drop": "to_fit",
        "minimum": "20 days",
        "put_off_to": "next_review",
        "levels": _levels(
            base={},
            silver={"enter": {"spend": "24", "all": [{"interactions": 1, "per": "month"}]}, "at_once": {"spend": "30"}},
            gold={"enter": {"spend": "100", "all": [{"interactions": 2, "per": "month", "over": "last month"}]}},
            platinum={"enter": {"spend": "150", "per": "month"}, "at_once": {"largest_order": "100", "orders": 2}},
        ),
    },
)
TWIN_SETTINGS = (FITTING, SETTLED, LIFTING)

TIER_SETTINGS = (AT_ONCE, ON_DATES, PEOPLE)
