"""What a till was told stands: an agreed redemption, and a commit, whatever facts come late."""

from __future__ import annotations

from memberflow.engine.outcome import Entry
from memberflow.facts import Committed, Redemption, Reserved
from memberflow.verify import violations
from tests.happened import at, day, order, redeem, refund, told
from tests.programmes import rules

YEARLY = rules()
EARNED = order("2026-03-01 10:00", "100")
LOT = day("2027-03-02")


def agreed(when: str, points: int, order_id: str | None = None) -> Redemption:
    return Redemption(at=at(when), id=when, member_id="m", points=points, order_id=order_id, agreed=True)


def test_an_agreed_redemption_is_owed_where_a_late_refund_took_its_points() -> None:
    late = refund("2026-03-01 11:00", None, of=EARNED.id)
    member, out = told(YEARLY, EARNED, late, agreed("2026-03-01 12:00", 80), until="2026-03-02")
    assert (member.points, member.debt, out.refusals) == (0, 80, [])
    assert (out.entries or [])[-1] == Entry(at("2026-03-01 12:00"), "points.redeemed#2026-03-01 12:00", None, -80, -80)
    assert violations(YEARLY, member, [EARNED, late, agreed("2026-03-01 12:00", 80)]) == []


def test_what_there_is_is_taken_before_anything_is_owed() -> None:
    member, _ = told(YEARLY, EARNED, agreed("2026-03-01 12:00", 130), until="2026-03-02")
    assert (member.lots, member.debt) == ([], 30)


def test_without_having_been_agreed_it_is_refused() -> None:
    member, out = told(YEARLY, EARNED, redeem("2026-03-01 12:00", 130), until="2026-03-02")
    assert (member.points, [refusal.code for refusal in out.refusals]) == (100, ["not_enough_points"])


def test_an_agreed_good_costs_what_was_agreed_whatever_the_catalogue_says_now() -> None:
    mug = Redemption(at=at("2026-03-01 12:00"), id="k", member_id="m", good="mug", points=60, agreed=True)
    assert told(YEARLY, EARNED, mug, until="2026-03-02")[0].points == 40


def test_points_of_an_agreed_redemption_come_back_with_the_refund_of_its_order() -> None:
    bought = order("2026-03-02 10:00", "0.50")
    spent = agreed("2026-03-02 10:01", 60, order_id=bought.id)
    member, _ = told(YEARLY, EARNED, bought, spent, refund("2026-03-03", None, of=bought.id), until="2026-03-04")
    assert member.lots == [[LOT, 100]]


def test_a_commit_of_less_than_was_held_gives_the_rest_back_to_its_lots() -> None:
    other = order("2026-03-02 10:00", "50")
    held = Reserved(at=at("2026-03-02 11:00"), id="r", member_id="m", points=120)
    taken = Committed(at=at("2026-03-02 11:05"), id="r", member_id="m", points=70)
    facts = [EARNED, other, held, taken]
    member, out = told(YEARLY, *facts, until="2026-03-03")
    assert (member.lots, member.held) == ([[LOT, 30], [day("2027-03-03"), 50]], [])
    assert violations(YEARLY, member, facts) == []
    assert out.spent == 70
