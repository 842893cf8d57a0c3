"""The till where it hurts: a million points in ten thousand lots at once, and everybody at the same time."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random
from threading import Thread
from typing import Any

import pytest

from cli.local.stack import LocalStack
from memberflow.facts import ReceivedPoints, rfc3339
from tests.functional.api import ask
from tests.functional.conftest import ARRIVED, items, member, order

LOTS, EACH = 10_000, 100
TODAY = ARRIVED // 86_400_000
ITEM_BYTES = 400 * 1024
"""DynamoDB's limit."""


# A million points


def size_of(item: Any) -> int:
    """At least what DynamoDB counts: names and values, numbers as text."""
    said = item.serialize()
    return sum(len(name) + len(str(next(iter(value.values())))) for name, value in said.items())


@pytest.fixture
def rich(stack: LocalStack) -> LocalStack:
    """The stack with a member, m-1, who was given a hundred points for each of the next ten thousand days."""
    from memberflow import runtime
    from memberflow.store.ledger import Arrival, take

    lots = tuple((TODAY + 1 + n, EACH) for n in range(LOTS))
    given = [
        ReceivedPoints(at=ARRIVED - 9 + part, id=f"g-{part}", member_id="m-1", lots=lots[part::4], sender="m-2")
        for part in range(4)
    ]
    take(runtime.rules(), [Arrival(fact, ARRIVED) for fact in given])
    stack.requests.clear()
    return stack


def test_a_million_points_in_ten_thousand_lots_are_redeemed_in_the_usual_two_requests(rich: LocalStack) -> None:
    assert member("m-1").member.points == LOTS * EACH
    assert len(member("m-1").member.lots) == LOTS
    started = time.perf_counter()
    answer = ask(rich, "POST", "m-1/redemptions", {"points": LOTS * EACH}, "all-of-them")
    print(f"a million points in {LOTS:,} lots: {1000 * (time.perf_counter() - started):.0f} ms with the local stack")
    assert (answer.status, answer.body["points"]) == (201, 1_000_000)
    assert dict(rich.requests) == {"dynamodb.BatchGetItem": 1, "dynamodb.TransactWriteItems": 1}
    assert member("m-1").member.lots == []
    movements = ask(rich, "GET", "m-1/statement").body
    assert (movements["movements"][0]["number"], movements["movements"][0]["balance"]) == (2 * LOTS, 0)


def test_a_million_points_fit_into_an_item_held_and_not_held(rich: LocalStack) -> None:
    assert max(size_of(item) for item in items()) < ITEM_BYTES
    rich.requests.clear()
    assert ask(rich, "POST", "m-1/reservations", {"points": LOTS * EACH}, "r").status == 201
    assert max(size_of(item) for item in items()) < ITEM_BYTES
    assert ask(rich, "POST", "m-1/reservations/r/cancel").status == 200
    assert dict(rich.requests) == {"dynamodb.BatchGetItem": 2, "dynamodb.TransactWriteItems": 2}
    assert member("m-1").member.lots == [[TODAY + 1 + n, EACH] for n in range(LOTS)]


# Everybody at once

MEMBERS = ("m-1", "m-2")
ROUNDS = 10


def till_at_work(stack: LocalStack, number: int, taken: Counter[str], refused: list[str]) -> None:
    """One till: redeems, reserves and commits or cancels, for both members; asks again where it was told to."""
    chance = Random(number)
    for n in range(ROUNDS):
        name, points, key = MEMBERS[n % 2], chance.choice((10, 20, 50, 90)), f"t{number}-{n}"
        way = chance.choice(("redemptions", "reservations"))
        if until_answered(stack, f"{name}/{way}", {"points": points}, key) == 409:
            refused.append(key)
        elif way == "redemptions":
            taken[f"{name} points.redeemed#{key}"] = points
        else:
            end = chance.choice(("commit", "commit", "cancel"))
            assert until_answered(stack, f"{name}/reservations/{key}/{end}", None, None) == 200
            if end == "commit":
                taken[f"{name} points.reserved#{key}"] = points


def until_answered(stack: LocalStack, path: str, body: Any, key: str | None) -> int:
    while True:
        status = ask(stack, "POST", path, body, key).status
        if status != 503:
            assert status in (200, 201, 409)
            return status


def shop_at_work(stack: LocalStack) -> None:
    """Orders and redemptions through stream and queue, a little later each time."""
    for n in range(32):
        lines = [happened(name, n) for name in MEMBERS]
        (stack.put_orders if n % 4 else stack.put_activities)(lines)
        stack.pump()


def happened(name: str, n: int) -> bytes:
    """Every fourth a redemption; of the orders every third is a day late. A late redemption could leave a debt."""
    if n % 4:
        return order(name, f"{name}-o-{n}", rfc3339(ARRIVED + 1000 * n - 86_400_000 * (n % 3 == 0)), "15.00")
    event = {"type": "points.redeemed", "member_id": name, "redemption_id": f"q-{n}", "points": 15}
    return json.dumps(event | {"occurred_at": rfc3339(ARRIVED + 1000 * n)}).encode()


def all_at_once(works: list[Callable[[], None]]) -> None:
    raised: list[BaseException] = []

    def careful(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    threads = [Thread(target=careful, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []


def test_eight_threads_redeem_and_order_for_two_members_and_every_point_is_accounted_for(stack: LocalStack) -> None:
    from memberflow import runtime, verify
    from memberflow.engine.fold import fold
    from memberflow.engine.outcome import Outcome
    from memberflow.store.reading import history

    stack.put_orders(order(name, f"{name}-first", "2026-03-01T10:00:00Z", "200.00") for name in MEMBERS)
    stack.pump()
    taken: Counter[str] = Counter()
    refused: list[str] = []
    tills = [partial(till_at_work, stack, number, taken, refused) for number in range(7)]
    all_at_once([*tills, partial(shop_at_work, stack)])
    assert stack.failures == []
    assert refused, "there was not enough for all"
    assert stack.requests_of["MemberApi"]["dynamodb.TransactWriteItems"] > written_by_tills(), "some were overtaken"
    for name in MEMBERS:
        stored, facts = member(name).member, list(history(name).facts.values())
        out = Outcome(entries=[])
        fold(runtime.rules(), name, facts, stored.clock, out)
        assert verify.violations(runtime.rules(), stored, facts) == []
        assert stored.debt == 0
        assert stored.points + stored.points_held + out.spent == out.earned
        said = Counter({cause: -points for cause, points in movements_of(out) if points < 0})
        accepted = {key.partition(" ")[2]: points for key, points in taken.items() if key.startswith(f"{name} ")}
        assert accepted
        assert {cause: said[cause] for cause in accepted} == accepted
        known = {cause for cause in said if cause.startswith(("points.redeemed#t", "points.reserved#t"))}
        cancelled = {f"points.reserved#{fact.id}" for fact in facts if fact.kind == "points.cancelled"}
        assert known - cancelled == set(accepted), "what was refused left nothing behind"


def written_by_tills() -> int:
    return sum(item.sk.split("#")[2].startswith("t") for item in items("FACT#points"))


def movements_of(out: Any) -> list[tuple[str, int]]:
    """By cause: one movement can take from several lots."""
    sums: Counter[str] = Counter()
    for entry in out.entries:
        sums[entry.cause] += entry.points
    return list(sums.items())
