"""Segments by scores, tags by orders and activities, and what a member may have on a day."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from memberflow.engine import tags
from memberflow.engine.entitlement import entitlement
from memberflow.engine.rules import Rules
from memberflow.entitled import entitled
from memberflow.facts import AnyFact, Order
from tests import programmes
from tests.happened import at, day, did, joined, order, refund, told

LABEL = {"label": {"en": "A name"}}
SEGMENTS = programmes.rules(
    segments={
        "recency": ["30 days", "60 days", "90 days", "180 days"],
        "frequency": [2, 3, 4, 5],
        "monetary": ["100", "200", "300", "400"],
        "names": [
            LABEL | {"name": "champion", "recency": "4-5", "frequency": "2-5", "monetary": "5"},
            LABEL | {"name": "new", "recency": "5", "frequency": "1"},
            LABEL | {"name": "hibernating", "recency": "1-2"},
        ],
    }
)


def scored(*facts: AnyFact, until: str) -> tuple[str, int, int, int] | None:
    scores = told(SEGMENTS, *facts, until=until)[0].scored
    return None if scores is None else (scores.segment, scores.recency, scores.frequency, scores.monetary)


def test_a_first_order_makes_a_new_customer():
    assert scored(order("2026-03-01 10:00", "99.99"), until="2026-03-01 10:00") == ("new", 5, 1, 1)
    assert scored(joined("2026-03-01 10:00"), until="2026-03-02") is None


def test_scores_rise_with_each_order_at_the_figures_of_the_bands():
    facts = [order("2026-03-01 10:00", "100"), order("2026-03-02 10:00", "300")]
    assert scored(*facts, until="2026-03-02 10:00") == ("champion", 5, 2, 5)


@pytest.mark.parametrize(
    ("until", "recency"),
    [("2026-03-30 23:59", 5), ("2026-03-31", 4), ("2026-04-30", 3), ("2026-05-30", 2), ("2026-08-28", 1)],
)
def test_recency_passes_from_band_to_band_as_the_day_begins(until: str, recency: int):
    shown = scored(order("2026-03-01 10:00", "50"), until=until)
    assert shown is not None
    assert shown[1] == recency


def test_a_segment_begins_when_it_is_entered():
    member, _ = told(SEGMENTS, order("2026-03-01 10:00", "50"), until="2026-09-01")
    assert member.scored is not None
    assert (member.scored.segment, member.scored.since) == ("hibernating", at("2026-05-30"))


def test_a_refund_works_the_scores_out_anew():
    facts = [order("2026-03-01 10:00", "100"), order("2026-03-02 10:00", "300", id="o")]
    assert scored(*facts, refund("2026-03-03 10:00", None, "o"), until="2026-03-03 10:00") == ("new", 5, 1, 2)


TAGS = programmes.rules(
    tags={
        "thrifty": LABEL | {"group": "preference", "coupon_share": 50, "live": "true"},
        "monthly": LABEL | {"group": "purchase", "cycle": {"least": 28, "most": 31}, "live": "true"},
        "big": LABEL | {"group": "purchase", "orders": 2, "average": "50"},
        "organic": LABEL
        | {"group": "preference", "window": "3 months", "category": "baby", "orders": 2, "with_category": "organic"}
        | {"share": 70},
        "reviewer": LABEL | {"group": "interaction", "activity": "review", "times": 2},
    }
)


def bought(when: str, amount: str, *categories: str, coupon: bool = False) -> Order:
    return msgspec.structs.replace(order(when, amount, *categories), coupon_codes=("c",) if coupon else ())


def held(*facts: AnyFact, until: str, rules: Rules = TAGS) -> set[str]:
    shown = entitled(rules, "m", facts, at(until)).tags
    return {name for name, seen in shown.items() if all(one.met for one in seen)}


def live(*facts: AnyFact, until: str) -> frozenset[str]:
    return tags.live(TAGS, told(TAGS, *facts, until=until)[0], day(until))


HALF = [bought("2026-01-01", "10", coupon=True), bought("2026-01-31", "10"), bought("2026-03-01", "10", coupon=True)]


def test_a_tag_is_had_from_its_share_on():
    assert "thrifty" in held(*HALF, bought("2026-03-02", "10"), until="2026-03-03")
    assert "thrifty" not in held(*HALF, bought("2026-03-02", "10"), bought("2026-03-02 11:00", "1"), until="2026-03-03")


def test_a_cycle_is_the_median_gap_between_days_with_an_order():
    assert "monthly" in held(*HALF, until="2026-03-02")
    assert "monthly" not in held(*HALF[:2], until="2026-03-02"), "one gap is none"
    assert "monthly" not in held(*HALF, bought("2026-03-02", "1"), bought("2026-03-03", "1"), until="2026-03-04")


def test_a_live_tag_is_known_without_the_facts_and_agrees_with_them():
    for until in ("2026-03-02", "2027-01-01", "2027-02-01"):
        assert live(*HALF, until=until) == held(*HALF, until=until) & {"thrifty", "monthly"}


def test_an_order_refunded_whole_is_forgotten_by_tags():
    facts = [*HALF, refund("2026-03-02 10:00", None, "2026-01-31")]
    assert "monthly" not in live(*facts, until="2026-03-03")
    assert "monthly" not in held(*facts, until="2026-03-03")


def test_the_average_is_of_what_is_left():
    facts = [bought("2026-01-01", "60"), bought("2026-01-02", "40")]
    assert "big" in held(*facts, until="2026-01-03")
    assert "big" not in held(*facts, refund("2026-01-03", "0.02", "2026-01-01"), until="2026-01-04")


def test_orders_of_a_category_that_have_another_too():
    facts = [bought(f"2026-01-0{n}", "5", "baby", *(("organic",) if n < 3 else ())) for n in (1, 2, 3)]
    assert "organic" not in held(*facts, until="2026-01-04"), "66 percent"
    assert "organic" in held(*facts, bought("2026-01-04", "5", "baby", "organic"), until="2026-01-05")
    assert "organic" not in held(*facts[:2], until="2026-04-02"), "the window is over for one of two"


def test_activities_count_towards_a_tag():
    reviews = [did("2026-01-01 10:00", "review"), did("2026-01-02 10:00", "review"), did("2026-01-02 10:00", "share")]
    assert "reviewer" not in held(*reviews[:1], until="2026-01-03")
    assert "reviewer" in held(*reviews, until="2026-01-03")


def test_a_grant_for_a_segment_and_a_live_tag():
    plain: dict[str, Any] = msgspec.to_builtins(TAGS.programme)
    grants = {"wishes": {"trigger": "order", "least": "1", "give": ["gift"], "tags": ["monthly"]}}
    rules = programmes.rules(tags=plain["tags"], benefits={"gift": LABEL | {"kind": "gift"}}, grants=grants)
    _, out = told(rules, *HALF, until="2026-03-02")
    assert [change.grant.at for change in out.grants] == [HALF[-1].at]


STANDING = programmes.rules(
    benefits={
        "tea": LABEL | {"kind": "service"},
        "fifteen": LABEL | {"kind": "discount", "percent": 15, "on": ["18", "11-11"]},
        "twenty": LABEL | {"kind": "discount", "percent": 20},
        "lounge": LABEL | {"kind": "access"},
        "golden": LABEL | {"kind": "trial", "tier": "gold", "valid_for": "1 month"},
    },
    grants={"story": {"trigger": "activity", "activity": "story", "give": ["golden"]}},
    tiers={
        "levels": [
            LABEL | {"name": "member", "benefits": ["tea"]},
            LABEL | {"name": "silver", "enter": {"spend": "300"}, "benefits": ["fifteen"]},
            LABEL | {"name": "gold", "enter": {"spend": "1000"}, "benefits": ["twenty", "tea"]},
            LABEL | {"name": "black", "enter": {"spend": "9000"}, "benefits": ["lounge"], "includes_below": "false"},
        ]
    },
)


def has(*facts: AnyFact, until: str) -> list[str]:
    member, _ = told(STANDING, *facts, until=until)
    return entitlement(STANDING, member, at(until)).standing


def test_a_tier_has_what_those_below_it_have_unless_it_says_otherwise():
    assert has(order("2026-03-01", "1"), until="2026-03-18 12:00") == ["tea"]
    assert has(order("2026-03-01", "1000"), until="2026-03-18 12:00") == ["tea", "fifteen", "twenty"]
    assert has(order("2026-03-01", "9000"), until="2026-03-18 12:00") == ["lounge"]


def test_some_benefits_count_on_their_days_alone():
    assert has(order("2026-03-01", "300"), until="2026-03-17 23:59") == ["tea"]
    assert has(order("2026-03-01", "300"), until="2026-11-11") == ["tea", "fifteen"]


def test_a_trial_gives_the_benefits_of_a_tier_without_the_tier_until_it_ends():
    facts = [order("2026-03-01", "1"), did("2026-03-02 10:00", "story")]
    assert has(*facts, until="2026-04-02 23:59") == ["tea", "twenty"]
    assert has(*facts, until="2026-04-03") == ["tea"]
    assert told(STANDING, *facts, until="2026-03-03")[0].tier == "member"
