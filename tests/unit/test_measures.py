"""What a member has done within the window: whole days of the programme's zone, net of refunds."""

from __future__ import annotations

from memberflow.engine import measures
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact
from tests.happened import LONDON, at, order, refund, told
from tests.programmes import levels, rules

YEAR = rules()
THIRTY_DAYS = rules(tiers={"levels": levels(silver="300"), "window": "30 days"})


def seen(rules: Rules, *facts: AnyFact, on: str, zone: str = LONDON) -> dict[str, int]:
    member, _ = told(rules, *facts, until=on, zone=zone)
    return measures.seen(rules, member, rules.zone.day(at(on, zone)))


def spend(rules: Rules, *facts: AnyFact, on: str) -> int:
    return seen(rules, *facts, on=on)["spend"]


def test_an_order_counts_through_the_day_before_the_same_date_a_year_later() -> None:
    bought = order("2025-03-01 23:59", "10")
    assert spend(YEAR, bought, on="2026-02-28 23:59:59.999") == 1000
    assert spend(YEAR, bought, on="2026-03-01 00:00") == 0


def test_an_order_of_29_february_counts_through_28_february_of_the_next_year() -> None:
    bought = order("2024-02-29 00:00", "10")
    assert spend(YEAR, bought, on="2025-02-28 23:59:59.999") == 1000
    assert spend(YEAR, bought, on="2025-03-01 00:00") == 0


def test_an_order_of_28_february_has_left_on_the_same_date_of_a_leap_year() -> None:
    bought = order("2023-02-28 10:00", "10")
    assert spend(YEAR, bought, on="2024-02-27") == 1000
    assert spend(YEAR, bought, on="2024-02-28") == 0


def test_a_window_of_thirty_days_counts_today_and_the_twenty_nine_days_before() -> None:
    bought = order("2026-03-02 23:59", "10")
    assert spend(THIRTY_DAYS, bought, on="2026-03-31 23:59") == 1000
    assert spend(THIRTY_DAYS, bought, on="2026-04-01 00:00") == 0


def test_a_day_is_one_of_the_programmes_zone() -> None:
    shanghai = rules(time_zone="Asia/Shanghai")
    bought = order("2025-03-01 23:30", "10", zone="Asia/Shanghai")
    assert seen(shanghai, bought, on="2026-02-28 23:59", zone="Asia/Shanghai")["spend"] == 1000
    assert seen(shanghai, bought, on="2026-03-01 00:00", zone="Asia/Shanghai")["spend"] == 0


def test_orders_that_cost_nothing_are_counted() -> None:
    assert seen(YEAR, order("2026-03-01 10:00", "0"), on="2026-03-02") == {"spend": 0, "orders": 1, "categories": 0}


def test_a_category_counts_once_however_often_it_is_bought() -> None:
    facts = (order("2026-03-01 10:00", "1", "tea", "cups"), order("2026-03-02 10:00", "1", "tea"))
    assert seen(YEAR, *facts, on="2026-03-03")["categories"] == 2


def test_a_category_leaves_with_the_last_order_that_had_it() -> None:
    facts = (order("2025-03-01 10:00", "1", "tea", "cups"), order("2025-06-01 10:00", "1", "tea"))
    assert seen(YEAR, *facts, on="2026-03-01")["categories"] == 1
    assert seen(YEAR, *facts, on="2026-06-01")["categories"] == 0


def test_a_partial_refund_lowers_the_spend_and_leaves_the_order() -> None:
    facts = (order("2026-03-01 10:00", "10", "tea", id="a"), refund("2026-03-02 10:00", "4", of="a"))
    assert seen(YEAR, *facts, on="2026-03-03") == {"spend": 600, "orders": 1, "categories": 1}


def test_a_whole_refund_takes_the_order_and_its_categories() -> None:
    facts = (
        order("2026-03-01 10:00", "10", "tea", "cups"),
        order("2026-03-01 11:00", "10", "tea", "jam", id="a"),
        refund("2026-03-02 10:00", None, of="a"),
    )
    assert seen(YEAR, *facts, on="2026-03-03") == {"spend": 1000, "orders": 1, "categories": 2}


def test_a_category_of_a_refunded_order_counts_from_the_last_order_before_it() -> None:
    facts = (
        order("2025-03-01 10:00", "10", "tea"),
        order("2025-06-01 10:00", "10", "tea", id="a"),
        refund("2025-06-02 10:00", None, of="a"),
    )
    assert seen(YEAR, *facts, on="2026-02-28")["categories"] == 1
    assert seen(YEAR, *facts, on="2026-03-01")["categories"] == 0


def test_parts_that_add_up_to_the_whole_take_the_order_too() -> None:
    facts = (
        order("2026-03-01 10:00", "10", id="a"),
        refund("2026-03-02 10:00", "4", of="a"),
        refund("2026-03-03 10:00", "6", of="a"),
    )
    assert seen(YEAR, *facts, on="2026-03-04") == {"spend": 0, "orders": 0, "categories": 0}


def test_a_refund_belongs_to_the_day_of_its_order_and_not_to_its_own() -> None:
    facts = (
        order("2025-03-01 10:00", "100", id="a"),
        order("2025-06-01 10:00", "30"),
        refund("2025-12-01 10:00", "100", of="a"),
    )
    assert spend(YEAR, *facts, on="2025-12-02") == 3000
    assert spend(YEAR, *facts, on="2026-03-01") == 3000


def test_a_refund_of_what_has_left_the_window_changes_nothing() -> None:
    facts = (
        order("2025-03-01 10:00", "100", id="a"),
        order("2025-06-01 10:00", "30"),
        refund("2026-03-02 10:00", None, of="a"),
    )
    assert seen(YEAR, *facts, on="2026-03-02 10:00") == {"spend": 3000, "orders": 1, "categories": 0}


def test_a_refund_of_a_day_no_longer_kept_leaves_the_next_day_alone() -> None:
    facts = (
        order("2025-03-01 10:00", "100", id="a"),
        order("2025-06-01 10:00", "30"),
        order("2026-03-02 09:00", "5"),
        refund("2026-03-02 10:00", None, of="a"),
    )
    assert seen(YEAR, *facts, on="2026-03-02 10:00") == {"spend": 3500, "orders": 2, "categories": 0}


def test_orders_of_one_day_are_counted_each() -> None:
    facts = (order("2026-03-01 10:00", "10"), order("2026-03-01 11:00", "5"), order("2026-03-01 12:00", "1"))
    assert seen(YEAR, *facts, on="2026-03-01 13:00") == {"spend": 1600, "orders": 3, "categories": 0}
    assert seen(YEAR, *facts, on="2027-03-01") == {"spend": 0, "orders": 0, "categories": 0}


def test_a_refund_before_its_order_waits_and_then_counts() -> None:
    early = refund("2026-03-01 10:00", "4", of="a")
    member, out = told(YEAR, early, until="2026-03-02")
    assert (member.waiting, out.decisions) == (["a"], [])
    facts = (early, order("2026-03-02 10:00", "10", id="a"))
    assert spend(YEAR, *facts, on="2026-03-03") == 600
    assert told(YEAR, *facts, until="2026-03-03")[0].waiting == []


def test_a_refund_of_an_order_that_never_comes_takes_nothing() -> None:
    facts = (order("2026-03-01 10:00", "10"), refund("2026-03-02 10:00", "4", of="another"))
    assert spend(YEAR, *facts, on="2026-03-03") == 1000


def test_a_refund_that_names_no_order_takes_nothing_from_a_stranger() -> None:
    member, _ = told(YEAR, refund("2026-03-01 10:00", "4", of=None), until="2026-03-02")
    assert (member.tier, member.spend, member.debt, member.waiting) == (None, 0, 0, [])
