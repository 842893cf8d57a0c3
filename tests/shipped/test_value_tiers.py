"""value_tiers: every row and every number of the table that it comes from, as a dated story."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner

from cli.main import main
from memberflow.engine.truth import still_true
from memberflow.facts import AnyFact, Order
from memberflow.programme import author
from tests.shipped import stories
from tests.shipped.stories import (
    Story,
    accepted,
    at,
    changed,
    consented,
    did,
    held,
    invited,
    joined,
    judged,
    leaves,
    order,
    read,
    refund,
    used,
)


def told(*facts: AnyFact, until: str) -> Story:
    return stories.told("value_tiers", *facts, until=until)


def test_the_programme_has_nothing_to_complain_of() -> None:
    assert author.read(author.named("value_tiers"))[1] == []


# Tiers


@pytest.mark.parametrize(
    ("spent", "tier"),
    [
        ("2999.99", "base"),
        ("3000", "silver"),
        ("9999.99", "silver"),
        ("10000", "gold"),
        ("49999.99", "gold"),
        ("50000", "platinum"),
        ("1000000", "platinum"),
    ],
)
def test_twelve_months_of_spend_make_the_tier_and_no_amount_makes_black(spent: str, tier: str) -> None:
    assert told(order("2026-03-01 10:00", spent), until="2026-03-01 10:00").tier == tier


def test_a_year_of_days_counts_and_what_was_bought_before_it_does_not() -> None:
    first = order("2025-03-01 23:59", "2000")
    assert told(first, order("2026-02-28 23:59", "1000"), until="2026-03-01").tier == "silver"
    assert told(first, order("2026-03-01 00:00", "1000"), until="2026-03-01").tier == "base"


# Black

FOUR_YEARS = [
    order("2022-05-10 10:00", "50000"),
    order("2023-02-01 10:00", "60000"),
    order("2024-02-01 10:00", "60000"),
    order("2025-02-01 10:00", "50000"),
]
"""Platinum since 10 May 2022, kept with more than 40,000 every year."""
MARCH = order("2025-03-01 10:00", "50000")


def test_three_years_of_platinum_and_a_hundred_thousand_in_one_make_a_candidate_on_the_day() -> None:
    assert "candidate black" not in told(*FOUR_YEARS, MARCH, until="2025-05-09 23:59:59").decided
    story = told(*FOUR_YEARS, MARCH, until="2025-05-10 00:00")
    assert story.tier == "platinum"
    assert story.decided[-2:] == ["candidate black", "kept platinum"]
    assert list(story.member.candidate_for) == ["black"]


def test_a_cent_short_of_a_hundred_thousand_makes_no_candidate() -> None:
    short = order("2025-03-01 10:00", "49999.99")
    assert "candidate black" not in told(*FOUR_YEARS, short, until="2025-12-31").decided


def test_a_hundred_thousand_without_the_three_years_makes_no_candidate() -> None:
    year = [order("2024-06-01 10:00", "50000"), order("2024-07-01 10:00", "50000")]
    assert told(*year, until="2024-07-02").member.candidate_for == {}


def test_years_of_platinum_with_a_break_between_them_do_not_add_up() -> None:
    """A year of too little, gold for half a year, then platinum again: three years count from there."""
    facts = [order("2021-01-10 10:00", "50000"), order("2022-06-10 10:00", "50000"), order("2023-06-01 10:00", "50000")]
    facts += [order("2024-05-01 10:00", "50000"), order("2024-05-02 10:00", "50000")]
    assert told(*facts, until="2022-01-10").tier == "gold"
    assert told(*facts, until="2024-06-09").member.candidate_for == {}


def test_a_candidate_is_black_once_an_operator_invites_him_and_sees_what_the_rule_saw() -> None:
    story = told(*FOUR_YEARS, MARCH, invited("2025-05-12 10:00", "black"), until="2025-05-12 10:00")
    assert (story.tier, story.settled_on) == ("black", "2026-05-12")
    decision = story.out.decisions[-1]
    assert (decision.outcome, decision.operator, decision.reason) == ("reached", "Li", "three good years")
    figures = {figure.measure: (figure.value, figure.threshold) for figure in decision.figures}
    assert figures["spend"] == (10000000, 10000000)
    assert figures["held platinum"] == (36, 36)
    assert figures["score value"][0] == 450 + 150 + 100 * 2 // 12 + 50
    assert "partner_experiences" in story.has


def test_a_shop_that_asks_its_candidates_writes_acceptance_and_waits_for_the_answer() -> None:
    rules = changed("value_tiers", ("by: invitation ", "by: acceptance "))
    facts = [*FOUR_YEARS, MARCH, invited("2025-05-12 10:00", "black")]
    assert stories.told("", *facts, until="2025-05-14 10:00", rules=rules).tier == "platinum"
    answer = accepted("2025-05-14 10:00", "black")
    assert stories.told("", *facts, answer, until="2025-05-14 10:00", rules=rules).tier == "black"


@pytest.mark.parametrize(("spent", "tier"), [("79999.99", "platinum"), ("80000", "black")])
def test_black_is_kept_with_four_fifths_of_a_hundred_thousand(spent: str, tier: str) -> None:
    facts = [*FOUR_YEARS, MARCH, invited("2025-05-12 10:00", "black"), order("2025-11-10 10:00", spent)]
    assert told(*facts, until="2026-05-11 23:59:59").tier == "black"
    assert told(*facts, until="2026-05-12 00:00").tier == tier


# Benefits


@pytest.mark.parametrize(
    ("spent", "benefits"),
    [
        ("1", []),
        ("3000", ["five_off"]),
        ("10000", ["ten_off", "service", "wrapping"]),
        ("50000", ["twelve_off", "service", "wrapping", "adviser"]),
    ],
)
def test_each_tier_has_the_benefits_of_its_row(spent: str, benefits: list[str]) -> None:
    assert told(order("2026-03-01 10:00", spent), until="2026-03-01 10:00").has == benefits


def test_black_has_what_platinum_has_and_partner_experiences() -> None:
    story = told(*FOUR_YEARS, invited("2025-05-12 10:00", "black"), until="2025-05-12 10:00")
    assert story.has == ["twelve_off", "service", "wrapping", "adviser", "partner_experiences"]


def test_the_discounts_are_five_ten_and_twelve_percent() -> None:
    benefits = stories.shipped("value_tiers").programme.benefits
    assert [benefits[name].percent for name in ("five_off", "ten_off", "twelve_off")] == [5, 10, 12]


def test_benefits_are_worth_what_their_labels_say() -> None:
    benefits = stories.shipped("value_tiers").programme.benefits
    labels = {name: benefit.label["zh-CN"] for name, benefit in benefits.items()}
    assert [labels[name] for name in ("five_off", "ten_off", "twelve_off")] == ["全场95折", "全场9折", "全场88折"]
    coupon = benefits["birthday_coupon"]
    assert (coupon.off, coupon.from_, labels["birthday_coupon"]) == ("50", "300", "生日券满300减50")


@pytest.mark.parametrize(("spent", "coupons"), [("2999.99", []), ("3000", ["birthday#birthday_coupon#2026"])])
def test_from_silver_on_a_birthday_brings_a_coupon_for_thirty_days(spent: str, coupons: list[str]) -> None:
    facts = [joined("2026-01-05 10:00", birthday=(1988, 6, 18)), order("2026-03-01 10:00", spent)]
    assert told(*facts, until="2026-06-17 23:59:59").open == []
    assert told(*facts, until="2026-06-18 00:00").open == coupons
    assert told(*facts, until="2026-07-18 23:59:59").open == coupons
    assert told(*facts, until="2026-07-19 00:00").open == []


def test_platinum_brings_a_gift_in_every_year_of_membership() -> None:
    facts = [order("2025-03-01 10:00", "50000"), order("2025-09-01 10:00", "45000")]
    gift = used("2025-04-01 10:00", "annual#custom_gift#0#platinum#1")
    assert told(*facts, until="2025-03-01 10:00").open == ["annual#custom_gift#0#platinum#1"]
    assert told(*facts, gift, until="2026-02-28 23:59:59").open == []
    assert told(*facts, gift, until="2026-03-01 00:00").open == ["annual#custom_gift#1#platinum#1"]


# Up and down


def test_eight_thousand_by_june_and_three_thousand_in_july_are_gold_with_the_july_order() -> None:
    by_june = [order(f"2026-0{month}-15 10:00", "2000") for month in (1, 3, 5, 6)]
    july = order("2026-07-08 20:30", "3000", id="july")
    assert told(*by_june, until="2026-07-08 20:29").tier == "silver"
    story = told(*by_june, july, until="2026-07-08 20:30")
    assert (story.tier, story.out.decisions[-1].at) == ("gold", at("2026-07-08 20:30"))
    assert story.out.decisions[-1].cause == "order.paid#july"


@pytest.mark.parametrize(
    ("reached", "in_the_year", "after"),
    [
        ("3000", "2399.99", "base"),
        ("3000", "2400", "silver"),
        ("10000", "7999.99", "silver"),
        ("10000", "8000", "gold"),
        ("50000", "39999.99", "gold"),
        ("50000", "40000", "platinum"),
    ],
)
def test_twelve_months_after_it_was_reached_a_tier_is_kept_with_eighty_percent(
    reached: str, in_the_year: str, after: str
) -> None:
    facts = [order("2025-03-10 15:00", reached), order("2025-10-01 10:00", in_the_year)]
    before = told(*facts, until="2026-03-09 23:59:59")
    assert before.settled_on == "2026-03-10"
    story = told(*facts, until="2026-03-10 00:00")
    assert story.tier == after
    assert story.settled_on == (None if after == "base" else "2027-03-10")


def test_who_buys_nothing_drops_exactly_one_tier_a_year() -> None:
    platinum = order("2024-03-10 15:00", "50000")
    tiers = [told(platinum, until=f"{year}-03-10 00:00").tier for year in (2025, 2026, 2027, 2028)]
    assert tiers == ["gold", "silver", "base", "base"]


# Hardship


def test_a_deferred_downgrade_shows_who_and_why_and_lapses_by_itself() -> None:
    facts = [order("2025-03-10 10:00", "10000"), held("2026-02-01 10:00", "2026-08-31", "in hospital with his mother")]
    story = told(*facts, until="2026-03-10 00:00")
    assert story.tier == "gold"
    assert story.decided == ["enrolled base", "reached gold", "held gold", "put_off gold"]
    for decision in story.out.decisions[-2:]:
        assert (decision.operator, decision.reason) == ("Li", "in hospital with his mother")
    assert story.out.decisions[-1].note == "hold"
    assert told(*facts, until="2026-08-31 23:59:59").tier == "gold"
    lapsed = told(*facts, until="2026-09-01 00:00")
    assert (lapsed.tier, lapsed.decided[-1]) == ("silver", "dropped silver")


def test_who_recovers_before_the_end_of_it_keeps_his_gold() -> None:
    facts = [order("2025-03-10 10:00", "10000"), held("2026-02-01 10:00", "2026-08-31", "in hospital")]
    story = told(*facts, order("2026-06-01 10:00", "8000"), until="2026-06-01 10:00")
    assert (story.tier, story.decided[-1], story.settled_on) == ("gold", "kept gold", "2027-03-10")


# The value score

LOYAL = [order(f"2026-{month:02}-05 10:00", "2000") for month in range(1, 13)]
"""An order in each of twelve months, 24,000 in all."""


def shares(*facts: AnyFact) -> dict[str, int]:
    parts = told(*facts, until="2026-12-31 12:00").explained.scores["value"]
    return {part.measure: part.share for part in parts}


def test_the_score_is_sixty_percent_spend_thirty_loyalty_and_ten_cooperation() -> None:
    weights = [part.weight for part in told(*LOYAL, until="2026-12-31").explained.scores["value"]]
    assert (sum(weights[:2]), sum(weights[2:5]), sum(weights[5:])) == (600, 300, 100)


def test_twelve_months_in_a_row_bring_a_hundred_and_each_referral_fifty() -> None:
    asked = [did(f"2026-0{n}-01 09:00", "survey") for n in (1, 2, 3)]
    paperless = [did(f"2026-0{n}-02 09:00", "e_invoice") for n in (1, 2, 3, 4)]
    friends = [did("2026-05-01 09:00", "referral"), did("2026-06-01 09:00", "referral")]
    assert shares(*LOYAL, *asked, *paperless, *friends) == {
        "spend": 450 * 24 // 100,
        "largest_order": 10,
        "longest_run": 100,
        "referrals": 100,
        "complaints": 50,
        "interactions of survey": 30,
        "interactions of e_invoice": 20,
    }


def test_a_month_without_an_order_breaks_the_run() -> None:
    assert shares(*LOYAL[:5], *LOYAL[6:])["longest_run"] == 50


def test_one_complaint_in_twelve_months_takes_the_bonus() -> None:
    assert shares(*LOYAL, did("2026-07-01 09:00", "complaint"))["complaints"] == 0
    assert shares(*LOYAL, did("2025-12-31 09:00", "complaint"))["complaints"] == 50


def test_a_score_is_full_with_everything_and_never_above_a_thousand() -> None:
    rich = [order(f"2026-{month:02}-06 10:00", "30000") for month in range(1, 13)]
    done = [did(f"2026-03-01 09:{n:02}", kind) for n in range(20) for kind in ("survey", "e_invoice", "referral")]
    assert sum(shares(*LOYAL, *rich, *done).values()) == 1000


def test_days_since_registration_are_shown_and_count_for_nothing() -> None:
    early, late = joined("2016-01-01 10:00"), joined("2026-01-01 10:00")
    assert told(early, *LOYAL, until="2026-12-31 12:00").explained.member_days == 4017
    assert shares(early, *LOYAL) == shares(late, *LOYAL)


def test_a_referral_is_valid_when_the_friends_first_order_has_stood_for_thirty_days() -> None:
    friend = [joined("2026-03-01 10:00", referred_by="zhang"), order("2026-03-02 10:00", "80", id="a")]
    assert told(*friend, until="2026-03-31 23:59:59").out.referred == []
    assert [one.referrer for one in told(*friend, until="2026-04-01 00:00").out.referred] == ["zhang"]
    returned = refund("2026-03-20 10:00", None, "a")
    assert told(*friend, returned, until="2026-12-31").out.referred == []


# The trial


@pytest.mark.parametrize(("paid", "trial"), [("29999.99", []), ("30000", ["large_order#platinum_trial#big"])])
def test_a_single_order_of_thirty_thousand_lets_one_try_platinum(paid: str, trial: list[str]) -> None:
    story = told(order("2026-03-02 10:00", paid, id="big"), until="2026-03-02 10:00")
    assert (story.tier, story.open) == ("gold", trial)
    assert ("adviser" in story.has) == ("twelve_off" in story.has) == bool(trial)


def test_the_trial_ends_by_itself_after_thirty_days_and_the_tier_was_never_platinum() -> None:
    big = order("2026-03-02 10:00", "30000")
    assert "adviser" in told(big, until="2026-04-01 23:59:59").has
    story = told(big, until="2026-04-02 00:00")
    assert (story.tier, story.has, story.open) == ("gold", ["ten_off", "service", "wrapping"], [])
    assert "reached platinum" not in story.decided


def test_platinum_itself_needs_no_trial() -> None:
    story = told(order("2026-03-01 10:00", "20000"), order("2026-03-02 10:00", "30000"), until="2026-03-02 10:00")
    assert (story.tier, story.open) == ("platinum", ["annual#custom_gift#0#platinum#1"])


def test_a_trial_goes_with_its_order() -> None:
    facts = [order("2026-03-02 10:00", "30000", id="big"), refund("2026-03-05 10:00", "0.01", "big")]
    assert told(*facts, until="2026-03-05 10:00").open == []


# Abnormal spend

ORDINARY = [order("2025-01-10 10:00", "1500"), order("2025-06-10 10:00", "500")]
DECEMBER = order("2025-12-10 10:00", "100000", id="december")


def test_a_hundred_thousand_in_one_december_is_kept_out_of_the_tiers() -> None:
    story = told(*ORDINARY, DECEMBER, until="2025-12-10 10:00")
    assert (story.tier, story.decided[-1], story.member.spend) == ("base", "flagged base", 200000)
    assert list(story.member.flagged) == ["december"]
    (figure,) = story.out.decisions[-1].figures
    assert (figure.value, figure.threshold) == (10000000, 5000000)


def test_an_operator_accepts_it_and_it_counts() -> None:
    accepted = judged("2025-12-12 10:00", "december", True, "furniture for a new flat")
    story = told(*ORDINARY, DECEMBER, accepted, until="2025-12-12 10:00")
    assert (story.tier, story.member.flagged) == ("platinum", {})
    decision = next(one for one in story.out.decisions if one.outcome == "accepted")
    assert (decision.operator, decision.reason, decision.note) == ("Li", "furniture for a new flat", "december")


def test_an_operator_rejects_it_and_it_never_counts() -> None:
    rejected = judged("2025-12-12 10:00", "december", False, "bought for resale")
    story = told(*ORDINARY, DECEMBER, rejected, until="2026-01-31")
    assert (story.tier, story.member.flagged) == ("base", {})
    decision = story.out.decisions[-1]
    assert (decision.outcome, decision.operator, decision.reason) == ("rejected", "Li", "bought for resale")


@pytest.mark.parametrize(("paid", "tier"), [("49999.99", "platinum"), ("50000", "base")])
def test_what_is_dear_but_below_fifty_thousand_waits_for_nobody(paid: str, tier: str) -> None:
    story = told(*ORDINARY, order("2025-12-10 10:00", paid), until="2025-12-10 10:00")
    assert story.tier == tier


def test_twenty_times_an_ordinary_month_is_where_it_begins() -> None:
    """33,000 in eleven months are 3,000 a month."""
    first = order("2025-03-10 10:00", "33000")
    assert told(first, order("2025-12-10 10:00", "59999.99"), until="2025-12-11").member.flagged == {}
    assert told(first, order("2025-12-10 10:00", "60000", id="x"), until="2025-12-11").member.flagged.keys() == {"x"}


# The nudge


@pytest.mark.parametrize(
    ("spent", "nudge", "short", "next_tier"),
    [
        ("1999.99", None, "", ""),
        ("2000", "nudge_silver", "1000.00", "silver"),
        ("2999.99", "nudge_silver", "0.01", "silver"),
        ("3000", None, "", ""),
        ("7999.99", None, "", ""),
        ("8000", "nudge_gold", "2000.00", "gold"),
        ("9999.99", "nudge_gold", "0.01", "gold"),
        ("39999.99", None, "", ""),
        ("40000", "nudge_platinum", "10000.00", "platinum"),
        ("50000", None, "", ""),
    ],
)
def test_on_the_15th_who_is_short_of_the_next_tier_by_little_hears_how_much(
    spent: str, nudge: str | None, short: str, next_tier: str
) -> None:
    paid = order("2026-03-03 10:00", spent)
    early, story = told(paid, until="2026-03-15 09:59:59"), told(paid, until="2026-03-15 10:00")
    told_of = [one for one in story.out.occurrences if one.journey.startswith("nudge")]
    assert not any("nudge" in said for said in early.said)
    assert [one.journey for one in told_of] == ([] if nudge is None else [nudge])
    figures = [(one.data["next_tier"], one.data["short"]) for one in told_of]
    assert figures == ([] if nudge is None else [(next_tier, short)])


def test_the_nudge_comes_every_month_until_the_tier_is_reached() -> None:
    facts = [order("2026-03-03 10:00", "2500"), order("2026-05-16 10:00", "500")]
    story = told(*facts, until="2026-08-01")
    days = [one.at for one in story.out.occurrences if one.journey == "nudge_silver"]
    assert days == [at(f"2026-0{month}-15 10:00") for month in (3, 4, 5)]


@pytest.mark.parametrize(
    ("language", "subject"), [("zh-CN", "离白银会员只差 500.00 元"), ("en", "500.00 yuan to Silver")]
)
def test_the_nudge_says_the_exact_shortfall(language: str, subject: str) -> None:
    story = told(order("2026-03-03 10:00", "2500"), until="2026-03-15 10:00")
    message = read("value_tiers", story.out.occurrences[-1], story.member, language)
    assert message.subject == subject
    assert message.short is not None
    assert "500.00" in message.short


# Three in step


def test_tier_message_and_benefits_come_with_one_order_at_one_moment() -> None:
    gold = order("2026-03-01 10:00", "10000")
    before, story = told(gold, until="2026-03-01 09:59:59"), told(gold, until="2026-03-01 10:00")
    assert (before.tier, before.said, before.has) == (None, [], [])
    assert (story.tier, story.said) == ("gold", ["upgrade#gold#1"])
    assert story.has == ["ten_off", "service", "wrapping"]
    assert story.out.decisions[-1].at == story.out.occurrences[-1].at == at("2026-03-01 10:00")


def test_an_upgrade_at_night_is_told_when_the_quiet_hours_are_over() -> None:
    story = told(order("2026-03-01 22:15", "10000"), until="2026-03-01 22:15")
    assert [one.at for one in story.out.occurrences] == [at("2026-03-02 08:00")]


def test_nobody_is_told_of_a_tier_that_a_refund_has_taken_before_the_message_left() -> None:
    night, back = order("2026-03-01 22:15", "10000", id="a"), refund("2026-03-02 07:00", "1", "a")
    story = told(night, back, until="2026-03-02 07:30")
    assert story.tier == "silver"
    assert not still_true(story.rules, story.member, story.out.occurrences[0], story.now)


@pytest.mark.parametrize(
    ("language", "subject", "word"), [("zh-CN", "欢迎成为黄金会员", "权益"), ("en", "Welcome to Gold", "benefits")]
)
def test_the_upgrade_is_told_in_both_languages(language: str, subject: str, word: str) -> None:
    story = told(order("2026-03-01 10:00", "10000"), until="2026-03-01 10:00")
    message = read("value_tiers", story.out.occurrences[-1], story.member, language)
    assert message.subject == subject
    assert word in message.text
    assert message.short is not None
    assert word in message.short


@pytest.mark.parametrize(
    ("language", "told_of"),
    [("zh-CN", "从黄金会员调整为白银会员"), ("en", "from Gold to Silver")],
)
def test_a_tier_lost_is_told_with_the_tier_that_is_his_now(language: str, told_of: str) -> None:
    story = told(order("2025-03-10 10:00", "10000"), until="2026-03-10 00:00")
    (message,) = [one for one in story.out.occurrences if one.journey == "lost"]
    assert message.at == at("2026-03-10 08:00"), "after the quiet hours"
    assert told_of in read("value_tiers", message, story.member, language).text


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "生日快乐"), ("en", "Happy birthday")])
def test_birthday_wishes_are_told_in_both_languages(language: str, word: str) -> None:
    story = told(joined("2026-01-05 10:00", birthday=(1988, 6, 18)), until="2026-06-18 09:00")
    message = read("value_tiers", story.out.occurrences[-1], story.member, language)
    assert word in message.text
    assert message.short is not None
    assert word in message.short


# Every channel counts


def test_orders_of_every_channel_make_gold_together_and_reconcile() -> None:
    channels = ("app", "mini_programme", "store", "live_stream")
    facts = [order(f"2026-03-0{n} 20:00", "2500", channel=channel) for n, channel in enumerate(channels, 1)]
    story = told(*facts, until="2026-03-04 20:00")
    assert story.tier == "gold"
    counted: Counter[str] = Counter()
    for one in story.explained.orders:
        counted[one.channel] += one.left if one.counts else 0
    assert counted == dict.fromkeys(channels, 250000)
    assert sum(counted.values()) == story.explained.measures["spend"]


def test_without_the_live_stream_the_same_member_would_be_silver() -> None:
    facts = [order(f"2026-03-0{n} 20:00", "2500", channel="store") for n in (1, 2, 3)]
    assert told(*facts, until="2026-03-04 20:00").tier == "silver"
    late = order("2026-03-02 21:00", "2500", channel="live_stream")
    assert told(*facts, late, until="2026-03-04 20:00").tier == "gold"


# Tuning

A_DOZEN = ["500", "3000", "3000", "4000", "5000", "6000", "9000", "10000", "14999.99", "15000", "20000", "60000"]


@pytest.mark.parametrize(
    ("gold", "tiers"),
    [
        ("10000", {"base": 1, "silver": 6, "gold": 4, "platinum": 1, "black": 0}),
        ("15000", {"base": 1, "silver": 8, "gold": 2, "platinum": 1, "black": 0}),
    ],
)
def test_gold_at_ten_and_at_fifteen_thousand_are_compared_before_going_live(
    gold: str, tiers: dict[str, int], tmp_path: Path
) -> None:
    """Members per tier, rises, and what the benefits used have cost, from the shop's own facts."""
    page = copytree(author.named("value_tiers"), tmp_path / "mine") / "programme.yaml"
    page.write_text(page.read_text().replace("enter: {spend: 10000}", f"enter: {{spend: {gold}}}"))
    paid = [
        {"type": "order.paid", "member_id": f"m{n}", "order_id": "a", "occurred_at": "2026-03-01T10:00:00+08:00"}
        | {"amount": f"{float(spent):.2f}", "currency": "CNY", "channel": "live_stream"}
        for n, spent in enumerate(A_DOZEN)
    ]
    gift = {"type": "grant.used", "member_id": "m11", "use_id": "u", "occurred_at": "2026-03-02T10:00:00+08:00"}
    (tmp_path / "facts.jsonl").write_text(
        "\n".join(map(json.dumps, [*paid, gift | {"grant_id": "annual#custom_gift#0#platinum#1"}]))
    )
    asked = ["simulate", "--programme", str(page.parent), "--facts", str(tmp_path / "facts.jsonl")]
    result = CliRunner().invoke(main, [*asked, "--until", "2026-04-01"])
    shown = {line.split()[0]: " ".join(line.split()[1:]) for line in result.output.splitlines() if line.strip()}
    assert shown["tiers"] == " ".join(f"{tier} {count}" for tier, count in tiers.items())
    assert "reached 11" in shown["decisions"]
    assert "platinum 300" in shown["cost,"]


# Rules common to all


def test_a_refund_of_the_order_that_made_gold_ends_gold_at_once_and_what_came_with_it() -> None:
    facts = [order("2026-03-01 10:00", "4000"), order("2026-04-01 10:00", "6000", id="made")]
    assert told(*facts, until="2026-04-02").tier == "gold"
    story = told(*facts, refund("2026-04-03 10:00", None, "made"), until="2026-04-03 10:00")
    assert (story.tier, story.decided[-1], story.has) == ("silver", "refunded silver", ["five_off"])
    assert (story.member.spend, story.member.orders, story.member.points) == (400000, 1, 4000)


def test_a_partial_refund_takes_its_part_of_everything() -> None:
    paid = order("2026-03-01 10:00", "10000", id="a")
    story = told(paid, refund("2026-03-02 10:00", "4000", "a"), until="2026-03-02 10:00")
    assert (story.tier, story.member.spend, story.member.points) == ("silver", 600000, 6000)
    assert story.member.orders == 1, "only an order refunded whole is none"


def test_a_cent_back_is_a_cent_below_the_threshold() -> None:
    paid = order("2026-03-01 10:00", "10000", id="a")
    assert told(paid, refund("2026-03-02 10:00", "0.01", "a"), until="2026-03-02 10:00").tier == "silver"


def test_three_partial_refunds_end_like_a_whole_one() -> None:
    paid = order("2026-03-01 10:00", "10000", id="a")
    parts = [refund(f"2026-03-0{n} 10:00", part, "a") for n, part in ((2, "2500.50"), (3, "0.01"), (4, "7499.49"))]
    pieces, whole = (
        told(paid, *parts, until="2026-03-05"),
        told(paid, refund("2026-03-04 10:00", None, "a"), until="2026-03-05"),
    )
    for story in (pieces, whole):
        assert (story.tier, story.member.spend, story.member.orders, story.member.points) == ("base", 0, 0, 0)


def test_a_leap_days_birthday_is_kept_on_28_february_in_other_years() -> None:
    member = joined("2026-01-05 10:00", birthday=(1992, 2, 29))
    assert told(member, until="2026-02-28 09:00").said == ["birthday#2026"]
    story = told(member, until="2028-03-01")
    assert [one.at for one in story.out.occurrences][-1] == at("2028-02-29 09:00")


def test_wishes_leave_at_nine_where_the_member_is_and_once_a_year() -> None:
    there = joined("2026-01-05 10:00", birthday=(1988, 6, 18), time_zone="Asia/Urumqi")
    assert told(there, until="2026-06-18 10:59:59").said == []
    assert told(there, until="2026-06-18 11:00").said == ["birthday#2026"]
    assert told(there, until="2026-12-31").said == ["birthday#2026"]


def test_wishes_are_of_use_to_the_last_second_of_the_birthday_where_the_member_is() -> None:
    there = joined("2026-01-05 10:00", birthday=(1988, 6, 18), time_zone="Asia/Urumqi")
    (wishes,) = told(there, until="2026-06-19").out.occurrences
    assert wishes.useful_until == at("2026-06-19 02:00")


def test_wishes_need_a_consent_to_marketing_on_the_channel_they_take() -> None:
    member = joined("2026-01-05 10:00", birthday=(1988, 6, 18), contacts={"app": "phone", "email": "m@example.com"})
    assert leaves(told(member, until="2026-06-18 09:00")) == "consent"
    agreed = consented("2026-01-06 10:00", "marketing", "email")
    assert leaves(told(member, agreed, until="2026-06-18 09:00")) == "email"
    assert leaves(told(member, agreed, until="2026-06-18 22:00")) == "quiet"
    assert leaves(told(member, agreed, until="2026-06-19 00:00")) == "stale"


def test_an_upgrade_is_service_and_goes_unless_it_was_refused() -> None:
    facts = [joined("2026-01-05 10:00", contacts={"app": "phone"}), order("2026-03-01 10:00", "3000")]
    assert leaves(told(*facts, until="2026-03-01 10:00")) == "app"
    no = consented("2026-01-06 10:00", "service", "app", granted=False)
    assert leaves(told(*facts, no, until="2026-03-01 10:00")) == "contact", "no other way to reach him"


def test_service_is_told_apart_from_marketing() -> None:
    journeys = stories.shipped("value_tiers").programme.journeys
    assert {name: journey.purpose for name, journey in journeys.items()} == {
        "upgrade": "service",
        "lost": "service",
        "nudge_silver": "marketing",
        "nudge_gold": "marketing",
        "nudge_platinum": "marketing",
        "birthday": "marketing",
    }


def test_why_she_is_gold_and_i_am_silver_is_answered_in_figures() -> None:
    facts: list[Order] = [order("2026-03-01 10:00", "4000", id="a"), order("2026-05-01 10:00", "3500", id="b")]
    story = told(*facts, until="2026-06-01").explained
    assert (story.tier, story.measures["spend"]) == ("silver", 750000)
    assert sum(one.left for one in story.orders) == 750000
    gold = story.ahead[0]
    assert gold.tier == "gold"
    assert [(figure.value, figure.threshold) for figure in gold.need.figures] == [(750000, 1000000)]
    assert gold.enough[0].spend == 250000
