"""Programmes that the properties run under: short periods, so that something falls due between almost any two facts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import msgspec

from memberflow.engine.calendar import Period, add, date_to_day, day_to_date
from memberflow.engine.rules import Rules, compiled
from memberflow.programme.schema import Programme, Shipped
from tests import programmes
from tests.programmes import BIRTHDAY, UPGRADE, WIN_BACK

_TIERS = [
    {"name": "base", "label": {"en": "Base"}},
    {"name": "silver", "label": {"en": "Silver"}, "enter": {"spend": "30"}, "keep": {"spend": "24"}},
    {"name": "gold", "label": {"en": "Gold"}, "enter": {"spend": "100"}, "keep": {"spend": "80"}},
    {"name": "platinum", "label": {"en": "Platinum"}, "enter": {"spend": "300"}},
]

_TIERS_OF_MANY_MEASURES = [
    {"name": "base", "label": {"en": "Base"}},
    {"name": "silver", "label": {"en": "Silver"}, "enter": {"any": [{"spend": "30"}, {"orders": 3}]}},
    {
        "name": "gold",
        "label": {"en": "Gold"},
        "enter": {"spend": "60", "categories": 2},
        "keep": {"any": [{"all": [{"spend": "30"}, {"orders": 2}]}, {"categories": 3}]},
    },
]


@dataclass(frozen=True, repr=False)
class Setting:
    """A programme, the dates its histories crowd around, and the order amounts (minor units) that meet its figures."""

    programme: Programme
    dates: tuple[date, ...]
    amounts: tuple[int, ...]
    zones: tuple[str, ...] = ("Europe/London", "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12", "No/Such_Zone")
    all_points: bool = False
    """Its histories hold everything that can be done to points; the twin knows a part of it only."""
    all_tiers: bool = False
    """Its histories hold everything that people can do to tiers."""
    revisions: dict[str, Programme] = field(default_factory=dict)
    asks: bool = False
    """Its histories hold tasks done and answers."""
    grant_ids: tuple[str, ...] = ("no such grant",)
    """What members try to use."""
    minutes: tuple[int, ...] = (0, 9 * 60, 12 * 60, 21 * 60 + 30, 23 * 60 + 59)

    def __repr__(self) -> str:
        return f"Setting({self.programme.time_zone})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    @cached_property
    def rules(self) -> Rules:
        return compiled(Shipped(programme=self.programme, messages={}, revisions=self.revisions))

    @cached_property
    def days(self) -> tuple[int, ...]:
        """The dates, and the days before, on and after each of the programme's periods from them."""
        tiers = self.programme.tiers
        texts = [tiers.window, tiers.review_every, self.programme.points.expiry and self.programme.points.expiry.after]
        texts += [journey.after for journey in self.programme.journeys.values()]
        texts += [one.valid_for for one in self.programme.benefits.values() if "hour" not in (one.valid_for or "")]
        texts += [] if self.programme.segments is None else self.programme.segments.recency
        periods = [Period(0, 0), *(Period.of(text) for text in texts if text)]
        starts = [date_to_day(on) for on in self.dates]
        ends = {add(day, period, times) for day in starts for period in periods for times in (1, 2)}
        return tuple(sorted({end + by for end in ends for by in (-1, 0, 1)}))

    @cached_property
    def points(self) -> tuple[int, ...]:
        """What members ask for: a few, or just what one of the orders earned."""
        earned = {amount // self.rules.earning.per * self.rules.earning.points for amount in self.amounts}
        return (1, 5, *sorted(earned - {0}))

    @cached_property
    def birthdays(self) -> tuple[tuple[int, int, int], ...]:
        dates = [day_to_date(date_to_day(on) + by) for on in self.dates for by in (0, 1, 40)]
        return ((0, 2, 29), *((1990, on.month, on.day) for on in dates if (on.month, on.day) != (2, 29)))


SPENDS = (0, 99, 600, 2399, 2400, 2999, 3000, 8000, 10000, 12345, 30000)


def setting(dates: str, amounts: tuple[int, ...], **changes: Any) -> Setting:
    """``changes``: of the setting, and of the programme."""
    days = tuple(date.fromisoformat(text) for text in dates.split())
    own = {name: changes.pop(name) for name in ("all_points", "all_tiers", "grant_ids", "asks") if name in changes}
    return Setting(programmes.programme(**changes), days, amounts, **own)


def points(per: str, expire_after: str | None) -> dict[str, Any]:
    earn = {"earn": {"points": 1, "per": per}}
    return earn if expire_after is None else earn | {"expiry": {"after": expire_after}}


_QUIET = {"start": "21:00", "end": "08:00"}

YEARLY = setting(
    "2023-02-28 2024-02-29 2024-03-31",
    SPENDS,
    tiers={"levels": _TIERS},
    points=points("1.00", "12 months"),
    quiet_hours=_QUIET,
    journeys={"birthday": BIRTHDAY, "upgrade": UPGRADE, "win_back": WIN_BACK},
)
MONTHLY = setting(
    "2024-01-31 2024-02-29 2024-11-03",
    SPENDS,
    currency="USD",
    time_zone="America/New_York",
    tiers={"levels": _TIERS, "window": "2 months", "review_every": "1 month"},
    points=points("1.00", "1 month"),
    journeys={
        "birthday": BIRTHDAY | {"send_at": "00:00"},
        "upgrade": UPGRADE,
        "win_back": WIN_BACK | {"after": "1 month"},
    },
)
JOINING = setting(
    "2024-02-29 2024-03-01",
    SPENDS,
    currency="NPR",
    time_zone="Asia/Kathmandu",
    enrol="joining",
    birthday_29_february="1 March",
    tiers={"levels": _TIERS_OF_MANY_MEASURES, "window": "30 days", "review_every": "1 month"},
    points=points("0.50", "30 days"),
    quiet_hours=_QUIET,
    journeys={
        "birthday": {key: value for key, value in BIRTHDAY.items() if key != "send_at"},
        "upgrade": UPGRADE | {"tiers": ["gold"], "send_at": "12:00"},
        "win_back": WIN_BACK | {"after": "10 days"},
        "gone": WIN_BACK | {"after": "1 month"},
    },
)
NEVER_EXPIRES = setting(
    "2024-02-28 2024-12-31",
    (0, 1, 30, 59, 60, 100, 299),
    currency="JPY",
    time_zone="Asia/Tokyo",
    tiers={"levels": _TIERS_OF_MANY_MEASURES, "window": "1 year", "review_every": "60 days"},
    points=points("7", None),
    journeys={"upgrade": UPGRADE | {"send_at": "10:00"}},
)
DAILY = setting(
    "2018-02-17 2018-11-03",
    SPENDS,
    currency="BRL",
    time_zone="America/Sao_Paulo",
    tiers={"levels": _TIERS, "window": "3 days", "review_every": "2 days"},
    points=points("2.00", "1 day"),
    journeys={
        "birthday": {key: value for key, value in BIRTHDAY.items() if key != "send_at"},
        "upgrade": UPGRADE,
        "win_back": {key: value for key, value in WIN_BACK.items() if key != "send_at"} | {"after": "2 days"},
    },
)

PENDING = setting(
    "2024-01-31 2024-02-29",
    SPENDS,
    all_points=True,
    tiers={"levels": _TIERS, "window": "2 months", "review_every": "1 month"},
    points={
        "earn": {"points": 2, "per": "1.00", "by_tier": {"gold": 3}},
        "bonuses": {
            "in_store": {"channels": ["store"], "percent": 50},
            "back": {"idle": "10 days", "from": "20", "points": 7},
            "month": {"on": ["29", "03-01", "birthday"], "categories": ["a"], "times": 2},
        },
        "usable_after": "5 days",
        "expiry": {"after": "1 month", "round_up_to": "month", "reinstate_within": "40 days"},
        "when_short": "forgive",
        "joining": 11,
        "referral": {"points": 5, "after": "5 days"},
        "redeem": {
            "points": 1,
            "worth": "0.01",
            "returned_for": "10 days",
            "reserve_for": "24 hours",
            "goods": {"mug": {"points": 5, "in_all": 2, "label": {"en": "A mug"}}},
        },
    },
)
ROLLING = setting(
    "2024-02-29 2024-03-31",
    SPENDS,
    all_points=True,
    enrol="joining",
    tiers={"levels": _TIERS, "window": "30 days", "review_every": "1 month"},
    points={
        "earn": {"per": "0.50"},
        "usable_on": "delivery",
        "usable_after": "20 days",
        "activities": {"check_in": {"points": 3, "per_day": 1, "in_all": 3}, "story": {"first": 20}},
        "expiry": {
            "after": "1 month",
            "rolling": {"for": "2 months", "on": ["order", "check_in", "redemption"]},
            "never_for": ["gold"],
            "notice": "3 days",
            "reinstate_within": "1 month",
        },
        "referral": {"points": 5, "after": "10 days"},
    },
)

_LABEL = {"label": {"en": "A name"}}
_BENEFITS = {
    "coupon": _LABEL | {"kind": "coupon", "off": "5", "valid_for": "10 days"},
    "gift": _LABEL | {"kind": "gift", "valid_for": "30 hours"},
    "trial": _LABEL | {"kind": "trial", "tier": "gold", "valid_for": "1 month"},
}
_GRANTS = {
    "pack": {"trigger": "tier_reached", "tiers": ["silver", "gold"], "give": ["coupon", "gift"]},
    "first": {"trigger": "first_order", "give": ["gift"]},
    "big": {"trigger": "order", "least": "80", "tiers": ["base", "silver"], "give": ["trial", "coupon"]},
    "festive": {"trigger": "order", "least": "30", "on": ["29", "monday"], "give": ["gift"]},
    "annual": {"trigger": "yearly", "tiers": ["gold", "platinum"], "give": ["gift"], "times": 2},
    "wishes": {"trigger": "birthday", "give": ["coupon"]},
    "month": {"trigger": "birthday_month", "give": ["gift"], "segments": ["new"]},
    "years": {"trigger": "anniversary", "years": [1, 2], "give": ["gift"]},
    "both": {"trigger": "badges", "count": 2, "give": ["trial"]},
    "regular": {"trigger": "badge", "badge": "regular", "give": ["coupon"], "tags": ["thrifty"]},
    "story": {"trigger": "activity", "activity": "story", "give": ["trial"]},
}
_REWARDS: dict[str, Any] = {
    "benefits": _BENEFITS,
    "grants": _GRANTS,
    "badges": {
        "regular": _LABEL | {"rule": {"orders": 2}},
        "spender": _LABEL | {"rule": {"spend": "60"}},
        "collector": _LABEL | {"rule": {"categories": 2}},
    },
    "segments": {
        "recency": ["1 day", "10 days", "1 month", "2 months"],
        "frequency": [1, 2, 3, 4],
        "monetary": ["1", "30", "100", "300"],
        "names": [_LABEL | {"name": "new", "frequency": "1-2"}, _LABEL | {"name": "lost", "recency": "1-2"}],
    },
    "tags": {
        "thrifty": _LABEL | {"group": "preference", "coupon_share": 50, "window": "1 month", "live": "true"},
        "steady": _LABEL
        | {"group": "purchase", "cycle": {"least": 1, "most": 20}, "window": "10 days", "live": "true"},
    },
}
_GIVEN = (
    "pack#coupon#silver#1",
    "pack#gift#silver#1",
    "pack#gift#silver#2",
    "pack#coupon#gold#1",
    "first#gift#1",
    "first#gift#2",
    "big#coupon#o00",
    "big#trial#o00",
    "big#coupon#o10",
    "annual#gift#0#gold#1",
    "annual#gift#0#gold#1#2",
    "annual#gift#1#gold#1",
    "wishes#coupon#2024",
    "month#gift#2024",
    "years#gift#1",
    "both#trial#1",
    "regular#coupon#1",
    "regular#coupon#2",
)
REWARDING = setting(
    "2023-02-28 2024-02-29 2024-03-31",
    SPENDS,
    grant_ids=_GIVEN,
    tiers={"levels": _TIERS, "window": "2 months", "review_every": "1 month"},
    journeys={"upgrade": UPGRADE},
    **_REWARDS,
)
REWARDING_ON_JOINING = setting(
    "2024-02-29 2024-11-03",
    SPENDS,
    grant_ids=_GIVEN,
    currency="USD",
    time_zone="America/New_York",
    enrol="joining",
    birthday_29_february="1 March",
    tiers={"levels": _TIERS},
    **_REWARDS,
)

SETTINGS = (YEARLY, MONTHLY, JOINING, NEVER_EXPIRES, DAILY, REWARDING, REWARDING_ON_JOINING)
"""Those that the twin knows all of."""

REVISED = replace(
    PENDING,
    revisions={
        "2024-02-15": programmes.programme(
            tiers={"levels": _TIERS_OF_MANY_MEASURES, "window": "3 months", "review_every": "1 month"},
            points={
                "earn": {"per": "2.00"},
                "expiry": {"after": "2 months", "rolling": {"for": "2 months"}},
                "usable_after": "2 days",
            },
            journeys={"win_back": WIN_BACK | {"after": "10 days"}},
        ),
        "2024-03-15": msgspec.structs.replace(ROLLING.programme, enrol="first_order"),
    },
)

POINTLESS = replace(YEARLY, programme=programmes.programme(
    points={}, tiers={"levels": _TIERS}, quiet_hours=_QUIET, journeys=YEARLY.programme.journeys
))  # fmt: skip

ALL_SETTINGS = (*SETTINGS, PENDING, ROLLING, REVISED, POINTLESS)
