"""The function take_orders: event file in, table state out."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from cli.local.stack import LocalStack
from tests.functional.conftest import ARRIVED, items, joined, kinesis, member, order

Sample = Callable[[str], dict[str, Any]]
ALL_WELL: dict[str, Any] = {"batchItemFailures": []}


def test_the_sample_event_makes_a_silver_member_with_the_points_that_were_not_refunded(
    stack: LocalStack, sample: Sample
) -> None:
    assert stack.call("TakeOrders", sample("take_orders")) == ALL_WELL
    taken = member("m-1001").member
    assert (taken.tier, taken.points, taken.spend, taken.orders) == ("silver", 320, 32000, 1)
    assert sorted(item.sk.split("#")[0] for item in items()) == [
        "DECISION", "DECISION", "FACT", "FACT", "FACT", "MEMBER", "MESSAGE"
    ]  # fmt: skip


def test_the_same_event_again_changes_nothing(stack: LocalStack, sample: Sample) -> None:
    stack.call("TakeOrders", sample("take_orders"))
    stack.pump()
    before = {(item.pk, item.sk): item.serialize() for item in items()}
    assert stack.call("TakeOrders", sample("take_orders")) == ALL_WELL
    stack.pump()
    assert {(item.pk, item.sk): item.serialize() for item in items()} == before


def test_a_batch_counts_an_order_once_however_often_it_holds_it(stack: LocalStack) -> None:
    line = order("m-1", "o-1", "2026-03-01T10:00:00Z", "40.00")
    assert stack.call("TakeOrders", kinesis(line, line, line)) == ALL_WELL
    assert member("m-1").member.points == 40


def test_a_single_order_costs_one_read_and_one_transaction(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(order("m-1", "o-1", "2026-03-01T10:00:00Z", "40.00")))
    stack.call("TakeOrders", kinesis(order("m-1", "o-2", "2026-03-02T10:00:00Z", "40.00")))
    assert stack.requests == {"dynamodb.BatchGetItem": 2, "dynamodb.TransactWriteItems": 2}


def test_a_hundred_orders_of_a_hundred_members_cost_one_read_and_at_most_three_transactions(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(*(order(f"m-{n}", f"o-{n}", "2026-03-01T10:00:00Z", "40.00") for n in range(100))))
    stack.requests.clear()
    stack.call("TakeOrders", kinesis(*(order(f"m-{n}", f"p-{n}", "2026-03-02T10:00:00Z", "40.00") for n in range(100))))
    assert stack.requests["dynamodb.BatchGetItem"] == 1
    assert stack.requests["dynamodb.TransactWriteItems"] in (2, 3)
    assert stack.requests.total() <= 4


def test_many_orders_of_one_member_are_one_write_of_him(stack: LocalStack) -> None:
    stack.call(
        "TakeOrders", kinesis(*(order("m-1", f"o-{n}", f"2026-03-01T10:{n:02d}:00Z", "4.00") for n in range(30)))
    )
    assert member("m-1").version == 1
    assert member("m-1").member.orders == 30
    assert stack.requests == {"dynamodb.BatchGetItem": 1, "dynamodb.TransactWriteItems": 1}


def test_more_orders_of_one_member_than_a_transaction_holds_are_all_taken(stack: LocalStack) -> None:
    lines = [order("m-1", f"o-{n}", f"2026-03-01T10:{n % 60:02d}:{n // 60:02d}Z", "4.00") for n in range(250)]
    assert stack.call("TakeOrders", kinesis(*lines)) == ALL_WELL
    assert member("m-1").member.orders == 250


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b'{"type": "order.paid"', "a JSON object"),
        (order("m-1", "o-1", "2026-03-01T10:00:00Z", "-1.00"), "amount: got '-1.00', expected a decimal string"),
        (
            json.dumps({"type": "order.paid", "member_id": "m-1"}).encode(),
            "occurred_at: got None, expected a moment with an offset",
        ),
        (json.dumps({"type": "order.lost", "member_id": "m-1"}).encode(), "type: got 'order.lost', expected one of"),
        (order("m-1", "o-1", "2026-03-05T09:06:00Z", "1.00"), "a moment not after its arrival at 2026-03-05T09:00:00Z"),
        (order("m-1", "o-1", "2026-03-01T10:00:00Z", "1.00", currency="XXX"), "currency: got 'XXX', expected 'GBP'"),
        (order("m-1", "o-1", "2026-03-01T10:00:00Z", "1.00", channel="x" * 65), "channel: got"),
        (order("m-1", "o-1", "2026-03-01T10:00:00Z", "1.00", note="x" * 400_000), "expected at most 65536 bytes"),
    ],
    ids=["malformed", "negative", "missing", "unknown type", "future", "currency", "too long a name", "400 KB"],
)
def test_what_cannot_be_used_is_parked_whole_with_the_reason_and_holds_up_nothing(
    stack: LocalStack, raw: bytes, says: str
) -> None:
    from memberflow.store.parking import parked_on

    good = order("m-2", "o-2", "2026-03-01T10:00:00Z", "40.00")
    assert stack.call("TakeOrders", kinesis(raw, good)) == ALL_WELL
    (parked,) = parked_on("2026-03-05")
    assert (parked.raw, parked.source, parked.at) == (raw, "orders", ARRIVED)
    assert says in parked.reason
    assert member("m-2").member.points == 40
    assert member("m-1").version == 0


def test_a_record_that_is_not_base64_is_parked_as_it_came(stack: LocalStack) -> None:
    from memberflow.store.parking import parked_on

    assert stack.call("TakeOrders", kinesis(data="*** no base64 ***")) == ALL_WELL
    assert [parked.raw for parked in parked_on("2026-03-05")] == [b"*** no base64 ***"]


def test_an_incompressible_record_larger_than_an_item_is_parked_in_parts_and_comes_back_whole(
    stack: LocalStack,
) -> None:
    from random import Random

    from memberflow.store.parking import parked_on

    raw = Random(1).randbytes(700_000)
    assert stack.call("TakeOrders", kinesis(data=b64encode(raw).decode())) == ALL_WELL
    assert len(items("2026-03-05T09")) == 3
    assert [parked.raw for parked in parked_on("2026-03-05")] == [raw]


def test_the_same_input_delivered_twice_is_parked_once(stack: LocalStack) -> None:
    for _ in range(2):
        stack.call("TakeOrders", kinesis(b"nonsense"))
    assert len(items("2026-03-05T09")) == 1


@pytest.mark.parametrize("when", ["2026-02-01T10:00:00Z", "2026-03-01T10:00:00Z", "2026-03-04T10:00:00Z"])
def test_a_conflict_is_parked_whatever_moment_it_claims(stack: LocalStack, when: str) -> None:
    from memberflow.store.parking import parked_on

    stack.call("TakeOrders", kinesis(order("m-1", "o-1", "2026-03-01T10:00:00Z", "40.00")))
    assert stack.call("TakeOrders", kinesis(order("m-1", "o-1", when, "99.00"))) == ALL_WELL
    assert (member("m-1").member.points, len(parked_on("2026-03-05"))) == (40, 1)


@pytest.mark.parametrize("together", [True, False])
def test_the_same_order_with_another_amount_is_parked_and_the_first_stands(stack: LocalStack, together: bool) -> None:
    from memberflow.store.parking import parked_on

    first = order("m-1", "o-1", "2026-03-01T10:00:00Z", "40.00")
    other = order("m-1", "o-1", "2026-03-01T10:00:00Z", "99.00")
    for batch in [(first, other)] if together else [(first,), (other,)]:
        assert stack.call("TakeOrders", kinesis(*batch)) == ALL_WELL
    assert member("m-1").member.points == 40
    assert [parked.raw for parked in parked_on("2026-03-05")] == [other]


def test_a_late_order_rebuilds_the_member_and_corrects_what_was_decided(stack: LocalStack) -> None:
    from memberflow.store.reading import history

    stack.call("TakeOrders", kinesis(order("m-1", "o-2", "2026-03-02T10:00:00Z", "310.00")))
    stack.call("TakeOrders", kinesis(order("m-1", "o-1", "2026-03-01T10:00:00Z", "300.00")))
    standing = member("m-1").member.standings[-1]
    assert (standing.tier, standing.since) == ("silver", 1_772_359_200_000)
    reached = [d for d in history("m-1").decisions.values() if d.outcome == "reached"]
    assert [decision.cause for decision in reached] == ["order.paid#o-1"]
    withdrawn = [item for item in items("DECISION#") if item.withdrawn]
    assert len(withdrawn) == 2


def test_a_late_order_that_moves_an_upgrade_does_not_congratulate_twice(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(joined("m-1"), order("m-1", "o-2", "2026-03-02T10:00:00Z", "310.00")))
    stack.call("TakeOrders", kinesis(order("m-1", "o-1", "2026-03-01T10:00:00Z", "300.00")))
    assert [item.sk for item in items("MESSAGE#")] == ["MESSAGE#upgrade#silver#1"]


def test_a_refund_before_its_order_waits_for_it(stack: LocalStack) -> None:
    refund = {"type": "order.refunded", "member_id": "m-1", "refund_id": "r-1", "order_id": "o-1", "amount": "30.00"}
    refund |= {"occurred_at": "2026-03-01T09:00:00Z", "currency": "GBP"}
    stack.call("TakeOrders", kinesis(json.dumps(refund).encode()))
    assert member("m-1").member.waiting == ["o-1"]
    stack.call("TakeOrders", kinesis(order("m-1", "o-1", "2026-03-01T10:00:00Z", "40.00")))
    assert (member("m-1").member.waiting, member("m-1").member.points) == ([], 10)
