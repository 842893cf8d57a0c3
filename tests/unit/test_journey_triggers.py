"""What else makes a journey speak: joining, orders, years, days of the calendar, points that run out, tiers lost."""

from __future__ import annotations

from typing import Any

import pytest

from memberflow.delivery import render
from memberflow.engine import truth
from memberflow.engine.fold import apply, next_due
from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence, Outcome
from memberflow.engine.rules import Rules, compiled
from memberflow.facts import AnyFact
from memberflow.programme import templates
from memberflow.programme.schema import Shipped
from tests import programmes
from tests.happened import at, day, joined, order, redeem, refund, told
from tests.programmes import BIRTHDAY, TIERS, UPGRADE, WIN_BACK

MAIL: dict[str, Any] = {"useful_for": "7 days", "purpose": "marketing", "channels": ["email"], "message": "mail"}
COUPON = {"kind": "coupon", "label": {"en": "Coupon"}, "off": "5", "valid_for": "1 day"}
NOTHING_ELSE = {"short_orders": 0, "short_interactions": 0, "short_growth": 0, "short_points": 0}
QUIET = {"start": "21:00", "end": "08:00"}


def rules(trigger: str, also: dict[str, Any] | None = None, **journey: Any) -> Rules:
    """One journey, ``mail``; ``also``: other keys of the programme."""
    return programmes.rules(journeys={"mail": MAIL | {"trigger": trigger} | journey}, **(also or {}))


def said(rules: Rules, *facts: AnyFact, until: str) -> list[tuple[str, int]]:
    return [(one.id, one.at) for one in told(rules, *facts, until=until)[1].occurrences]


def last(rules: Rules, *facts: AnyFact, until: str) -> Occurrence:
    return told(rules, *facts, until=until)[1].occurrences[-1]


def still_true(rules: Rules, occurrence: Occurrence, *facts: AnyFact, now: str) -> bool:
    return truth.still_true(rules, told(rules, *facts, until=now)[0], occurrence, at(now))


# Joining

SERIES = programmes.rules(
    enrol="joining",
    quiet_hours=QUIET,
    journeys={
        "day_0": MAIL | {"trigger": "joined", "ends_with": "order"},
        "day_3": MAIL | {"trigger": "joined", "after": "3 days", "send_at": "10:00", "ends_with": "order"},
        "day_7": MAIL | {"trigger": "joined", "after": "7 days", "send_at": "10:00", "ends_with": "order"},
    },
)
JOINED = joined("2026-01-01 12:00")


def test_a_series_begins_on_joining_and_goes_on_by_whole_days() -> None:
    assert said(SERIES, JOINED, until="2026-12-31") == [
        ("day_0#1", at("2026-01-01 12:00")),
        ("day_3#1", at("2026-01-04 10:00")),
        ("day_7#1", at("2026-01-08 10:00")),
    ]


def test_who_joins_in_the_night_is_welcomed_when_quiet_hours_end() -> None:
    assert said(SERIES, joined("2026-01-01 23:00"), until="2026-01-02") == []
    assert said(SERIES, joined("2026-01-01 23:00"), until="2026-01-02 08:00") == [("day_0#1", at("2026-01-02 08:00"))]


def test_an_order_ends_the_series_and_what_was_said_just_before_is_withdrawn() -> None:
    bought = order("2026-01-04 10:05", "10")
    assert [id for id, _ in said(SERIES, JOINED, bought, until="2026-12-31")] == ["day_0#1", "day_3#1"]
    step = last(SERIES, JOINED, until="2026-01-04 10:00")
    assert still_true(SERIES, step, JOINED, now="2026-01-04 10:04")
    assert not still_true(SERIES, step, JOINED, bought, now="2026-01-04 10:05")


def test_an_order_from_before_joining_ends_no_series() -> None:
    assert len(said(SERIES, order("2025-12-30 10:00", "10"), JOINED, until="2026-12-31")) == 3


def test_whoever_a_first_order_makes_a_member_is_welcomed_after_it() -> None:
    welcome = rules("joined", after="1 day", ends_with="order")
    assert said(welcome, order("2026-01-01 12:00", "10"), until="2026-12-31") == [("mail#1", at("2026-01-02"))]


def test_a_revision_tells_earlier_members_only_the_steps_that_are_still_to_come() -> None:
    """Whoever came before a series was thought of gets the step that is right then, none that is past."""
    before = programmes.programme(enrol="joining")
    shipped = Shipped(programme=before, messages={}, revisions={"2026-01-06": SERIES.programme})
    assert said(compiled(shipped), JOINED, until="2026-12-31") == [("day_7#1", at("2026-01-08 10:00"))]


def test_a_late_earlier_fact_does_not_welcome_twice() -> None:
    welcome = rules("joined")
    first, second = (
        said(welcome, order("2026-01-05 12:00", "10"), until="2026-02-01"),
        said(welcome, order("2026-01-03 12:00", "10"), order("2026-01-05 12:00", "10"), until="2026-02-01"),
    )
    assert [id for id, _ in first] == [id for id, _ in second] == ["mail#1"]


# Orders

REMINDER = rules("first_order", after="7 days", send_at="10:00", ends_with="order")
FIRST = order("2026-01-01 12:00", "10", id="a")


def test_a_first_order_without_a_second_is_followed_by_a_reminder() -> None:
    assert said(REMINDER, FIRST, until="2026-12-31") == [("mail#1", at("2026-01-08 10:00"))]
    assert said(REMINDER, FIRST, order("2026-01-08 09:59", "1"), until="2026-12-31") == []


def test_a_second_order_withdraws_the_reminder() -> None:
    reminder = last(REMINDER, FIRST, until="2026-01-09")
    assert still_true(REMINDER, reminder, FIRST, now="2026-01-09")
    assert not still_true(REMINDER, reminder, FIRST, order("2026-01-08 20:00", "1"), now="2026-01-09")


def test_a_first_order_that_went_back_is_none_and_the_next_one_is() -> None:
    back = refund("2026-01-02 12:00", None, of="a")
    assert said(REMINDER, FIRST, back, until="2026-12-31") == []
    assert said(REMINDER, FIRST, back, order("2026-02-01 12:00", "5"), until="2026-12-31") == [
        ("mail#1", at("2026-02-08 10:00"))
    ]
    reminder = last(REMINDER, FIRST, until="2026-01-08 10:00")
    assert not still_true(REMINDER, reminder, FIRST, refund("2026-01-08 10:01", None, of="a"), now="2026-01-08 11:00")


SURVEY = rules("order", after="1 day", send_at="10:00", useful_for="1 day")


def test_each_order_is_asked_about_two_of_one_day_too() -> None:
    facts = (FIRST, order("2026-01-01 12:00", "1", id="b"), order("2026-01-03 12:00", "1", id="c"))
    assert said(SURVEY, *facts, until="2026-12-31") == [
        ("mail#a", at("2026-01-02 10:00")),
        ("mail#b", at("2026-01-02 10:00")),
        ("mail#c", at("2026-01-04 10:00")),
    ]


def test_an_order_that_went_back_is_not_asked_about() -> None:
    back = refund("2026-01-01 13:00", None, of="a")
    assert said(SURVEY, FIRST, back, until="2026-12-31") == []
    survey = last(SURVEY, FIRST, until="2026-01-02 10:00")
    late = refund("2026-01-02 10:01", None, of="a")
    assert not still_true(SURVEY, survey, FIRST, late, now="2026-01-02 11:00")


def test_an_order_refunded_in_part_is_asked_about() -> None:
    assert len(said(SURVEY, FIRST, refund("2026-01-01 13:00", "9", of="a"), until="2026-12-31")) == 1


def test_orders_are_forgotten_when_nothing_follows_on_them_any_more() -> None:
    member, _ = told(SURVEY, FIRST, order("2026-03-01 12:00", "1", id="b"), until="2026-03-03")
    assert [followed.id for followed in member.followed] == ["b"]


# Years and days


def test_years_of_membership_are_told_each_once() -> None:
    years = rules("anniversary", years=[5, 3], send_at="09:00")
    assert said(years, order("2020-02-29 12:00", "1"), until="2030-01-01") == [
        ("mail#3", at("2023-02-28 09:00")),
        ("mail#5", at("2025-02-28 09:00")),
    ]
    assert last(years, order("2020-02-29 12:00", "1"), until="2024-01-01").data == {"years": 3}


def test_an_anniversary_is_no_longer_true_where_the_member_turns_out_to_have_joined_later() -> None:
    years = rules("anniversary", years=[3])
    occurrence = last(years, order("2020-03-01 12:00", "1"), until="2024-01-01")
    assert still_true(years, occurrence, order("2020-03-01 12:00", "1"), now="2023-03-01")
    assert not still_true(years, occurrence, order("2020-03-03 12:00", "1"), now="2023-03-01")


@pytest.mark.parametrize(
    ("on", "dates"),
    [
        (["15"], ["2026-01-15", "2026-02-15", "2026-03-15"]),
        (["31"], ["2026-01-31", "2026-03-31"]),
        (["02-14", "03-20"], ["2026-02-14", "2026-03-20"]),
        (["2026-02-27 to 2026-03-01"], ["2026-02-27", "2026-02-28", "2026-03-01"]),
        (["2025-12-24"], []),
    ],
)
def test_days_of_the_calendar_are_told_as_they_come(on: list[str], dates: list[str]) -> None:
    occurrences = said(rules("calendar", on=on, send_at="10:00"), order("2026-01-02 12:00", "1"), until="2026-04-01")
    assert occurrences == [(f"mail#{day(date)}", at(f"{date} 10:00")) for date in dates]


def test_a_day_whose_hour_was_past_when_the_member_came_is_not_made_up_for() -> None:
    monthly = rules("calendar", on=["15"], send_at="10:00")
    assert said(monthly, order("2026-01-15 09:00", "1"), until="2026-02-01") == [
        (f"mail#{day('2026-01-15')}", at("2026-01-15 10:00"))
    ]
    assert said(monthly, order("2026-01-15 11:00", "1"), until="2026-02-01") == []


def test_29_february_waits_for_its_year() -> None:
    assert said(rules("calendar", on=["02-29"]), order("2025-03-01 12:00", "1"), until="2029-01-01") == [
        (f"mail#{day('2028-02-29')}", at("2028-02-29"))
    ]


def test_what_is_missing_to_the_next_tier_can_be_told() -> None:
    nudge = rules("calendar", on=["15"], when={"spend": "200"}, tiers=["member"])
    assert said(nudge, order("2026-01-02 12:00", "199.99"), until="2026-01-16") == []
    occurrence = last(nudge, order("2026-01-02 12:00", "250.50"), until="2026-01-16")
    assert occurrence.data == {"next_tier": "silver", "short": "49.50"} | NOTHING_ELSE


# Points that run out

ENDING = rules("points_expiring", before="30 days", send_at="10:00")


def test_points_that_run_out_are_told_before_once_for_each_day() -> None:
    facts = (FIRST, order("2026-01-01 18:00", "5", id="b"), order("2026-01-11 12:00", "7", id="c"))
    occurrences = told(ENDING, *facts, until="2027-03-01")[1].occurrences
    assert [(one.id, one.at, one.data) for one in occurrences] == [
        (
            f"mail#{day('2027-01-02')}",
            at("2026-12-02 10:00"),
            {"expiring": 15, "expires": "2027-01-01", "days": 30},
        ),
        (
            f"mail#{day('2027-01-12')}",
            at("2026-12-12 10:00"),
            {"expiring": 7, "expires": "2027-01-11", "days": 30},
        ),
    ]


def test_points_spent_before_are_not_told_and_those_spent_after_withdraw_it() -> None:
    assert said(ENDING, FIRST, redeem("2026-05-01 12:00", 10), until="2027-03-01") == []
    warning = last(ENDING, FIRST, until="2026-12-02 10:00")
    assert still_true(ENDING, warning, FIRST, now="2026-12-02 10:00")
    assert not still_true(ENDING, warning, FIRST, redeem("2026-12-02 10:01", 10), now="2026-12-02 10:02")


def test_points_that_are_gone_are_no_longer_told_of() -> None:
    assert not still_true(ENDING, last(ENDING, FIRST, until="2026-12-03"), FIRST, now="2027-01-02")


def test_points_that_last_for_less_are_told_at_once() -> None:
    short = rules(
        "points_expiring", {"points": {"earn": {"per": "1"}, "expiry": {"after": "10 days"}}}, before="1 month"
    )
    assert said(short, FIRST, until="2026-01-05") == [(f"mail#{day('2026-01-12')}", at("2026-01-01 12:00"))]


# Tiers lost


def test_a_tier_lost_is_told_with_the_one_that_was_lost() -> None:
    lost = rules("tier_lost", {"quiet_hours": QUIET})
    assert told(lost, order("2025-03-01 10:00", "300"), until="2027-01-01")[1].occurrences == [
        Occurrence(
            id="mail#silver#1",
            journey="mail",
            anchor=1,
            at=at("2026-03-01 08:00"),
            useful_until=at("2026-03-08"),
            data={"lost": "silver"},
        )
    ]


def test_only_the_tiers_named_are_told_when_lost() -> None:
    assert said(rules("tier_lost", tiers=["gold"]), order("2025-03-01 10:00", "300"), until="2027-01-01") == []


def test_a_tier_reached_again_is_not_lost() -> None:
    lost, facts = rules("tier_lost"), (order("2025-03-01 10:00", "300"),)
    occurrence = last(lost, *facts, until="2026-03-02")
    assert still_true(lost, occurrence, *facts, now="2026-03-02")
    assert not still_true(lost, occurrence, *facts, order("2026-03-02 10:00", "300"), now="2026-03-02 10:00")


def test_a_tier_lost_twice_is_told_twice() -> None:
    facts = (order("2025-03-01 10:00", "300"), order("2026-06-01 10:00", "300"))
    assert [id for id, _ in said(rules("tier_lost"), *facts, until="2028-01-01")] == ["mail#silver#1", "mail#silver#2"]


# For whom


def test_a_journey_is_for_members_of_its_tiers_then_and_still() -> None:
    for_gold = rules("order", tiers=["gold"])
    big, more = order("2026-01-01 12:00", "1000", id="a"), order("2026-01-02 12:00", "1", id="b")
    assert [id for id, _ in said(for_gold, order("2026-01-01 12:00", "998"), more, until="2026-02-01")] == []
    assert [id for id, _ in said(for_gold, big, more, until="2026-02-01")] == ["mail#a", "mail#b"]
    occurrence = last(for_gold, big, more, until="2026-01-02 12:00")
    assert still_true(for_gold, occurrence, big, more, now="2026-01-02 12:01")
    back = refund("2026-01-02 12:01", None, of="a")
    assert not still_true(for_gold, occurrence, big, more, back, now="2026-01-02 12:01")


def test_a_rule_of_measures_is_asked_when_it_speaks_and_again_before_it_leaves() -> None:
    regulars = rules("calendar", on=["15"], when={"orders": 2, "over": "1 month"})
    facts = (order("2026-01-02 12:00", "1", id="a"), order("2026-01-03 12:00", "1", id="b"))
    assert [id for id, _ in said(regulars, *facts, until="2026-03-01")] == [f"mail#{day('2026-01-15')}"]
    occurrence = last(regulars, *facts, until="2026-01-15")
    assert still_true(regulars, occurrence, *facts, now="2026-01-15 09:00")
    assert not still_true(regulars, occurrence, *facts, now="2026-02-03 09:00")


@pytest.mark.parametrize(("journey", "key"), [(BIRTHDAY, "birthday"), (WIN_BACK, "win_back"), (UPGRADE, "upgrade")])
def test_conditions_hold_for_every_trigger(journey: dict[str, Any], key: str) -> None:
    facts = (joined("2025-12-01 12:00", birthday=(1990, 5, 17)), order("2026-01-01 12:00", "300"))
    for orders, count in ((1, 1), (2, 0)):
        asking = programmes.rules(journeys={key: journey | {"when": {"orders": orders}}})
        assert len(said(asking, *facts, until="2026-06-01")) == count


def test_live_tags_are_asked() -> None:
    thrifty = {
        "label": {"en": "Thrifty"},
        "group": "preference",
        "coupon_share": 50,
        "window": "1 month",
        "live": "true",
    }
    tagged = rules("order", {"tags": {"thrifty": thrifty}}, tags=["thrifty"])
    plain = order("2026-01-01 12:00", "10")
    bargain = type(plain)(at=plain.at, id="x", member_id="m", amount=10, coupon_codes=("c",))
    assert said(tagged, plain, until="2026-02-01") == []
    assert len(said(tagged, bargain, until="2026-02-01")) == 1


# What comes with it


def test_benefits_are_given_with_the_occurrence_for_which_it_speaks() -> None:
    given = rules("joined", {"benefits": {"coupon": COUPON}}, after="7 days", send_at="10:00", give=["coupon"])
    _, out = told(given, FIRST, until="2026-12-31")
    assert [(one.id, one.at) for one in out.occurrences] == [("mail#1", at("2026-01-08 10:00"))]
    (change,) = out.grants
    assert (change.grant.id, change.at, change.grant.until) == (
        "mail#coupon#1",
        at("2026-01-08 10:00"),
        at("2026-01-10"),
    )
    assert change.cause == "journey#mail#1"


def test_nothing_is_given_where_nothing_is_said() -> None:
    benefits = {"benefits": {"coupon": COUPON}}
    given = rules("joined", benefits, after="7 days", ends_with="order", give=["coupon"])
    _, out = told(given, FIRST, order("2026-01-02 12:00", "1"), until="2026-12-31")
    assert (out.occurrences, out.grants) == ([], [])


# What templates say, and what it costs


@pytest.mark.parametrize(
    ("trigger", "journey"),
    [
        ("anniversary", {"years": [1]}),
        ("calendar", {"on": ["15"]}),
        ("points_expiring", {"before": "30 days"}),
        ("tier_lost", {}),
        ("joined", {}),
    ],
)
def test_what_occurrences_carry_is_what_the_check_of_templates_knows(trigger: str, journey: dict[str, Any]) -> None:
    programme = rules(trigger, **journey)
    member, out = told(programme, order("2025-01-01 12:00", "300"), until="2026-02-01")
    variables = render.variables(programme, member, out.occurrences[0], "en")
    assert variables.keys() == templates.variables(trigger).keys()


def test_a_programme_without_these_keeps_nothing_for_them() -> None:
    member = Member("m")
    plain = programmes.rules(journeys={"birthday": BIRTHDAY, "win_back": WIN_BACK, "upgrade": UPGRADE})
    apply(plain, member, FIRST, Outcome())
    assert (member.followed, member.first_order_at, member.lost, plain.timed) == ([], None, {}, ())
    assert next_due(plain, member)[0] == at("2026-04-01 10:00")


@pytest.mark.parametrize("levels", [TIERS[:1], TIERS])
def test_the_highest_tier_lacks_nothing(levels: list[dict[str, Any]]) -> None:
    monthly = rules("calendar", {"tiers": {"levels": levels}}, on=["15"])
    data = last(monthly, order("2026-01-02 12:00", "6000"), until="2026-01-16").data
    assert data == {"next_tier": levels[-1]["name"], "short": "0.00"} | NOTHING_ELSE
