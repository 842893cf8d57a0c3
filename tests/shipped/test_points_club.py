"""points_club: every row of the table that it comes from, and every number on its page, as a dated story."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import main
from memberflow.facts import AnyFact
from memberflow.programme import author
from tests.shipped import stories
from tests.shipped.stories import Story, at, did, joined, order, read, redeemed, refund, used

NEW = joined("2026-01-05 10:00", birthday=(1990, 6, 20))
"""A member with 100 points from joining."""


def told(*facts: AnyFact, until: str) -> Story:
    return stories.told("points_club", *facts, until=until)


def points(*facts: AnyFact, until: str = "2026-12-31") -> int:
    """What the facts of a new member brought him, the hundred for joining left out."""
    return told(NEW, *facts, until=until).member.points - 100


def test_the_programme_has_nothing_to_complain_of() -> None:
    assert author.read(author.named("points_club"))[1] == []


# Tiers


def test_there_are_three_to_five_tiers_each_named_in_both_languages() -> None:
    levels = stories.shipped("points_club").programme.tiers.levels
    assert 3 <= len(levels) <= 5
    assert all(set(level.label) == {"zh-CN", "en"} for level in levels)


@pytest.mark.parametrize(
    ("spent", "tier"),
    [
        ("999.99", "member"),
        ("1000", "silver"),
        ("4999.99", "silver"),
        ("5000", "gold"),
        ("19999.99", "gold"),
        ("20000", "diamond"),
    ],
)
def test_a_tier_is_reached_at_exactly_its_figure(spent: str, tier: str) -> None:
    assert told(NEW, order("2026-03-01 10:00", spent), until="2026-03-01 10:00").tier == tier


@pytest.mark.parametrize(
    ("reached", "in_the_year", "after"),
    [
        ("1000", "799.99", "member"),
        ("1000", "800", "silver"),
        ("5000", "3999.99", "silver"),
        ("5000", "4000", "gold"),
        ("20000", "15999.99", "gold"),
        ("20000", "16000", "diamond"),
    ],
)
def test_a_tier_is_valid_for_a_year_and_lost_after_three_more_months_below_its_rule(
    reached: str, in_the_year: str, after: str
) -> None:
    facts = [NEW, order("2026-03-10 10:00", reached), order("2026-09-10 10:00", in_the_year)]
    held = told(*facts, until="2027-06-09 23:59:59")
    assert held.tier == {"1000": "silver", "5000": "gold", "20000": "diamond"}[reached]
    assert held.decided[-1].split()[0] == ("kept" if held.tier == after else "put_off")
    assert told(*facts, until="2027-06-10 00:00").tier == after


def test_who_makes_up_for_it_within_the_three_months_keeps_the_tier() -> None:
    facts = [NEW, order("2026-03-10 10:00", "5000"), order("2027-05-01 10:00", "4000")]
    story = told(*facts, until="2027-06-10")
    assert (story.tier, story.decided[-1]) == ("gold", "kept gold")


@pytest.mark.parametrize(("orders", "tier"), [(23, "silver"), (24, "gold")])
def test_gold_is_kept_with_two_smaller_orders_a_month_too(orders: int, tier: str) -> None:
    often = [order(f"2026-{month:02}-{day} 10:00", "150") for month in range(5, 11) for day in (12, 13, 14, 15)]
    facts = [NEW, order("2026-03-10 10:00", "5000"), *often[:orders]]
    assert told(*facts, until="2027-06-10").tier == tier


@pytest.mark.parametrize(
    ("spent", "benefits"),
    [
        ("1", []),
        ("1000", ["free_delivery"]),
        ("5000", ["free_delivery", "early_access"]),
        ("20000", ["free_delivery", "early_access", "custom_service", "events"]),
    ],
)
def test_each_tier_has_the_benefits_of_those_below_and_its_own(spent: str, benefits: list[str]) -> None:
    assert told(NEW, order("2026-03-01 10:00", spent), until="2026-03-01 10:00").has == benefits


def test_joining_an_upgrade_and_a_birthday_bring_something_each() -> None:
    facts = [NEW, order("2026-03-01 10:00", "1000")]
    assert told(NEW, until="2026-01-05 10:00").open == ["welcome#welcome_coupon#1"]
    assert told(NEW, until="2026-02-05").open == []
    assert told(*facts, until="2026-03-01 10:00").open == ["pack#upgrade_coupon#silver#1"]
    assert told(*facts, until="2026-04-30 23:59:59").open == ["pack#upgrade_coupon#silver#1"]
    assert told(*facts, until="2026-05-01").open == []
    assert told(*facts, until="2026-06-20 00:00").open == ["birthday#birthday_gift#2026"]
    assert told(NEW, until="2026-06-20 12:00").open == [], "from silver on"


# Points: earned


def test_who_joins_has_a_hundred_points() -> None:
    assert told(NEW, until="2026-01-05 10:00").member.points == 100


@pytest.mark.parametrize(("paid", "earned"), [("0.99", 0), ("1", 1), ("149.99", 149)])
def test_every_full_yuan_is_a_point(paid: str, earned: int) -> None:
    assert points(order("2026-03-01 10:00", paid)) == earned


@pytest.mark.parametrize(
    ("when", "earned"),
    [
        ("2026-03-17 23:59:59", 150),
        ("2026-03-18 00:00", 300),
        ("2026-03-18 23:59:59", 300),
        ("2026-03-19 00:00", 150),
        ("2026-11-11 10:00", 300),
    ],
)
def test_points_are_doubled_on_the_eighteenth_and_on_singles_day(when: str, earned: int) -> None:
    assert points(order(when, "150")) == earned


def test_what_is_new_brings_half_as_much_again_on_its_own_lines() -> None:
    assert points(order("2026-03-01 10:00", "150", "new_in")) == 225
    mixed = order("2026-03-01 10:00", "150", "new_in", "tea", amounts={"new_in": 5100, "tea": 9900})
    assert points(mixed) == 150 + 25
    assert points(order("2026-03-18 10:00", "150", "new_in")) == 375, "both count on a double day"


@pytest.mark.parametrize(
    ("activity", "each", "counted"), [("check_in", 2, 1), ("share", 5, 2), ("review", 20, 3), ("survey", 50, 4)]
)
def test_activities_earn_so_often_and_no_more(activity: str, each: int, counted: int) -> None:
    done = [did(f"2026-03-01 10:0{n}", activity) for n in range(6)]
    assert points(*done) == each * counted
    tomorrow = 0 if activity == "survey" else each
    assert points(*done, did("2026-03-02 10:00", activity)) == each * counted + tomorrow


def test_a_friend_counts_when_his_first_order_has_stood_for_fifteen_days() -> None:
    friend = [joined("2026-03-01 10:00", referred_by="zhang"), order("2026-03-02 10:00", "80")]
    assert told(*friend, until="2026-03-16 23:59:59").out.referred == []
    assert [one.referrer for one in told(*friend, until="2026-03-17 00:00").out.referred] == ["zhang"]
    assert points(did("2026-03-17 09:00", "referral")) == 200


# Points: kept and spent


def test_points_last_a_year_to_the_end_of_its_month() -> None:
    facts = [NEW, order("2026-03-10 10:00", "600")]
    assert told(*facts, until="2027-01-31 23:59:59").member.points == 700
    assert told(*facts, until="2027-02-01 00:00").member.points == 600
    assert told(*facts, until="2027-03-31 23:59:59").member.points == 600
    assert told(*facts, until="2027-04-01 00:00").member.points == 0


RICH = [NEW, order("2026-03-01 10:00", "15000")]
"""15,100 points."""


@pytest.mark.parametrize(
    ("spent", "paid", "refused"),
    [
        (400, 10000, ["below_minimum"]),
        (500, 1000, []),
        (500, 999, ["above_share"]),
        (550, 10000, ["not_in_step"]),
        (600, 1200, []),
        (15200, 1000000, ["not_enough_points"]),
    ],
)
def test_a_hundred_points_are_a_yuan_off_at_most_half_of_an_order(spent: int, paid: int, refused: list[str]) -> None:
    story = told(*RICH, redeemed("2026-03-02 10:00", spent, order_amount=paid), until="2026-03-02 10:00")
    assert story.refused == refused
    assert story.member.points == 15100 - (0 if refused else spent)


@pytest.mark.parametrize(("good", "price"), [("mug", 2500), ("tea_set", 12000), ("draw", 200)])
def test_points_buy_gifts_and_turns_at_the_draw(good: str, price: int) -> None:
    story = told(*RICH, redeemed("2026-03-02 10:00", good=good), until="2026-03-02 10:00")
    assert (story.member.points, story.refused) == (15100 - price, [])


# Cost


def test_every_benefit_and_every_point_has_a_cost() -> None:
    programme = stories.shipped("points_club").programme
    assert [name for name, benefit in programme.benefits.items() if benefit.cost is None] == []
    assert programme.points.cost == "0.008"


def test_what_one_of_each_benefit_costs() -> None:
    assert told(NEW, until="2026-02-01").rules.benefits.costs == {
        "free_delivery": 800,
        "early_access": 100,
        "custom_service": 12000,
        "events": 20000,
        "welcome_coupon": 1200,
        "upgrade_coupon": 1800,
        "birthday_gift": 2500,
    }


@pytest.mark.parametrize(("coupon", "label"), [("welcome_coupon", "满100减20"), ("upgrade_coupon", "满200减30")])
def test_a_coupon_is_worth_what_its_label_says(coupon: str, label: str) -> None:
    benefit = stories.shipped("points_club").programme.benefits[coupon]
    assert f"满{benefit.from_}减{benefit.off}" == label
    assert label in benefit.label["zh-CN"]
    assert f"{benefit.off} off {benefit.from_}" == benefit.label["en"]


# Before launch: tried on files, with nothing deployed


def event(kind: str, member: str, when: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "member_id": member, "occurred_at": f"{when}T10:00:00+08:00"} | more


def paid(member: str, when: str, amount: str) -> dict[str, Any]:
    return event("order.paid", member, when, order_id=when, amount=amount, currency="CNY")


TRIED = [
    event("member.joined", "an", "2026-01-05"),
    paid("an", "2026-02-01", "6000.00"),
    event("points.redeemed", "an", "2026-02-02", redemption_id="r", points=500),
    event("grant.used", "an", "2026-02-03", use_id="u", grant_id="pack#upgrade_coupon#gold#1"),
    event("member.joined", "bo", "2026-01-06"),
    paid("bo", "2026-02-01", "100.00"),
]


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("facts.jsonl").write_text("".join(json.dumps(one) + "\n" for one in TRIED))
    return "facts.jsonl"


def ran(*arguments: str) -> list[list[str]]:
    result = CliRunner().invoke(main, [*arguments, "--programme", "points_club", "--until", "2026-03-01"])
    assert result.exit_code == 0, result.output
    return [line.split() for line in result.output.splitlines()]


def test_registration_purchase_earning_spending_and_cost_are_simulated_before_launch(facts: str) -> None:
    shown = {line[0]: line[1:] for line in ran("simulate", "--facts", facts) if line}
    assert shown["tiers"] == ["member", "1", "silver", "0", "gold", "1", "diamond", "0"]
    assert shown["points"][:4] == ["earned", "6,300", "spent", "500"]
    assert shown["grants"][:4] == ["given", "3", "used", "1"]


def test_what_is_owed_in_points_is_reported_by_tier_at_their_cost(facts: str) -> None:
    shown = ran("liability", "--facts", facts)
    assert ["gold", "5,600", "0", "44.80"] in shown
    assert ["member", "200", "0", "1.60"] in shown
    assert ["all", "5,800", "0", "46.40"] in shown


def test_how_few_points_are_redeemed_is_seen_month_by_month(facts: str) -> None:
    shown = ran("liability", "--facts", facts)
    assert next(line for line in shown if line[:1] == ["2026-02"] and "█" in "".join(line))[1:4] == [
        "6,100",
        "0",
        "400",
    ]


# Messages


@pytest.mark.parametrize(
    ("language", "subject", "word"),
    [("zh-CN", "恭喜升级为银卡会员", "1100 积分"), ("en", "You are Silver now", "1100 points")],
)
def test_an_upgrade_is_told_at_once_with_what_came_with_it(language: str, subject: str, word: str) -> None:
    story = told(NEW, order("2026-03-01 10:00", "1000"), until="2026-03-01 10:00")
    assert story.said == ["upgrade#silver#1"]
    message = read("points_club", story.out.occurrences[-1], story.member, language)
    assert message.subject == subject
    assert word in message.text


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "生日快乐"), ("en", "Happy birthday")])
def test_birthday_wishes_come_at_nine(language: str, word: str) -> None:
    story = told(NEW, until="2026-06-20 09:00")
    assert [one.at for one in story.out.occurrences] == [at("2026-06-20 09:00")]
    assert word in read("points_club", story.out.occurrences[-1], story.member, language).text


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "100 积分"), ("en", "100 of your points")])
def test_thirty_days_before_points_end_he_hears_how_many_and_when(language: str, word: str) -> None:
    assert told(NEW, until="2027-01-01 09:59:59").said == ["birthday#2026"]
    story = told(NEW, until="2027-01-01 10:00")
    (message,) = [one for one in story.out.occurrences if one.journey == "expiring"]
    text = read("points_club", message, story.member, language).text
    assert word in text
    assert "2027-01-31" in text


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "60 天"), ("en", "60 days")])
def test_sixty_days_after_the_last_order_he_is_missed_once(language: str, word: str) -> None:
    facts = [NEW, order("2026-07-01 22:00", "150")]
    assert "win_back" not in "".join(told(*facts, until="2026-08-30 09:59:59").said)
    story = told(*facts, until="2026-08-30 10:00")
    message = read("points_club", story.out.occurrences[-1], story.member, language)
    assert word in message.text
    assert "250" in message.text
    assert sum("win_back" in said for said in told(*facts, until="2027-12-31").said) == 1


def test_a_tenth_is_held_out_to_see_what_missing_them_is_worth() -> None:
    assert stories.shipped("points_club").programme.journeys["win_back"].holdout == 10


def test_two_marketing_messages_a_week_are_the_most() -> None:
    (cap,) = stories.shipped("points_club").programme.caps
    assert (cap.purpose, cap.at_most, cap.within) == ("marketing", 2, "7 days")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_who_has_no_points_is_not_told_of_none(language: str) -> None:
    spent = redeemed("2026-03-05 10:00", good="mug")
    story = told(NEW, order("2026-03-01 10:00", "2400"), spent, until="2026-04-30 10:00")
    message = read("points_club", story.out.occurrences[-1], story.member, language)
    assert story.member.points == 0
    assert "0 积分" not in message.text
    assert "0 points" not in message.text


# Rules common to all


def test_a_refund_takes_back_points_with_their_bonuses_and_in_proportion() -> None:
    double = order("2026-03-18 10:00", "150", id="a")
    assert points(double, refund("2026-03-19 10:00", "50", "a")) == 200
    assert points(double, refund("2026-03-19 10:00", None, "a")) == 0


def test_what_is_spent_already_becomes_a_debt_that_the_next_order_repays() -> None:
    facts = [NEW, order("2026-03-01 10:00", "2400", id="a"), redeemed("2026-03-02 10:00", good="mug")]
    facts.append(refund("2026-03-03 10:00", None, "a"))
    story = told(*facts, until="2026-03-03 10:00")
    assert (story.member.points, story.member.debt) == (0, 2400)
    after = told(*facts, order("2026-03-04 10:00", "2500"), until="2026-03-04 10:00")
    assert (after.member.points, after.member.debt) == (100, 0)


def test_points_redeemed_on_a_refunded_order_return_for_thirty_days_where_their_own_day_is_over() -> None:
    facts = [NEW, order("2026-01-20 10:00", "500"), order("2027-01-30 10:00", "100", id="a")]
    facts += [redeemed("2027-01-30 11:00", 600, order_id="a", order_amount=10000)]
    facts += [refund("2027-02-10 10:00", None, "a")]
    assert told(*facts, until="2027-02-09").member.points == 100
    assert told(*facts, until="2027-03-12 23:59:59").member.points == 600
    assert told(*facts, until="2027-03-13 00:00").member.points == 0


def test_a_tier_reached_through_a_refunded_order_goes_at_once_with_its_unused_coupon() -> None:
    facts = [NEW, order("2026-03-01 10:00", "1000", id="a"), refund("2026-03-02 10:00", "0.01", "a")]
    story = told(*facts, until="2026-03-02 10:00")
    assert (story.tier, story.open, story.granted[-1]) == ("member", [], "revoked pack#upgrade_coupon#silver#1")


def test_a_used_coupon_is_not_given_again_after_a_return() -> None:
    coupon = used("2026-03-01 12:00", "pack#upgrade_coupon#silver#1")
    facts = [NEW, order("2026-03-01 10:00", "1000", id="a"), coupon, refund("2026-03-02 10:00", None, "a")]
    assert told(*facts, order("2026-03-03 10:00", "1000"), until="2026-03-03 10:00").open == []


def test_service_is_told_apart_from_marketing() -> None:
    journeys = stories.shipped("points_club").programme.journeys
    assert {name for name, journey in journeys.items() if journey.purpose == "service"} == {"upgrade", "expiring"}


def test_what_is_missing_for_the_next_tier_is_told_in_figures() -> None:
    story = told(NEW, order("2026-03-01 10:00", "700", id="a"), until="2026-04-01").explained
    assert story.ahead[0].tier == "silver"
    assert story.ahead[0].enough[0].spend == 30000
    assert [(one.id, one.left) for one in story.orders] == [("a", 70000)]
