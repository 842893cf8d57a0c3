"""A programme that none of the shipped ones resembles, said in the same language: an airline's year.

Tier points and flights of a calendar year decide the status, which is good to the end of the next one and then goes
down softly; miles are spent; a platinum member names a companion.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from memberflow.engine import measures
from memberflow.engine.quote import theirs
from memberflow.facts import AnyFact, Invited, Redemption, TierGiven
from tests.happened import day
from tests.shipped.shanghai import (
    at,
    decided,
    did,
    joined,
    order,
    paid_in_points,
    redeem,
    refund,
    said,
    shipped,
    standing,
    told,
    used,
)

RULES = shipped(Path(__file__).parent / "airline")
JOINED = joined("2025-06-01 10:00")


def flights(count: int, fare: str, year: int = 2026) -> list[AnyFact]:
    """So many, one a day from 1 March."""
    return [order(f"{year}-{3 + number // 28:02}-{1 + number % 28:02} 10:00", fare) for number in range(count)]


def tier(*facts: AnyFact, until: str) -> str | None:
    return told(RULES, JOINED, *facts, until=until)[0].tier


# Status: tier points or flights of a calendar year


@pytest.mark.parametrize(
    ("fare", "status"),
    [
        ("9999.99", "blue"),
        ("10000", "silver"),
        ("29999.99", "silver"),
        ("30000", "gold"),
        ("59999.99", "gold"),
        ("60000", "platinum"),
    ],
)
def test_tier_points_of_a_year_reach_a_status(fare: str, status: str) -> None:
    assert tier(order("2026-03-01 10:00", fare), until="2026-03-01 10:00") == status


@pytest.mark.parametrize(
    ("count", "status"), [(19, "blue"), (20, "silver"), (44, "silver"), (45, "gold"), (60, "gold")]
)
def test_cheap_flights_reach_silver_and_gold_but_never_platinum(count: int, status: str) -> None:
    assert tier(*flights(count, "9.99"), until="2026-12-31") == status


def test_only_what_was_flown_in_the_calendar_year_counts() -> None:
    before = order("2025-12-31 23:59:59", "9990")
    assert tier(before, order("2026-01-01 00:00", "9990"), until="2026-01-02") == "blue"
    assert tier(before, order("2025-12-31 23:59:59", "10", id="last"), until="2026-01-02") == "silver"


def test_nights_and_cards_bring_tier_points_too() -> None:
    nights = [did(f"2026-03-{on:02} 10:00", "hotel_night") for on in range(1, 6)]
    cards = [did("2026-04-01 10:00", "card_month"), did("2026-04-01 11:00", "card_month")]
    assert tier(order("2026-02-01 10:00", "8500"), *nights, *cards[:1], until="2026-04-01 10:00") == "silver"
    assert tier(order("2026-02-01 10:00", "8490"), *nights, *cards, until="2026-04-01 12:00") == "blue"


# Miles: what one spends


@pytest.mark.parametrize(
    ("status", "fare", "miles"),
    [("blue", 0, 90), ("silver", 1, 108), ("gold", 3, 135), ("platinum", 6, 180)],
)
def test_miles_go_by_status_and_tier_points_do_not(status: str, fare: int, miles: int) -> None:
    first = [order("2026-03-01 10:00", f"{fare}0000")] if fare else []
    before, _ = told(RULES, JOINED, *first, until="2026-03-02")
    after, _ = told(RULES, JOINED, *first, order("2026-03-02 10:00", "99"), until="2026-03-02 10:00")
    assert before.tier == status
    assert after.points - before.points == miles
    seen = measures.seen(RULES, after, day("2026-03-02"))
    assert seen["growth over this year"] == fare * 1000 + 9


def test_spending_miles_costs_no_status() -> None:
    facts = [order("2026-03-01 10:00", "10000"), redeem("2026-03-02 10:00", 10000)]
    member, _ = told(RULES, JOINED, *facts, until="2026-12-31")
    assert (member.tier, member.points) == ("silver", 0)


def test_miles_buy_a_better_seat_or_a_partners_points() -> None:
    flown = order("2026-03-01 10:00", "10000")
    seat = Redemption(at=at("2026-03-02 10:00"), id="seat", member_id="m", good="seat_upgrade")
    hotel = Redemption(at=at("2026-03-03 10:00"), id="hotel", member_id="m", points=1503, partner="hotel_club")
    member, out = told(RULES, JOINED, flown, seat, hotel, until="2026-03-03 10:00")
    assert (member.points, out.refusals) == (497, [])
    assert theirs(RULES, hotel) == 501
    odd = replace(hotel, points=1499)
    _, out = told(RULES, JOINED, order("2026-03-01 10:00", "7990"), seat, odd, until="2026-03-03 10:00")
    assert [one.code for one in out.refusals] == ["not_enough_points", "not_in_step"]


@pytest.mark.parametrize("activity", [order("2027-09-01 10:00", "10"), did("2027-09-01 10:00", "hotel_night")])
def test_miles_last_eighteen_months_and_as_long_from_the_last_activity(activity: AnyFact) -> None:
    flown = order("2026-03-01 10:00", "1000")
    assert told(RULES, JOINED, flown, until="2027-09-01 23:59:59")[0].points == 1000
    assert told(RULES, JOINED, flown, until="2027-09-02")[0].points == 0
    assert told(RULES, JOINED, flown, activity, until="2029-03-01 23:59:59")[0].points > 1000
    assert told(RULES, JOINED, flown, activity, until="2029-03-02")[0].points == 0


def test_a_night_in_a_hotel_is_worth_five_hundred_miles() -> None:
    assert told(RULES, JOINED, did("2026-03-01 10:00", "hotel_night"), until="2026-03-02")[0].points == 500


@pytest.mark.parametrize(
    ("points", "fare", "refused"), [(100, "2", []), (100, "1.99", ["above_share"]), (10_000, "200", [])]
)
def test_a_hundred_miles_are_two_yuan_off_a_fare_to_the_whole_of_it(points: int, fare: str, refused: list[str]) -> None:
    facts = [order("2026-03-01 10:00", "10000"), paid_in_points("2026-03-02 10:00", points, fare)]
    assert [one.code for one in told(RULES, JOINED, *facts, until="2026-03-02 10:00")[1].refusals] == refused


def test_a_card_does_not_keep_miles_alive() -> None:
    facts = [order("2026-03-01 10:00", "1000"), did("2027-08-01 10:00", "card_month")]
    assert told(RULES, JOINED, *facts, until="2027-09-02")[0].points == 0


# The soft landing


def test_status_is_good_to_the_end_of_the_next_year_and_then_goes_down_one_a_year() -> None:
    flown = order("2026-03-01 10:00", "60000")
    for until, status in {
        "2026-12-31 23:59:59": "platinum",
        "2027-12-31 23:59:59": "platinum",
        "2028-01-01 00:00": "gold",
        "2028-12-31 23:59:59": "gold",
        "2029-01-01 00:00": "silver",
        "2029-12-31 23:59:59": "silver",
        "2030-01-01 00:00": "blue",
        "2035-01-01 00:00": "blue",
    }.items():
        assert tier(flown, until=until) == status, until


@pytest.mark.parametrize(
    ("first", "fare", "status"),
    [
        ("60000", "60000", "platinum"),
        ("60000", "59999.99", "gold"),
        ("60000", "10", "gold"),
        ("30000", "30000", "gold"),
        ("30000", "29999.99", "silver"),
        ("10000", "10000", "silver"),
        ("10000", "9999.99", "blue"),
    ],
)
def test_a_year_as_good_keeps_the_status_and_any_other_costs_one_tier(first: str, fare: str, status: str) -> None:
    years = [order("2026-03-01 10:00", first), order("2027-12-31 23:59:59", fare)]
    assert tier(*years, until="2028-01-01 00:00") == status


@pytest.mark.parametrize(
    ("count", "first", "status"),
    [(20, "10000", "silver"), (19, "10000", "blue"), (45, "30000", "gold"), (44, "30000", "silver")],
)
def test_flights_alone_keep_silver_and_gold(count: int, first: str, status: str) -> None:
    facts = [order("2026-02-01 10:00", first), *flights(count, "9.99", 2027)]
    assert tier(*facts, until="2028-01-01") == status


def test_who_lands_softly_may_climb_again_in_the_year() -> None:
    facts = [order("2026-03-01 10:00", "60000"), order("2028-05-01 10:00", "60000")]
    assert decided(RULES, JOINED, *facts, until="2030-01-01") == [
        "enrolled blue",
        "reached platinum",
        "kept platinum",
        "dropped gold",
        "reached platinum",
        "kept platinum",
        "dropped gold",
    ]


def test_a_ticket_returned_takes_the_status_it_gave_at_once() -> None:
    facts = [order("2026-03-01 10:00", "10000", id="o"), refund("2026-03-05 10:00", "0.01", "o")]
    assert tier(*facts, until="2026-03-05 09:59") == "silver"
    assert tier(*facts, until="2026-03-05 10:00") == "blue"


# The companion


def companion(when: str, until: str) -> TierGiven:
    who = {"reason": "named by a platinum member", "operator": "desk"}
    return TierGiven(at=at(when), id=when, member_id="m", tier="companion", until=day(until), **who)


def test_a_platinum_member_has_a_card_to_give_away_once_in_each_year_of_membership() -> None:
    facts = [
        JOINED,
        order("2026-03-01 10:00", "60000"),
        used("2026-03-05 10:00", "companion#companion_card#0#platinum#1"),
    ]
    _, out = told(RULES, *facts, until="2026-12-31")
    assert [f"{one.state} {one.grant.id}" for one in out.grants] == [
        "given companion#companion_card#0#platinum#1",
        "used companion#companion_card#0#platinum#1",
        "given companion#companion_card#1#platinum#1",
    ]
    assert out.grants[-1].at == at("2026-06-01")
    assert out.grants[-1].grant.until == at("2027-06-02")
    assert told(RULES, JOINED, order("2026-03-01 10:00", "59999.99"), until="2026-12-31")[1].grants == []


def test_a_companion_has_the_tier_for_the_year_it_was_given_for() -> None:
    given = companion("2026-03-05 10:00", "2026-12-31")
    assert standing(RULES, JOINED, given, until="2026-12-31 23:59:59") == ["priority_boarding"]
    assert tier(given, until="2027-01-01 00:00") == "blue"


def test_a_companion_who_flies_has_a_status_of_his_own() -> None:
    facts = [companion("2026-03-05 10:00", "2026-12-31"), order("2026-05-01 10:00", "10000")]
    assert tier(*facts, until="2026-05-01 10:00") == "silver"
    assert tier(*facts, until="2027-12-31 23:59:59") == "silver"
    assert tier(*facts, until="2028-01-01 00:00") == "blue"


def test_nobody_flies_to_the_companions_tier_or_lands_on_it() -> None:
    assert tier(order("2026-03-01 10:00", "9999.99"), until="2026-03-02") == "blue"
    assert "companion" not in " ".join(decided(RULES, JOINED, order("2026-03-01", "60000"), until="2031-01-01"))


def test_an_invitation_makes_a_companion_without_an_end() -> None:
    who = {"reason": "named by a platinum member", "operator": "desk"}
    asked = Invited(at=at("2026-03-05 10:00"), id="i", member_id="m", tier="companion", **who)
    assert tier(asked, until="2030-01-01") == "companion"


# Benefits and messages


@pytest.mark.parametrize(
    ("fare", "has"),
    [
        ("10", []),
        ("10000", ["priority_boarding", "free_bag"]),
        ("30000", ["priority_boarding", "free_bag", "lounge"]),
        ("60000", ["priority_boarding", "free_bag", "lounge", "seat_for_sure"]),
    ],
)
def test_each_status_has_its_benefits_and_those_below(fare: str, has: list[str]) -> None:
    assert standing(RULES, JOINED, order("2026-03-01 10:00", fare), until="2026-03-01 10:00") == has


@pytest.mark.parametrize(
    ("flown", "leaves"),
    [
        ("2026-03-01 21:59:59", "2026-03-01 21:59:59"),
        ("2026-03-01 22:00", "2026-03-02 08:00"),
        ("2026-03-02 07:59:59", "2026-03-02 08:00"),
    ],
)
def test_a_status_is_told_once_outside_quiet_hours_for_a_fortnight(flown: str, leaves: str) -> None:
    _, out = told(RULES, JOINED, order(flown, "60000"), until="2026-06-01")
    assert [(one.id, one.at) for one in out.occurrences] == [("status#platinum#1", at(leaves))]
    assert out.occurrences[0].useful_until == at("2026-03-15" if leaves < "2026-03-02" else "2026-03-16")


def test_a_landing_is_not_told_and_a_year_without_a_flight_is_once() -> None:
    _, out = told(RULES, JOINED, order("2026-03-01 10:00", "60000"), until="2031-01-01")
    away = out.occurrences[1]
    assert (away.id, away.at) == (f"long_away#{day('2026-03-01')}", at("2027-03-01 10:00"))
    assert away.useful_until == at("2027-03-15")
    assert len(out.occurrences) == 2


def test_a_companion_is_not_told_of_a_status() -> None:
    assert said(RULES, JOINED, companion("2026-03-05 10:00", "2026-12-31"), until="2027-02-01") == []
