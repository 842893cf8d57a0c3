"""rfm_classic: segments by RFM, tiers by spend or qualifying points, three groups of benefits."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from cli.main import main
from cli.ratings import collect
from memberflow.delivery.gates import Verdict
from memberflow.engine.calendar import day_to_date
from memberflow.explain import explain
from memberflow.facts import AnyFact, BenefitRated
from tests.happened import day
from tests.shipped.shanghai import (
    at,
    consented,
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
    verdict,
)

RULES = shipped("rfm_classic")
JOINED = joined("2026-01-01 10:00")


def reviews(count: int) -> list[AnyFact]:
    """So many, two a day from 2 January 2026: 50 points each."""
    days = [date(2026, 1, 2) + timedelta(days=number // 2) for number in range(count)]
    return [did(f"{on} 12:00", "review", f"review {number}") for number, on in enumerate(days)]


# Tiers: by spend or by qualifying points


@pytest.mark.parametrize(
    ("spend", "tier"),
    [
        ("1999.99", "member"),
        ("2000", "silver"),
        ("7999.99", "silver"),
        ("8000", "gold"),
        ("29999.99", "gold"),
        ("30000", "diamond"),
    ],
)
def test_spend_of_twelve_months_reaches_a_tier_at_once(spend: str, tier: str) -> None:
    member, _ = told(RULES, JOINED, order("2026-03-01 10:00", spend), until="2026-03-01 10:00")
    assert member.tier == tier


def test_orders_of_twelve_months_add_up_and_those_before_them_do_not() -> None:
    before = [JOINED, order("2026-03-01 10:00", "1000")]
    assert told(RULES, *before, order("2027-02-28 10:00", "1000"), until="2027-02-28 10:00")[0].tier == "silver"
    assert told(RULES, *before, order("2027-03-01 00:00", "1000"), until="2027-03-01 00:00")[0].tier == "member"


@pytest.mark.parametrize(
    ("spend", "written", "tier", "below"),
    [
        (1_500, 20, "silver", "member"),  # 1,500 + 20 × 50 = 2,500 points
        (7_000, 60, "gold", "silver"),  # 7,000 + 60 × 50 = 10,000
        (29_000, 170, "diamond", "gold"),  # 29,000 + 170 × 50 = 37,500
    ],
)
def test_qualifying_points_reach_a_tier_where_spend_does_not(spend: int, written: int, tier: str, below: str) -> None:
    facts = [JOINED, *reviews(written)]
    one_less = order("2026-05-01 10:00", f"{spend - 1}.99")
    assert told(RULES, *facts, one_less, until="2026-05-01 10:00")[0].tier == below
    assert told(RULES, *facts, order("2026-05-01 10:00", str(spend)), until="2026-05-01 10:00")[0].tier == tier


def test_an_activity_alone_may_bring_the_last_points_for_a_tier() -> None:
    facts = [JOINED, order("2026-01-01 11:00", "1500"), *reviews(20)]
    assert told(RULES, *facts, until="2026-01-11 11:59")[0].tier == "member"
    _, out = told(RULES, *facts, until="2026-01-11 12:00")
    assert (out.decisions[-1].after, out.decisions[-1].cause) == ("silver", "activity.done#review 19")


def test_a_tier_by_points_is_not_lost_by_spending_them() -> None:
    facts = [JOINED, order("2026-01-01 11:00", "1500"), *reviews(20), redeem("2026-01-12 10:00", 2500)]
    member, _ = told(RULES, *facts, until="2026-12-01")
    assert (member.tier, member.points) == ("silver", 0)


@pytest.mark.parametrize(
    ("first", "later", "kept", "dropped"),
    [("2000", 1_600, "silver", "member"), ("8000", 6_400, "gold", "silver"), ("30000", 24_000, "diamond", "gold")],
)
def test_a_tier_is_kept_for_80_percent_of_its_spend_and_goes_by_one(
    first: str, later: int, kept: str, dropped: str
) -> None:
    facts = [JOINED, order("2026-03-01 10:00", first)]
    enough, short = order("2026-09-01 10:00", str(later)), order("2026-09-01 10:00", f"{later - 1}.99")
    assert told(RULES, *facts, enough, until="2027-03-01")[0].tier == kept
    assert told(RULES, *facts, short, until="2027-02-28 23:59:59")[0].tier == kept
    assert told(RULES, *facts, short, until="2027-03-01 00:00")[0].tier == dropped


def test_a_tier_is_kept_for_80_percent_of_its_points() -> None:
    facts = [JOINED, order("2026-01-01 11:00", "2000")]
    enough = [did(f"2026-{month:02}-{on:02} 12:00", "review") for month in (2, 3, 4, 5) for on in range(1, 11)]
    assert decided(RULES, *facts, *enough, until="2027-01-01") == ["enrolled member", "reached silver", "kept silver"]
    assert decided(RULES, *facts, *enough[1:], until="2027-01-01")[-1] == "dropped member"


# Benefits: each tier includes the lower ones'

BASIC = ["every_yuan", "member_price"]
VALUE_ADDED = ["priority_dispatch", "dedicated_service"]
HONOUR = ["vip_events", "limited_products"]


@pytest.mark.parametrize(
    ("spend", "has"),
    [
        ("1", BASIC),
        ("2000", [*BASIC, "priority_dispatch"]),
        ("8000", [*BASIC, *VALUE_ADDED]),
        ("30000", [*BASIC, *VALUE_ADDED, *HONOUR]),
    ],
)
def test_each_tier_has_its_benefits_and_those_below(spend: str, has: list[str]) -> None:
    assert standing(RULES, JOINED, order("2026-03-01 10:00", spend), until="2026-03-01 10:00") == has


def test_benefits_go_with_the_tier() -> None:
    facts = [JOINED, order("2026-03-01 10:00", "8000")]
    assert standing(RULES, *facts, until="2027-03-01") == [*BASIC, "priority_dispatch"]


@pytest.mark.parametrize("spend", ["1", "2000", "8000", "30000"])
def test_members_of_every_tier_have_a_birthday_gift_for_thirty_days(spend: str) -> None:
    facts = [joined("2026-01-01 10:00", birthday=(1990, 5, 17)), order("2026-03-01 10:00", spend)]
    gift = ["birthday#birthday_gift#2026"]
    for until, wanted in {
        "2026-05-16 23:59:59": [],
        "2026-05-17 00:00": gift,
        "2026-06-16 23:59:59": gift,
        "2026-06-17 00:00": [],
    }.items():
        assert [grant.id for grant in told(RULES, *facts, until=until)[0].grants] == wanted, until


def test_a_birthday_gift_is_used_once_a_year() -> None:
    use = [used(f"2026-05-17 1{hour}:00", "birthday#birthday_gift#2026") for hour in (0, 1)]
    facts = [joined("2026-01-01 10:00", birthday=(1990, 5, 17)), *use]
    _, out = told(RULES, *facts, until="2027-05-17")
    assert [f"{one.state} {one.grant.id[-4:]}" for one in out.grants] == ["given 2026", "used 2026", "given 2027"]
    assert [one.code for one in out.refusals] == ["no_such_grant"]


def test_a_full_yuan_is_a_point_to_the_end_of_the_month_a_year_later() -> None:
    member, _ = told(RULES, JOINED, order("2026-03-05 10:00", "99.99"), until="2027-03-31 23:59:59")
    assert [(points, day_to_date(gone)) for gone, points, *_ in member.lots] == [(99, date(2027, 4, 1))]
    assert told(RULES, JOINED, order("2026-03-05 10:00", "99.99"), until="2027-04-01 00:00")[0].points == 0


@pytest.mark.parametrize(
    ("points", "of_order", "refused"),
    [
        (100, "2", []),
        (100, "1.99", ["above_share"]),
        (50, "100", ["below_minimum"]),
        (150, "100", ["not_in_step"]),
        (600, "100", ["not_enough_points"]),
    ],
)
def test_a_hundred_points_are_a_yuan_off_and_at_most_half_of_an_order(
    points: int, of_order: str, refused: list[str]
) -> None:
    facts = [JOINED, order("2026-03-05 10:00", "500"), paid_in_points("2026-03-06 10:00", points, of_order)]
    member, out = told(RULES, *facts, until="2026-03-06 10:00")
    assert [one.code for one in out.refusals] == refused
    assert member.points == (500 if refused else 400)


def test_what_the_benefits_are_worth_and_what_they_cost() -> None:
    assert RULES.programme.benefits["member_price"].percent == 3
    assert RULES.benefits.costs == {"birthday_gift": 3000}
    assert RULES.programme.points.cost == "0.01"


# Segments: recency, frequency and monetary value


def scores(*facts: AnyFact, until: str) -> str:
    scored = told(RULES, JOINED, *facts, until=until)[0].scored
    return "" if scored is None else f"{scored.segment} {scored.recency}{scored.frequency}{scored.monetary}"


def bought(count: int, each: str, month: int = 3) -> list[AnyFact]:
    """So many orders on as many days of a month, the last on the 20th."""
    return [order(f"2026-{month:02}-{21 - number:02} 10:00", each) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("days", "recency"),
    [(0, 5), (29, 5), (30, 4), (59, 4), (60, 3), (89, 3), (90, 2), (179, 2), (180, 1), (364, 1)],
)
def test_recency_is_scored_by_the_days_since_the_last_order(days: int, recency: int) -> None:
    until = date(2026, 3, 1) + timedelta(days=days)
    member, _ = told(RULES, JOINED, order("2026-03-01 00:00", "1"), until=f"{until}")
    assert member.scored is not None
    assert member.scored.recency == recency


@pytest.mark.parametrize(
    ("orders", "frequency"), [(1, 1), (2, 2), (3, 2), (4, 3), (7, 3), (8, 4), (11, 4), (12, 5), (13, 5)]
)
def test_frequency_is_scored_by_the_orders_of_twelve_months(orders: int, frequency: int) -> None:
    assert scores(*bought(orders, "1"), until="2026-03-20 10:00")[-2] == str(frequency)


@pytest.mark.parametrize(
    ("spend", "monetary"),
    [
        ("499.99", 1),
        ("500", 2),
        ("1999.99", 2),
        ("2000", 3),
        ("4999.99", 3),
        ("5000", 4),
        ("9999.99", 4),
        ("10000", 5),
    ],
)
def test_monetary_value_is_scored_by_the_spend_of_twelve_months(spend: str, monetary: int) -> None:
    assert scores(order("2026-03-20 10:00", spend), until="2026-03-20 10:00")[-1] == str(monetary)


@pytest.mark.parametrize(
    ("facts", "until", "segment"),
    [
        (bought(8, "625"), "2026-03-20 10:00", "champion 544"),
        (bought(8, "624"), "2026-03-20 10:00", "loyal 543"),
        (bought(4, "10"), "2026-03-20 10:00", "loyal 531"),
        (bought(1, "10"), "2026-03-20 10:00", "new 511"),
        (bought(1, "10"), "2026-05-18 23:59:59", "new 411"),
        (bought(2, "10"), "2026-03-20 10:00", "promising 521"),
        (bought(1, "10"), "2026-05-19", "promising 311"),
        (bought(8, "625"), "2026-06-18", "cannot_lose 244"),
        (bought(4, "10"), "2026-06-18", "at_risk 231"),
        (bought(4, "10"), "2026-09-16", "at_risk 131"),
        (bought(3, "10"), "2026-06-18", "hibernating 221"),
    ],
)
def test_the_segment_follows_from_the_scores(facts: list[AnyFact], until: str, segment: str) -> None:
    assert scores(*facts, until=until) == segment


def test_a_member_without_an_order_has_no_segment() -> None:
    assert scores(until="2026-12-31") == ""


def test_every_combination_of_scores_has_a_segment() -> None:
    assert RULES.bands is not None
    names = {RULES.bands.segment(*three) for three in product(range(1, 6), repeat=3)}
    assert names == {"champion", "loyal", "new", "promising", "cannot_lose", "at_risk", "hibernating"}


@pytest.mark.parametrize(
    ("until", "segment"),
    [
        ("2026-05-18 23:59:59", "champion 444"),
        ("2026-05-19 00:00", "loyal 344"),
        ("2026-06-17 23:59:59", "loyal 344"),
        ("2026-06-18 00:00", "cannot_lose 244"),
    ],
)
def test_a_segment_changes_as_recency_crosses_a_band_and_nothing_else_happens(until: str, segment: str) -> None:
    assert scores(*bought(8, "625"), until=until) == segment


def test_a_segment_changes_with_the_next_order() -> None:
    facts = bought(8, "625")
    assert scores(*facts, order("2026-07-01 10:00", "1"), until="2026-07-01 09:59") == "cannot_lose 244"
    assert scores(*facts, order("2026-07-01 10:00", "1"), until="2026-07-01 10:00") == "champion 544"


# Reviews and feedback


def test_two_reviews_a_day_earn_points() -> None:
    written = [did(f"2026-03-01 1{hour}:00", "review") for hour in (0, 1, 2)]
    member, out = told(RULES, JOINED, *written, until="2026-03-01 12:00")
    assert member.points == 100
    assert [one.code for one in out.refusals] == ["cap_reached"]


def test_an_answer_earns_points_once_a_day() -> None:
    answers = [did("2026-03-01 10:00", "feedback"), did("2026-03-01 11:00", "feedback"), did("2026-03-02", "feedback")]
    member, out = told(RULES, JOINED, *answers, until="2026-03-02")
    assert member.points == 40
    assert [one.code for one in out.refusals] == ["cap_reached"]


# Privacy, and messages

BIRTHDAY = (1990, 5, 17)
REACHABLE = joined("2026-01-01 10:00", birthday=BIRTHDAY, contacts={"sms": "+8613800000000", "email": "m@example.com"})


@pytest.mark.parametrize(
    ("consents", "wanted"),
    [
        ([], Verdict(reason="consent")),
        ([("service", "sms")], Verdict(reason="consent")),
        ([("marketing", "email")], Verdict("email")),
        ([("marketing", "sms")], Verdict("sms")),
        ([("marketing", "sms"), ("marketing", "email")], Verdict("sms")),
    ],
)
def test_marketing_goes_only_where_consent_was_given_for_that_purpose_and_channel(
    consents: list[tuple[str, str]], wanted: Verdict
) -> None:
    given = [consented("2026-01-01 11:00", True, *one) for one in consents]
    assert verdict(RULES, REACHABLE, *given, until="2026-05-17 09:30") == wanted


def test_consent_withdrawn_before_the_message_leaves_counts() -> None:
    facts = [
        consented("2026-01-01 11:00", True, "marketing", "sms"),
        consented("2026-05-17 09:30", False, "marketing", "sms"),
    ]
    assert verdict(RULES, REACHABLE, *facts, until="2026-05-17 09:31") == Verdict(reason="consent")


def test_a_tier_is_told_without_consent_to_marketing() -> None:
    assert verdict(RULES, REACHABLE, order("2026-03-01 10:00", "2000"), until="2026-03-01 10:00") == Verdict("sms")


def test_wishes_leave_at_half_past_nine_of_the_members_own_day_once_a_year() -> None:
    paris = joined("2026-01-01 10:00", birthday=BIRTHDAY, time_zone="Europe/Paris")
    here, there = at("2026-05-17 09:30"), at("2026-05-17 15:30")
    assert said(RULES, REACHABLE, until="2027-05-16") == [("birthday#2026", here)]
    assert said(RULES, paris, until="2027-05-16") == [("birthday#2026", there)]


def test_wishes_are_of_use_to_the_last_second_of_the_birthday() -> None:
    _, out = told(RULES, REACHABLE, until="2026-12-31")
    assert out.occurrences[0].useful_until == at("2026-05-18 00:00")
    given = consented("2026-01-01 11:00", True, "marketing", "sms")
    assert verdict(RULES, REACHABLE, given, until="2026-05-17 23:59:59").reason == "quiet"
    assert verdict(RULES, REACHABLE, given, until="2026-05-18 00:00").reason == "stale"


@pytest.mark.parametrize(("year", "on"), [(2026, "2026-02-28"), (2028, "2028-02-29")])
def test_a_birthday_on_29_february_is_kept_on_the_28th_in_other_years(year: int, on: str) -> None:
    facts = [joined(f"{year}-01-01 10:00", birthday=(2000, 2, 29))]
    assert said(RULES, *facts, until=f"{year}-12-31") == [(f"birthday#{year}", at(f"{on} 09:30"))]
    assert told(RULES, *facts, until=f"{on} 00:00")[0].grants[0].at == at(on)


@pytest.mark.parametrize(
    ("paid", "leaves"),
    [
        ("2026-03-01 20:59:59", "2026-03-01 20:59:59"),
        ("2026-03-01 21:00", "2026-03-02 09:00"),
        ("2026-03-02 08:59:59", "2026-03-02 09:00"),
        ("2026-03-02 09:00", "2026-03-02 09:00"),
    ],
)
def test_a_new_tier_is_told_at_once_outside_quiet_hours(paid: str, leaves: str) -> None:
    assert said(RULES, JOINED, order(paid, "2000"), until="2026-03-03") == [("upgrade#silver#1", at(leaves))]


def test_who_stays_away_hears_of_it_once_as_recency_falls_to_two() -> None:
    facts = [JOINED, order("2026-03-01 23:59", "10")]
    assert said(RULES, *facts, until="2026-05-30 09:59") == []
    away = (f"win_back#{day('2026-03-01')}", at("2026-05-30 10:00"))
    assert said(RULES, *facts, until="2027-03-01") == [away]
    assert said(RULES, *facts, order("2026-05-29 10:00", "10"), until="2026-06-30") == []


def test_news_of_a_tier_and_a_word_to_who_stays_away_are_of_use_for_a_week() -> None:
    _, out = told(RULES, JOINED, order("2026-03-01 10:00", "2000"), until="2026-05-31")
    until = {one.journey: one.useful_until for one in out.occurrences}
    assert until == {"upgrade": at("2026-03-08 00:00"), "win_back": at("2026-06-06 00:00")}


@pytest.mark.parametrize(
    ("earlier", "wanted"),
    [
        (["2026-04-17 09:31", "2026-05-01 10:00"], Verdict(reason="cap")),
        (["2026-04-17 09:29", "2026-05-01 10:00"], Verdict("sms")),
        (["2026-05-01 10:00"], Verdict("sms")),
    ],
)
def test_marketing_reaches_a_member_twice_in_thirty_days_at_the_most(earlier: list[str], wanted: Verdict) -> None:
    sends = {f"earlier#{number}": (at(when), "marketing", "sms") for number, when in enumerate(earlier)}
    given = consented("2026-01-01 11:00", True, "marketing", "sms")
    assert verdict(RULES, REACHABLE, given, until="2026-05-17 09:30", sends=sends) == wanted


# Refunds, and explanations


def test_a_refund_takes_back_spend_orders_categories_points_tier_and_segment_at_once() -> None:
    facts = [JOINED, order("2026-03-01 10:00", "100", "tea"), order("2026-03-02 10:00", "1900", "cups", id="o")]
    member, _ = told(RULES, *facts, until="2026-03-02 10:00")
    assert (member.tier, member.spend, member.orders, member.points) == ("silver", 200_000, 2, 2000)
    member, out = told(RULES, *facts, refund("2026-03-05 10:00", None, "o"), until="2026-03-05 10:00")
    assert (member.tier, member.spend, member.orders, member.points) == ("member", 10_000, 1, 100)
    assert list(member.categories) == ["tea"]
    assert member.scored is not None
    assert member.scored.segment == "new"
    assert (out.decisions[-1].outcome, out.decisions[-1].at) == ("refunded", at("2026-03-05 10:00"))


def test_partial_refunds_take_in_proportion_however_they_are_split() -> None:
    facts = [JOINED, order("2026-03-01 10:00", "100", id="o")]
    one = refund("2026-03-02 10:00", "33.33", "o")
    two = [refund("2026-03-02 10:00", "11.11", "o", id="a"), refund("2026-03-03 10:00", "22.22", "o", id="b")]
    for refunds in ([one], two):
        member, _ = told(RULES, *facts, *refunds, until="2026-03-03 10:00")
        assert (member.points, member.spend, member.orders) == (66, 6667, 1)


def test_points_spent_already_become_a_debt_that_later_earnings_repay() -> None:
    facts = [JOINED, order("2026-03-01 10:00", "300", id="o"), redeem("2026-03-02 10:00", 200)]
    facts += [refund("2026-03-03 10:00", None, "o"), order("2026-03-04 10:00", "250")]
    member, _ = told(RULES, *facts, until="2026-03-03 10:00")
    assert (member.points, member.debt) == (0, 200)
    member, _ = told(RULES, *facts, until="2026-03-04 10:00")
    assert (member.points, member.debt) == (50, 0)


def test_a_tier_by_points_goes_with_the_order_that_brought_them() -> None:
    facts = [JOINED, *reviews(20), order("2026-02-01 10:00", "1500", id="o")]
    assert decided(RULES, *facts, refund("2026-02-02", "1", "o"), until="2026-02-02")[-2:] == [
        "reached silver",
        "refunded member",
    ]


def test_the_explanation_tells_both_ways_to_the_next_tier_and_what_there_is() -> None:
    told_why = explain(RULES, "m", [JOINED, order("2026-03-01 10:00", "2000", id="o")], at("2026-03-02"))
    assert told_why.why is not None
    assert (told_why.why.rule, told_why.why.cause) == ("tiers.levels[1].enter", "order.paid#o")
    assert [(one.id, one.left) for one in told_why.orders] == [("o", 200_000)]
    ways = [
        (way.figures[0].measure, way.figures[0].value, way.figures[0].threshold) for way in told_why.ahead[0].need.any
    ]
    assert told_why.ahead[0].tier == "gold"
    assert ways == [("spend", 200_000, 800_000), ("points_earned", 2000, 10000)]


# Feedback


def rated(when: str, benefit: str, rating: int, id: str = "1", member: str = "m") -> AnyFact:
    return BenefitRated(at=at(when), id=f"{when}#{id}", member_id=member, benefit=benefit, rating=rating)


def test_ratings_are_collected_per_benefit_and_by_the_tier_that_a_member_held_then() -> None:
    facts = [
        JOINED,
        rated("2026-02-01 10:00", "member_price", 2),
        order("2026-03-01 10:00", "2000"),
        rated("2026-03-02 10:00", "member_price", 4),
        rated("2026-03-02 10:00", "member_price", 5, "2"),
        rated("2026-03-02 10:00", "priority_dispatch", 5),
        rated("2026-03-03 10:00", "pony_rides", 1),
        rated("2026-05-01 10:00", "member_price", 1),
    ]
    others = [replace(rated("2026-03-01 10:00", "birthday_gift", 3), member_id="n")]
    found = collect(RULES, {"m": facts, "n": others}, at("2026-04-01"))
    counted = {name: dict(one.all) for name, one in found.items() if one.by_tier}
    assert counted == {
        "member_price": {2: 1, 4: 1, 5: 1},
        "birthday_gift": {3: 1},
        "priority_dispatch": {5: 1},
        "pony_rides": {1: 1},
    }
    assert found["member_price"].by_tier == {"member": {2: 1}, "silver": {4: 1, 5: 1}}
    assert found["birthday_gift"].by_tier == {"": {3: 1}}, "he never joined"
    assert list(found) == [*RULES.programme.benefits, "pony_rides"]


def test_a_rating_changes_nothing_of_a_member() -> None:
    facts = [JOINED, order("2026-03-01 10:00", "2000")]
    before, out = told(RULES, *facts, until="2026-03-05 10:00")
    after, same = told(RULES, *facts, rated("2026-03-02 10:00", "member_price", 1), until="2026-03-05 10:00")
    assert same == out
    assert replace(after, facts=before.facts, newest=before.newest, clock=before.clock, wake=before.wake) == before


def test_the_report_shows_number_mean_and_distribution_of_each_benefit(tmp_path: Path) -> None:
    head = {"type": "benefit.rated", "member_id": "m", "occurred_at": "2026-03-02T10:00:00Z"}
    lines = [head | {"rating_id": str(n), "benefit": "vip_events", "rating": n} for n in (1, 4, 5)]
    file = tmp_path / "ratings.jsonl"
    file.write_text(
        "".join(
            json.dumps(line | {}) + "\n" for line in [*lines, head | {"rating_id": "x", "benefit": "pony", "rating": 2}]
        )
    )
    shown = CliRunner().invoke(main, ["ratings", "--facts", str(file), "--programme", "rfm_classic"])
    assert shown.exit_code == 0, shown.output
    rows = {row[0]: row[1:] for row in (line.split() for line in shown.stdout.splitlines()) if row}
    assert rows["vip_events"] == ["3", "3.33", "1", "0", "0", "1", "1"]
    assert rows["limited_products"][0] == "0"
    assert shown.stdout.index("Of no benefit of the programme") < shown.stdout.index("pony")
