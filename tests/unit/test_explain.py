"""An explanation: why a member stands where he stands, what is missing, what lies ahead."""

from __future__ import annotations

from typing import Any

from memberflow.engine.calendar import day_to_date
from memberflow.engine.member import NEVER
from memberflow.engine.outcome import Figure
from memberflow.engine.rules import Rules
from memberflow.explain import Explanation, explain
from memberflow.facts import AnyFact
from tests.happened import at, day, joined, order, redeem, refund
from tests.programmes import BIRTHDAY, TIERS, WIN_BACK, rules

RULES = rules(journeys={"birthday": BIRTHDAY, "win_back": WIN_BACK})


def told(*facts: AnyFact, on: str, under: Rules = RULES) -> Explanation:
    return explain(under, "m", facts, at(on))


def spend(value: int, threshold: int) -> tuple[Figure, ...]:
    return (Figure("spend", value, threshold),)


def test_the_tier_is_told_with_the_decision_that_gave_it() -> None:
    one = told(order("2026-03-01 10:00", "350", id="a"), on="2026-04-01")
    assert (one.tier, one.since) == ("silver", at("2026-03-01 10:00"))
    assert one.why is not None
    assert (one.why.outcome, one.why.cause, one.why.figures) == ("reached", "order.paid#a", spend(350_00, 300_00))
    assert [decision.outcome for decision in one.decisions] == ["enrolled", "reached"]


def test_a_kept_tier_does_not_hide_what_gave_it() -> None:
    one = told(order("2025-03-01 10:00", "350"), order("2025-09-01 10:00", "250"), on="2026-04-01")
    assert [decision.outcome for decision in one.decisions] == ["enrolled", "reached", "kept"]
    assert one.why is not None
    assert one.why.outcome == "reached"


def test_a_refund_that_took_the_tier_back_is_the_reason() -> None:
    one = told(order("2026-03-01 10:00", "350", id="a"), refund("2026-03-05 10:00", None, of="a"), on="2026-04-01")
    assert (one.tier, one.since) == ("member", at("2026-03-01 10:00"))
    assert one.why is not None
    assert (one.why.outcome, one.why.at) == ("refunded", at("2026-03-05 10:00"))


def test_every_higher_tier_is_told_with_what_there_is_and_what_it_takes() -> None:
    one = told(order("2026-03-01 10:00", "350"), on="2026-04-01")
    assert [(ahead.tier, ahead.need.figures) for ahead in one.ahead] == [
        ("gold", spend(350_00, 1000_00)),
        ("platinum", spend(350_00, 5000_00)),
    ]


def test_nothing_lies_above_the_highest_tier() -> None:
    assert told(order("2026-03-01 10:00", "5000"), on="2026-04-01").ahead == []


def test_a_rule_with_alternatives_is_met_by_one_of_them() -> None:
    enter: dict[str, Any] = {"categories": 1, "any": [{"spend": "1000"}, {"orders": 2}]}
    levels = [TIERS[0], {"name": "vip", "label": {"en": "VIP"}, "enter": {"all": [enter]}}]
    under = rules(tiers={"levels": levels})
    once = told(order("2026-03-01 10:00", "5", "toys"), on="2026-04-01", under=under).ahead[0].need
    assert not once.met
    assert once.all[0].figures == (Figure("categories", 1, 1),)
    assert [need.figures for need in once.all[0].any] == [spend(5_00, 1000_00), (Figure("orders", 1, 2),)]
    facts = order("2026-03-01 10:00", "5", "toys"), order("2026-03-02 10:00", "5")
    assert told(*facts, on="2026-04-01", under=under).tier == "vip"


def test_a_review_counts_only_what_will_lie_in_its_window() -> None:
    facts = order("2025-09-01 10:00", "100"), order("2026-03-01 10:00", "250"), order("2026-04-01 10:00", "60")
    review = told(*facts, on="2026-05-01").review
    assert review is not None
    assert (review.at, day_to_date(review.first).isoformat()) == (at("2027-03-01"), "2026-03-02")
    assert (review.need.figures, review.need.met, review.below) == (spend(60_00, 240_00), False, "member")


def test_a_review_whose_figures_are_there_already_is_met() -> None:
    review = told(order("2026-03-01 10:00", "350"), order("2026-03-02 10:00", "240"), on="2026-05-01").review
    assert review is not None
    assert (review.need.figures, review.need.met) == (spend(240_00, 240_00), True)


def test_the_lowest_tier_has_no_review() -> None:
    assert told(order("2026-03-01 10:00", "1"), on="2026-05-01").review is None


def test_the_statement_has_every_movement_with_the_balance_after_it() -> None:
    facts = (
        order("2025-03-01 10:00", "100", id="a"),
        order("2025-06-01 10:00", "50", id="b"),
        redeem("2025-07-01 10:00", 30, id="r"),
        refund("2025-08-01 10:00", "25", of="b", id="back"),
    )
    one = told(*facts, on="2026-04-01")
    assert [(entry.cause, entry.points, entry.balance) for entry in one.entries] == [
        ("order.paid#a", 100, 100),
        ("order.paid#b", 50, 150),
        ("points.redeemed#r", -30, 120),
        ("order.refunded#back", -25, 95),
        ("expired", -70, 25),
    ]
    assert (one.points, one.lots) == (25, [[day("2026-06-02"), 25]])


def test_points_that_never_expire_are_a_lot_without_an_end() -> None:
    one = told(order("2026-03-01 10:00", "7"), on="2030-01-01", under=rules(points={"earn": {"per": "1"}}))
    assert one.lots == [[NEVER, 7]]


def test_points_spent_before_their_order_was_refunded_are_owed() -> None:
    facts = order("2026-03-01 10:00", "50", id="a"), redeem("2026-03-02 10:00", 50), refund("2026-03-03", None, of="a")
    one = told(*facts, on="2026-04-01")
    assert (one.points, one.debt, one.entries[-1].lot) == (0, 50, None)


def test_a_refused_redemption_is_told() -> None:
    one = told(order("2026-03-01 10:00", "50"), redeem("2026-03-02 10:00", 51, id="r"), on="2026-04-01")
    assert [(refusal.fact, refusal.code) for refusal in one.refusals] == [("points.redeemed#r", "not_enough_points")]


def test_a_refund_waits_for_its_order() -> None:
    early = order("2026-03-01 10:00", "50"), refund("2026-03-03 10:00", None, of="unseen", id="back")
    assert told(*early, on="2026-04-01").waiting_refunds == ["back"]
    late = *early, order("2026-03-02 10:00", "9", id="unseen")
    assert told(*late, on="2026-04-01").waiting_refunds == []


def test_orders_wait_for_a_member_who_has_not_joined() -> None:
    under = rules(enrol="joining")
    one = told(order("2026-03-01 10:00", "50", id="a"), on="2026-04-01", under=under)
    assert (one.tier, one.why, one.ahead, one.waiting_orders) == (None, None, [], ["a"])
    facts = order("2026-03-01 10:00", "50", id="a"), joined("2026-03-02 10:00")
    assert told(*facts, on="2026-04-01", under=under).waiting_orders == []


def test_what_comes_next_is_told_with_its_reason() -> None:
    bought = order("2026-03-01 10:00", "350")
    first = told(bought, on="2026-04-01").due
    assert first is not None
    assert (first.at, first.what, first.journey) == (at("2026-05-30 10:00"), "message", "win_back")
    second = told(bought, on="2026-06-01").due
    assert second is not None
    assert (second.at, second.what) == (at("2027-03-01"), "review")
    third = told(bought, on="2027-03-01 12:00").due
    assert third is not None
    assert (third.at, third.what) == (at("2027-03-02"), "expiry")
    assert told(bought, on="2027-03-03").due is None


def test_what_happened_later_is_left_out() -> None:
    facts = order("2026-03-01 10:00", "350"), order("2026-05-01 10:00", "700")
    assert told(*facts, on="2026-04-01") == told(facts[0], on="2026-04-01")
    assert told(*facts, on="2026-05-02").tier == "gold"
