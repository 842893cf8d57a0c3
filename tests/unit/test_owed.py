"""What is owed in points: by tier and month of expiry, and what became of the points of each month."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from cli.owed import Cohort, Owed
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact
from tests import programmes
from tests.happened import order, redeem, refund, told

MONTH = programmes.rules(points={"earn": {"per": "1"}, "expire_after": "1 month"})
YEAR = programmes.rules()
FOR_EVER = programmes.rules(points={"earn": {"per": "1"}})


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
    assert cohort.breakage == 1


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
    assert total.settled.breakage == Fraction(3, 4)


@pytest.mark.parametrize("facts", [(), (order("2026-01-10", "100"),)])
def test_without_a_settled_month_the_breakage_is_not_known(facts: tuple[AnyFact, ...]) -> None:
    assert owed(*facts, until="2026-02-01").settled.breakage is None
