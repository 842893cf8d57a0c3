"""growth_value: every row and every number of the table that it comes from, as a dated story."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import letter
from cli.main import main
from cli.tongue import Tongue
from memberflow.engine.calendar import DAY
from memberflow.facts import Activity, AnyFact, Joined
from memberflow.programme import author
from memberflow.till import ahead as shown
from memberflow.till.contract import Measured
from tests.happened import day
from tests.shipped import stories
from tests.shipped.stories import (
    Story,
    answered,
    at,
    consented,
    did,
    joined,
    leaves,
    order,
    read,
    redeemed,
    refund,
    shipped,
    task_done,
    used,
)

NEW = joined("2026-01-02 10:00", birthday=(1990, 6, 18))


def told(*facts: AnyFact, until: str) -> Story:
    return stories.told("growth_value", *facts, until=until)


def active(*times: int, year: int = 2026, first: int = 1) -> list[Activity]:
    """So many interactions in each of the months from ``first`` on, from the third day of it."""
    return [
        did(f"{year}-{month:02}-{3 + number // 3:02} 10:00", ("check_in", "share", "review")[number % 3])
        for month, count in enumerate(times, first)
        for number in range(count)
    ]


def eight_a_month(year: int = 2026) -> list[Activity]:
    return active(*[8] * 12, year=year)


GOLD = [NEW, order("2026-01-05 10:00", "5000", id="made"), *eight_a_month()]
"""Gold from 1 April 2026 on."""


def test_the_programme_has_nothing_to_complain_of() -> None:
    assert author.read(author.named("growth_value"))[1] == []


# Tiers: by spend and interactions, every quarter


@pytest.mark.parametrize(
    ("spent", "interactions", "tier"),
    [
        ("999.99", (3, 3, 3), "ordinary"),
        ("1000", (3, 3, 3), "silver"),
        ("1000", (3, 3, 2), "ordinary"),
        ("1000", (8, 8, 8), "silver"),
        ("4999.99", (8, 8, 8), "silver"),
        ("5000", (8, 8, 8), "gold"),
        ("5000", (8, 8, 7), "silver"),
        ("5000", (3, 3, 3), "silver"),
        ("5000", (3, 3, 2), "ordinary"),
        ("100000", (30, 30, 30), "gold"),
    ],
)
def test_a_quarter_settles_the_tier_by_spend_and_interactions_a_month(
    spent: str, interactions: tuple[int, ...], tier: str
) -> None:
    facts = [NEW, order("2026-01-02 11:00", spent), *active(*interactions)]
    assert told(*facts, until="2026-03-31 23:59:59").tier == "silver", "by growth value, whatever the table says"
    assert told(*facts, until="2026-04-01 00:00").tier == tier


def test_the_interactions_are_those_of_an_average_month() -> None:
    bought = order("2026-01-02 11:00", "1000")
    assert told(NEW, bought, *active(9, 0, 0), until="2026-04-01").tier == "silver"
    assert told(NEW, bought, *active(0, 0, 8), until="2026-04-01").tier == "ordinary"


@pytest.mark.parametrize(("ninth", "tier"), [("2026-03-31 23:59:59", "silver"), ("2026-04-01 00:00", "ordinary")])
def test_the_quarter_ends_with_its_last_second(ninth: str, tier: str) -> None:
    facts = [NEW, order("2026-01-02 11:00", "1000"), *active(3, 3, 2), did(ninth, "review")]
    assert told(*facts, until="2026-04-01 00:00").tier == tier


@pytest.mark.parametrize("kind", ["check_in", "share", "review"])
def test_check_ins_shares_and_reviews_are_interactions(kind: str) -> None:
    bought = order("2026-01-02 11:00", "1000")
    done = [did(f"2026-02-0{n} 10:00", kind) for n in range(1, 10)]
    assert told(NEW, bought, *done, until="2026-04-01").tier == "silver"
    assert told(NEW, bought, *done[1:], did("2026-02-01 10:00", "complaint"), until="2026-04-01").tier == "ordinary"


@pytest.mark.parametrize(
    ("quarter", "before"),
    [(1, "2026-12-31 23:59:59"), (4, "2026-03-31 23:59:59"), (7, "2026-06-30 23:59:59"), (10, "2026-09-30 23:59:59")],
)
def test_tiers_are_settled_on_the_first_day_of_each_quarter(quarter: int, before: str) -> None:
    facts = [NEW, order("2026-01-02 11:00", "5000"), *eight_a_month()]
    settled = f"{2027 if quarter == 1 else 2026}-{quarter:02}-01"
    assert told(*facts, until=before).settled_on == settled
    story = told(*facts, until=f"{settled} 00:00")
    assert story.decided[-1] == ("reached gold" if quarter == 4 else "kept gold")


@pytest.mark.parametrize(("paid", "tier"), [("2025-04-02 10:00", "silver"), ("2025-04-01 10:00", "ordinary")])
def test_what_is_spent_counts_for_a_year(paid: str, tier: str) -> None:
    member = joined("2025-01-02 10:00")
    facts = [member, order(paid, "1000"), *active(*[3] * 9, year=2025, first=4), *active(3, 3, 3)]
    assert told(*facts, until="2026-03-31 23:59:59").tier == "silver"
    assert told(*facts, until="2026-04-01 00:00").tier == tier


def test_gold_is_left_for_the_tier_that_fits() -> None:
    bought = order("2026-01-02 11:00", "5000")
    keeps_silver = [NEW, bought, *active(8, 8, 8, 8, 8, 8, 3, 3, 3)]
    assert told(*keeps_silver, until="2026-10-01 00:00").decided[-1] == "dropped silver"
    assert told(NEW, bought, *active(8, 8, 8, 8, 8, 8, 3, 3, 2), until="2026-10-01 00:00").tier == "ordinary"


@pytest.mark.parametrize(
    ("reached", "in_april", "settled"),
    [("2026-01-31 10:00", "ordinary", None), ("2026-02-01 10:00", "silver", "2026-07-01")],
)
def test_what_was_reached_in_the_last_two_months_is_settled_with_the_next_quarter(
    reached: str, in_april: str, settled: str | None
) -> None:
    facts = [NEW, order(reached, "1000")]
    story = told(*facts, until="2026-04-01 00:00")
    assert story.tier == in_april
    if settled:
        assert (story.decided[-1], story.settled_on) == ("put_off silver", settled)
        assert told(*facts, until="2026-06-30 23:59:59").tier == "silver"
        assert told(*facts, until="2026-07-01 00:00").tier == "ordinary"
        assert told(*facts, *active(3, 3, 3, first=4), until="2026-07-01 00:00").decided[-1] == "kept silver"


# Growth value


@pytest.mark.parametrize(("paid", "tier"), [("999.99", "ordinary"), ("1000", "silver"), ("5000", "silver")])
def test_a_thousand_of_growth_value_make_silver_at_once_and_nothing_makes_gold_at_once(paid: str, tier: str) -> None:
    story = told(NEW, order("2026-02-10 20:30", paid), until="2026-02-10 20:30")
    assert story.tier == tier
    if tier == "silver":
        decision = story.out.decisions[-1]
        assert (decision.at, decision.rule) == (at("2026-02-10 20:30"), "tiers.levels[1].at_once")
        assert [(figure.measure, figure.threshold) for figure in decision.figures] == [("growth", 1000)]


@pytest.mark.parametrize("kind", ["check_in", "share", "review"])
@pytest.mark.parametrize(("paid", "tier"), [("997.99", "ordinary"), ("998", "silver")])
def test_a_yuan_is_one_of_growth_value_and_an_interaction_two(paid: str, tier: str, kind: str) -> None:
    facts = [NEW, order("2026-02-10 10:00", paid), did("2026-02-11 10:00", kind)]
    assert told(*facts, until="2026-02-11 09:59").tier == "ordinary"
    assert told(*facts, until="2026-02-11 10:00").tier == tier


@pytest.mark.parametrize(("kind", "counted"), [("check_in", 1), ("share", 3), ("review", 5)])
def test_so_many_a_day_earn_and_no_more(kind: str, counted: int) -> None:
    story = told(NEW, *[did(f"2026-02-10 10:0{n}", kind) for n in range(7)], until="2026-02-10 11:00")
    assert story.explained.measures["growth"] == 2 * counted
    assert story.refused == ["cap_reached"] * (7 - counted)


def test_how_far_it_is_to_silver_can_be_read_at_any_time() -> None:
    facts = [NEW, order("2026-02-10 10:00", "600.50"), did("2026-02-11 10:00", "share")]

    def grown(until: str) -> tuple[int, int]:
        ahead = told(*facts, until=until).explained.ahead[0]
        assert ahead.tier == "silver"
        assert ahead.at_once is not None
        (figure,) = ahead.at_once.figures
        return figure.value, figure.threshold

    assert grown("2026-02-10 09:59") == (0, 1000)
    assert grown("2026-02-10 10:00") == (600, 1000)
    assert grown("2026-02-11 10:00") == (602, 1000)


def test_the_shops_app_shows_it_too() -> None:
    story = told(NEW, order("2026-02-10 10:00", "600.50"), until="2026-02-10 10:00")
    silver = shown.tier(story.rules, story.explained.ahead[0])
    assert (silver.tier, silver.label["zh-CN"], silver.on) == ("silver", "银卡会员", "2026-04-01")
    assert silver.at_once is not None
    assert silver.at_once.figures == [Measured("growth", "600", "1000", at_most=False, met=False)]
    assert silver.needs.figures == [Measured("spend", "600.50", "1000.00", at_most=False, met=False)]


def test_growth_value_starts_again_with_a_drop() -> None:
    facts = [NEW, order("2026-01-05 10:00", "1500")]
    story = told(*facts, until="2026-04-01 10:00")
    assert story.tier == "ordinary"
    assert story.explained.ahead[0].at_once is not None
    assert [figure.value for figure in story.explained.ahead[0].at_once.figures] == [0]
    assert told(*facts, order("2026-04-02 10:00", "999"), until="2026-04-02 10:00").tier == "ordinary"
    assert told(*facts, order("2026-04-02 10:00", "1000"), until="2026-04-02 10:00").tier == "silver"


# Points


def points(*facts: AnyFact, until: str = "2026-12-31") -> int:
    return told(NEW, *facts, until=until).member.points


@pytest.mark.parametrize(("paid", "earned"), [("0.99", 0), ("1", 1), ("149.99", 149)])
def test_every_full_yuan_is_a_point(paid: str, earned: int) -> None:
    assert points(order("2026-03-01 10:00", paid)) == earned


@pytest.mark.parametrize(("kind", "earned"), [("check_in", 5), ("share", 10), ("review", 15)])
def test_what_an_interaction_earns(kind: str, earned: int) -> None:
    assert points(did("2026-03-01 10:00", kind)) == earned


@pytest.mark.parametrize("fact", [order("2026-03-10 10:00", "300"), did("2026-03-10 10:00", "review")])
def test_each_lot_is_valid_for_a_year(fact: AnyFact) -> None:
    assert points(fact, until="2027-03-10 23:59:59") > 0
    assert points(fact, until="2027-03-11 00:00") == 0


RICH = [NEW, order("2026-02-01 10:00", "10000")]
"""10,000 points."""


@pytest.mark.parametrize(
    ("spent", "paid", "refused"),
    [
        (3000, "100", []),
        (3100, "100", ["above_share"]),
        (3000, "99.99", ["above_share"]),
        (300, "10", []),
        (300, "9.99", ["above_share"]),
        (150, "100", ["not_in_step"]),
        (50, "100", ["below_minimum"]),
        (10100, "1000", ["not_enough_points"]),
    ],
)
def test_a_hundred_points_are_a_yuan_to_thirty_percent_of_an_order(spent: int, paid: str, refused: list[str]) -> None:
    amount = round(float(paid) * 100)
    story = told(*RICH, redeemed("2026-02-02 10:00", spent, order_amount=amount), until="2026-02-02 10:00")
    assert story.refused == refused
    assert story.member.points == 10000 - (0 if refused else spent)


def test_three_thousand_points_are_worth_thirty_yuan() -> None:
    redeeming = told(NEW, until="2026-02-01").rules.redeeming
    assert redeeming is not None
    assert redeeming.money(3000) == 3000


@pytest.mark.parametrize(("good", "price"), [("tote_bag", 3000), ("free_delivery", 800)])
def test_points_buy_a_good_or_a_service_from_the_list(good: str, price: int) -> None:
    story = told(*RICH, redeemed("2026-02-02 10:00", good=good), until="2026-02-02 10:00")
    assert (story.member.points, story.refused) == (10000 - price, [])


def test_what_a_point_costs_is_what_it_is_worth() -> None:
    assert shipped("growth_value").programme.points.cost == "0.01"


# Benefits

EVERYDAY = {
    "ordinary": [],
    "silver": ["ten_off", "early_access", "warranty"],
    "gold": ["ten_off", "early_access", "warranty", "adviser", "custom_service", "events"],
}


def of_tier(tier: str, until: str) -> Story:
    """A member of it from April 2026 on."""
    spent = {"ordinary": "999", "silver": "1000", "gold": "5000"}[tier]
    return told(NEW, order("2026-01-05 10:00", spent), *(eight_a_month() if tier != "ordinary" else []), until=until)


@pytest.mark.parametrize("tier", EVERYDAY)
def test_each_tier_has_the_benefits_of_its_row_and_of_those_below(tier: str) -> None:
    story = of_tier(tier, "2026-05-05 10:00")
    assert (story.tier, story.has) == (tier, EVERYDAY[tier])


@pytest.mark.parametrize(
    ("benefit", "words"),
    [
        ("welcome_coupon", ("10元无门槛", "10 off")),
        ("first_order_coupon", ("首单满100减30", "First order 30 off 100")),
        ("second_order_coupon", ("满100减15", "15 off 100")),
        ("wake_coupon", ("满200减60", "60 off 200")),
        ("birthday_coupon", ("满200减50", "50 off 200")),
        ("pack_coupon", ("20元", "20 off")),
        ("pack_discount", ("85折", "15 %")),
        ("day_gift", ("满500", "from 500")),
        ("ten_off", ("9折", "10 %")),
        ("silver_day", ("85折", "15 %")),
        ("gold_day", ("8折", "20 %")),
        ("early_access", ("24小时", "24 hours")),
        ("warranty", ("6个月", "6 more months")),
    ],
)
def test_a_benefit_is_worth_what_its_label_says(benefit: str, words: tuple[str, str]) -> None:
    label = shipped("growth_value").programme.benefits[benefit].label
    assert words[0] in label["zh-CN"]
    assert words[1] in label["en"]


@pytest.mark.parametrize(
    ("benefit", "off", "from_", "percent"),
    [
        ("welcome_coupon", "10", None, None),
        ("first_order_coupon", "30", "100", None),
        ("second_order_coupon", "15", "100", None),
        ("wake_coupon", "60", "200", None),
        ("birthday_coupon", "50", "200", None),
        ("pack_coupon", "20", None, None),
        ("pack_discount", None, None, 15),
        ("day_gift", None, "500", None),
        ("ten_off", None, None, 10),
        ("silver_day", None, None, 15),
        ("gold_day", None, None, 20),
    ],
)
def test_what_coupons_and_discounts_take_off(
    benefit: str, off: str | None, from_: str | None, percent: int | None
) -> None:
    found = shipped("growth_value").programme.benefits[benefit]
    assert (found.off, found.from_, found.percent) == (off, from_, percent)


def test_whatever_is_given_has_its_cost() -> None:
    assert told(NEW, until="2026-02-01").rules.benefits.costs == {
        "welcome_coupon": 1000,
        "first_order_coupon": 3000,
        "second_order_coupon": 1500,
        "wake_coupon": 6000,
        "birthday_coupon": 5000,
        "birthday_gift": 6000,
        "pack_coupon": 2000,
        "pack_discount": 3000,
        "day_gift": 3500,
    }


# The upgrade pack

PACK = ["pack#pack_coupon#silver#1", "pack#pack_discount#silver#1"]


def test_silver_brings_twenty_yuan_and_a_discount_once_for_each_upgrade() -> None:
    up = order("2026-02-10 10:00", "1000")
    assert told(NEW, up, until="2026-02-10 09:59").open == []
    assert told(NEW, up, until="2026-02-10 10:00").open == PACK
    assert told(NEW, up, order("2026-02-11 10:00", "3000"), until="2026-04-11 23:59:59").open == PACK
    assert told(NEW, up, until="2026-04-12 00:00").open == []


def test_gold_brings_no_second_pack_and_silver_again_brings_another() -> None:
    packs = [one for one in told(*GOLD, until="2026-04-01 00:00").granted if "given pack" in one]
    assert packs == [f"given {one}" for one in PACK]
    facts = [NEW, order("2026-01-05 10:00", "1000"), order("2026-05-05 10:00", "1000")]
    assert told(*facts, until="2026-05-05 10:00").open == [one.replace("#1", "#2") for one in PACK]


def test_a_used_pack_stands_for_the_upgrade_that_follows_a_return() -> None:
    facts = [NEW, order("2026-02-10 10:00", "1000", id="a"), used("2026-02-10 12:00", PACK[0])]
    facts += [refund("2026-02-11 10:00", None, "a"), order("2026-02-12 10:00", "1000", id="b")]
    assert told(*facts, until="2026-02-11 10:00").open == []
    assert told(*facts, until="2026-02-12 10:00").open == ["pack#pack_discount#silver#2"]


# New members


def test_who_joins_has_ten_yuan_and_thirty_off_his_first_hundred_for_thirty_days() -> None:
    both = ["welcome#welcome_coupon#1", "welcome#first_order_coupon#1"]
    assert told(NEW, until="2026-01-02 10:00").open == both
    assert told(NEW, until="2026-02-01 23:59:59").open == both
    assert told(NEW, until="2026-02-02 00:00").open == []


FIRST = order("2026-03-01 22:00", "100")


def second(*facts: AnyFact, until: str) -> tuple[list[str], list[str]]:
    """What was said of a second order, and given for one."""
    story = told(NEW, FIRST, *facts, until=until)
    return [said for said in story.said if "second" in said], [name for name in story.open if "second" in name]


def test_seven_days_after_the_first_order_comes_a_reminder_with_a_coupon() -> None:
    reminded = (["second_order#1"], ["second_order#second_order_coupon#1"])
    assert second(until="2026-03-08 09:59:59") == ([], [])
    assert second(until="2026-03-08 10:00") == reminded
    assert second(until="2026-03-22 23:59:59") == reminded
    assert second(until="2026-03-23 00:00") == (["second_order#1"], [])


@pytest.mark.parametrize(
    ("again", "reminded"),
    [("2026-03-01 23:00", False), ("2026-03-08 09:59:59", False), ("2026-03-08 10:01", True)],
)
def test_who_has_bought_again_by_the_seventh_day_is_not_reminded(again: str, reminded: bool) -> None:
    said, given = second(order(again, "20"), until="2026-03-15")
    assert bool(said) == bool(given) == reminded


def test_the_third_order_brings_no_reminder() -> None:
    said, _ = second(order("2026-04-20 10:00", "20"), until="2026-12-31")
    assert said == ["second_order#1"]


# The dormant


def woken(*facts: AnyFact, until: str) -> list[str]:
    return [said for said in told(NEW, *facts, until=until).said if said.startswith("wake_up")]


def test_three_months_after_the_last_order_comes_a_coupon_once() -> None:
    bought = order("2026-01-31 22:00", "100", "skin_care")
    assert woken(bought, until="2026-04-30 09:59:59") == []
    name = f"wake_up#{day('2026-01-31')}"
    assert woken(bought, until="2026-04-30 10:00") == [name]
    assert woken(bought, until="2027-12-31") == [name]
    coupon = f"wake_up#wake_coupon#{day('2026-01-31')}"
    assert coupon in told(NEW, bought, until="2026-05-14 23:59:59").open
    assert coupon not in told(NEW, bought, until="2026-05-15 00:00").open


def test_an_order_before_the_hour_calls_it_off_and_begins_another_spell() -> None:
    facts = [order("2026-01-10 10:00", "100"), order("2026-04-10 09:59:59", "100")]
    assert woken(*facts, until="2026-07-10 09:59:59") == []
    assert woken(*facts, until="2026-07-10 10:00") == [f"wake_up#{day('2026-04-10')}"]


def test_a_message_that_waits_is_not_sent_to_who_has_come_back() -> None:
    facts = [reachable(), AGREED, order("2026-01-10 10:00", "100")]
    back = order("2026-04-10 10:30", "100")
    assert leaves(told(*facts, until="2026-04-10 10:00")) == "app"
    story = told(*facts, back, until="2026-04-10 11:00")
    woken = next(one for one in story.out.occurrences if one.journey == "wake_up")
    assert leaves(story._replace(out=type(story.out)(occurrences=[woken]))) == "withdrawn"


@pytest.mark.parametrize(
    ("language", "word", "shown", "plain"),
    [
        ("zh-CN", "满 200 减 60", "您常逛的家居、护肤上了新品", "店里上了不少新品"),
        ("en", "60 off 200", "something new in home, skin care", "a lot that is new"),
    ],
)
def test_what_is_recommended_goes_by_what_he_bought(language: str, word: str, shown: str, plain: str) -> None:
    facts = [NEW, order("2026-01-08 10:00", "100", "skin_care"), order("2026-01-10 10:00", "100", "home", "sundries")]
    story = told(*facts, until="2026-04-10 10:00")
    text = read("growth_value", story.out.occurrences[-1], story.member, language).text
    assert word in text
    assert shown in text
    story = told(NEW, order("2026-01-10 10:00", "100"), until="2026-04-10 10:00")
    assert plain in read("growth_value", story.out.occurrences[-1], story.member, language).text


# After an order


@pytest.mark.parametrize(
    ("paid", "asked"),
    [
        ("2026-03-02 00:00", "2026-03-02 20:00"),
        ("2026-03-02 19:59:59", "2026-03-02 20:00"),
        ("2026-03-02 20:00:01", "2026-03-03 20:00"),
        ("2026-03-02 23:59:59", "2026-03-03 20:00"),
    ],
)
def test_a_survey_follows_within_a_day_of_each_order(paid: str, asked: str) -> None:
    story = told(NEW, order(paid, "100", id="a"), until="2026-03-07")
    moments = [one.at for one in story.out.occurrences if one.journey == "survey"]
    assert moments == [at(asked)]
    assert moments[0] - at(paid) < DAY
    another = told(NEW, order(paid, "100", id="a"), order("2026-03-05 10:00", "5", id="b"), until="2026-03-07")
    assert [said for said in another.said if "survey" in said] == ["survey#a", "survey#b"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_it_asks_three_questions(language: str) -> None:
    story = told(NEW, FIRST, until="2026-03-02 20:00")
    text = read("growth_value", story.out.occurrences[-1], story.member, language).text
    assert [line[:2] for line in text.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3."]
    assert "48" in text


def test_a_survey_about_an_order_that_went_back_is_not_sent() -> None:
    facts = [reachable(), order("2026-03-01 22:00", "100", id="a"), refund("2026-03-02 12:00", None, "a")]
    story = told(*facts, until="2026-03-02 20:00")
    assert [said for said in story.said if "survey" in said] == []


@pytest.mark.parametrize(
    ("answer", "opened"), [("satisfied", False), ("suggestion", True), ("complaint", True), ("nonsense", False)]
)
def test_an_answer_that_complains_is_a_task_for_two_days(answer: str, opened: bool) -> None:
    story = told(NEW, FIRST, answered("2026-03-02 21:45", "after_order", answer), until="2026-03-02 21:45")
    assert [(task.journey, task.role, task.due) for task in story.member.tasks] == [
        ("feedback", "customer_service", at("2026-03-04 21:45"))
    ] * opened
    assert story.refused == (["unknown_answer"] if answer == "nonsense" else [])


def test_the_task_is_open_until_somebody_has_answered_or_a_fortnight_is_over() -> None:
    task = "feedback#after_order#2026-03-02 21:45"
    facts = [NEW, FIRST, answered("2026-03-02 21:45", "after_order", "complaint")]
    closed = told(*facts, task_done("2026-03-03 10:00", task), until="2026-03-31")
    assert closed.tasks == [f"open {task}", f"done {task}"]
    assert told(*facts, until="2026-03-15 23:59:59").tasks == [f"open {task}"]
    assert told(*facts, until="2026-03-16 00:00").tasks[-1] == f"lapsed {task}"


# Gold: a call a month


def test_a_gold_members_adviser_calls_back_once_a_month() -> None:
    story = told(*GOLD, until="2026-12-31")
    calls = [change.task for change in story.out.tasks if change.state == "open"]
    assert [call.at for call in calls] == [at(f"2026-{month:02}-01 09:00") for month in range(4, 13)]
    assert {(call.journey, call.role) for call in calls} == {("call_back", "adviser")}
    assert calls[0].due == at("2026-04-21 00:00"), "by the end of the twentieth day"
    assert calls[0].until == at("2026-04-29 00:00")


@pytest.mark.parametrize("tier", ["ordinary", "silver"])
def test_only_gold_has_a_call(tier: str) -> None:
    assert of_tier(tier, "2026-12-31").tasks == []


def test_a_call_is_called_off_where_gold_has_gone_back() -> None:
    story = told(*GOLD, refund("2026-04-02 10:00", "0.01", "made"), until="2026-04-02 10:00")
    assert story.tier == "silver"
    assert [change.split()[0] for change in story.tasks] == ["open", "withdrawn"]


# Birthday


@pytest.mark.parametrize("tier", EVERYDAY)
def test_a_birthday_brings_a_coupon_and_gold_a_gift_besides(tier: str) -> None:
    both = ["birthday#birthday_coupon#2026", "birthday_gold#birthday_gift#2026"]
    expected = both if tier == "gold" else both[:1]

    def open(until: str) -> list[str]:
        return [name for name in of_tier(tier, until).open if name.startswith("birthday")]

    assert open("2026-06-17 23:59:59") == []
    assert open("2026-06-18 00:00") == expected
    assert open("2026-07-18 23:59:59") == expected
    assert open("2026-07-19 00:00") == []


@pytest.mark.parametrize(
    ("language", "words"), [("zh-CN", ("生日快乐", "满 200 减 50")), ("en", ("Happy birthday", "50 off 200"))]
)
def test_wishes_come_at_nine_on_the_day(language: str, words: tuple[str, str]) -> None:
    assert "birthday#2026" not in told(NEW, until="2026-06-18 08:59:59").said
    story = told(NEW, until="2026-06-18 09:00")
    assert story.said[-1] == "birthday#2026"
    text = read("growth_value", story.out.occurrences[-1], story.member, language).text
    assert all(word in text for word in words)


@pytest.mark.parametrize(("when", "coupons"), [("2026-06-19 01:59:59", 1), ("2026-06-19 02:00", 0)])
def test_a_birthday_lasts_to_its_last_second_where_the_member_is(when: str, coupons: int) -> None:
    """Two in the morning in Shanghai is midnight by the clocks of Urumqi."""
    there = joined(when, birthday=(1990, 6, 18), time_zone="Asia/Urumqi")
    assert [name for name in told(there, until=when).open if "birthday" in name] == [
        "birthday#birthday_coupon#2026"
    ] * coupons


# Member day


@pytest.mark.parametrize(
    ("when", "is_one"),
    [
        ("2026-05-17 23:59:59", False),
        ("2026-05-18 00:00", True),
        ("2026-05-18 23:59:59", True),
        ("2026-05-19 00:00", False),
        ("2026-11-10 23:59:59", False),
        ("2026-11-11 00:00", True),
        ("2026-11-12 00:00", False),
        ("2026-11-18 12:00", True),
    ],
)
def test_on_the_eighteenth_and_on_double_eleven_discounts_are_larger_instead(when: str, is_one: bool) -> None:
    if not is_one:
        assert {tier: of_tier(tier, when).has for tier in EVERYDAY} == EVERYDAY
        return
    assert of_tier("ordinary", when).has == []
    assert of_tier("silver", when).has == ["early_access", "warranty", "silver_day"]
    assert of_tier("gold", when).has == [*EVERYDAY["gold"][1:], "gold_day"]


@pytest.mark.parametrize(
    ("when", "paid", "gifts"),
    [
        ("2026-05-17 23:59:59", "500", 0),
        ("2026-05-18 00:00", "500", 1),
        ("2026-05-18 00:00", "499.99", 0),
        ("2026-05-18 23:59:59", "500", 1),
        ("2026-05-19 00:00", "500", 0),
        ("2026-11-11 12:00", "500", 1),
        ("2026-12-11 12:00", "500", 0),
    ],
)
def test_with_five_hundred_on_such_a_day_comes_a_gift(when: str, paid: str, gifts: int) -> None:
    story = told(NEW, order(when, paid, id="a"), until=when)
    assert [name for name in story.open if "day_gift" in name] == ["member_day#day_gift#a"] * gifts


def test_the_gift_goes_with_what_goes_below_five_hundred_and_waits_for_thirty_days() -> None:
    bought = order("2026-05-18 12:00", "500", id="a")
    gift = "member_day#day_gift#a"
    assert gift not in told(NEW, bought, refund("2026-05-19 10:00", "0.01", "a"), until="2026-05-19 10:00").open
    assert gift in told(NEW, bought, until="2026-06-17 23:59:59").open
    assert gift not in told(NEW, bought, until="2026-06-18 00:00").open


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", ("金卡8折，银卡85折", "金卡会员8折，银卡会员85折", "500")),
        ("en", ("Gold 20 % off, Silver 15 % off", "Gold 20 % off, Silver 15 % off", "500")),
    ],
)
def test_everybody_is_told_in_the_morning(language: str, words: tuple[str, str, str]) -> None:
    assert told(NEW, until="2026-02-18 09:29:59").said == [f"member_day#{day('2026-01-18')}"]
    story = told(NEW, until="2026-02-18 09:30")
    assert story.said[-1] == f"member_day#{day('2026-02-18')}"
    message = read("growth_value", story.out.occurrences[-1], story.member, language)
    assert words[0] in message.subject
    assert words[1] in message.text
    assert words[2] in message.text


def test_a_member_hears_from_the_shop_at_least_twelve_times_a_year() -> None:
    story = told(NEW, until="2027-01-01")
    days = [one for one in story.out.occurrences if one.journey == "member_day"]
    assert [one.at for one in days[-3:]] == [at(f"2026-{day} 09:30") for day in ("11-11", "11-18", "12-18")]
    assert len(days) == 13


# Messages about tiers and points


@pytest.mark.parametrize(
    ("language", "subject", "word"),
    [("zh-CN", "恭喜您成为银卡会员", "1000 积分"), ("en", "You are Silver now", "1000 points")],
)
def test_an_upgrade_is_told_at_once(language: str, subject: str, word: str) -> None:
    story = told(NEW, order("2026-02-10 10:00", "1000"), until="2026-02-10 10:00")
    assert (story.said[-1], story.out.occurrences[-1].at) == ("upgrade#silver#1", at("2026-02-10 10:00"))
    message = read("growth_value", story.out.occurrences[-1], story.member, language)
    assert message.subject == subject
    assert word in message.text


@pytest.mark.parametrize(
    ("language", "words"), [("zh-CN", "从银卡会员调整为普通会员"), ("en", "from Silver to Member")]
)
def test_a_tier_lost_is_told_when_the_quiet_hours_are_over(language: str, words: str) -> None:
    story = told(NEW, order("2026-01-05 10:00", "1000"), until="2026-04-01 00:00")
    (message,) = [one for one in story.out.occurrences if one.journey == "lost"]
    assert message.at == at("2026-04-01 08:30")
    assert words in read("growth_value", message, story.member, language).text


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "300 积分"), ("en", "300 of your points")])
def test_thirty_days_before_points_end_he_hears_how_many_and_when(language: str, word: str) -> None:
    bought = order("2026-03-10 10:00", "300")
    assert "expiring" not in "".join(told(NEW, bought, until="2027-02-08 09:59:59").said)
    story = told(NEW, bought, until="2027-02-08 10:00")
    text = read("growth_value", story.out.occurrences[-1], story.member, language).text
    assert word in text
    assert "2027-03-10" in text


MESSAGES = ["birthday", "expiring", "lost", "member_day", "second_order", "survey", "upgrade", "wake_up"]


@pytest.mark.parametrize("key", MESSAGES)
def test_every_message_has_a_short_form_in_both_languages(key: str) -> None:
    texts = shipped("growth_value").messages[key]
    assert all(texts[language].short for language in ("zh-CN", "en"))
    assert sorted(shipped("growth_value").messages) == MESSAGES


# Rules common to all


def reachable(**more: object) -> Joined:
    """A member who has agreed to be written to by app."""
    return joined("2026-01-02 10:00", birthday=(1990, 6, 18), contacts={"app": "phone"}, **more)


AGREED = consented("2026-01-02 10:01", "marketing", "app")


def test_a_refund_takes_back_growth_value_points_and_the_tier_at_once() -> None:
    facts = [NEW, order("2026-02-10 10:00", "1000", id="a"), refund("2026-02-11 10:00", "0.01", "a")]
    story = told(*facts, until="2026-02-11 10:00")
    assert (story.tier, story.decided[-1], story.member.points) == ("ordinary", "refunded ordinary", 999)
    assert [(figure.measure, figure.value) for figure in story.out.decisions[-1].figures] == [("growth", 999)]
    assert story.granted[-2:] == [f"revoked {one}" for one in PACK]


def test_three_partial_refunds_end_like_a_whole_one() -> None:
    bought = order("2026-02-10 10:00", "1000", id="a")
    parts = [refund(f"2026-02-1{n} 10:00", part, "a") for n, part in ((1, "250.50"), (2, "0.01"), (3, "749.49"))]
    for refunds in (parts, [refund("2026-02-13 10:00", None, "a")]):
        story = told(NEW, bought, *refunds, until="2026-02-14")
        assert (story.tier, story.member.spend, story.member.orders, story.member.points) == ("ordinary", 0, 0, 0)
        assert story.explained.measures["growth"] == 0


def test_gold_of_the_quarter_goes_with_the_order_it_rested_on() -> None:
    story = told(*GOLD, refund("2026-05-10 10:00", "0.01", "made"), until="2026-05-10 10:00")
    assert (story.tier, story.decided[-2:]) == ("silver", ["refunded silver", "kept silver"])


def test_what_is_spent_already_becomes_a_debt_that_the_next_order_repays() -> None:
    facts = [NEW, order("2026-02-01 10:00", "3000", id="a"), redeemed("2026-02-02 10:00", good="tote_bag")]
    facts.append(refund("2026-02-03 10:00", None, "a"))
    assert told(*facts, until="2026-02-03 10:00").member.debt == 3000
    after = told(*facts, order("2026-02-04 10:00", "3100"), until="2026-02-04 10:00").member
    assert (after.points, after.debt) == (100, 0)


def test_points_spent_on_a_refunded_order_return_for_thirty_days_where_their_own_day_is_over() -> None:
    facts = [NEW, order("2026-01-20 10:00", "500"), order("2027-01-15 10:00", "100", id="a")]
    facts += [redeemed("2027-01-15 11:00", 500, order_id="a", order_amount=10000)]
    facts += [refund("2027-02-10 10:00", None, "a")]
    assert told(*facts, until="2027-02-09").member.points == 100
    assert told(*facts, until="2027-03-12 23:59:59").member.points == 500
    assert told(*facts, until="2027-03-13 00:00").member.points == 0


def test_a_leap_days_birthday_is_kept_on_28_february_in_other_years() -> None:
    member = joined("2026-01-05 10:00", birthday=(1992, 2, 29))
    assert told(member, until="2026-02-28 09:00").said[-1] == "birthday#2026"
    wishes = [one.at for one in told(member, until="2028-03-01").out.occurrences if one.journey == "birthday"]
    assert wishes == [at("2026-02-28 09:00"), at("2027-02-28 09:00"), at("2028-02-29 09:00")]


def test_wishes_leave_at_nine_where_the_member_is_and_once_a_year() -> None:
    there = joined("2026-01-05 10:00", birthday=(1990, 6, 18), time_zone="Asia/Urumqi")

    def wishes(until: str) -> list[str]:
        return [said for said in told(there, until=until).said if "birthday" in said]

    assert wishes("2026-06-18 10:59:59") == []
    assert wishes("2026-06-18 11:00") == wishes("2026-12-31") == ["birthday#2026"]


def test_marketing_needs_a_consent_and_stays_out_of_the_quiet_hours() -> None:
    member = reachable()
    assert leaves(told(member, until="2026-06-18 09:00")) == "consent"
    assert leaves(told(member, AGREED, until="2026-06-18 09:00")) == "app"
    assert leaves(told(member, AGREED, until="2026-06-18 21:29:59")) == "app"
    assert leaves(told(member, AGREED, until="2026-06-18 21:30")) == "quiet"
    assert leaves(told(member, AGREED, until="2026-06-19 00:00")) == "stale"


def test_an_upgrade_at_night_is_told_in_the_morning() -> None:
    assert told(NEW, order("2026-02-10 21:29:59", "1000"), until="2026-02-10 21:30").out.occurrences[-1].at == at(
        "2026-02-10 21:29:59"
    )
    story = told(NEW, order("2026-02-10 21:30", "1000"), until="2026-02-10 21:30")
    assert story.out.occurrences[-1].at == at("2026-02-11 08:30")


def test_service_is_told_apart_from_marketing() -> None:
    journeys = shipped("growth_value").programme.journeys
    said = {name: journey.purpose for name, journey in journeys.items() if journey.message}
    assert {name for name, purpose in said.items() if purpose == "service"} == {"upgrade", "lost", "expiring"}
    assert {name for name, purpose in said.items() if purpose == "marketing"} == {
        "second_order",
        "wake_up",
        "survey",
        "birthday",
        "member_day",
    }


def test_four_marketing_messages_a_week_are_the_most() -> None:
    (cap,) = shipped("growth_value").programme.caps
    assert (cap.purpose, cap.channel, cap.at_most, cap.within) == ("marketing", None, 4, "7 days")


def test_why_he_is_silver_and_what_gold_takes_is_answered_in_figures() -> None:
    facts = [NEW, order("2026-01-05 10:00", "4000", id="a"), *active(8, 8, 8, 8, 8)]
    story = told(*facts, until="2026-06-05 12:00").explained
    assert (story.tier, [(one.id, one.left) for one in story.orders]) == ("silver", [("a", 400000)])
    assert story.why is not None
    assert (story.why.outcome, story.why.rule) == ("reached", "tiers.levels[1].at_once")
    (gold,) = story.ahead
    assert [(figure.value, figure.threshold) for figure in gold.need.figures] == [(400000, 500000)]
    (monthly,) = gold.need.all
    assert [(figure.measure, figure.value, figure.threshold) for figure in monthly.figures] == [
        ("interactions over last quarter", 16, 24)
    ], "of the quarter that will be settled on 1 July"
    assert story.review is not None
    assert story.review.at == at("2026-07-01 00:00")


@pytest.mark.parametrize(
    ("language", "at_once", "settled"),
    [
        (
            "zh-CN",
            "即时升至银卡会员需要：成长值 602 / 1,000（还差 398）。",
            "2026-04-01 升至银卡会员需要：消费 600.50 / 1,000.00（还差 399.50），且 互动（上季度） 1 / 9（还差 8）。",
        ),
        (
            "en",
            "To become Silver at once it takes growth 602 of 1,000 (398 missing).",
            "To become Silver on 2026-04-01 it takes spend 600.50 of 1,000.00 (399.50 missing) and "
            "interactions over last quarter 1 of 9 (8 missing).",
        ),
    ],
)
def test_a_member_reads_what_silver_takes_at_once_and_at_the_quarters_end(
    language: str, at_once: str, settled: str
) -> None:
    facts = [NEW, order("2026-02-10 10:00", "600.50"), did("2026-02-11 10:00", "share")]
    story = told(*facts, until="2026-02-11 12:00")
    lines = list(letter.lines(Tongue(story.rules, language, labels=True), story.explained))
    assert at_once in lines
    assert settled in lines


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "拒收请回复R"), ("en", "Reply STOP")])
def test_marketing_by_sms_says_how_to_stop_it(language: str, words: str) -> None:
    said = shipped("growth_value")
    journeys = said.programme.journeys.values()
    by_sms = {one.message or "" for one in journeys if one.purpose == "marketing" and "sms" in one.channels}
    assert by_sms == {"second_order", "wake_up", "birthday"}
    assert all(words in (said.messages[key][language].short or "") for key in by_sms)


@pytest.mark.parametrize(
    ("journey", "leaves", "ends"),
    [
        ("upgrade", "2026-01-05 10:00", "2026-01-12"),
        ("survey", "2026-01-05 20:00", "2026-01-08"),
        ("second_order", "2026-01-12 10:00", "2026-01-19"),
        ("member_day", "2026-01-18 09:30", "2026-01-19"),
        ("lost", "2026-04-01 08:30", "2026-04-08"),
        ("wake_up", "2026-04-05 10:00", "2026-04-12"),
        ("birthday", "2026-06-18 09:00", "2026-06-19"),
        ("expiring", "2026-12-06 10:00", "2026-12-13"),
    ],
)
def test_so_long_a_message_is_of_use(journey: str, leaves: str, ends: str) -> None:
    story = told(NEW, order("2026-01-05 10:00", "1000"), until="2026-12-31")
    message = next(one for one in story.out.occurrences if one.journey == journey)
    assert (message.at, message.useful_until) == (at(leaves), at(ends))


# Targets


def event(kind: str, member: str, when: str, **more: str | int) -> dict[str, str | int]:
    return {"type": kind, "member_id": member, "occurred_at": f"{when}T10:00:00+08:00"} | more


def paid(member: str, when: str, amount: str) -> dict[str, str | int]:
    return event("order.paid", member, when, order_id=when, amount=amount, currency="CNY")


TWO_YEARS = [
    event("member.joined", "an", "2025-01-05"),
    paid("an", "2025-11-01", "600.00"),
    paid("an", "2026-02-10", "500.00"),
    event("points.redeemed", "an", "2026-02-12", redemption_id="r", points=500),
    event("activity.done", "an", "2026-03-01", activity_id="c", activity="check_in"),
    paid("an", "2026-04-10", "300.00"),
    event("member.joined", "bo", "2025-01-06"),
    paid("bo", "2025-11-01", "100.00"),
]
"""One who comes back twice, uses half of his points and becomes silver, and one who stays away."""


def test_every_target_of_the_table_is_reported_beside_what_was_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("facts.jsonl").write_text("".join(json.dumps(one) + "\n" for one in TWO_YEARS))
    asked = ["simulate", "--programme", "growth_value", "--facts", "facts.jsonl", "--until", "2026-12-31"]
    lines = CliRunner().invoke(main, asked).output.splitlines()
    table = [line.strip() for line in lines if "at least" in line or "at most" in line]
    assert [re.split(" {2,}", line)[:4] for line in table] == [
        ["upgrade rate", "at least 25 %", "50.0 %", "yes"],
        ["point use", "at least 50 %", "62.1 %", "yes"],
        ["repurchase", "at least 55 %", "100.0 %", "yes"],
        ["churn", "at most 10 %", "50.0 %", "no"],
        ["touches", "at least 12", "17.5", "yes"],
        ["participation", "at least 40 %", "50.0 %", "yes"],
        ["conversion", "at least 25 %", "3.4 %", "no"],
        ["win back wake_up", "at least 20 %", "33.3 %", "yes"],
    ]


@pytest.mark.parametrize(
    ("journey", "days"),
    [("second_order", "14 days"), ("wake_up", "30 days"), ("birthday", "30 days"), ("member_day", "1 day")],
)
def test_so_soon_an_order_counts_for_a_message(journey: str, days: str) -> None:
    assert shipped("growth_value").programme.journeys[journey].counts_within == days
