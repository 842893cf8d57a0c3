"""What operators and members do about tiers, from events to facts."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from memberflow.facts import Accepted, AnyFact, Fact, Invited, Judged, TierGiven, TierHeld
from memberflow.facts import decode as stored_fact
from memberflow.facts import encode as store_fact
from tests.happened import at, day
from tests.unit.test_decoder import NOON, refusal, told, without

HEAD = {"member_id": "m1", "occurred_at": NOON, "event_id": "e1"}
BY_HAND = HEAD | {"reason": "in hospital", "operator": "amy"}
HELD = BY_HAND | {"type": "tier.held", "until": "2026-06-30"}
GIVEN = BY_HAND | {"type": "tier.given", "tier": "gold"}
INVITED = BY_HAND | {"type": "tier.invited", "tier": "black", "until": "2026-06-30"}
ACCEPTED = HEAD | {"type": "tier.accepted", "tier": "black"}
JUDGED = BY_HAND | {"type": "order.judged", "order_id": "o1", "accepted": False}

WHO: dict[str, Any] = {"at": at(NOON[:19], "UTC"), "id": "e1", "member_id": "m1"}
WHY = {"reason": "in hospital", "operator": "amy"}
FACTS = [
    (HELD, TierHeld(**WHO, **WHY, until=day("2026-06-30"))),
    (GIVEN, TierGiven(**WHO, **WHY, tier="gold")),
    (GIVEN | {"until": "2026-06-30"}, TierGiven(**WHO, **WHY, tier="gold", until=day("2026-06-30"))),
    (INVITED, Invited(**WHO, **WHY, tier="black", until=day("2026-06-30"))),
    (ACCEPTED, Accepted(**WHO, tier="black")),
    (JUDGED, Judged(**WHO, **WHY, order_id="o1", accepted=False)),
]


@pytest.mark.parametrize(("event", "fact"), FACTS)
def test_an_event_becomes_its_fact_and_is_stored_as_it_was(event: dict[str, Any], fact: Fact) -> None:
    assert told(event) == fact
    assert stored_fact(store_fact(told(event))) == fact


@pytest.mark.parametrize("event", [HELD, GIVEN, INVITED, JUDGED])
@pytest.mark.parametrize("field", ["reason", "operator"])
def test_what_is_done_by_hand_says_who_and_why(event: dict[str, Any], field: str) -> None:
    assert refusal(without(event, field)) == (field, None, "a value: the field is required")


@pytest.mark.parametrize("event", [HELD, GIVEN, INVITED])
def test_a_day_that_does_not_exist_is_refused(event: dict[str, Any]) -> None:
    expected = "a date that exists, such as '2026-12-31'"
    assert refusal(event, until="2026-06-31") == ("until", "2026-06-31", expected)


def test_a_judgement_says_yes_or_no() -> None:
    assert refusal(JUDGED, accepted="yes")[:2] == ("accepted", "yes")


def test_facts_of_tiers_come_after_the_orders_and_points_of_their_moment() -> None:
    assert sorted(fact.rank for _, fact in FACTS)[0] > max(kind.rank for kind in get_args(AnyFact) if kind.rank < 20)
    assert [TierHeld.rank, TierGiven.rank, Invited.rank, Accepted.rank, Judged.rank] == [20, 21, 22, 23, 24]
