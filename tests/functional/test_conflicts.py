"""Writers that overtake each other, a store that is down, functions that die: all ends as if nothing had been."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from cli.local.stack import LocalStack
from tests.functional.conftest import ARRIVED, items, kinesis, member, order

ALL_WELL: dict[str, Any] = {"batchItemFailures": []}


@contextmanager
def before_request(operation: str, does: Callable[[], None]) -> Iterator[None]:
    """Calls ``does`` before each of the store's requests of a kind; what it raises, the SDK raises."""
    from memberflow.store.models import Item

    events = Item._get_connection().connection.client.meta.events
    name = f"before-call.dynamodb.{operation}" if operation else "before-call.dynamodb"

    def hook(**given: Any) -> None:
        does()

    events.register_first(name, hook)
    try:
        yield
    finally:
        events.unregister(name, hook)


def once(does: Callable[[], None]) -> Callable[[], None]:
    """The function, the first time only; what it sets off in turn does not set it off again."""
    left = [does]
    return lambda: left.pop()() if left else None


def down() -> None:
    raise EndpointConnectionError(endpoint_url="https://dynamodb.example.com")


def taken_elsewhere(line: bytes) -> None:
    """What another function writes at the same time."""
    from memberflow import runtime
    from memberflow.store.intake import Input, take_in

    assert take_in(runtime.rules(), [Input("elsewhere", line, ARRIVED, "orders")]) == []


def two_of(*members: str) -> dict[str, Any]:
    return kinesis(*(order(name, f"{name}-o", "2026-03-01T10:00:00Z", "40.00") for name in members))


def test_a_member_that_another_writer_changed_meanwhile_is_folded_again(stack: LocalStack) -> None:
    def other() -> None:
        taken_elsewhere(order("m-1", "other", "2026-03-01T09:00:00Z", "5.00"))

    with before_request("TransactWriteItems", once(other)):
        assert stack.call("TakeOrders", two_of("m-1", "m-2")) == ALL_WELL
    assert (member("m-1").member.points, member("m-1").version) == (45, 2)


def test_one_members_conflict_costs_the_others_no_more_than_a_second_try(stack: LocalStack) -> None:
    def other() -> None:
        taken_elsewhere(order("m-1", "other", "2026-03-01T09:00:00Z", "5.00"))

    with before_request("TransactWriteItems", once(other)):
        stack.call("TakeOrders", two_of("m-1", "m-2", "m-3"))
    assert [member(name).member.points for name in ("m-2", "m-3")] == [40, 40]
    assert stack.requests["dynamodb.TransactWriteItems"] == 4, (
        "the other writer's, the cancelled one, the others together, m-1 alone"
    )


def test_a_duplicate_written_by_another_meanwhile_is_dropped(stack: LocalStack) -> None:
    with before_request(
        "TransactWriteItems", once(lambda: taken_elsewhere(order("m-1", "m-1-o", "2026-03-01T10:00:00Z", "40.00")))
    ):
        assert stack.call("TakeOrders", two_of("m-1", "m-2")) == ALL_WELL
    assert (member("m-1").member.points, member("m-1").version) == (40, 1)
    assert member("m-2").member.points == 40


@pytest.mark.parametrize("operation", ["BatchGetItem", "TransactWriteItems"])
def test_a_store_that_is_down_has_every_record_delivered_again(stack: LocalStack, operation: str) -> None:
    with before_request(operation, down):
        failed = stack.call("TakeOrders", two_of("m-1", "m-2"))["batchItemFailures"]
    assert [failure["itemIdentifier"] for failure in failed] == [f"{n:056d}" for n in range(2)]
    assert stack.call("TakeOrders", two_of("m-1", "m-2")) == ALL_WELL
    assert [member(name).member.points for name in ("m-1", "m-2")] == [40, 40]


def test_what_cannot_even_be_parked_is_delivered_again(stack: LocalStack) -> None:
    with before_request("PutItem", down):
        failed = stack.call("TakeOrders", kinesis(b"nonsense"))["batchItemFailures"]
    assert [failure["itemIdentifier"] for failure in failed] == [f"{0:056d}"]


def test_a_member_that_is_overtaken_time_and_again_is_left_for_another_delivery(stack: LocalStack) -> None:
    count = iter(range(100))
    busy = [False]

    def other() -> None:
        if not busy[0]:
            busy[0] = True
            n = next(count)
            taken_elsewhere(order("m-1", f"other-{n}", f"2026-03-01T09:{n:02d}:00Z", "5.00"))
            busy[0] = False

    with before_request("TransactWriteItems", other):
        failed = stack.call("TakeOrders", two_of("m-1"))["batchItemFailures"]
    assert [failure["itemIdentifier"] for failure in failed] == [f"{0:056d}"]
    assert stack.call("TakeOrders", two_of("m-1")) == ALL_WELL
    assert member("m-1").member.points == 40 + 5 * next(count)


@pytest.mark.parametrize("seed", range(6))
def test_functions_that_die_at_any_request_and_are_called_again_end_where_they_would_have(
    stack: LocalStack, seed: int
) -> None:
    from memberflow import decoder, runtime
    from memberflow.engine.fold import fold
    from memberflow.engine.outcome import Outcome
    from memberflow.engine.view import view

    chance = Random(seed)
    lines = [
        order(f"m-{n % 7}", f"o-{n}", f"2026-0{1 + n % 2}-{1 + n % 28:02d}T{n % 24:02d}:00:00Z", f"{n * 7 % 90}.50")
        for n in range(60)
    ]
    chance.shuffle(lines)

    def die_sometimes() -> None:
        if chance.random() < 0.25:
            down()

    with before_request("", die_sometimes):
        for first in range(0, len(lines), 10):
            waiting = lines[first : first + 10]
            while waiting:
                failed = stack.call("TakeOrders", kinesis(*waiting))["batchItemFailures"]
                waiting = [waiting[int(failure["itemIdentifier"])] for failure in failed]
    facts = [decoder.decode(line, "GBP") for line in lines]
    for name in {fact.member_id for fact in facts}:
        alone = fold(runtime.rules(), name, [f for f in facts if f.member_id == name], ARRIVED, Outcome())
        expected = view(runtime.rules(), alone, ARRIVED)
        assert view(runtime.rules(), member(name).member, ARRIVED) == expected
    assert len(items("FACT#")) == len(lines)
