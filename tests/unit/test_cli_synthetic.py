"""What the demo makes up besides the real orders: always the same, plausible, and marked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cli import cdnow, synthetic
from cli.cdnow import Purchase
from memberflow import decoder
from memberflow.engine.rules import Rules
from memberflow.events import Event
from memberflow.events.members import ActivityDone, ConsentChanged, MemberJoined
from memberflow.events.orders import OrderPaid, OrderRefunded
from memberflow.events.points import PointsRedeemed
from memberflow.facts import AnyFact
from tests.programmes import BIRTHDAY, rules

CUSTOMERS = cdnow.made_up(300)


def everything(under: Rules) -> list[Event]:
    return [event for name, bought in CUSTOMERS.items() for event in synthetic.Life(under, name, bought).events()]


PAYING = {"earn": {"points": 1, "per": "1.00"}, "redeem": {"worth": "0.01"}}
"""Rules of points that buy something."""


def of(kind: type[Event], **changes: Any) -> list[Any]:
    return [event for event in everything(rules(**{"points": PAYING} | changes)) if isinstance(event, kind)]


def test_the_same_customer_has_the_same_life() -> None:
    assert everything(rules()) == everything(rules())


def test_every_order_of_the_source_is_there_on_its_day() -> None:
    orders = [event for event in everything(rules()) if isinstance(event, OrderPaid)]
    assert len(orders) == sum(map(len, CUSTOMERS.values()))
    first = next(order for order in orders if order.order_id == "cd-00000-1")
    assert (first.occurred_at.date(), Decimal(first.amount)) == (CUSTOMERS["00000"][0].on, CUSTOMERS["00000"][0].amount)


@pytest.mark.parametrize("kind", [MemberJoined, ConsentChanged, OrderRefunded, PointsRedeemed])
def test_there_is_some_of_everything(kind: type[Event]) -> None:
    assert of(kind)


def test_points_that_buy_nothing_are_not_redeemed() -> None:
    assert of(PointsRedeemed, points={"earn": {"per": "1.00"}}) == []


def test_redemptions_keep_to_the_programmes_minimum_and_step() -> None:
    redeem = {"worth": "1.00", "least": 200, "step": 70}
    asked = of(PointsRedeemed, points=PAYING | {"redeem": redeem})
    assert asked
    assert all(redemption.points % 210 == 0 for redemption in asked)


@pytest.mark.parametrize(
    ("first", "times"), [({"spend": "300"}, 1), ({"spend": "50"}, 1), ({"spend": "3000"}, 10), ({"orders": 3}, 1)]
)
def test_amounts_are_multiplied_until_the_first_tier_is_in_reach(first: dict[str, Any], times: int) -> None:
    levels = [{"name": "base", "label": {"en": "Base"}}, {"name": "silver", "label": {"en": "S"}, "enter": first}]
    bought = CUSTOMERS["00000"][0].amount
    order = of(OrderPaid, tiers={"levels": levels})[0]
    assert Decimal(order.amount) == bought * times


def test_contacts_and_consents_are_of_the_channels_that_journeys_use() -> None:
    changes = {"event_channels": ["app"], "journeys": {"birthday": BIRTHDAY | {"channels": ["app", "sms", "log"]}}}
    contacts = {channel for joined in of(MemberJoined, **changes) for channel in joined.contacts}
    consents = of(ConsentChanged, **changes)
    assert contacts == {consent.channel for consent in consents} == {"app", "email", "sms"}
    assert len({consent.event_id for consent in consents}) == len(consents)


def test_members_do_what_the_programme_pays_for_or_counts() -> None:
    points = PAYING | {"activities": {"review": {"points": 5}}}
    done = of(ActivityDone, points=points, measures={"interactions": ["check_in"]})
    assert {activity.activity for activity in done} == {"review", "check_in"}
    assert of(ActivityDone) == []


@pytest.mark.parametrize(
    ("currency", "zone"), [("GBP", "Europe/London"), ("JPY", "Asia/Tokyo"), ("KWD", "Asia/Kuwait"), ("USD", "UTC")]
)
def test_every_event_can_be_used_under_any_currency_and_zone(currency: str, zone: str) -> None:
    under = rules(currency=currency, time_zone=zone)
    facts: list[AnyFact] = [decoder.decode(msgspec.json.encode(event), currency) for event in everything(under)]
    assert len({(fact.member_id, fact.kind, fact.id) for fact in facts}) == len(facts)


def test_a_member_joins_before_he_buys_and_nothing_comes_after_the_last_day() -> None:
    life = synthetic.Life(rules(), "x", [Purchase(cdnow.LAST, Decimal("400.00"))] * 40).events()
    assert isinstance(life[0], MemberJoined)
    assert max(event.occurred_at for event in life).date() == cdnow.LAST


def test_the_file_is_read_line_by_line_and_each_customer_is_in_order() -> None:
    lines = [
        " customer_id  date number_of_cds  dollar_value",
        " 00002 19970112  5   7.00",
        " 00002 19970102  1   12.00",
    ]
    assert cdnow.parse("\r\n".join(lines)) == {
        "00002": [Purchase(date(1997, 1, 2), Decimal("12.00")), Purchase(date(1997, 1, 12), Decimal("7.00"))]
    }


def test_a_sample_is_spread_over_all_customers() -> None:
    assert list(cdnow.sample(CUSTOMERS, 3)) == ["00000", "00100", "00200"]
    assert cdnow.sample(CUSTOMERS, None) == cdnow.sample(CUSTOMERS, 1000) == CUSTOMERS


def test_where_the_package_cannot_be_had_the_orders_are_made_up_and_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr("subprocess.run", refuse)
    source = cdnow.load(tmp_path)
    assert source.origin.startswith("MADE-UP orders")
    assert source.customers
