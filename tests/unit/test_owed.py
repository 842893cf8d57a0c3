"""What is owed in points: by tier and month of expiry, and what became of the points of each month."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from cli.owed import Owed, breakage
from cli.trail import Cohort
from memberflow.engine.rules import Rules
from memberflow.facts import (
    Adjusted,
    AnyFact,
    Cancelled,
    Committed,
    Delivered,
    Extended,
    ReceivedPoints,
    Reinstated,
    Reserved,
    SentPoints,
)
from tests import programmes
from tests.happened import at, day, order, redeem, refund, told

MONTH = programmes.rules(points={"earn": {"per": "1"}, "expiry": {"after": "1 month"}})
YEAR = programmes.rules()
FOR_EVER = programmes.rules(points={"earn": {"per": "1"}})


TILL = programmes.rules(
    points={
        "earn": {"per": "1"},
        "expiry": {"after": "2 months", "reinstate_within": "90 days", "rolling": {"for": "3 months"}},
        "usable_after": "10 days",
        "redeem": {"worth": "0.01", "reserve_for": "2 hours", "returned_for": "5 days"},
    }
)


def fact(kind: type, when: str, id: str | None = None, **more: Any) -> Any:
    return kind(at=at(when), id=id or when, member_id="m", **more)


def owed(*facts: AnyFact, until: str, rules: Rules = YEAR) -> Owed:
    member, out = told(rules, *facts, until=until)
    total = Owed()
    total.add(rules, member, out.entries or ())
    return total


def cohorts(*facts: AnyFact, **asked: Any) -> dict[str, Cohort]:
    return dict(owed(*facts, **asked).cohorts)


def test_points_stand_under_their_members_tier_and_their_last_month() -> None:
    total = owed(order("2026-01-31 10:00", "300"), order("2026-02-10 10:00", "50"), until="2026-03-01")
    assert total.outstanding == {"silver": {"2027-01": 300, "2027-02": 50}}


def test_the_last_month_is_that_of_the_last_day_of_use() -> None:
    """Earned on 31 January for a month they go on 1 March, the day after their last."""
    total = owed(order("2026-01-31 10:00", "30"), until="2026-02-01", rules=MONTH)
    assert total.outstanding == {"member": {"2026-02": 30}}


def test_points_that_never_expire_stand_under_never() -> None:
    assert owed(order("2026-01-01", "7"), until="2026-03-01", rules=FOR_EVER).outstanding == {"member": {"never": 7}}


def test_sums_go_over_members() -> None:
    total = Owed()
    for spent in ("30", "40"):
        member, out = told(YEAR, order("2026-01-10", spent), until="2026-02-01")
        total.add(YEAR, member, out.entries or ())
    assert total.points == 70
    assert total.cohorts["2026-01"].earned == 70


def test_debt_is_kept_apart_from_what_is_outstanding() -> None:
    facts = (order("2026-01-01", "80", id="a"), redeem("2026-01-02", 80), refund("2026-01-03", None, of="a"))
    total = owed(*facts, until="2026-02-01")
    assert (total.points, total.debt.total()) == (0, 80)


def test_points_are_used_expired_or_open_under_the_month_they_were_earned_in() -> None:
    facts = (order("2026-01-10", "100"), order("2026-02-08", "50"), redeem("2026-02-09", 30))
    assert cohorts(*facts, until="2026-02-20", rules=MONTH) == {
        "2026-01": Cohort(earned=100, used=30, expired=70),
        "2026-02": Cohort(earned=50),
    }


def test_what_a_refund_took_back_is_neither_used_nor_breakage() -> None:
    facts = (order("2026-01-10", "100", id="a"), refund("2026-01-12", "40", of="a"))
    (cohort,) = cohorts(*facts, until="2026-06-01", rules=MONTH).values()
    assert cohort == Cohort(earned=100, taken_back=40, expired=60)
    assert breakage(cohort) == 1


def test_what_repaid_a_debt_was_taken_back_not_used() -> None:
    facts = (
        order("2026-01-01", "80", id="a"),
        redeem("2026-01-02", 80),
        refund("2026-01-03", None, of="a"),
        order("2026-02-01", "100"),
    )
    found = cohorts(*facts, until="2026-02-02")
    assert found == {"2026-01": Cohort(earned=80, used=80), "2026-02": Cohort(earned=100, taken_back=80)}


def test_of_months_that_share_a_lot_the_earliest_points_are_taken_first() -> None:
    facts = (order("2026-01-10", "100"), order("2026-02-10", "100"), redeem("2026-03-10", 150))
    found = cohorts(*facts, until="2026-04-01", rules=FOR_EVER)
    assert found == {"2026-01": Cohort(earned=100, used=100), "2026-02": Cohort(earned=100, used=50)}


def test_only_months_before_the_first_with_open_points_are_settled() -> None:
    """Another member has used up March already; what March comes to is not known before February's end is."""
    total = Owed()
    for facts in (
        (order("2026-01-10", "100"), redeem("2026-01-20", 25), order("2027-02-10", "100")),
        (order("2027-03-10", "10"), redeem("2027-03-11", 10)),
    ):
        member, out = told(YEAR, *facts, until="2027-04-01")
        total.add(YEAR, member, out.entries or ())
    assert (total.cohorts["2027-02"].open, total.cohorts["2027-03"].open) == (100, 0)
    assert total.settled == Cohort(earned=100, used=25, expired=75)
    assert breakage(total.settled) == Fraction(3, 4)


@pytest.mark.parametrize("facts", [(), (order("2026-01-10", "100"),)])
def test_without_a_settled_month_the_breakage_is_not_known(facts: tuple[AnyFact, ...]) -> None:
    assert breakage(owed(*facts, until="2026-02-01").settled) is None


def test_pending_points_are_owed_and_earned_in_their_orders_month() -> None:
    facts = (order("2026-01-28 10:00", "100"),)
    pending, usable = (owed(*facts, until=until, rules=TILL) for until in ("2026-02-01", "2026-02-20"))
    assert pending.points == usable.points == 100
    assert pending.cohorts == usable.cohorts == {"2026-01": Cohort(earned=100)}


def test_a_refund_takes_pending_points_back() -> None:
    facts = (order("2026-01-28 10:00", "100", id="a"), refund("2026-01-30", None, of="a"))
    assert cohorts(*facts, until="2026-02-20", rules=TILL) == {"2026-01": Cohort(earned=100, taken_back=100)}


@pytest.mark.parametrize(
    ("then", "until", "expected"),
    [
        ([], "2026-01-25 11:00", Cohort(earned=100)),
        ([], "2026-01-25 13:00", Cohort(earned=100)),
        ([fact(Cancelled, "2026-01-25 10:05", id="r")], "2026-01-25 11:00", Cohort(earned=100)),
        ([fact(Committed, "2026-01-25 10:05", id="r", points=60)], "2026-01-26", Cohort(earned=100, used=60)),
    ],
    ids=["held", "lapsed", "cancelled", "committed"],
)
def test_reserved_points_are_owed_until_the_till_commits_them(
    then: list[AnyFact], until: str, expected: Cohort
) -> None:
    reserved = fact(Reserved, "2026-01-25 10:00", id="r", points=60)
    total = owed(order("2026-01-01", "100"), reserved, *then, until=until, rules=TILL)
    assert total.cohorts == {"2026-01": expected}
    assert total.points == expected.open


def test_reinstated_points_are_those_that_had_expired() -> None:
    back = fact(Reinstated, "2026-03-20", reason="kind", operator="o", last_day=day("2026-06-30"))
    total = owed(order("2026-01-01", "100"), back, until="2026-04-01", rules=TILL)
    assert total.cohorts == {"2026-01": Cohort(earned=100)}
    assert total.outstanding == {"member": {"2026-06": 100}}


def test_points_moved_to_a_later_day_are_followed() -> None:
    later = fact(
        Extended, "2026-02-01", reason="r", operator="o", expiring_by=day("2027-12-31"), last_day=day("2028-01-31")
    )
    facts = (order("2026-01-01", "100"), later, order("2026-02-02", "50"), redeem("2026-02-20", 70))
    total = owed(*facts, until="2026-03-01")
    assert total.points == 80
    assert sum(cohort.open for cohort in total.cohorts.values()) == 80


@pytest.mark.parametrize("seed", range(40))
def test_whatever_happens_what_is_open_is_what_is_owed(seed: int) -> None:
    chance, facts = Random(seed), []
    for n in range(30):
        when, of = f"2026-{chance.randint(1, 9):02}-{chance.randint(1, 28):02} 10:{n:02}", f"o{chance.randint(0, 9)}"
        count, by_hand = chance.randint(1, 90), {"reason": "r", "operator": "o"}
        facts.append(
            chance.choice(
                (
                    order(when, str(count), id=f"o{n}"),
                    order(when, str(count), id=f"o{n}"),
                    refund(when, chance.choice((None, "20")), of=of),
                    redeem(when, count),
                    fact(Reserved, when, id=of, points=count, order_id=of),
                    fact(Committed, when, id=of, points=count, order_id=of),
                    fact(Cancelled, when, id=of),
                    fact(Delivered, when, id=of),
                    fact(Adjusted, when, points=chance.choice((count, -count)), **by_hand),
                    fact(Reinstated, when, **by_hand),
                    fact(Extended, when, expiring_by=day("2026-08-01"), last_day=day("2026-10-01"), **by_hand),
                    fact(SentPoints, when, points=count, to="n"),
                    fact(ReceivedPoints, when, lots=((day("2026-11-01"), count),), sender="n"),
                )
            )
        )
    facts = list({(one.kind, one.id): one for one in facts}.values())
    member, out = told(TILL, *facts, until="2026-10-15 10:30")
    total = Owed()
    total.add(TILL, member, out.entries or ())
    assert total.points == member.points + member.points_pending + member.points_held
    assert sum(cohort.open for cohort in total.cohorts.values()) == total.points
    assert all(min(cohort.used, cohort.expired, cohort.taken_back) >= 0 for cohort in total.cohorts.values())
