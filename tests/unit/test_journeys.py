"""Journeys: what is said to a member, when it leaves, and when it is no longer true."""

from __future__ import annotations

import pytest

from memberflow.engine import truth
from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence, Refusal
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact
from tests.happened import LONDON, at, day, joined, order, redeem, refund, told, updated
from tests.programmes import BIRTHDAY, UPGRADE, WIN_BACK, rules

QUIET = {"start": "21:00", "end": "08:00"}
BIRTHDAYS = rules(journeys={"birthday": BIRTHDAY})
UPGRADES = rules(journeys={"upgrade": UPGRADE})
QUIET_UPGRADES = rules(journeys={"upgrade": UPGRADE}, quiet_hours=QUIET)
WIN_BACKS = rules(journeys={"win_back": WIN_BACK})


def said(rules: Rules, *facts: AnyFact, until: str) -> list[Occurrence]:
    return told(rules, *facts, until=until)[1].occurrences


def still_true(rules: Rules, member: Member, occurrence: Occurrence) -> bool:
    return truth.still_true(rules, member, occurrence, max(member.clock, occurrence.at))


def ids(occurrences: list[Occurrence]) -> list[str]:
    return [occurrence.id for occurrence in occurrences]


def without(journey: dict[str, object], key: str) -> dict[str, object]:
    return {name: value for name, value in journey.items() if name != key}


# Birthdays


def test_a_birthday_is_told_at_its_hour_and_is_useful_to_the_end_of_the_day() -> None:
    assert said(BIRTHDAYS, joined("2026-01-01 10:00", birthday=(1990, 5, 17)), until="2026-12-31") == [
        Occurrence(
            id="birthday#2026",
            journey="birthday",
            anchor=2026,
            at=at("2026-05-17 09:00"),
            useful_until=at("2026-05-18 00:00"),
        )
    ]


def test_a_birthday_comes_every_year() -> None:
    occurrences = said(BIRTHDAYS, joined("2026-01-01 10:00", birthday=(0, 5, 17)), until="2029-01-01")
    assert ids(occurrences) == ["birthday#2026", "birthday#2027", "birthday#2028"]


@pytest.mark.parametrize(
    ("setting", "dates"),
    [
        ("28 February", ["2026-02-28", "2027-02-28", "2028-02-29"]),
        ("1 March", ["2026-03-01", "2027-03-01", "2028-02-29"]),
    ],
)
def test_a_birthday_on_29_february_is_kept_in_other_years_on_the_day_the_programme_says(
    setting: str, dates: list[str]
) -> None:
    programme = rules(journeys={"birthday": BIRTHDAY}, birthday_29_february=setting)
    occurrences = said(programme, joined("2026-01-01 10:00", birthday=(1992, 2, 29)), until="2029-01-01")
    assert [occurrence.at for occurrence in occurrences] == [at(f"{date} 09:00") for date in dates]


def test_a_birthday_is_told_at_the_members_own_hour() -> None:
    facts = joined("2026-01-01 10:00", birthday=(1990, 5, 17), time_zone="Asia/Kathmandu")
    [occurrence] = said(BIRTHDAYS, facts, until="2026-12-31")
    assert occurrence.at == at("2026-05-17 09:00", "Asia/Kathmandu")
    assert occurrence.useful_until == at("2026-05-18 00:00", "Asia/Kathmandu")


def test_a_birthday_learned_on_the_day_before_its_hour_waits_for_it() -> None:
    [occurrence] = said(BIRTHDAYS, joined("2026-05-17 08:59", birthday=(1990, 5, 17)), until="2026-06-01")
    assert occurrence.at == at("2026-05-17 09:00")


def test_a_birthday_learned_on_the_day_after_its_hour_is_told_at_once() -> None:
    [occurrence] = said(BIRTHDAYS, joined("2026-05-17 15:00", birthday=(1990, 5, 17)), until="2026-05-17 15:00")
    assert (occurrence.at, occurrence.useful_until) == (at("2026-05-17 15:00"), at("2026-05-18"))


def test_a_birthday_learned_the_day_after_is_not_made_up_for() -> None:
    assert ids(said(BIRTHDAYS, joined("2026-05-18 00:00", birthday=(1990, 5, 17)), until="2027-05-18")) == [
        "birthday#2027"
    ]


def test_a_birthday_known_before_the_first_order_is_told_after_it() -> None:
    facts = (updated("2026-01-01 10:00", birthday=(1990, 5, 17)), order("2026-05-16 10:00", "1"))
    assert ids(said(BIRTHDAYS, *facts, until="2026-05-17 09:00")) == ["birthday#2026"]


def test_a_birthday_before_the_member_enrolled_is_not_made_up_for() -> None:
    facts = (updated("2026-01-01 10:00", birthday=(1990, 5, 17)), order("2026-05-18 10:00", "1"))
    assert said(BIRTHDAYS, *facts, until="2026-12-31") == []


def test_who_has_not_enrolled_hears_nothing() -> None:
    assert said(BIRTHDAYS, updated("2026-01-01 10:00", birthday=(1990, 5, 17)), until="2028-01-01") == []


def test_a_birthday_changed_after_it_was_told_is_not_told_twice_in_a_year() -> None:
    facts = (joined("2026-01-01 10:00", birthday=(1990, 5, 17)), updated("2026-06-01 10:00", birthday=(1990, 7, 1)))
    assert [(one.id, one.at) for one in said(BIRTHDAYS, *facts, until="2027-12-31")] == [
        ("birthday#2026", at("2026-05-17 09:00")),
        ("birthday#2027", at("2027-07-01 09:00")),
    ]


def test_a_birthday_told_again_as_it_was_changes_nothing() -> None:
    facts = (joined("2026-01-01 10:00", birthday=(1990, 5, 17)), updated("2026-06-01 10:00", birthday=(1990, 5, 17)))
    assert ids(said(BIRTHDAYS, *facts, until="2026-12-31")) == ["birthday#2026"]


def test_a_birthday_that_was_changed_is_no_longer_true_and_one_that_was_not_is() -> None:
    before = joined("2026-01-01 10:00", birthday=(1990, 5, 17))
    [occurrence] = said(BIRTHDAYS, before, until="2026-05-17 09:00")
    same, _ = told(BIRTHDAYS, before, until="2026-05-17 10:00")
    other, _ = told(BIRTHDAYS, before, updated("2026-05-17 09:30", birthday=(1990, 5, 18)), until="2026-05-17 10:00")
    assert still_true(BIRTHDAYS, same, occurrence)
    assert not still_true(BIRTHDAYS, other, occurrence)


def test_without_an_hour_of_its_own_a_birthday_is_told_at_midnight_or_when_quiet_hours_end() -> None:
    at_once = {"birthday": without(BIRTHDAY, "send_at")}
    facts = joined("2026-01-01 10:00", birthday=(1990, 5, 17))
    assert said(rules(journeys=at_once), facts, until="2026-06-01")[0].at == at("2026-05-17 00:00")
    assert said(rules(journeys=at_once, quiet_hours=QUIET), facts, until="2026-06-01")[0].at == at("2026-05-17 08:00")
    siesta = {"start": "13:00", "end": "16:00"}
    assert said(rules(journeys=at_once, quiet_hours=siesta), facts, until="2026-06-01")[0].at == at("2026-05-17 00:00")


# Local hours


@pytest.mark.parametrize(
    ("zone", "date", "hour", "expected"),
    [
        ("Europe/London", (3, 29), "01:30", "2026-03-29 01:00"),
        ("Europe/London", (10, 25), "01:30", "2026-10-25 00:30"),
        ("America/New_York", (3, 8), "02:30", "2026-03-08 07:00"),
        ("America/New_York", (11, 1), "01:30", "2026-11-01 05:30"),
        ("Australia/Lord_Howe", (10, 4), "02:15", "2026-10-03 15:30"),
        ("Asia/Kolkata", (3, 29), "01:30", "2026-03-28 20:00"),
    ],
)
def test_an_hour_that_the_clocks_skip_moves_on_and_one_they_repeat_counts_once(
    zone: str, date: tuple[int, int], hour: str, expected: str
) -> None:
    programme = rules(journeys={"birthday": BIRTHDAY | {"send_at": hour}})
    occurrences = said(
        programme, joined("2026-01-01 10:00", birthday=(1990, *date), time_zone=zone), until="2026-12-31"
    )
    assert [occurrence.at for occurrence in occurrences] == [at(expected, "UTC")]


def test_an_unknown_zone_is_reported_and_the_programmes_is_used() -> None:
    member, out = told(
        BIRTHDAYS, joined("2026-01-01 10:00", birthday=(1990, 5, 17), time_zone="Europe/Londres"), until="2026-12-31"
    )
    assert out.refusals == [Refusal("member.joined#joined", "unknown_time_zone")]
    assert [occurrence.at for occurrence in out.occurrences] == [at("2026-05-17 09:00")]
    assert member.time_zone == "Europe/Londres"


@pytest.mark.parametrize("zone", ["Europe", "../London", "x" * 300])
def test_a_zone_that_is_no_zone_file_is_reported_too(zone: str) -> None:
    _, out = told(BIRTHDAYS, joined("2026-01-01 10:00", time_zone=zone), until="2026-12-31")
    assert [refusal.code for refusal in out.refusals] == ["unknown_time_zone"]


# Upgrades


def test_a_tier_reached_is_told_at_once_in_the_day() -> None:
    assert said(QUIET_UPGRADES, order("2026-03-01 20:59", "300"), until="2026-03-02") == [
        Occurrence(
            id="upgrade#silver#1",
            journey="upgrade",
            anchor=1,
            at=at("2026-03-01 20:59"),
            useful_until=at("2026-03-08 00:00"),
            data={"reached": "silver"},
        )
    ]


@pytest.mark.parametrize(
    ("reached", "leaves"),
    [
        ("2026-03-01 21:00", "2026-03-02 08:00"),
        ("2026-03-01 23:59", "2026-03-02 08:00"),
        ("2026-03-02 00:00", "2026-03-02 08:00"),
        ("2026-03-02 07:59", "2026-03-02 08:00"),
        ("2026-03-02 08:00", "2026-03-02 08:00"),
    ],
)
def test_a_tier_reached_inside_quiet_hours_is_told_at_their_end(reached: str, leaves: str) -> None:
    [occurrence] = said(QUIET_UPGRADES, order(reached, "300"), until="2026-03-03")
    assert occurrence.at == at(leaves)


def test_quiet_hours_may_lie_within_a_day() -> None:
    siesta = rules(journeys={"upgrade": UPGRADE}, quiet_hours={"start": "13:00", "end": "16:00"})
    assert said(siesta, order("2026-03-01 12:59", "300"), until="2026-03-02")[0].at == at("2026-03-01 12:59")
    assert said(siesta, order("2026-03-01 13:00", "300"), until="2026-03-02")[0].at == at("2026-03-01 16:00")
    assert said(siesta, order("2026-03-01 23:00", "300"), until="2026-03-02")[0].at == at("2026-03-01 23:00")


def test_quiet_hours_are_the_members_own() -> None:
    facts = (joined("2026-02-01 10:00", time_zone="America/New_York"), order("2026-03-02 07:00", "300"))
    [occurrence] = said(QUIET_UPGRADES, *facts, until="2026-03-03")
    assert occurrence.at == at("2026-03-02 08:00", "America/New_York")


def test_an_upgrade_with_an_hour_of_its_own_waits_for_the_next_one() -> None:
    at_noon = rules(journeys={"upgrade": UPGRADE | {"send_at": "12:00"}})
    assert said(at_noon, order("2026-03-01 12:00", "300"), until="2026-03-03")[0].at == at("2026-03-01 12:00")
    assert said(at_noon, order("2026-03-01 12:01", "300"), until="2026-03-03")[0].at == at("2026-03-02 12:00")


def test_an_upgrade_may_be_told_for_some_tiers_only() -> None:
    for_gold = rules(journeys={"upgrade": UPGRADE | {"tiers": ["gold"]}})
    facts = (order("2026-03-01 10:00", "300"), order("2026-03-02 10:00", "700"))
    assert ids(said(for_gold, *facts, until="2026-03-03")) == ["upgrade#gold#1"]


def test_a_tier_reached_again_is_told_again() -> None:
    facts = (order("2025-03-01 10:00", "300"), order("2026-03-05 10:00", "300"))
    assert ids(said(UPGRADES, *facts, until="2026-03-06")) == ["upgrade#silver#1", "upgrade#silver#2"]


def test_an_upgrade_to_a_tier_lost_and_reached_again_is_no_longer_the_one_to_tell() -> None:
    first = order("2025-03-01 10:00", "300")
    [occurrence] = said(UPGRADES, first, until="2025-03-02")
    again, _ = told(UPGRADES, first, order("2026-03-05 10:00", "300"), until="2026-03-06")
    assert not still_true(UPGRADES, again, occurrence)


def test_going_down_is_not_told_as_an_upgrade() -> None:
    assert ids(said(UPGRADES, order("2025-03-01 10:00", "1000"), until="2027-03-01")) == ["upgrade#gold#1"]


def test_an_upgrade_is_true_while_the_tier_or_a_higher_one_is_held() -> None:
    first = order("2026-03-01 10:00", "300", id="a")
    [occurrence] = said(UPGRADES, first, until="2026-03-01 10:00")
    same, _ = told(UPGRADES, first, until="2026-03-03")
    higher, _ = told(UPGRADES, first, order("2026-03-02 10:00", "700"), until="2026-03-03")
    lost, _ = told(UPGRADES, first, refund("2026-03-02 10:00", None, of="a"), until="2026-03-03")
    assert still_true(UPGRADES, same, occurrence)
    assert still_true(UPGRADES, higher, occurrence)
    assert not still_true(UPGRADES, lost, occurrence)


# Dormancy


def test_a_member_is_won_back_so_many_days_after_his_last_order() -> None:
    assert said(WIN_BACKS, order("2026-01-01 23:30", "1"), until="2026-12-31") == [
        Occurrence(
            id=f"win_back#{day('2026-01-01')}",
            journey="win_back",
            anchor=day("2026-01-01"),
            at=at("2026-04-01 10:00"),
            useful_until=at("2026-04-08 00:00"),
            data={"days": 90},
        )
    ]


def test_a_spell_is_told_once_and_the_next_one_again() -> None:
    facts = (order("2026-01-01 10:00", "1"), order("2026-06-01 10:00", "1"))
    assert ids(said(WIN_BACKS, *facts, until="2029-01-01")) == [
        f"win_back#{day('2026-01-01')}",
        f"win_back#{day('2026-06-01')}",
    ]


def test_an_order_before_the_spell_is_full_puts_it_off() -> None:
    facts = (order("2026-01-01 10:00", "1"), order("2026-04-01 09:59", "1"))
    assert [occurrence.at for occurrence in said(WIN_BACKS, *facts, until="2026-12-31")] == [at("2026-06-30 10:00")]


def test_an_order_at_the_very_moment_comes_after_the_message_and_calls_it_off() -> None:
    facts = (order("2026-01-01 10:00", "1"), order("2026-04-01 10:00", "1"))
    member, out = told(WIN_BACKS, *facts, until="2026-04-01 10:00")
    assert ids(out.occurrences) == [f"win_back#{day('2026-01-01')}"]
    assert not still_true(WIN_BACKS, member, out.occurrences[0])


def test_what_is_not_an_order_does_not_end_a_spell() -> None:
    facts = (order("2026-01-01 10:00", "100"), redeem("2026-03-01 10:00", 5), updated("2026-03-02 10:00"))
    member, out = told(WIN_BACKS, *facts, until="2026-04-01 10:00")
    assert ids(out.occurrences) == [f"win_back#{day('2026-01-01')}"]
    assert still_true(WIN_BACKS, member, out.occurrences[0])


def test_a_member_who_never_bought_is_not_dormant() -> None:
    assert said(WIN_BACKS, joined("2026-01-01 10:00"), until="2030-01-01") == []


def test_steps_of_a_spell_come_in_turn() -> None:
    steps = rules(
        journeys={
            "sixty": WIN_BACK | {"after": "60 days"},
            "ninety": WIN_BACK,
            "month": WIN_BACK | {"after": "1 month"},
        }
    )
    occurrences = said(steps, order("2026-01-31 10:00", "1"), until="2026-12-31")
    assert [(one.journey, one.at) for one in occurrences] == [
        ("month", at("2026-02-28 10:00")),
        ("sixty", at("2026-04-01 10:00")),
        ("ninety", at("2026-05-01 10:00")),
    ]


def test_a_spell_counts_days_of_the_programme_and_leaves_at_the_members_hour() -> None:
    facts = (joined("2026-01-01 10:00", time_zone="Pacific/Apia"), order("2026-01-01 23:30", "1", zone=LONDON))
    [occurrence] = said(WIN_BACKS, *facts, until="2026-12-31")
    assert occurrence.at == at("2026-04-01 10:00", "Pacific/Apia")


def test_messages_of_one_moment_come_by_the_name_of_their_journey() -> None:
    two = rules(journeys={"b": WIN_BACK, "a": WIN_BACK})
    assert [one.journey for one in said(two, order("2026-01-01 10:00", "1"), until="2026-12-31")] == ["a", "b"]


def test_a_journey_that_the_programme_no_longer_has_is_no_longer_true() -> None:
    member, out = told(WIN_BACKS, order("2026-01-01 10:00", "1"), until="2026-04-01 10:00")
    assert not still_true(rules(), member, out.occurrences[0])
