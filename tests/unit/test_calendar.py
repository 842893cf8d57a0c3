"""Days, months and zones. Dates and zones are also compared with ``whenever``, which computes them by other code."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfoNotFoundError

import pytest
from whenever import Date, Instant, Time

from memberflow.engine.calendar import (
    DAY,
    MINUTE,
    Period,
    add,
    add_months,
    birthday_in,
    day_to_date,
    leaves_window,
    window_start,
    zone,
)
from tests.happened import at, day

YEAR = Period(12, 0)
ZONES = (
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
)


def dates(first: str, last: str) -> Iterator[int]:
    return iter(range(day(first), day(last) + 1))


def whenever_date(number: int) -> Date:
    return Date.parse_iso(day_to_date(number).isoformat())


# Months


def test_a_month_after_31_january_is_the_last_day_of_february() -> None:
    assert add_months(day("2025-01-31"), 1) == day("2025-02-28")
    assert add_months(day("2024-01-31"), 1) == day("2024-02-29")


def test_two_months_are_counted_from_their_anchor_and_not_stepped() -> None:
    month = Period(1, 0)
    assert add(day("2025-01-31"), month, 2) == day("2025-03-31")
    assert add(add(day("2025-01-31"), month), month) == day("2025-03-28")


def test_a_year_from_29_february_returns_to_the_29th_when_there_is_one() -> None:
    anchor = day("2024-02-29")
    ends = [add(anchor, YEAR, times) for times in (1, 2, 3, 4)]
    assert ends == [day("2025-02-28"), day("2026-02-28"), day("2027-02-28"), day("2028-02-29")]


@pytest.mark.parametrize("months", [-24, -12, -1, 1, 2, 3, 11, 12])
def test_months_are_those_of_another_library(months: int) -> None:
    for number in dates("2023-01-01", "2028-12-31"):
        assert day_to_date(add_months(number, months)).isoformat() == str(whenever_date(number).add(months=months))


@pytest.mark.parametrize(
    ("text", "period"),
    [("90 days", (0, 90)), ("1 day", (0, 1)), ("12 months", (12, 0)), ("1 month", (1, 0)), ("2 years", (24, 0))],
)
def test_a_period_is_read_from_words(text: str, period: tuple[int, int]) -> None:
    assert Period.of(text) == period


# Windows: whole days, today counts


def test_twelve_months_reach_back_to_the_day_after_the_same_date_a_year_earlier() -> None:
    assert window_start(day("2026-03-01"), YEAR) == day("2025-03-02")


def test_an_order_exactly_a_year_ago_no_longer_counts() -> None:
    assert leaves_window(day("2025-03-01"), YEAR) == day("2026-03-01")


def test_a_window_of_days_counts_today_among_them() -> None:
    assert window_start(day("2026-03-31"), Period(0, 30)) == day("2026-03-02")


def test_on_28_february_the_29th_of_the_leap_year_before_still_counts() -> None:
    assert window_start(day("2025-02-28"), YEAR) == day("2024-02-29")
    assert leaves_window(day("2024-02-29"), YEAR) == day("2025-03-01")


def test_on_29_february_the_28th_of_the_year_before_has_left() -> None:
    assert window_start(day("2024-02-29"), YEAR) == day("2023-03-01")
    assert leaves_window(day("2023-02-28"), YEAR) == day("2024-02-28")


@pytest.mark.parametrize("window", [YEAR, Period(3, 0), Period(1, 0), Period(0, 30), Period(0, 400)])
def test_a_day_leaves_the_window_on_the_first_day_that_does_not_count_it(window: Period) -> None:
    for number in dates("2023-01-01", "2028-12-31"):
        left = leaves_window(number, window)
        assert window_start(left, window) > number
        assert window_start(left - 1, window) <= number


# Birthdays


def test_a_birthday_on_29_february_is_kept_on_the_28th_or_on_1_march_as_the_programme_says() -> None:
    assert birthday_in(2025, 2, 29, leap_to_march=False) == day("2025-02-28")
    assert birthday_in(2025, 2, 29, leap_to_march=True) == day("2025-03-01")


@pytest.mark.parametrize("leap_to_march", [True, False])
def test_a_birthday_on_29_february_is_kept_on_the_29th_where_there_is_one(leap_to_march: bool) -> None:
    assert birthday_in(2028, 2, 29, leap_to_march) == day("2028-02-29")
    assert birthday_in(2000, 2, 29, leap_to_march) == day("2000-02-29")


def test_1900_and_2100_have_no_29_february() -> None:
    assert birthday_in(2100, 2, 29, leap_to_march=False) == day("2100-02-28")


# Zones


def utc(text: str) -> int:
    return at(text, "UTC")


def test_a_day_begins_at_midnight_of_its_zone() -> None:
    shanghai = zone("Asia/Shanghai")
    assert shanghai.moment(day("2026-03-01")) == utc("2026-02-28 16:00")
    assert shanghai.day(utc("2026-02-28 15:59:59.999")) == day("2026-02-28")
    assert shanghai.day(utc("2026-02-28 16:00")) == day("2026-03-01")


@pytest.mark.parametrize(
    ("name", "date", "minute", "expected"),
    [
        ("Europe/London", "2026-03-29", 60, "2026-03-29 01:00"),
        ("Europe/London", "2026-03-29", 90, "2026-03-29 01:00"),
        ("Europe/London", "2026-03-29", 120, "2026-03-29 01:00"),
        ("America/New_York", "2026-03-08", 150, "2026-03-08 07:00"),
        ("Australia/Lord_Howe", "2026-10-04", 135, "2026-10-03 15:30"),
    ],
)
def test_an_hour_that_does_not_exist_moves_to_the_next_minute_that_does(
    name: str, date: str, minute: int, expected: str
) -> None:
    assert zone(name).moment(day(date), minute) == utc(expected)


@pytest.mark.parametrize(
    ("name", "date", "minute", "expected"),
    [
        ("Europe/London", "2026-10-25", 90, "2026-10-25 00:30"),
        ("America/New_York", "2026-11-01", 90, "2026-11-01 05:30"),
        ("Australia/Lord_Howe", "2026-04-05", 105, "2026-04-04 14:45"),
    ],
)
def test_an_hour_that_happens_twice_is_its_first(name: str, date: str, minute: int, expected: str) -> None:
    assert zone(name).moment(day(date), minute) == utc(expected)


@pytest.mark.parametrize(
    ("name", "date", "hours"),
    [
        ("Europe/London", "2026-03-29", 23),
        ("Europe/London", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("America/Sao_Paulo", "2018-02-17", 25),
        ("Asia/Kolkata", "2026-03-29", 24),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(name: str, date: str, hours: float) -> None:
    place = zone(name)
    assert place.moment(day(date) + 1) - place.moment(day(date)) == hours * 60 * MINUTE


def test_a_day_without_midnight_begins_an_hour_later() -> None:
    place = zone("America/Sao_Paulo")
    assert place.moment(day("2018-11-04")) == utc("2018-11-04 03:00")
    assert place.minute(utc("2018-11-04 03:00")) == 60
    assert place.day(utc("2018-11-04 02:59:59.999")) == day("2018-11-03")


def test_a_day_that_never_was_is_over_when_it_begins() -> None:
    """Samoa skipped 30 December 2011 when it crossed the date line."""
    place = zone("Pacific/Apia")
    assert place.moment(day("2011-12-30")) == place.moment(day("2011-12-31")) == utc("2011-12-30 10:00")
    assert place.day(utc("2011-12-30 09:59:59.999")) == day("2011-12-29")
    assert place.day(utc("2011-12-30 10:00")) == day("2011-12-31")


@pytest.mark.parametrize("name", ["India", "No/Where", "", "../etc/passwd", "Europe", "x" * 300, "Europe/London/"])
def test_a_zone_that_is_none_is_refused_by_one_of_two_errors(name: str) -> None:
    with pytest.raises((ZoneInfoNotFoundError, ValueError)):
        zone(name)


@pytest.mark.parametrize("name", ZONES)
def test_days_of_moments_are_those_of_another_library(name: str) -> None:
    """Around every midnight and every 00:30, 03:00 and 12:00 of eight years."""
    place = zone(name)
    for number in dates("2011-01-01", "2018-12-31"):
        for minute in (0, 30, 180, 720):
            for moment in (number * DAY + minute * MINUTE - 1, number * DAY + minute * MINUTE):
                there = Instant.from_timestamp(moment, unit="millisecond").to_tz(name)
                assert day_to_date(place.day(moment)).isoformat() == str(there.date())
                assert place.minute(moment) == there.hour * 60 + there.minute


@pytest.mark.parametrize("name", ZONES)
def test_moments_of_local_times_are_those_of_another_library(name: str) -> None:
    """On every date of sixteen years: a time that happens twice is its first, one that never does is what follows."""
    place = zone(name)
    for number in dates("2011-01-01", "2026-12-31"):
        for minute in (0, 90, 150, 540, 1439):
            moment = place.moment(number, minute)
            local = whenever_date(number).at(Time(minute // 60, minute % 60))
            there = local.assume_tz(name, disambiguation="earlier")
            if there.to_plain() == local:
                assert moment == there.timestamp(unit="millisecond")
            else:
                assert (place.day(moment - 1), place.minute(moment - 1)) < (number, minute)
                assert (place.day(moment), place.minute(moment)) > (number, minute)
