"""Quotes: what spending would come to, told without spending; and it is what spending then comes to."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from memberflow.engine import quote as quotes
from memberflow.engine.fold import apply
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import Redemption
from tests.happened import at, day, order, told
from tests.programmes import rules

REDEEM = {
    "points": 100,
    "worth": "1.00",
    "least": 20,
    "step": 10,
    "share": 50,
    "goods": {"mug": {"points": 150, "label": {"en": "Mug"}}},
    "partners": {"miles": {"points": 100, "theirs": 50, "label": {"en": "Miles"}}},
}
TILL = rules(points={"earn": {"per": "1.00"}, "expiry": {"after": "1 month"}, "redeem": REDEEM})
SILENT = rules(points={"earn": {"per": "1.00"}, "expiry": {"after": "1 month"}})
NOW = "2026-03-10 12:00"


def member(rules: Rules) -> Member:
    """With 100 points usable through 1 April and 200 through 5 April."""
    return told(rules, order("2026-03-01 10:00", "100"), order("2026-03-05 10:00", "200"), until=NOW)[0]


def wanted(**what: Any) -> Redemption:
    return Redemption(at=at(NOW), id="q", member_id="m", **what)


def test_a_quote_names_points_their_worth_and_the_lots_soonest_first() -> None:
    said = quotes.quote(TILL, member(TILL), wanted(points=150))
    assert (said.points, said.worth, said.theirs, said.refused) == (150, 150, None, None)
    assert said.lots == [[day("2026-04-02"), 100], [day("2026-04-06"), 50]]


def test_a_quote_takes_nothing() -> None:
    asked = member(TILL)
    before = msgspec.to_builtins(asked)
    quotes.quote(TILL, asked, wanted(points=150))
    assert msgspec.to_builtins(asked) == before


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"points": 310}, "not_enough_points"),
        ({"points": 10}, "below_minimum"),
        ({"points": 25}, "not_in_step"),
        ({"points": 110, "order_amount": 200}, "above_share"),
        ({"good": "hat"}, "unknown_good"),
        ({"points": 100, "partner": "trains"}, "unknown_partner"),
    ],
)
def test_a_quote_that_is_refused_says_why_and_names_no_lots(what: dict[str, Any], code: str) -> None:
    said = quotes.quote(TILL, member(TILL), wanted(**what))
    assert (said.refused, said.lots) == (code, [])


def test_a_good_costs_its_points_and_a_partner_gives_his() -> None:
    mugs = quotes.quote(TILL, member(TILL), wanted(good="mug", quantity=2))
    miles = quotes.quote(TILL, member(TILL), wanted(points=200, partner="miles"))
    assert (mugs.points, mugs.worth, mugs.theirs) == (300, None, None)
    assert (miles.points, miles.worth, miles.theirs) == (200, None, 100)


def test_without_a_word_on_spending_any_points_can_be_spent_and_have_no_price() -> None:
    said = quotes.quote(SILENT, member(SILENT), wanted(points=7))
    assert (said.points, said.worth, said.refused) == (7, None, None)
    assert quotes.most(SILENT, member(SILENT), 5) == 300


@pytest.mark.parametrize(
    ("amount", "most"), [(1000, 300), (599, 290), (600, 300), (41, 20), (39, 20)], ids=lambda value: str(value)
)
def test_the_most_is_what_the_member_has_or_the_order_allows_in_whole_steps(amount: int, most: int) -> None:
    assert quotes.most(TILL, member(TILL), amount) == most


def test_where_an_order_allows_none_the_fewest_are_quoted_and_refused() -> None:
    asked = member(TILL)
    fewest = quotes.most(TILL, asked, 39)
    assert quotes.quote(TILL, asked, wanted(points=fewest, order_amount=39)).refused == "above_share"


def test_the_fewest_points_are_a_whole_step() -> None:
    odd = rules(points={"earn": {"per": "1.00"}, "redeem": REDEEM | {"least": 25}})
    assert odd.redeeming is not None
    assert odd.redeeming.fewest == 30


@pytest.mark.parametrize("seed", range(40))
def test_what_is_quoted_is_what_is_spent(seed: int) -> None:
    chance = Random(seed)
    orders = [order(f"2026-03-{1 + n:02d} 10:00", str(chance.randint(1, 90))) for n in range(chance.randint(1, 8))]
    asked, _ = told(TILL, *orders, until=NOW)
    what = chance.choice(
        [
            {"points": chance.randint(1, 400), "order_amount": chance.choice((None, 100, 500, 900))},
            {"good": chance.choice(("mug", "hat")), "quantity": chance.randint(1, 3)},
            {"points": chance.choice((100, 150, 200)), "partner": "miles"},
        ]
    )
    said, out = quotes.quote(TILL, asked, wanted(**what)), Outcome(entries=[])
    apply(TILL, asked, wanted(**what), out)
    assert [refusal.code for refusal in out.refusals] == ([said.refused] if said.refused else [])
    assert [[entry.lot, -entry.points] for entry in out.entries or []] == said.lots
    assert sum(lot[1] for lot in said.lots) == (0 if said.refused else said.points)


@pytest.mark.parametrize("amount", range(1, 1300, 7))
def test_the_most_is_accepted_and_a_step_more_is_not(amount: int) -> None:
    asked = member(TILL)
    most = quotes.most(TILL, asked, amount)
    refused = quotes.quote(TILL, asked, wanted(points=most, order_amount=amount)).refused
    assert (refused is None) is (amount >= 40)
    more = quotes.quote(TILL, asked, wanted(points=most + 10, order_amount=amount)).refused
    assert more in ("above_share", "not_enough_points")
