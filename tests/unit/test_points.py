"""Points: earned into lots, spent soonest to expire first, expired, taken back by refunds, owed."""

from __future__ import annotations

from memberflow.engine.member import NEVER
from memberflow.engine.outcome import Entry, Refusal
from tests.happened import at, day, joined, order, redeem, refund, told
from tests.programmes import rules

YEARLY = rules()
MONTHLY = rules(points={"earn": {"per": "1.00"}, "expiry": {"after": "1 month"}})
FOR_EVER = rules(points={"earn": {"per": "1.00"}})


# Earning


def test_a_point_is_earned_for_every_full_pound() -> None:
    assert told(YEARLY, order("2026-03-01 10:00", "99.99"), until="2026-03-02")[0].points == 99


def test_an_order_below_the_step_earns_nothing() -> None:
    member, out = told(YEARLY, order("2026-03-01 10:00", "0.99"), until="2026-03-02")
    assert (member.points, member.lots, out.entries) == (0, [], [])


def test_points_come_by_the_step_and_not_by_its_parts() -> None:
    three_for_two = rules(points={"earn": {"points": 3, "per": "2.00"}})
    assert told(three_for_two, order("2026-03-01 10:00", "5.99"), until="2026-03-02")[0].points == 6


def test_orders_of_one_day_share_a_lot() -> None:
    member, _ = told(YEARLY, order("2026-03-01 00:00", "10"), order("2026-03-01 23:59", "5"), until="2026-03-02")
    assert member.lots == [[day("2027-03-02"), 15]]


def test_points_that_never_expire_share_one_lot() -> None:
    member, _ = told(FOR_EVER, order("2020-03-01 10:00", "10"), order("2026-03-01 10:00", "5"), until="2099-01-01")
    assert member.lots == [[NEVER, 15]]


# Expiry: usable through the end of the last day, gone at midnight of the programme's zone


def test_points_are_usable_to_the_last_moment_of_their_last_day() -> None:
    earned = order("2026-01-25 10:00", "100")
    assert told(MONTHLY, earned, until="2026-02-25 23:59:59.999")[0].points == 100
    assert told(MONTHLY, earned, until="2026-02-26 00:00")[0].points == 0


def test_points_of_31_january_are_usable_through_the_last_day_of_february() -> None:
    earned = order("2026-01-31 10:00", "100")
    assert told(MONTHLY, earned, until="2026-02-28 23:59:59.999")[0].points == 100
    assert told(MONTHLY, earned, until="2026-03-01 00:00")[0].points == 0


def test_points_of_29_february_are_usable_through_28_february_of_the_next_year() -> None:
    earned = order("2024-02-29 10:00", "100")
    assert told(YEARLY, earned, until="2025-02-28 23:59:59.999")[0].points == 100
    assert told(YEARLY, earned, until="2025-03-01 00:00")[0].points == 0


def test_the_last_day_ends_in_the_zone_of_the_programme_and_not_of_the_member() -> None:
    facts = (joined("2026-01-01 10:00", time_zone="Pacific/Kiritimati"), order("2026-01-25 10:00", "100"))
    assert told(MONTHLY, *facts, until="2026-02-25 23:59:59.999")[0].points == 100
    assert told(MONTHLY, *facts, until="2026-02-26 00:00")[0].points == 0


def test_points_gone_at_midnight_cannot_be_spent_at_midnight() -> None:
    facts = (order("2026-01-25 10:00", "100"), redeem("2026-02-26 00:00", 1))
    assert told(MONTHLY, *facts, until="2026-02-26 00:00")[1].refusals == [
        Refusal("points.redeemed#2026-02-26 00:00", "not_enough_points")
    ]


def test_points_past_their_day_cannot_be_spent_although_no_run_was_there() -> None:
    member, out = told(
        MONTHLY, order("2026-01-25 10:00", "100"), redeem("2026-03-01 10:00", 60), until="2026-03-01 10:00"
    )
    assert [refusal.code for refusal in out.refusals] == ["not_enough_points"]
    assert (member.points, member.debt, out.spent, out.expired) == (0, 0, 0, 100)


def test_expiry_is_entered_at_the_moment_it_happened_and_not_when_it_was_noticed() -> None:
    _, out = told(MONTHLY, order("2026-01-25 10:00", "100", id="a"), until="2026-12-01")
    assert out.entries == [
        Entry(at("2026-01-25 10:00"), "order.paid#a", day("2026-02-26"), 100, 100),
        Entry(at("2026-02-26 00:00"), "expired", day("2026-02-26"), -100, 0),
    ]


# Spending


def test_the_lot_that_expires_soonest_is_spent_first() -> None:
    facts = (order("2026-01-10 10:00", "100"), order("2026-03-10 10:00", "150"), redeem("2026-04-01 10:00", 120))
    assert told(YEARLY, *facts, until="2026-04-02")[0].lots == [[day("2027-03-11"), 130]]


def test_a_spending_is_entered_lot_by_lot() -> None:
    facts = (
        order("2026-01-10 10:00", "100"),
        order("2026-03-10 10:00", "150"),
        redeem("2026-04-01 10:00", 120, id="gift"),
    )
    _, out = told(YEARLY, *facts, until="2026-04-02")
    assert out.entries is not None
    assert [(entry.cause, entry.lot, entry.points, entry.balance) for entry in out.entries[2:]] == [
        ("points.redeemed#gift", day("2027-01-11"), -100, 150),
        ("points.redeemed#gift", day("2027-03-11"), -20, 130),
    ]


def test_all_points_can_be_spent_but_not_one_more() -> None:
    earned = order("2026-01-10 10:00", "100")
    assert told(YEARLY, earned, redeem("2026-01-11 10:00", 100), until="2026-01-12")[0].lots == []
    member, out = told(YEARLY, earned, redeem("2026-01-11 10:00", 101), until="2026-01-12")
    assert (member.points, [refusal.code for refusal in out.refusals]) == (100, ["not_enough_points"])


def test_what_an_order_earns_can_be_spent_in_the_same_moment() -> None:
    facts = (order("2026-01-10 10:00", "100"), redeem("2026-01-10 10:00", 100))
    assert told(YEARLY, *facts, until="2026-01-10 10:00")[1].spent == 100


def test_a_stranger_has_nothing_to_spend() -> None:
    assert [r.code for r in told(YEARLY, redeem("2026-01-10 10:00", 1), until="2026-01-11")[1].refusals] == [
        "not_enough_points"
    ]


# Refunds


def test_a_refund_takes_back_what_the_order_earned() -> None:
    facts = (order("2026-01-10 10:00", "100", id="a"), refund("2026-01-11 10:00", None, of="a"))
    member, out = told(YEARLY, *facts, until="2026-01-12")
    assert (member.points, member.debt, out.taken_back) == (0, 0, 100)


def test_a_partial_refund_takes_back_in_proportion_and_leaves_what_the_rest_would_have_earned() -> None:
    by_seventy = rules(points={"earn": {"points": 70, "per": "40.00"}})
    facts = (order("2026-01-10 10:00", "40", id="a"), refund("2026-01-11 10:00", "20", of="a"))
    assert told(by_seventy, *facts, until="2026-01-12")[0].points == 35


def test_thirds_that_do_not_come_out_even_are_not_lost() -> None:
    """10 points of 10.00: after each 3.33 there are 6, 3 and 0 left, and a last penny."""
    bought = order("2026-01-10 10:00", "10", id="a")
    parts = [refund(f"2026-01-1{day} 10:00", "3.33", of="a") for day in (1, 2, 3)]
    points = [told(YEARLY, bought, *parts[:count], until="2026-01-20")[0].points for count in (0, 1, 2, 3)]
    assert points == [10, 6, 3, 0]


def test_more_than_is_left_of_an_order_is_not_taken_back() -> None:
    facts = (
        order("2026-01-10 10:00", "100", id="a"),
        order("2026-01-10 11:00", "50", id="b"),
        refund("2026-01-11 10:00", "70", of="a"),
        refund("2026-01-12 10:00", "70", of="a"),
    )
    assert told(YEARLY, *facts, until="2026-01-13")[0].points == 50


def test_points_are_taken_from_the_orders_own_lot_first() -> None:
    facts = (
        order("2026-01-10 10:00", "100", id="a"),
        order("2026-02-10 10:00", "100", id="b"),
        refund("2026-02-11 10:00", None, of="b"),
    )
    assert told(YEARLY, *facts, until="2026-02-12")[0].lots == [[day("2027-01-11"), 100]]


def test_what_the_own_lot_lacks_comes_from_the_soonest_to_expire() -> None:
    facts = (
        order("2026-01-10 10:00", "100", id="a"),
        redeem("2026-01-11 10:00", 80),
        order("2026-02-10 10:00", "50"),
        order("2026-03-10 10:00", "50"),
        refund("2026-03-11 10:00", None, of="a"),
    )
    assert told(YEARLY, *facts, until="2026-03-12")[0].lots == [[day("2027-03-11"), 20]]


def test_what_is_spent_already_becomes_a_debt_entered_by_itself() -> None:
    facts = (
        order("2026-01-10 10:00", "70", id="a"),
        redeem("2026-01-11 10:00", 20),
        refund("2026-01-12 10:00", None, of="a", id="r"),
    )
    member, out = told(YEARLY, *facts, until="2030-01-01")
    assert (member.points, member.debt) == (0, 20)
    assert out.entries is not None
    assert [(entry.cause, entry.lot, entry.points, entry.balance) for entry in out.entries[-2:]] == [
        ("order.refunded#r", day("2027-01-11"), -50, 0),
        ("order.refunded#r", None, -20, -20),
    ]


def test_the_next_earnings_repay_a_debt_before_they_make_a_lot() -> None:
    debt_of_20 = (
        order("2026-01-10 10:00", "70", id="a"),
        redeem("2026-01-11 10:00", 20),
        refund("2026-01-12 10:00", None, of="a"),
    )
    member, _ = told(YEARLY, *debt_of_20, order("2026-02-01 10:00", "15"), until="2026-02-02")
    assert (member.points, member.debt) == (0, 5)
    member, _ = told(YEARLY, *debt_of_20, order("2026-02-01 10:00", "50"), until="2026-02-02")
    assert (member.points, member.debt) == (30, 0)


def test_points_that_expired_are_not_taken_back_again() -> None:
    facts = (
        order("2026-01-25 10:00", "100", id="a"),
        order("2026-03-01 10:00", "40"),
        refund("2026-03-02 10:00", None, of="a"),
    )
    member, out = told(MONTHLY, *facts, until="2026-03-03")
    assert (member.points, member.debt, out.taken_back) == (40, 0, 0)


def test_of_points_half_spent_and_half_expired_only_the_spent_are_taken_back() -> None:
    facts = (
        order("2026-01-25 10:00", "100", id="a"),
        redeem("2026-01-26 10:00", 60),
        refund("2026-03-02 10:00", None, of="a"),
    )
    member, out = told(MONTHLY, *facts, until="2026-03-03")
    assert (member.points, member.debt, out.expired, out.taken_back) == (0, 60, 40, 60)


def test_points_of_one_day_cannot_be_told_apart_so_what_expired_of_them_is_forgiven_first() -> None:
    """Two orders of a day, 100 of their 200 points spent, 100 expired: the first refund meets those that expired."""
    facts = (
        order("2026-01-25 10:00", "100", id="a"),
        order("2026-01-25 11:00", "100", id="b"),
        redeem("2026-01-26 10:00", 100),
        refund("2026-03-02 10:00", None, of="a"),
    )
    assert told(MONTHLY, *facts, until="2026-03-03")[0].debt == 0
    assert told(MONTHLY, *facts, refund("2026-03-02 11:00", None, of="b"), until="2026-03-03")[0].debt == 100


def test_a_refund_of_an_order_that_earned_nothing_takes_nothing() -> None:
    facts = (
        order("2026-01-10 10:00", "500"),
        order("2026-01-11 10:00", "0.80", id="a"),
        refund("2026-01-12 10:00", None, of="a"),
    )
    assert told(YEARLY, *facts, until="2026-01-13")[0].points == 500


def test_a_refund_of_an_order_that_cost_nothing_takes_the_order_alone() -> None:
    facts = (
        order("2026-01-10 10:00", "500"),
        order("2026-01-11 10:00", "0", id="a"),
        refund("2026-01-12 10:00", None, of="a"),
    )
    member, out = told(YEARLY, *facts, until="2026-01-13")
    assert (member.points, member.orders, out.taken_back) == (500, 1, 0)


def test_a_refund_that_names_no_order_takes_from_the_newest_first() -> None:
    facts = (
        order("2026-01-10 10:00", "100"),
        order("2026-02-10 10:00", "30"),
        refund("2026-02-11 10:00", "50", of=None),
    )
    assert told(YEARLY, *facts, until="2026-02-12")[0].lots == [[day("2027-01-11"), 80]]


def test_a_refund_that_names_no_order_never_takes_more_than_there_is() -> None:
    facts = (order("2026-01-10 10:00", "100"), refund("2026-02-11 10:00", "500", of=None))
    member, _ = told(YEARLY, *facts, until="2026-02-12")
    assert (member.points, member.debt, member.spend) == (0, 0, 0)


def test_a_refund_that_names_no_order_leaves_later_orders_alone() -> None:
    facts = (
        order("2026-01-10 10:00", "30"),
        refund("2026-01-11 10:00", "50", of=None),
        order("2026-01-12 10:00", "100"),
    )
    assert told(YEARLY, *facts, until="2026-01-13")[0].points == 100
