"""costs: what a programme cost, by the tier that members held then."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

from click.testing import CliRunner

from cli.costs import Costs, costs_of
from cli.main import main
from memberflow.facts import AnyFact, Redemption
from tests.shipped.shanghai import at, joined, order, paid_in_points, refund, shipped, used

CLUB, TIERS = shipped("points_club"), shipped("value_tiers")
JOINED = joined("2026-01-01 00:00")


def club(*facts: AnyFact, until: str) -> Costs:
    costs = costs_of(CLUB, "m", [JOINED, *facts], at(until))
    return Costs({name: cost for name, cost in costs.items() if cost})


def test_points_used_cost_what_a_point_costs_in_the_tier_held_then() -> None:
    facts = [order("2026-02-01 10:00", "900"), paid_in_points("2026-02-02 10:00", 500, "100"),
             order("2026-02-03 10:00", "900"), paid_in_points("2026-02-04 10:00", 600, "100")]  # fmt: skip
    assert club(*facts, until="2026-02-05") == {("member", "points"): 400, ("silver", "points"): 480}


def test_points_that_a_refund_gave_back_cost_nothing() -> None:
    spent = Redemption(at=at("2026-02-02 10:00"), id="r", member_id="m", points=500, order_id="b", order_amount=20000)
    facts = [order("2026-02-01 10:00", "900"), spent, order("2026-02-02 10:01", "50", id="b")]
    assert club(*facts, until="2026-02-03") == {("member", "points"): 400}
    assert club(*facts, refund("2026-02-03 10:00", None, "b"), until="2026-02-05") == {}


def test_what_was_refused_costs_nothing() -> None:
    assert club(paid_in_points("2026-02-02 10:00", 50_000, "9000"), until="2026-02-05") == {}


def test_a_grant_costs_when_it_is_used() -> None:
    facts = [used("2026-01-05 10:00", "welcome#welcome_coupon#1")]
    assert club(until="2026-02-05") == {}
    assert club(*facts, until="2026-02-05") == {("member", "grants"): 1200}


def test_a_benefit_of_a_tier_costs_each_order_and_each_month_or_year_of_holding_it() -> None:
    facts = [order("2026-02-01 00:00", "5000", id="a"), order("2026-02-02 00:00", "10", id="b"),
             order("2026-02-03 00:00", "10", id="c"), refund("2026-02-04 00:00", None, "c")]  # fmt: skip
    monthly = Fraction(100 * 73 * 12, 365)
    assert club(*facts, until="2026-04-15 00:00") == {("gold", "benefits"): 800 + monthly}


def test_a_discount_costs_its_part_of_what_members_of_the_tier_paid() -> None:
    facts = [JOINED, order("2026-02-01 10:00", "3000"), order("2026-02-02 10:00", "200", id="b"),
             refund("2026-02-03 10:00", "50", "b")]  # fmt: skip
    costs = costs_of(TIERS, "m", facts, at("2026-02-05"))
    assert costs["silver", "discounts"] == 750, "5 % of 150; the order that made silver had none"
    assert costs["base", "discounts"] == 0


def test_a_good_costs_what_it_says_and_not_its_points() -> None:
    taken = Redemption(at=at("2026-02-02 10:00"), id="r", member_id="m", good="draw", quantity=2)
    assert club(order("2026-02-01 10:00", "900"), taken, until="2026-02-05") == {("member", "goods"): 240}


def test_the_report_shows_every_tier_and_names_what_has_no_cost(tmp_path: Path) -> None:
    head = {"member_id": "m", "currency": "CNY"}
    lines = [
        {"type": "member.joined", "member_id": "m", "occurred_at": "2026-01-01T10:00:00+08:00"},
        head | {"type": "order.paid", "order_id": "a", "amount": "3000", "occurred_at": "2026-02-01T10:00:00+08:00"},
        head | {"type": "order.paid", "order_id": "b", "amount": "100", "occurred_at": "2026-02-02T10:00:00+08:00"},
    ]
    file = tmp_path / "facts.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    shown = CliRunner().invoke(main, ["costs", "--facts", str(file), "--programme", "value_tiers"])
    assert shown.exit_code == 0, shown.output
    rows = {row[0]: row[1:] for row in (line.split() for line in shown.stdout.splitlines()) if row}
    assert rows["silver"] == ["0.00", "0.00", "0.00", "5.00", "0.00", "5.00"]
    assert rows["all"][-1] == "5.00"
    assert "Without a cost, and counted as nothing: " in shown.stdout
