"""lifecycle_levels: every row and every number of the table that it comes from, as a dated story."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from cli import letter
from cli.tongue import Tongue
from memberflow import lift
from memberflow.engine.fold import fold
from memberflow.engine.history import History
from memberflow.engine.outcome import Outcome
from memberflow.entitled import entitled
from memberflow.facts import AnyFact, Joined, Order
from memberflow.programme import author
from memberflow.targets import Year
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

NAME = "lifecycle_levels"
NEW = joined("2026-01-05 10:00", birthday=(1990, 6, 20))
"""A member with 100 points from joining."""


def reachable(when: str = "2026-01-05 10:00", **more: object) -> Joined:
    """A member who can be reached in the app."""
    return joined(when, birthday=(1990, 6, 20), contacts={"app": "phone"}, **more)


AGREED = consented("2026-01-05 10:01", "marketing", "app")


def told(*facts: AnyFact, until: str) -> Story:
    return stories.told(NAME, *facts, until=until)


def of(journey: str, said: Iterable[str]) -> list[str]:
    """What was said, given or opened by a journey or a rule of grants."""
    return [one for one in said if one.partition("#")[0] == journey]


def points(*facts: AnyFact, until: str = "2026-12-31") -> int:
    """What the facts of a new member brought him, the hundred for joining left out."""
    return told(NEW, *facts, until=until).member.points - 100


def often(count: int, amount: str, *categories: str, since: int = 1) -> list[Order]:
    """So many orders from 1 March 2026 on, of one amount, a day between them; the categories in turn."""
    return [
        order(
            f"2026-{3 + n // 14:02}-{1 + 2 * (n % 14):02} 10:00",
            amount,
            *categories[n % len(categories) : n % len(categories) + 1] if categories else (),
        )
        for n in range(since - 1, since - 1 + count)
    ]


FIVE = ("beauty", "home", "mother_and_baby", "food", "fashion")
PRIVILEGED = [NEW, *often(35, "400", *FIVE), order("2026-06-01 10:00", "1000", "beauty", id="last")]
"""L3 from 1 June 2026 on, by 36 orders of 15,000 in five categories."""


def test_the_programme_has_nothing_to_complain_of() -> None:
    assert author.read(author.named(NAME))[1] == []


# Levels


def test_who_joins_has_the_first_level_without_any_order() -> None:
    story = told(NEW, until="2026-01-05 10:00")
    assert (story.tier, story.decided) == ("l1", ["enrolled l1"])


@pytest.mark.parametrize(
    ("spent", "level"), [("2999.99", "l1"), ("3000", "l2"), ("14999.99", "l2"), ("15000", "l2"), ("100000", "l2")]
)
def test_a_years_spend_of_3000_makes_the_second_level_and_spend_alone_never_the_third(spent: str, level: str) -> None:
    story = told(NEW, order("2026-03-01 10:00", spent), until="2026-03-01 10:00")
    assert story.tier == level
    if level == "l2":
        assert story.out.decisions[-1].at == at("2026-03-01 10:00")


@pytest.mark.parametrize(("orders", "level"), [(11, "l1"), (12, "l2"), (35, "l2")])
def test_the_twelfth_order_makes_the_second_level(orders: int, level: str) -> None:
    assert told(NEW, *often(orders, "10"), until="2026-12-01").tier == level


@pytest.mark.parametrize("kind", ["profile", "follow", "add_adviser", "review", "share", "community"])
def test_the_third_interaction_task_makes_the_second_level(kind: str) -> None:
    done = [did(f"2026-01-0{n} 10:00", kind) for n in (6, 7, 8)]
    assert told(NEW, *done[:2], until="2026-02-01").tier == "l1"
    story = told(NEW, *done, until="2026-02-01")
    assert (story.tier, story.out.decisions[-1].at) == ("l2", at("2026-01-08 10:00"))


@pytest.mark.parametrize("kind", ["check_in", "complaint", "survey"])
def test_what_is_no_task_makes_no_level(kind: str) -> None:
    assert told(NEW, *[did(f"2026-01-0{n} 10:00", kind) for n in (6, 7, 8)], until="2026-02-01").tier == "l1"


@pytest.mark.parametrize(
    ("orders", "last", "categories", "level"),
    [
        (35, "1000", 5, "l3"),
        (35, "999.99", 5, "l2"),
        (35, "1000", 4, "l2"),
        (34, "5000", 5, "l2"),
        (34, "100000", 5, "l2"),
        (36, "600", 5, "l3"),
    ],
)
def test_15000_and_36_orders_and_five_categories_together_make_the_third(
    orders: int, last: str, categories: int, level: str
) -> None:
    facts = [NEW, *often(orders, "400", *FIVE[:categories]), order("2026-06-01 10:00", last)]
    assert told(*facts, until="2026-06-01 09:59").tier == "l2"
    assert told(*facts, until="2026-06-01 10:00").tier == level


def test_the_fifth_category_may_be_what_was_missing() -> None:
    facts = [NEW, *often(40, "400", *FIVE[:4]), order("2026-06-01 10:00", "0.01", "fashion")]
    assert told(*facts, until="2026-06-01 09:59").tier == "l2"
    assert told(*facts, until="2026-06-01 10:00").tier == "l3"


@pytest.mark.parametrize(("second", "level"), [("2027-02-28 23:59:59", "l2"), ("2027-03-01 00:00", "l1")])
def test_twelve_months_count(second: str, level: str) -> None:
    facts = [NEW, order("2026-03-01 10:00", "1500"), order(second, "1500")]
    assert told(*facts, until=second).tier == level


def test_a_level_is_held_for_a_year_and_then_lost_one_by_one() -> None:
    assert told(*PRIVILEGED, until="2026-06-01 10:00").settled_on == "2027-06-01"
    assert told(*PRIVILEGED, until="2027-05-31 23:59:59").tier == "l3"
    story = told(*PRIVILEGED, until="2027-06-01 00:00")
    assert (story.tier, story.decided[-1], story.settled_on) == ("l2", "dropped l2", "2028-06-01")
    assert told(*PRIVILEGED, until="2028-06-01 00:00").decided[-1] == "dropped l1"


@pytest.mark.parametrize(("again", "level"), [("2999.99", "l1"), ("3000", "l2")])
def test_a_level_is_kept_with_what_reaches_it(again: str, level: str) -> None:
    facts = [NEW, order("2026-03-01 10:00", "3000"), order("2026-09-01 10:00", again)]
    assert told(*facts, until="2027-03-01 00:00").tier == level


# L1


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "20元"), ("en", "20 off")])
def test_the_hundred_points_for_joining_are_worth_a_coupon_of_20_yuan_once(language: str, words: str) -> None:
    assert told(NEW, until="2026-01-05 10:00").member.points == 100
    story = told(NEW, redeemed("2026-01-06 10:00", good="coupon_20"), until="2026-01-06 10:00")
    assert (story.member.points, story.refused) == (0, [])
    again = [order("2026-01-07 10:00", "500"), redeemed("2026-01-08 10:00", good="coupon_20")]
    story = told(NEW, redeemed("2026-01-06 10:00", good="coupon_20"), *again, until="2026-01-08 10:00")
    assert (story.member.points, story.refused) == (500, ["cap_reached"])
    redeem = shipped(NAME).programme.points.redeem
    assert redeem is not None
    assert words in redeem.goods["coupon_20"].label[language]


BIRTHDAY = "birthday#birthday_coupon#2026"


def test_the_month_of_a_birthday_brings_50_off_100_for_a_month() -> None:
    assert BIRTHDAY not in told(NEW, until="2026-05-31 23:59:59").open
    assert BIRTHDAY in told(NEW, until="2026-06-01 00:00").open
    assert BIRTHDAY in told(NEW, until="2026-06-20 23:59:59").open
    assert BIRTHDAY in told(NEW, until="2026-07-01 23:59:59").open
    assert BIRTHDAY not in told(NEW, until="2026-07-02 00:00").open


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "满 100 减 50"), ("en", "50 off 100")])
def test_the_month_is_told_of_at_nine_on_its_first_day(language: str, words: str) -> None:
    assert of("birthday", told(NEW, until="2026-06-01 08:59:59").said) == []
    story = told(NEW, until="2026-06-01 09:00")
    assert story.said[-1] == "birthday#2026"
    assert words in read(NAME, story.out.occurrences[-1], story.member, language).text
    assert of("birthday", told(NEW, until="2026-12-31").said) == ["birthday#2026"]


def test_each_level_has_the_birthday_coupon() -> None:
    assert BIRTHDAY in told(NEW, order("2026-03-01 10:00", "3000"), until="2026-06-01 00:00").open
    assert BIRTHDAY in told(*PRIVILEGED, until="2026-06-01 10:00").open


@pytest.mark.parametrize(("activity", "earned"), [("review", 50), ("share", 100)])
def test_the_first_review_and_the_first_share_earn_and_later_ones_do_not(activity: str, earned: int) -> None:
    assert points(did("2026-02-01 10:00", activity)) == earned
    story = told(NEW, *[did(f"2026-02-0{n} 10:00", activity) for n in (1, 2, 3)], until="2026-02-03 10:00")
    assert (story.member.points - 100, story.refused) == (earned, [])


# L2 and L3


@pytest.mark.parametrize(
    ("facts", "level", "benefits"),
    [
        ([NEW], "l1", ["wrapping"]),
        ([NEW, order("2026-03-01 10:00", "3000")], "l2", ["wrapping", "personal_service", "early_access"]),
        (PRIVILEGED, "l3", ["wrapping", "personal_service", "early_access", "salons"]),
    ],
)
def test_each_level_has_the_benefits_of_its_row_and_of_those_below(
    facts: list[AnyFact], level: str, benefits: list[str]
) -> None:
    story = told(*facts, until="2026-06-02 10:00")
    assert (story.tier, story.has) == (level, benefits)


@pytest.mark.parametrize(
    ("when", "is_one"),
    [
        ("2026-06-07 23:59:59", False),
        ("2026-06-08 00:00", True),
        ("2026-06-08 23:59:59", True),
        ("2026-06-09 00:00", False),
    ],
)
def test_member_day_is_five_percent_for_the_second_level_and_ten_for_the_third(when: str, is_one: bool) -> None:
    assert [one for one in told(NEW, order("2026-03-01 10:00", "3000"), until=when).has if "day" in one] == [
        "day_five"
    ] * is_one
    assert [one for one in told(*PRIVILEGED, until=when).has if "day" in one] == ["day_ten"] * is_one
    assert [one for one in told(NEW, until=when).has if "day" in one] == []


TWICE = ["custom#custom_service#0#l3#1", "custom#custom_service#0#l3#1#2"]


def test_the_third_level_has_two_custom_services_a_year() -> None:
    assert of("custom", told(*PRIVILEGED, until="2026-06-01 09:59").open) == []
    assert of("custom", told(*PRIVILEGED, until="2026-06-01 10:00").open) == TWICE
    one_used = [*PRIVILEGED, used("2026-06-05 10:00", TWICE[0])]
    assert of("custom", told(*one_used, until="2027-01-04 23:59:59").open) == TWICE[1:]
    next_year = [one.replace("#0#", "#1#") for one in TWICE]
    assert of("custom", told(*one_used, until="2027-01-05 00:00").open) == [TWICE[1], *next_year]
    assert of("custom", told(*one_used, until="2027-06-01 23:59:59").open) == [TWICE[1], *next_year]
    assert of("custom", told(*one_used, until="2027-06-02 00:00").open) == next_year
    assert of("custom", told(NEW, order("2026-03-01 10:00", "3000"), until="2027-12-01").granted) == []


@pytest.mark.parametrize("spent", ["300", "3000"])
def test_points_of_the_first_and_second_level_last_twelve_months(spent: str) -> None:
    facts = [NEW, order("2026-03-10 10:00", spent)]
    assert told(*facts, until="2027-03-10 23:59:59").member.points == int(spent)
    assert told(*facts, until="2027-03-11 00:00").member.points == 0


def test_points_of_the_third_level_never_expire_while_it_is_held() -> None:
    facts = [
        *PRIVILEGED,
        *[order(f"2027-{m:02}-{d:02} 10:00", "1000", FIVE[d % 5]) for m in (2, 3, 4) for d in range(1, 13)],
    ]
    kept = 100 + 15000 + 36000 + 500  # and half as much again for coming back in February
    assert told(*facts, until="2028-05-31").member.points == kept
    assert told(*facts, until="2028-05-31").tier == "l3"
    left = told(*facts, until="2028-06-01 00:00")
    assert (left.tier, left.member.points) == ("l2", kept), "usable for thirty days more"
    assert told(*facts, until="2028-07-01 23:59:59").member.points == kept
    assert told(*facts, until="2028-07-02 00:00").member.points == 0


# Points: chosen


@pytest.mark.parametrize(("paid", "earned"), [("0.99", 0), ("1", 1), ("149.99", 149)])
def test_every_full_yuan_is_a_point(paid: str, earned: int) -> None:
    assert points(order("2026-01-08 10:00", paid)) == earned


RICH = [NEW, order("2026-01-06 10:00", "9900")]
"""10,000 points."""


@pytest.mark.parametrize(
    ("spent", "paid", "refused"),
    [
        (100, "10", []),
        (100, "9.99", ["above_share"]),
        (1000, "100", []),
        (1100, "100", ["above_share"]),
        (150, "100", ["not_in_step"]),
        (50, "100", ["below_minimum"]),
        (10100, "10000", ["not_enough_points"]),
    ],
)
def test_a_hundred_points_are_two_yuan_at_most_a_fifth_of_an_order(spent: int, paid: str, refused: list[str]) -> None:
    amount = round(float(paid) * 100)
    story = told(*RICH, redeemed("2026-01-07 10:00", spent, order_amount=amount), until="2026-01-07 10:00")
    assert story.refused == refused
    assert story.member.points == 10000 - (0 if refused else spent)


# The first week


@pytest.mark.parametrize(
    ("when", "said", "given"),
    [
        ("2026-01-05 10:00", ["week_0"], ["gift_pack"]),
        ("2026-01-08 09:59:59", ["week_0"], ["gift_pack"]),
        ("2026-01-08 10:00", ["week_0", "week_3"], ["gift_pack"]),
        ("2026-01-12 09:59:59", ["week_0", "week_3"], ["gift_pack"]),
        ("2026-01-12 10:00", ["week_0", "week_3", "week_7_coupon"], ["gift_pack", "first_order_coupon"]),
        ("2026-01-12 23:59:59", ["week_0", "week_3", "week_7_coupon"], ["gift_pack", "first_order_coupon"]),
        ("2026-01-13 09:59:59", ["week_0", "week_3", "week_7_coupon"], ["first_order_coupon"]),
        ("2026-01-13 10:00", ["week_0", "week_3", "week_7_coupon"], []),
    ],
)
def test_days_0_3_and_7_of_who_has_not_ordered(when: str, said: list[str], given: list[str]) -> None:
    story = told(NEW, until=when)
    assert [one.journey for one in story.out.occurrences] == said
    assert [grant.benefit for grant in story.member.grants] == given


def test_the_coupon_of_the_seventh_day_is_valid_for_24_hours() -> None:
    story = told(NEW, until="2026-01-12 10:00")
    coupon = next(grant for grant in story.member.grants if grant.benefit == "first_order_coupon")
    assert coupon.until - coupon.at == 24 * 60 * 60 * 1000
    took = [NEW, order("2026-01-13 09:00", "50")]
    used_up = told(*took, used("2026-01-13 09:59:59", coupon.id), until="2026-01-13 09:59:59")
    assert (used_up.open, used_up.refused) == ([], [])
    assert told(*took, used("2026-01-13 10:00", coupon.id), until="2026-01-13 10:00").refused == ["no_such_grant"]


def test_an_adviser_is_to_call_on_the_seventh_day() -> None:
    (task,) = told(NEW, until="2026-01-12 10:00").member.tasks
    assert (task.journey, task.role, task.at) == ("week_7", "adviser", at("2026-01-12 10:00"))
    assert (task.due, task.until) == (at("2026-01-12 22:00"), at("2026-01-14 00:00"))
    done = told(NEW, task_done("2026-01-12 15:00", "week_7#1"), until="2026-01-20")
    assert done.tasks == ["open week_7#1", "done week_7#1"]
    assert told(NEW, until="2026-01-13 23:59:59").tasks == ["open week_7#1"]
    assert told(NEW, until="2026-01-14 00:00").tasks[-1] == "lapsed week_7#1"


@pytest.mark.parametrize(
    ("ordered", "said", "tasks"),
    [
        ("2026-01-05 10:01", ["week_0"], []),
        ("2026-01-08 09:59:59", ["week_0"], []),
        ("2026-01-08 10:00:01", ["week_0", "week_3"], []),
        ("2026-01-12 09:59:59", ["week_0", "week_3"], []),
        ("2026-01-12 11:00", ["week_0", "week_3", "week_7_coupon"], ["open week_7#1", "withdrawn week_7#1"]),
    ],
)
def test_the_first_order_ends_the_series_at_once(ordered: str, said: list[str], tasks: list[str]) -> None:
    story = told(NEW, order(ordered, "20"), until="2026-01-20")
    assert [one.journey for one in story.out.occurrences] == said
    assert story.tasks == tasks


def test_a_message_of_the_series_that_waits_is_not_sent_to_who_has_ordered() -> None:
    facts = [reachable(), AGREED]
    assert leaves(told(*facts, until="2026-01-08 10:00")) == "app"
    assert leaves(told(*facts, order("2026-01-08 10:05", "20"), until="2026-01-08 10:10")) == "withdrawn"


def test_who_bought_in_a_store_before_he_joined_is_no_newcomer() -> None:
    story = told(order("2025-12-01 10:00", "80"), NEW, until="2026-01-20")
    assert [one for one in story.said if "week" in one] == []
    assert story.open == story.tasks == []


def test_the_three_tasks_of_the_list_earn_50_30_and_100_points_once() -> None:
    done = {"profile": 50, "follow": 30, "add_adviser": 100}
    for activity, earned in done.items():
        assert points(did("2026-01-08 11:00", activity)) == earned
        assert points(did("2026-01-08 11:00", activity), did("2026-01-09 11:00", activity)) == earned
    story = told(NEW, *[did(f"2026-01-08 11:0{n}", one) for n, one in enumerate(done)], until="2026-01-08 12:00")
    assert (story.member.points, story.tier) == (280, "l2"), "and all three are three tasks"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_task_list_says_what_each_task_earns(language: str) -> None:
    story = told(NEW, until="2026-01-08 10:00")
    text = read(NAME, story.out.occurrences[-1], story.member, language).text
    rows = [line for line in text.splitlines() if line[:1].isdigit()]
    assert [re.findall(r"\d+", line) for line in rows] == [["1", "50"], ["2", "30"], ["3", "100"]]


# Dormancy

BOUGHT = order("2026-01-31 22:00", "100", "beauty")
"""30, 60 and 90 days after it: 2 March, 1 April and 1 May."""
SPELL = day("2026-01-31")


@pytest.mark.parametrize(
    ("when", "steps"),
    [
        ("2026-03-02 09:59:59", 0),
        ("2026-03-02 10:00", 1),
        ("2026-04-01 09:59:59", 1),
        ("2026-04-01 10:00", 3),
        ("2026-05-01 09:59:59", 3),
        ("2026-05-01 10:00", 4),
        ("2027-12-31", 4),
    ],
)
def test_the_steps_of_30_60_and_90_days_each_once_a_spell(when: str, steps: int) -> None:
    said = [one for one in told(NEW, BOUGHT, until=when).said if one.startswith("wake")]
    expected = [f"{step}#{SPELL}" for step in ("wake_30", "wake_60", "wake_60_app", "wake_90_form")]
    assert said == expected[:steps]


def test_an_order_begins_another_spell() -> None:
    again = order("2026-03-20 10:00", "100")
    said = [one for one in told(NEW, BOUGHT, again, until="2026-05-18 12:00").said if one.startswith("wake")]
    assert said == [f"wake_30#{SPELL}", f"wake_30#{day('2026-03-20')}"]
    assert told(NEW, BOUGHT, again, until="2026-05-19 10:00").said[-1] == f"wake_60_app#{day('2026-03-20')}"


@pytest.mark.parametrize(
    ("back", "paid", "earned"),
    [
        ("2026-03-01 23:59:59", "200", 200),
        ("2026-03-02 00:00", "200", 300),
        ("2026-03-02 00:00", "199.99", 199),
        ("2026-06-01 10:00", "200", 300),
    ],
)
def test_after_30_days_an_order_from_200_earns_half_as_much_again(back: str, paid: str, earned: int) -> None:
    assert points(BOUGHT, order(back, paid)) - 100 == earned


@pytest.mark.parametrize(
    ("language", "words", "shown", "plain"),
    [
        ("zh-CN", ("200", "50%"), "您常逛的家居、美妆上了新品", "店里上了不少新品"),
        ("en", ("200", "50 %"), "something new in home, beauty", "a lot that is new"),
    ],
)
def test_the_first_step_tells_of_points_and_picks_by_what_he_bought(
    language: str, words: tuple[str, str], shown: str, plain: str
) -> None:
    story = told(
        NEW,
        order("2026-01-20 10:00", "50", "beauty"),
        order("2026-01-31 22:00", "50", "home"),
        until="2026-03-02 10:00",
    )
    message = read(NAME, story.out.occurrences[-1], story.member, language)
    assert all(word in message.text + message.subject for word in words)
    assert shown in message.text
    story = told(NEW, order("2026-01-31 22:00", "50", "sundries"), until="2026-03-02 10:00")
    assert plain in read(NAME, story.out.occurrences[-1], story.member, language).text


def test_after_60_days_by_sms_and_in_the_app_with_a_coupon_and_an_adviser() -> None:
    journeys = shipped(NAME).programme.journeys
    assert (journeys["wake_60"].channels, journeys["wake_60_app"].channels) == (("sms",), ("app",))
    story = told(NEW, BOUGHT, until="2026-04-01 10:00")
    coupon = f"wake_60#return_coupon#{SPELL}"
    assert story.open == [coupon]
    (task,) = story.member.tasks
    assert (task.journey, task.role, task.at) == ("wake_60_adviser", "adviser", at("2026-04-01 10:00"))
    assert (task.due, task.until) == (at("2026-04-04 00:00"), at("2026-04-15 00:00"))
    assert told(NEW, BOUGHT, until="2026-04-15 23:59:59").open == [coupon]
    assert told(NEW, BOUGHT, until="2026-04-16 00:00").open == []


def test_an_order_calls_the_adviser_off() -> None:
    story = told(NEW, BOUGHT, order("2026-04-02 10:00", "10"), until="2026-04-02 10:00")
    assert story.tasks[-2:] == [f"open wake_60_adviser#{SPELL}", f"withdrawn wake_60_adviser#{SPELL}"]


ADVANCED = order("2026-01-30 10:00", "3000", "home")


@pytest.mark.parametrize(
    ("facts", "called"),
    [([NEW, BOUGHT], False), ([NEW, ADVANCED, BOUGHT], True), ([*PRIVILEGED], True)],
    ids=["l1", "l2", "l3"],
)
def test_after_90_days_the_second_and_third_level_are_called_and_the_first_is_asked_in_writing(
    facts: list[AnyFact], called: bool
) -> None:
    last = "2026-06-01" if "last" in str(facts) and len(facts) > 9 else "2026-01-31"
    story = told(*facts, until="2026-12-31")
    assert of("wake_90_form", story.said) == [f"wake_90_form#{day(last)}"] * (not called)
    opened = [
        change.task for change in story.out.tasks if change.state == "open" and change.task.journey == "wake_90_call"
    ]
    assert [task.id for task in opened] == [f"wake_90_call#{day(last)}"] * called
    if called:
        begins = {"2026-01-31": "2026-05-01", "2026-06-01": "2026-08-30"}[last]
        assert (opened[0].role, opened[0].at) == ("adviser", at(f"{begins} 10:00"))
        assert opened[0].due - at(f"{begins} 00:00") == 5 * 86_400_000
        assert opened[0].until - at(f"{begins} 00:00") == 14 * 86_400_000


REWARDS = [("price", "for_the_price", "price_coupon"), ("service", "for_the_service", "service_upgrade")]


@pytest.mark.parametrize(("answer", "journey", "benefit"), REWARDS)
def test_the_answer_of_who_was_called_decides(answer: str, journey: str, benefit: str) -> None:
    done = task_done("2026-05-02 11:00", f"wake_90_call#{SPELL}", answer)
    story = told(NEW, ADVANCED, BOUGHT, done, until="2026-05-02 11:00")
    assert [grant.benefit for grant in story.member.grants] == [benefit]
    assert story.out.occurrences[-1].journey == journey
    assert told(NEW, ADVANCED, BOUGHT, until="2026-05-02 11:00").open == []


@pytest.mark.parametrize(("answer", "journey", "benefit"), REWARDS)
def test_the_answer_of_who_was_written_to_decides(answer: str, journey: str, benefit: str) -> None:
    story = told(NEW, BOUGHT, answered("2026-05-03 20:00", "why_gone", answer), until="2026-05-03 20:00")
    assert [grant.benefit for grant in story.member.grants] == [benefit]
    assert story.out.occurrences[-1].journey == journey


@pytest.mark.parametrize(("answer", "refused"), [("products", []), ("other", []), ("weather", ["unknown_answer"])])
def test_other_answers_bring_nothing(answer: str, refused: list[str]) -> None:
    story = told(NEW, BOUGHT, answered("2026-05-03 20:00", "why_gone", answer), until="2026-05-03 20:00")
    assert (story.open, story.refused) == ([], refused)


@pytest.mark.parametrize(
    ("answer", "last", "over"),
    [
        ("price", "2026-05-17 23:59:59", "2026-05-18 00:00"),
        ("service", "2026-08-03 23:59:59", "2026-08-04 00:00"),
    ],
)
def test_what_an_answer_brings_lasts_a_fortnight_or_three_months(answer: str, last: str, over: str) -> None:
    facts = [NEW, BOUGHT, answered("2026-05-03 20:00", "why_gone", answer)]
    benefit = {one[0]: one[2] for one in REWARDS}[answer]
    assert benefit in [grant.benefit for grant in told(*facts, until=last).member.grants]
    assert benefit not in [grant.benefit for grant in told(*facts, until=over).member.grants]


@pytest.mark.parametrize(
    ("journey", "language", "words"),
    [
        ("wake_60", "zh-CN", ("满 300 减 100", "60 天", "14 天", "专属顾问")),
        ("wake_60", "en", ("100 off 300", "60 days", "14 days", "adviser")),
        ("wake_90_form", "zh-CN", ("90 天", "价格", "服务")),
        ("wake_90_form", "en", ("90 days", "price", "service")),
    ],
)
def test_what_the_later_steps_say(journey: str, language: str, words: tuple[str, ...]) -> None:
    story = told(NEW, BOUGHT, until="2026-05-01 10:00")
    occurrence = next(one for one in story.out.occurrences if one.journey == journey)
    text = read(NAME, occurrence, story.member, language).text
    assert [word for word in words if word not in text] == []


# Return


def won_back(*facts: AnyFact, only: str = "") -> dict[str, tuple[int, int]]:
    """Of each step of the first spell, were all sent, or one: how many it reached, how many an order counts for."""
    story = told(NEW, *facts, until="2026-12-31")
    became: list[lift.Told] = [(one, "sent") for one in story.out.occurrences if one.anchor == SPELL]
    became = [(one, state) for one, state in became if only in ("", one.journey)]
    became += [(one.task, one.state) for one in story.out.tasks if one.task.anchor == SPELL and one.state != "open"]
    steps = lift.steps(story.rules, [(became, [NEW, *facts])], story.now)
    return {name: (step.reached, step.won_back) for name, step in steps.items()}


@pytest.mark.parametrize(
    ("back", "steps"),
    [
        ("2026-03-02 09:59", {}),
        ("2026-03-02 10:01", {"wake_30": (1, 1)}),
        ("2026-03-31 23:59:59", {"wake_30": (1, 1)}),
        ("2026-04-01 09:59", {"wake_30": (1, 1)}),
        ("2026-04-01 10:01", {"wake_30": (1, 0), "wake_60": (1, 1)}),
        ("2026-05-01 09:59", {"wake_30": (1, 0), "wake_60": (1, 1)}),
        ("2026-05-01 10:01", {"wake_30": (1, 0), "wake_60": (1, 0), "wake_90_form": (1, 1)}),
        ("2026-05-31 23:59:59", {"wake_30": (1, 0), "wake_60": (1, 0), "wake_90_form": (1, 1)}),
        ("2026-06-01 00:00", {"wake_30": (1, 0), "wake_60": (1, 0), "wake_90_form": (1, 0)}),
    ],
)
def test_an_order_within_30_days_of_a_step_was_won_back_by_that_step(
    back: str, steps: dict[str, tuple[int, int]]
) -> None:
    assert won_back(BOUGHT, order(back, "10")) == steps


@pytest.mark.parametrize(("back", "counted"), [("2026-05-31 23:59:59", 1), ("2026-06-01 00:00", 0)])
def test_a_call_wins_back_too_once_it_is_done(back: str, counted: int) -> None:
    call = task_done("2026-05-03 11:00", f"wake_90_call#{SPELL}", "other")
    assert won_back(ADVANCED, BOUGHT, call, order(back, "10"))["wake_90_call"] == (1, counted)
    assert won_back(ADVANCED, BOUGHT, order(back, "10")).get("wake_90_call", (0, 0)) == (0, 0)


@pytest.mark.parametrize(
    ("step", "last", "over"),
    [
        ("wake_30", "2026-04-01 23:59:59", "2026-04-02 00:00"),
        ("wake_60", "2026-05-01 23:59:59", "2026-05-02 00:00"),
        ("wake_90_form", "2026-05-31 23:59:59", "2026-06-01 00:00"),
    ],
)
def test_each_step_counts_for_30_days_where_no_later_one_has_reached_him(step: str, last: str, over: str) -> None:
    assert won_back(BOUGHT, order(last, "10"), only=step)[step] == (1, 1)
    assert won_back(BOUGHT, order(over, "10"), only=step)[step] == (1, 0)


def test_rates_are_reported_by_step_beside_those_of_their_year() -> None:
    story = told(NEW, BOUGHT, order("2026-03-03 10:00", "10"), until="2026-12-31")
    report = Year(story.rules, story.now)
    became: list[lift.Told] = [(one, "sent") for one in story.out.occurrences]
    history = History()
    member = fold(story.rules, "m", story.facts, story.now, out := Outcome(entries=[]), history)
    report.add(member, story.facts, out, history, became)
    assert {one.name: one.target for one in report.reached()} == {
        "win_back wake_30": 42,
        "win_back wake_60": 28,
        "win_back wake_90_call": 15,
        "win_back wake_90_form": 15,
    }
    assert next((one.part, one.whole) for one in report.reached() if one.name == "win_back wake_30") == (1, 2)


def test_an_order_that_goes_back_was_no_return() -> None:
    back = order("2026-03-03 10:00", "10", id="a")
    assert won_back(BOUGHT, back, refund("2026-03-20 10:00", None, "a"))["wake_30"] == (1, 0)


# Tags


def tagged(*facts: AnyFact, until: str) -> set[str]:
    story = told(NEW, *facts, until=until)
    tags = entitled(story.rules, "m", (NEW, *facts), story.now).tags
    return {name for name, seen in tags.items() if all(one.met for one in seen)}


def every(days: int, count: int, *, coupons: int = 0, since: str = "2026-01-10", amount: str = "100") -> list[Order]:
    """Orders so many days apart, the first ``coupons`` of them with a coupon."""
    first = date.fromisoformat(since)
    return [
        order(f"{first + timedelta(days * n)} 10:00", amount, coupon_codes=("c",) if n < coupons else ())
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("tag", "without", "with_it"),
    [
        ("frequent", every(40, 9), every(35, 10)),
        ("big_basket", every(40, 2, amount="499.99"), every(40, 2, amount="500")),
        ("weekly", every(4, 5), every(5, 5)),
        ("weekly", every(10, 5), every(9, 5)),
        ("beauty", [order(f"2026-02-0{n} 10:00", "9", "beauty") for n in (1, 2)], often(3, "9", "beauty")),
        ("price_sensitive", every(10, 2, coupons=2), every(10, 3, coupons=3)),
        ("price_sensitive", every(10, 5, coupons=2), every(10, 4, coupons=2)),
        ("monthly_stock", every(24, 4), every(25, 4)),
        ("monthly_stock", every(36, 4), every(35, 4)),
        (
            "talkative",
            [did(f"2026-12-0{n} 10:00", "community") for n in range(2, 6)],
            [did(f"2026-12-0{n} 10:00", "community") for n in range(2, 7)],
        ),
        (
            "talkative",
            [did(f"2026-12-0{n} 10:00", "community") for n in range(1, 6)],
            [did(f"2026-12-0{n} 10:00", "community") for n in range(2, 7)],
        ),
        ("critic", [], [did("2026-02-01 10:00", "complaint")]),
    ],
)
def test_tags_of_five_groups_begin_at_their_figures(tag: str, without: list[AnyFact], with_it: list[AnyFact]) -> None:
    assert tag not in tagged(*without, until="2026-12-31")
    assert tag in tagged(*with_it, until="2026-12-31")


def test_there_are_tags_of_each_group() -> None:
    groups = {tag.group for tag in shipped(NAME).programme.tags.values()}
    assert groups == {"purchase", "preference", "interaction", "scene", "feedback"}


# Campaigns by tags

SAVER = every(30, 4, coupons=2, since="2026-01-15")
"""15 January, 14 February, 16 March and 15 April, two of four with a coupon."""


def stocked(*facts: AnyFact, until: str) -> list[str]:
    return of("stock_up", told(NEW, *facts, until=until).said)


def test_on_the_20th_who_looks_at_prices_and_stocks_up_monthly_has_80_off_300_for_three_days() -> None:
    this = f"stock_up#{day('2026-04-20')}"
    assert this not in stocked(*SAVER, until="2026-04-20 09:59:59")
    assert this in stocked(*SAVER, until="2026-04-20 10:00")
    coupon = f"stock_up#stock_up_coupon#{day('2026-04-20')}"
    assert coupon in told(NEW, *SAVER, until="2026-04-23 23:59:59").open
    assert coupon not in told(NEW, *SAVER, until="2026-04-24 00:00").open


@pytest.mark.parametrize(
    "facts",
    [
        every(30, 4, coupons=1, since="2026-01-15"),
        every(20, 4, coupons=4, since="2026-02-15"),
        [*SAVER, order("2026-04-19 10:00", "3000", coupon_codes=("c",))],
    ],
    ids=["pays full prices", "comes more often", "has the second level"],
)
def test_others_have_no_such_coupon(facts: list[AnyFact]) -> None:
    assert f"stock_up#{day('2026-04-20')}" not in stocked(*facts, until="2026-04-21")


def parent(orders: int, organic: int, since: str = "2026-04-01") -> list[Order]:
    """Orders for mother and baby, a week apart, the last ``organic`` of them organic; with them L2."""
    first = date.fromisoformat(since)
    return [
        order(f"{first + timedelta(7 * n)} 10:00", "600", "mother_and_baby", *["organic"] * (n >= orders - organic))
        for n in range(orders)
    ]


@pytest.mark.parametrize(
    ("orders", "organic", "invited"), [(5, 5, 0), (6, 6, 1), (6, 5, 1), (6, 4, 0), (10, 7, 1), (10, 6, 0)]
)
def test_six_orders_for_mother_and_baby_in_a_quarter_seventy_percent_organic_bring_a_lecture_and_a_sample(
    orders: int, organic: int, invited: int
) -> None:
    story = told(NEW, *parent(orders, organic), until="2026-07-01")
    assert len(of("organic", story.said)) == invited


def test_the_invitation_comes_with_the_sixth_order() -> None:
    six = parent(6, 6)
    assert of("organic", told(NEW, *six, until="2026-05-06 09:59:59").said) == []
    story = told(NEW, *six, until="2026-05-06 10:00")
    assert story.said[-1] == "organic#2026-05-06 10:00"
    assert [grant.benefit for grant in story.member.grants] == ["lecture", "organic_sample"]
    assert of("organic", told(NEW, *six, until="2026-06-06 23:59:59").open) != []
    assert of("organic", told(NEW, *six, until="2026-06-07 00:00").open) == []


def test_it_comes_again_after_three_months_at_the_soonest() -> None:
    weekly = parent(20, 20)
    first, second = (f"organic#{one} 10:00" for one in ("2026-05-06", "2026-08-12"))
    assert of("organic", told(NEW, *weekly, until="2026-08-12 09:59").said) == [first]
    assert of("organic", told(NEW, *weekly, until="2026-08-12 10:00").said) == [first, second]


def test_it_is_for_the_second_level_and_for_six_within_three_months() -> None:
    cheap = [order(one.id, "40", *one.categories) for one in parent(6, 6)]
    assert of("organic", told(NEW, *cheap, until="2026-07-01").said) == []
    assert told(NEW, *cheap, until="2026-07-01").tier == "l1"
    for since, invited in (("2026-02-06", 1), ("2026-02-05", 0)):
        early = order(f"{since} 10:00", "600", "mother_and_baby", "organic")
        story = told(NEW, early, *parent(5, 5, since="2026-04-07"), until="2026-05-05 23:00")
        assert len(of("organic", story.said)) == invited


# Badges and trials

EARNED: dict[str, list[AnyFact]] = {
    "spender": [order("2026-02-01 10:00", "5000")],
    "regular": often(24, "1"),
    "explorer": [order("2026-02-01 10:30", "1", *FIVE[:4])],
    "loyal": [order(f"2026-0{month}-01 11:00", "1") for month in range(2, 8)],
    "sharer": [did(f"2026-02-{n:02} 10:00", "share") for n in range(1, 11)],
    "participant": [did(f"2026-02-{n:02} 11:00", "community") for n in range(1, 9)],
    "reviewer": [did(f"2026-02-{n:02} 12:00", "review") for n in range(1, 8)],
    "early_bird": [did(f"2026-0{month}-{n:02} 13:00", "check_in") for month in (2, 3, 4) for n in range(1, 21)],
    "adviser": [did(f"2026-02-{n:02} 14:00", "survey") for n in range(1, 4)],
    "host": [did(f"2026-02-{n:02} 15:00", "referral") for n in range(1, 3)],
}


def badges(*facts: AnyFact) -> set[str]:
    return {name for name, times in told(NEW, *facts, until="2026-12-01").member.badges.items() if times > 0}


def test_there_are_ten_kinds_of_badges() -> None:
    assert set(shipped(NAME).programme.badges) == set(EARNED)
    assert len(EARNED) == 10


@pytest.mark.parametrize("name", EARNED)
def test_a_badge_is_earned_with_its_figure_and_not_before(name: str) -> None:
    assert name in badges(*EARNED[name])
    assert name not in badges(*EARNED[name][:-1])


@pytest.mark.parametrize(("name", "almost"), [("spender", "4999.99"), ("explorer", "1")])
def test_a_badge_of_one_order_is_not_earned_with_less(name: str, almost: str) -> None:
    assert name not in badges(order("2026-02-01 10:00", almost, *FIVE[:3]))


def all_badges(count: int) -> list[AnyFact]:
    return [fact for name in list(EARNED)[:count] for fact in EARNED[name]]


TRIAL = "five_badges#l3_month#1"


def test_five_badges_are_a_month_of_the_third_level_and_not_the_level() -> None:
    facts = [NEW, *all_badges(5)]
    assert told(NEW, *all_badges(4), until="2026-12-01").member.grants == []
    story = told(*facts, until="2026-07-01 11:00")
    assert len([times for times in story.member.badges.values() if times > 0]) == 5
    assert of("five_badges", story.open) == [TRIAL]
    assert story.tier == "l2"
    assert "salons" in story.has
    assert "salons" in told(*facts, until="2026-08-01 23:59:59").has
    assert "salons" not in told(*facts, until="2026-08-02 00:00").has


def test_ten_badges_are_the_gift_of_the_year_and_each_comes_once() -> None:
    assert of("ten_badges", told(NEW, *all_badges(9), until="2026-12-01").granted) == []
    again = [did(f"2026-10-{n:02} 10:00", "share") for n in range(1, 11)]
    story = told(NEW, *all_badges(10), *again, until="2026-12-01")
    assert [one for one in story.granted if "badges#" in one] == [
        f"given {TRIAL}",
        "given ten_badges#annual_gift#1",
    ]


def test_a_published_story_is_a_month_of_the_third_level_with_a_box() -> None:
    story = told(NEW, did("2026-03-10 10:00", "story_published"), until="2026-03-10 10:00")
    assert story.tier == "l1"
    assert [grant.benefit for grant in story.member.grants] == ["l3_month", "story_box"]
    assert story.has == ["wrapping", "personal_service", "early_access", "salons"]
    assert told(NEW, did("2026-03-10 10:00", "story_published"), until="2026-04-10 23:59:59").has == story.has
    after = told(NEW, did("2026-03-10 10:00", "story_published"), until="2026-04-11 00:00")
    assert after.has == ["wrapping"]
    assert [grant.benefit for grant in after.member.grants] == ["story_box"]


def test_a_trial_spares_no_points_and_brings_no_custom_service() -> None:
    facts = [NEW, did("2026-12-20 10:00", "story_published")]
    assert told(*facts, until="2027-01-05 23:59:59").member.points == 100
    assert told(*facts, until="2027-01-06 00:00").member.points == 0
    assert of("custom", told(*facts, until="2027-01-06").granted) == []


@pytest.mark.parametrize(
    ("language", "words"), [("zh-CN", ("消费达人", "5 枚", "10 枚")), ("en", ("Spender", "Five", "ten"))]
)
def test_a_badge_is_told_of_with_what_five_and_ten_bring(language: str, words: tuple[str, ...]) -> None:
    story = told(NEW, *EARNED["spender"], until="2026-02-01 10:00")
    assert of("badge", story.said) == ["badge#spender#1"]
    message = next(one for one in story.out.occurrences if one.journey == "badge")
    text = read(NAME, message, story.member, language).text
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "尊享会员"), ("en", "L3 Privileged")])
def test_five_days_before_a_trial_ends_he_hears_of_it(language: str, word: str) -> None:
    published = did("2026-03-10 10:00", "story_published")
    assert of("trial_ending", told(NEW, published, until="2026-04-05 09:59:59").said) == []
    story = told(NEW, published, until="2026-04-05 10:00")
    text = read(NAME, story.out.occurrences[-1], story.member, language).text
    assert word in text
    assert "2026-04-10" in text


# Channels, partners, anniversaries


@pytest.mark.parametrize(
    ("channel", "earned"), [("store", 300), ("app", 150), ("mini_program", 150), ("live_stream", 150)]
)
def test_points_are_doubled_in_a_store_and_wrapping_is_free(channel: str, earned: int) -> None:
    assert points(order("2026-01-08 10:00", "150", channel=channel)) == earned
    assert "wrapping" in told(NEW, until="2026-01-08").has


def test_one_balance_and_one_level_over_all_channels() -> None:
    facts = [
        order(f"2026-02-0{n} 10:00", "1000", channel=channel)
        for n, channel in enumerate(("store", "app", "live_stream"), 1)
    ]
    story = told(NEW, *facts, until="2026-02-03 10:00")
    assert (story.tier, story.member.points) == ("l2", 100 + 2000 + 1000 + 1000)


@pytest.mark.parametrize(("spent", "refused"), [(100, []), (2500, []), (150, ["not_in_step"])])
def test_a_hundred_points_are_fifty_of_a_partner(spent: int, refused: list[str]) -> None:
    story = told(*RICH, redeemed("2026-01-07 10:00", spent, partner="dining"), until="2026-01-07 10:00")
    assert (story.member.points, story.refused) == (10000 - (0 if refused else spent), refused)
    redeem = shipped(NAME).programme.points.redeem
    assert redeem is not None
    assert (redeem.partners["dining"].points, redeem.partners["dining"].theirs) == (100, 50)


@pytest.mark.parametrize(
    ("good", "price", "words"),
    [("cinema", 2000, ("电影票1张", "A cinema ticket")), ("coffee", 3000, ("咖啡券2张", "Two coffee vouchers"))],
)
def test_points_buy_cinema_tickets_and_coffee(good: str, price: int, words: tuple[str, str]) -> None:
    story = told(*RICH, redeemed("2026-01-07 10:00", good=good), until="2026-01-07 10:00")
    assert (story.member.points, story.refused) == (10000 - price, [])
    redeem = shipped(NAME).programme.points.redeem
    assert redeem is not None
    assert tuple(redeem.goods[good].label[language] for language in ("zh-CN", "en")) == words


def test_3_5_and_10_years_of_membership_bring_a_gift_each_once() -> None:
    gifts = [f"loyalty#loyalty_gift#{years}" for years in (3, 5, 10)]
    assert of("loyalty", told(NEW, until="2029-01-04 23:59:59").open) == []
    assert of("loyalty", told(NEW, until="2029-01-05 00:00").open) == gifts[:1]
    assert of("loyalty", told(NEW, until="2031-01-04 23:59:59").open) == gifts[:1]
    assert of("loyalty", told(NEW, until="2031-01-05 00:00").open) == gifts[:2]
    assert of("loyalty", told(NEW, until="2036-01-05 00:00").open) == gifts
    assert of("loyalty", told(NEW, until="2047-01-05 00:00").open) == gifts


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "3 年"), ("en", "3 years")])
def test_an_anniversary_is_told_at_nine(language: str, words: str) -> None:
    assert of("anniversary", told(NEW, until="2029-01-05 08:59:59").said) == []
    story = told(NEW, until="2029-01-05 09:00")
    assert story.said[-1] == "anniversary#3"
    assert words in read(NAME, story.out.occurrences[-1], story.member, language).text
    assert of("anniversary", told(NEW, until="2040-01-01").said) == ["anniversary#3", "anniversary#5", "anniversary#10"]


# Labels and costs


@pytest.mark.parametrize(
    ("benefit", "words"),
    [
        ("personal_service", ("2小时", "2 hours")),
        ("early_access", ("48小时", "48 hours")),
        ("day_five", ("95折", "5 %")),
        ("day_ten", ("9折", "10 %")),
        ("gift_pack", ("1元", "1 yuan")),
        ("first_order_coupon", ("满50减20", "20 off 50")),
        ("birthday_coupon", ("满100减50", "50 off 100")),
        ("return_coupon", ("满300减100", "100 off 300")),
        ("price_coupon", ("满200减100", "100 off 200")),
        ("stock_up_coupon", ("满300减80", "80 off 300")),
        ("l3_month", ("1个月", "A month")),
    ],
)
def test_a_benefit_is_worth_what_its_label_says(benefit: str, words: tuple[str, str]) -> None:
    found = shipped(NAME).programme.benefits[benefit]
    assert words[0] in found.label["zh-CN"]
    assert words[1] in found.label["en"]
    if found.kind == "coupon":
        assert words == (f"满{found.from_}减{found.off}", f"{found.off} off {found.from_}")
    if found.kind == "discount":
        assert words[1] == f"{found.percent} %"


def test_whatever_is_given_and_each_point_has_its_cost() -> None:
    assert told(NEW, until="2026-02-01").rules.benefits.costs == {
        "custom_service": 15000,
        "gift_pack": 1900,
        "first_order_coupon": 2000,
        "birthday_coupon": 5000,
        "return_coupon": 10000,
        "price_coupon": 10000,
        "service_upgrade": 3000,
        "stock_up_coupon": 8000,
        "organic_sample": 2500,
        "story_box": 6000,
        "annual_gift": 20000,
        "loyalty_gift": 10000,
    }
    assert shipped(NAME).programme.points.cost == "0.02"


# Messages


@pytest.mark.parametrize(
    ("language", "subject", "word"),
    [("zh-CN", "恭喜您成为进阶会员", "每 100 积分可抵 2 元"), ("en", "You are L2 Advanced now", "2 yuan off")],
)
def test_a_level_reached_is_told_at_once(language: str, subject: str, word: str) -> None:
    story = told(NEW, order("2026-02-10 10:00", "3000"), until="2026-02-10 10:00")
    (message,) = [one for one in story.out.occurrences if one.journey == "upgrade"]
    assert (message.id, message.at) == ("upgrade#l2#1", at("2026-02-10 10:00"))
    said = read(NAME, message, story.member, language)
    assert said.subject == subject
    assert word in said.text


@pytest.mark.parametrize(
    ("language", "words"), [("zh-CN", "从进阶会员调整为基础会员"), ("en", "from L2 Advanced to L1 Basic")]
)
def test_a_level_lost_is_told_when_the_quiet_hours_are_over(language: str, words: str) -> None:
    story = told(NEW, order("2026-02-10 10:00", "3000"), until="2027-02-10 00:00")
    (message,) = [one for one in story.out.occurrences if one.journey == "lost"]
    assert message.at == at("2027-02-10 08:30")
    assert words in read(NAME, message, story.member, language).text


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "100 积分"), ("en", "100 of your points")])
def test_thirty_days_before_points_end_he_hears_how_many_and_when(language: str, word: str) -> None:
    assert of("expiring", told(NEW, until="2026-12-06 09:59:59").said) == []
    story = told(NEW, until="2026-12-06 10:00")
    text = read(NAME, story.out.occurrences[-1], story.member, language).text
    assert word in text
    assert "2027-01-05" in text


def test_the_third_level_hears_of_no_points_that_end() -> None:
    assert of("expiring", told(*PRIVILEGED, until="2027-05-31").said) == []


def test_member_day_is_told_in_the_morning_to_the_second_and_third_level() -> None:
    facts = [NEW, order("2026-02-10 10:00", "3000")]
    assert of("member_day", told(*facts, until="2026-03-08 09:29:59").said) == []
    assert of("member_day", told(*facts, until="2026-03-08 09:30").said) == [f"member_day#{day('2026-03-08')}"]
    assert len(of("member_day", told(*facts, until="2027-02-09 23:00").said)) == 12
    assert of("member_day", told(NEW, until="2026-12-31").said) == []


USEFUL_FOR = {
    "1 day": {"week_0", "week_7_coupon", "member_day"},
    "2 days": {"week_3", "week_7", "stock_up"},
    "3 days": {"organic"},
    "4 days": {"trial_ending"},
    "7 days": {
        "upgrade",
        "lost",
        "expiring",
        "wake_30",
        "wake_60",
        "wake_60_app",
        "wake_90_form",
        "for_the_price",
        "for_the_service",
        "badge",
        "anniversary",
    },
    "14 days": {"wake_60_adviser", "wake_90_call", "birthday"},
}


def test_how_long_each_message_and_task_is_of_use() -> None:
    found: dict[str, set[str]] = {}
    for name, journey in shipped(NAME).programme.journeys.items():
        found.setdefault(journey.useful_for, set()).add(name)
    assert found == USEFUL_FOR


def test_a_tenth_is_held_out_of_what_gives_nothing_to_see_what_it_is_worth() -> None:
    held_out = {name: one.holdout for name, one in shipped(NAME).programme.journeys.items() if one.holdout}
    assert held_out == {"wake_30": 10}


MESSAGES = ["anniversary", "badge", "birthday", "expiring", "for_the_price", "for_the_service", "lost", "member_day"]
MESSAGES += ["organic", "stock_up", "trial_ending", "upgrade", "wake_30", "wake_60", "week_0", "week_3", "week_7"]
MESSAGES += ["why_gone"]


@pytest.mark.parametrize("key", MESSAGES)
def test_every_message_has_a_short_form_in_both_languages(key: str) -> None:
    texts = shipped(NAME).messages[key]
    assert all(texts[language].short for language in ("zh-CN", "en"))
    assert sorted(shipped(NAME).messages) == MESSAGES


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "拒收请回复R"), ("en", "Reply STOP")])
def test_marketing_by_sms_says_how_to_stop_it(language: str, words: str) -> None:
    said = shipped(NAME)
    journeys = said.programme.journeys.values()
    by_sms = {one.message or "" for one in journeys if one.purpose == "marketing" and "sms" in one.channels}
    assert {"week_0", "week_3", "week_7", "wake_60"} <= by_sms
    assert all(words in (said.messages[key][language].short or "") for key in by_sms)


# Rules common to all


def test_a_refund_takes_back_spend_orders_points_and_the_level_at_once() -> None:
    facts = [NEW, order("2026-02-10 10:00", "3000", "home", id="a"), refund("2026-02-11 10:00", "0.01", "a")]
    story = told(*facts, until="2026-02-11 10:00")
    assert (story.tier, story.decided[-1], story.member.points) == ("l1", "refunded l1", 100 + 2999)
    twelve = often(12, "10")
    back = refund("2026-04-01 10:00", None, twelve[3].id)
    assert told(NEW, *twelve, back, until="2026-04-01 10:00").tier == "l1"


def test_a_refund_takes_the_third_level_with_its_spend_its_order_or_its_category() -> None:
    part = told(*PRIVILEGED, refund("2026-06-02 10:00", "0.01", "last"), until="2026-06-02 10:00")
    assert (part.tier, of("custom", part.open)) == ("l2", [])
    assert told(*PRIVILEGED, refund("2026-06-02 10:00", None, "last"), until="2026-06-02 10:00").tier == "l2"
    facts = [NEW, *often(40, "400", *FIVE[:4]), order("2026-06-01 10:00", "10", "fashion", id="fifth")]
    assert told(*facts, until="2026-06-01 10:00").tier == "l3"
    assert told(*facts, refund("2026-06-02 10:00", None, "fifth"), until="2026-06-02 10:00").tier == "l2"


def test_partial_refunds_take_points_in_proportion_also_those_of_a_store() -> None:
    bought = order("2026-01-08 10:00", "300", id="a", channel="store")
    assert points(bought) == 600
    assert points(bought, refund("2026-01-09 10:00", "100", "a")) == 400
    assert points(bought, refund("2026-01-09 10:00", None, "a")) == 0


def test_what_is_spent_already_becomes_a_debt_that_the_next_order_repays() -> None:
    facts = [NEW, order("2026-02-01 10:00", "2000", id="a"), redeemed("2026-02-02 10:00", good="cinema")]
    facts.append(refund("2026-02-03 10:00", None, "a"))
    assert told(*facts, until="2026-02-03 10:00").member.debt == 1900
    after = told(*facts, order("2026-02-04 10:00", "2000"), until="2026-02-04 10:00").member
    assert (after.points, after.debt) == (100, 0)


def test_points_spent_on_a_refunded_order_return_for_thirty_days_where_their_own_day_is_over() -> None:
    facts = [order("2026-01-20 10:00", "400"), order("2027-01-15 10:00", "1000", id="a")]
    facts = [NEW, redeemed("2026-01-10 10:00", good="coupon_20"), *facts]
    facts += [redeemed("2027-01-15 11:00", 400, order_id="a", order_amount=100000)]
    facts += [refund("2027-02-10 10:00", None, "a")]
    assert told(*facts, until="2027-02-09").member.points == 1500
    assert told(*facts, until="2027-03-12 23:59:59").member.points == 400
    assert told(*facts, until="2027-03-13 00:00").member.points == 0


def test_a_badge_and_its_trial_go_with_the_order_that_they_rest_on() -> None:
    facts = [NEW, *all_badges(5)[1:], order("2026-09-01 10:00", "5000", id="a")]
    assert of("five_badges", told(*facts, until="2026-09-01 10:00").open) == [TRIAL]
    back = told(*facts, refund("2026-09-02 10:00", None, "a"), until="2026-09-02 10:00")
    assert (of("five_badges", back.open), back.granted[-1]) == ([], f"revoked {TRIAL}")


@pytest.mark.parametrize(("when", "coupons"), [("2026-07-01 01:59:59", 1), ("2026-07-01 02:00", 0)])
def test_a_birthday_month_lasts_to_its_last_second_where_the_member_is(when: str, coupons: int) -> None:
    """Two in the morning in Shanghai is midnight by the clocks of Urumqi."""
    there = joined(when, birthday=(1990, 6, 30), time_zone="Asia/Urumqi")
    assert len(of("birthday", told(there, until=when).open)) == coupons


def test_a_leap_day_has_its_february_in_other_years() -> None:
    member = joined("2026-01-05 10:00", birthday=(1992, 2, 29))
    given = [one for one in told(member, until="2028-12-31").granted if "birthday" in one]
    assert given == [f"given birthday#birthday_coupon#{year}" for year in (2026, 2027, 2028)]
    assert of("birthday", told(member, until="2026-02-01 00:00").open) == [BIRTHDAY]


def test_marketing_needs_a_consent_and_stays_out_of_the_quiet_hours() -> None:
    member = reachable()
    assert leaves(told(member, until="2026-01-08 10:00")) == "consent"
    assert leaves(told(member, AGREED, until="2026-01-08 10:00")) == "app"
    assert leaves(told(member, AGREED, until="2026-01-08 21:29:59")) == "app"
    assert leaves(told(member, AGREED, until="2026-01-08 21:30")) == "quiet"
    assert leaves(told(member, AGREED, until="2026-01-10 00:00")) == "stale"


def test_messages_leave_at_the_members_own_hour() -> None:
    there = joined("2026-01-05 10:00", time_zone="Asia/Urumqi")
    assert of("week_3", told(there, until="2026-01-08 11:59:59").said) == []
    assert of("week_3", told(there, until="2026-01-08 12:00").said) == ["week_3#1"]


def test_a_newcomer_at_night_is_welcomed_in_the_morning() -> None:
    story = told(joined("2026-01-05 21:30"), until="2026-01-05 21:30")
    moments = [one.at for one in told(joined("2026-01-05 21:30"), until="2026-01-06 09:00").out.occurrences]
    assert (story.member.points, moments) == (100, [at("2026-01-06 08:30")])


def test_service_is_told_apart_from_marketing() -> None:
    journeys = shipped(NAME).programme.journeys
    said = {name for name, journey in journeys.items() if journey.purpose == "service"}
    assert said == {"upgrade", "lost", "expiring", "trial_ending"}


def test_four_marketing_messages_a_week_are_the_most() -> None:
    (cap,) = shipped(NAME).programme.caps
    assert (cap.purpose, cap.channel, cap.at_most, cap.within) == ("marketing", None, 4, "7 days")


def test_why_he_has_a_level_and_what_the_next_takes_is_answered_in_figures() -> None:
    story = told(NEW, *often(12, "400", *FIVE[:3]), until="2026-04-01").explained
    assert (story.tier, len(story.orders)) == ("l2", 12)
    assert story.why is not None
    assert story.why.outcome == "reached"
    (l3,) = story.ahead
    assert [(figure.measure, figure.value, figure.threshold) for figure in l3.need.figures] == [
        ("spend", 480000, 1500000),
        ("orders", 12, 36),
        ("categories", 3, 5),
    ]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "zh-CN",
            ("升至进阶会员", "消费 1,000.00 / 3,000.00（还差 2,000.00）", "订单数 1 / 12（还差 11）", "任务 1 / 3"),
        ),
        (
            "en",
            (
                "L2 Advanced",
                "spend 1,000.00 of 3,000.00 (2,000.00 missing)",
                "orders 1 of 12 (11 missing)",
                "tasks 1 of 3",
            ),
        ),
    ],
)
def test_a_member_reads_what_the_second_level_takes_each_way(language: str, words: tuple[str, ...]) -> None:
    facts = [NEW, order("2026-02-10 10:00", "1000"), did("2026-02-11 10:00", "review")]
    story = told(*facts, until="2026-02-11 12:00")
    text = "\n".join(letter.lines(Tongue(story.rules, language, labels=True), story.explained))
    assert [word for word in words if word not in text] == [], text
