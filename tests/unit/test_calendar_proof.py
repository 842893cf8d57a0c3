"""The calendar on every date of eight years in nine zones, against a clock on the wall.

The wall clock is walked from one quarter of an hour to the next and read by the standard library: no formula of ours is
in it. Every clock change in these zones and years falls on a quarter of an hour. Some zones are set to an hour that a
clock change takes away or brings twice.
"""

from __future__ import annotations

import calendar
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct

from memberflow.engine.calendar import DAY, MINUTE, day_to_date, zone
from memberflow.engine.fold import fold
from memberflow.engine.outcome import Occurrence, Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact, Joined, Updated
from tests import programmes

FIRST, LAST = date(2020, 1, 1), date(2027, 12, 31)
"""Two of these years are leap years."""

YEARS = range(FIRST.year, LAST.year + 1)
QUARTER = 15 * MINUTE

HOURS = {
    "Europe/London": "01:30",
    "America/New_York": "02:30",
    "America/St_Johns": "02:15",
    "America/Santiago": "00:30",
    "Australia/Lord_Howe": "02:15",
    "Pacific/Chatham": "03:00",
    "Africa/Casablanca": "02:45",
    "Asia/Kolkata": "09:00",
    "Asia/Kathmandu": "00:00",
}
"""The hour at which journeys leave, by zone; all but the last two are skipped on some days and come twice on others."""


def number(on: date) -> int:
    return (on - date(1970, 1, 1)).days


def dates(first: date = FIRST, last: date = LAST) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


class Wall(Struct):
    """A zone's clock: by local day and minute the first moment at which it shows them, or has passed them."""

    first: dict[tuple[int, int], int]
    uneven: set[int]
    """Days with a clock change, and those beside them."""

    def shows(self, on: date, hour: str) -> int:
        return self.first[number(on), int(hour[:2]) * 60 + int(hour[3:])]


@cache
def wall(name: str) -> Wall:
    place, first, uneven = ZoneInfo(name), {}, set()
    shown = None
    for moment in range((number(FIRST) - 2) * DAY, (number(LAST) + 3) * DAY, QUARTER):
        there = datetime.fromtimestamp(moment // 1000, place)
        local = there.toordinal() * 96 + there.hour * 4 + there.minute // 15
        if shown is not None and local != shown + 1:
            uneven |= {there.toordinal() - date(1970, 1, 1).toordinal() + n for n in (-1, 0, 1)}
        for skipped in range(local if shown is None else min(shown + 1, local), local + 1):
            on, quarter = divmod(skipped, 96)
            first.setdefault((on - date(1970, 1, 1).toordinal(), quarter * 15), moment)
        shown = local
    return Wall(first, uneven)


@pytest.mark.parametrize("name", HOURS)
def test_every_local_time_is_the_first_moment_at_which_the_wall_clock_shows_or_has_passed_it(name: str) -> None:
    """Survey, 4d.4: gap, the first valid minute; overlap, the first. Every quarter where clocks change."""
    place, clock = zone(name), wall(name)
    hours = {0, 15, 150, 540, 1260, 1425}
    for on in map(number, dates()):
        for minute in range(0, 1440, 15) if on in clock.uneven else hours:
            assert place.moment(on, minute) == clock.first[on, minute], (day_to_date(on), minute)


def test_the_zones_have_days_of_every_kind() -> None:
    """Without clock changes on both sides of the equator the proof would prove little."""
    changing = {name for name in HOURS if wall(name).uneven}
    assert changing == set(HOURS) - {"Asia/Kolkata", "Asia/Kathmandu"}
    for name in changing:
        shown = [len({wall(name).first[on, minute] for minute in range(0, 1440, 15)}) for on in wall(name).uneven]
        assert min(shown) < 96, f"{name} has no gap"


# Birthdays


@cache
def wishes(name: str, leap: str = "28 February") -> Rules:
    journey = programmes.BIRTHDAY | {"send_at": HOURS[name]}
    return programmes.rules(journeys={"birthday": journey}, birthday_29_february=leap)


def heard(rules: Rules, *facts: AnyFact, until: int) -> list[Occurrence]:
    out = Outcome()
    fold(rules, "m", facts, until, out)
    return out.occurrences


def came(name: str, at: int, **profile: object) -> Joined:
    return Joined(at=at, id="joined", member_id="m", time_zone=name, **profile)


def kept_on(year: int, month: int, day: int, leap: str) -> date:
    if (month, day) == (2, 29) and not calendar.isleap(year):
        return date(year, 3, 1) if leap == "1 March" else date(year, 2, 28)
    return date(year, month, day)


@pytest.mark.parametrize("leap", ["28 February", "1 March"])
@pytest.mark.parametrize("name", HOURS)
def test_every_birthday_is_wished_once_a_year_on_its_day_at_its_hour(name: str, leap: str) -> None:
    """Survey, 3.3, 3.4, 4c.8, 4d.9; mautic/mautic#9040: a day early; #5279, #1606: once a year.

    All 366 birthdays: on 29 February Mautic is silent in common years.
    """
    clock, rules = wall(name), wishes(name, leap)
    beginning, end = clock.shows(FIRST, "00:00"), clock.shows(LAST, "23:45")
    for born in dates(date(1992, 1, 1), date(1992, 12, 31)):
        found = heard(rules, came(name, beginning, birthday=(1992, born.month, born.day)), until=end)
        days = [kept_on(year, born.month, born.day, leap) for year in YEARS]
        assert [(one.id, one.at, one.useful_until) for one in found] == [
            (f"birthday#{on.year}", clock.shows(on, HOURS[name]), clock.shows(on + timedelta(days=1), "00:00"))
            for on in days
        ], born


@pytest.mark.parametrize("name", HOURS)
def test_a_birthday_entered_on_any_day_still_counts_that_day_and_not_the_day_after(name: str) -> None:
    """Survey, 4c.8. At noon, and one quarter of an hour before midnight; the next one is wished in its time."""
    clock, rules = wall(name), wishes(name)
    for on in list(dates(FIRST, date(2026, 12, 31)))[list(HOURS).index(name) :: len(HOURS)]:
        born = (1990, on.month, on.day)
        entered = clock.shows(on, "12:00" if on.day % 2 else "23:45")
        late = clock.shows(on + timedelta(days=1), "00:00")
        end = clock.shows(on + timedelta(days=360), "00:00")
        facts = came(name, clock.shows(FIRST, "00:00"))
        assert [one.at for one in heard(rules, facts, _told(entered, birthday=born), until=end)] == [entered], on
        assert heard(rules, facts, _told(late, birthday=born), until=end) == [], on


def _told(at: int, **profile: object) -> Updated:
    return Updated(at=at, id=str(at), member_id="m", **profile)


@pytest.mark.parametrize("seed", range(150))
def test_whatever_is_edited_no_year_has_two_wishes_and_an_unedited_one_has_its_own(seed: int) -> None:
    """Survey, 4c.8, a changed birth date cannot earn twice a year; mautic/mautic#5279."""
    drawn = random.Random(seed)
    names = list(HOURS)
    beginning, end = wall(names[0]).shows(FIRST, "00:00"), wall(names[0]).shows(LAST, "12:00")
    facts: list[AnyFact] = [came(drawn.choice(names), beginning, birthday=_any_birthday(drawn))]
    for at in sorted(drawn.sample(range(beginning, end, 7 * MINUTE), drawn.randint(1, 6))):
        changes = {"birthday": _any_birthday(drawn), "time_zone": drawn.choice(names)}
        facts.append(_told(at, **dict(drawn.sample(list(changes.items()), drawn.randint(1, 2)))))
    drawn.shuffle(facts)
    found = [one.anchor for one in heard(wishes("Europe/London"), *facts, until=end)]
    assert len(found) == len(set(found))
    edited = {day_to_date(fact.at // DAY + n).year for fact in facts for n in (-1, 1) if isinstance(fact, Updated)}
    quiet = set(range(FIRST.year, LAST.year)) - edited
    assert quiet <= set(found)


def _any_birthday(drawn: random.Random) -> tuple[int, int, int]:
    return drawn.choice([(1992, 2, 29), (1990, 1, 1), (1990, 12, 31), (1990, drawn.randint(1, 12), 28)])


# Anniversaries and month ends


@pytest.mark.parametrize("name", HOURS)
def test_every_day_of_joining_comes_round_clipped_to_the_months_end(name: str) -> None:
    """Who joined on 29 February keeps the 28th in common years, and the 29th in the next leap year."""
    journey = programmes.BIRTHDAY | {"trigger": "anniversary", "years": [1, 2, 4], "send_at": HOURS[name]}
    rules, clock = programmes.rules(time_zone=name, journeys={"years": journey}), wall(name)
    some = list(dates(FIRST, date(2023, 12, 31)))[list(HOURS).index(name) % 3 :: 3]
    for on in (date(2020, 2, 29), *some):
        days = [_clipped(on.year + years, on.month, on.day) for years in (1, 2, 4) if on.year + years <= LAST.year]
        found = heard(rules, came(name, clock.shows(on, "12:00")), until=clock.shows(LAST, "23:45"))
        assert [one.at for one in found] == [clock.shows(day, HOURS[name]) for day in days], on


def _clipped(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


@pytest.mark.parametrize("name", HOURS)
def test_days_of_the_month_and_of_the_year_are_those_that_there_are(name: str) -> None:
    """The 31st is said of months that have one, 29 February of leap years; each once."""
    journey = programmes.BIRTHDAY | {"trigger": "calendar", "on": ["1", "31", "02-29"], "send_at": HOURS[name]}
    rules, clock = programmes.rules(time_zone=name, journeys={"days": journey}), wall(name)
    found = heard(rules, came(name, clock.shows(FIRST, "00:00")), until=clock.shows(LAST, "23:45"))
    days = [on for on in dates() if on.day in (1, 31) or (on.month, on.day) == (2, 29)]
    assert [one.at for one in found] == [clock.shows(on, HOURS[name]) for on in days]
