"""Targets beside what was reached: each over one year to the day, each by its own definition."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from memberflow.engine.fold import fold
from memberflow.engine.history import History
from memberflow.engine.outcome import Occurrence, Outcome
from memberflow.facts import Answered, AnyFact, TaskDone
from memberflow.lift import Told
from memberflow.targets import Reached, Year
from tests.happened import at, did, joined, order, redeem, refund, used
from tests.programmes import BIRTHDAY, WIN_BACK, levels, rules

NOW = "2026-06-30 23:59"
"""The year is from 1 July 2025 on, the one before it from 1 July 2024 on."""

SILVER = {"tiers": {"levels": levels(silver="300", gold="1000")}, "enrol": "joining"}
JOINED = joined("2024-01-01 10:00")


def reached(targets: dict[str, Any], *lives: list[AnyFact], told: list[Told] | None = None, **changes: Any) -> Reached:
    """The only target, of members with these lives; ``told``: the messages of the first of them."""
    under = rules(**(SILVER | {"targets": targets} | changes))
    year = Year(under, at(NOW))
    for number, facts in enumerate(lives):
        out, history = Outcome(), History()
        member = fold(under, "m", facts, at(NOW), out, history)
        told_here = told if told is not None and number == 0 else [(one, "sent") for one in out.occurrences]
        year.add(member, facts, out, history, told_here if told is None or number == 0 else [])
    (one,) = year.reached()
    return one


def counted(name: str, *lives: list[AnyFact], **changes: Any) -> tuple[int, int]:
    one = reached({name: 50}, *lives, **changes)
    return one.part, one.whole


def test_a_programme_without_targets_has_none() -> None:
    assert Year(rules(), at(NOW)).reached() == []


def test_who_rose_within_the_year_is_an_upgrade_and_once_is_enough() -> None:
    twice = [JOINED, order("2025-07-01 00:00", "300.00"), order("2026-01-01 10:00", "700.00")]
    the_day_before = [JOINED, order("2025-06-30 23:59", "300.00")]
    assert counted("upgrade_rate", twice, the_day_before, [JOINED]) == (1, 3)


def test_points_spent_are_held_against_those_earned_and_not_taken_back() -> None:
    before = [order("2025-06-01 10:00", "500.00"), redeem("2025-06-02 10:00", 400)]
    within = [order("2025-08-01 10:00", "300.00"), redeem("2025-08-02 10:00", 40)]
    back = refund("2025-08-03 10:00", "100.00", "2025-08-01 10:00")
    points = {"earn": {"per": "1.00"}, "redeem": {"worth": "0.01"}}
    assert counted("point_use", [JOINED, *before, *within, back], points=points) == (40, 200)


def test_an_order_refunded_whole_is_no_second_order() -> None:
    one = [JOINED, order("2025-08-01 10:00", "30.00"), order("2025-06-30 10:00", "30.00")]
    two = [JOINED, order("2025-08-01 10:00", "30.00"), order("2025-08-02 10:00", "30.00")]
    back = [*two, refund("2025-08-03 10:00", None, "2025-08-02 10:00")]
    assert counted("repurchase", one, two, back, [JOINED]) == (1, 3)


def test_who_bought_in_the_year_before_and_not_in_this_one_is_gone() -> None:
    gone = [JOINED, order("2024-07-01 00:00", "30.00"), order("2025-06-30 23:59", "30.00")]
    stayed = [*gone, order("2025-07-01 00:00", "30.00")]
    long_gone = [JOINED, order("2024-06-30 23:59", "30.00")]
    assert counted("churn", gone, stayed, long_gone) == (1, 2)


def test_churn_is_not_to_be_passed_and_the_others_are_to_be_reached() -> None:
    assert [Reached("churn", 50, part, 100).met for part in (49, 50, 51)] == [True, True, False]
    assert [Reached("repurchase", 50, part, 100).met for part in (49, 50, 51)] == [False, True, True]
    assert Reached("upgrade_rate", 29, 29, 100).met
    assert Reached("churn", 50, 0, 0).met is None


def occurrence(when: str) -> Occurrence:
    return Occurrence(id=f"birthday#{when}", journey="birthday", anchor=0, at=at(when), useful_until=at(when) + 1)


def test_touches_are_messages_that_left_for_each_year_of_membership() -> None:
    journeys = {"birthday": BIRTHDAY}
    told = [(occurrence(when), state) for when, state in LETTERS]
    called = TaskDone(at=at("2026-06-07 10:00"), id="call#1", member_id="m", operator="ann")
    one = reached({"touches": 12}, [joined("2026-06-01 10:00"), called], told=told, journeys=journeys)
    assert (one.part, one.whole) == (3, 30)
    assert one.actual == Fraction(3 * 365, 30)
    assert one.met


LETTERS = [
    ("2026-06-02 10:00", "sent"),
    ("2026-06-03 10:00", "delivered"),
    ("2026-06-04 10:00", "withheld: consent"),
    ("2026-06-05 10:00", "failed: bounced"),
    ("2026-06-06 10:00", "waiting"),
    ("2025-06-30 10:00", "sent"),
]


def test_taking_part_is_an_activity_or_a_benefit_used_but_no_complaint() -> None:
    benefits = {"tea": {"kind": "coupon", "off": "5", "label": {"en": "Tea"}}}
    changes = {"benefits": benefits, "grants": {"hello": {"trigger": "joined", "give": ["tea"]}}}
    drinks = [JOINED, used("2025-07-01 10:00", "hello#tea#1")]
    drank = [JOINED, used("2025-06-30 10:00", "hello#tea#1")]
    answers = [JOINED, Answered(at=at("2025-07-01 10:00"), id="a", member_id="m", survey="s", answer="good")]
    plays, complains = [JOINED, did("2025-07-01 10:00", "game")], [JOINED, did("2025-08-01 10:00", "complaint")]
    played = [JOINED, did("2025-06-30 10:00", "game")]
    changes |= {"surveys": {"s": ["good"]}}
    assert counted("participation", plays, played, answers, complains, drinks, drank, [JOINED], **changes) == (3, 7)


def test_members_more_than_a_year_ago() -> None:
    old = [joined("2025-06-30 23:59")]
    assert counted("member_growth", old, old, [joined("2025-07-01 00:00")], []) == (1, 2)


def test_orders_for_each_year_of_membership() -> None:
    bought = [order("2026-06-10 10:00", "5.00"), order("2026-06-11 10:00", "5.00")]
    one = reached({"order_frequency": 24}, [joined("2026-06-01 10:00"), *bought])
    assert (one.part, one.whole, one.met) == (2, 30, True)


def test_what_members_bought_of_everything_bought() -> None:
    stranger = [order("2025-07-02 10:00", "300.00")]
    member = [JOINED, order("2025-07-02 10:00", "100.00"), refund("2025-07-03 10:00", "40.00", "2025-07-02 10:00")]
    assert counted("sales_share", stranger, member) == (6_000, 36_000)


BACK = {"journeys": {"win_back": WIN_BACK | {"counts_within": "30 days"}, "birthday": BIRTHDAY}}


def test_win_back_and_conversion_are_the_messages_that_an_order_counts_for() -> None:
    life = [JOINED, order("2025-01-01 10:00", "5.00"), order("2025-09-01 10:00", "5.00")]
    back = [*life, order("2025-12-10 10:00", "5.00")]  # written to on 30 November, and on 10 March
    for targets in ({"win_back": {"win_back": 42}}, {"conversion": 42}):
        one = reached(targets, back, life, **BACK)
        assert (one.part, one.whole, one.target) == (1, 3, 42)
        assert one.met is False


def test_a_service_message_converts_nobody() -> None:
    changes = {"journeys": {"win_back": WIN_BACK | {"counts_within": "30 days", "purpose": "service"}}}
    life = [JOINED, order("2025-09-01 10:00", "5.00"), order("2025-12-10 10:00", "5.00")]
    assert counted("conversion", life, **changes) == (0, 0)


@pytest.mark.parametrize("name", ["upgrade_rate", "member_growth", "touches", "sales_share", "conversion"])
def test_of_nobody_there_is_nothing_to_tell(name: str) -> None:
    one = reached({name: 50})
    assert (one.actual, one.met) == (None, None)
