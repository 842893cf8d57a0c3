"""start_run and work_shard: what is due, when it is due, once; whatever was missed or delivered twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.local.stack import LocalStack
from memberflow.facts import moment
from tests.functional.conftest import consent, items, joined, kinesis, member, order
from tests.functional.test_conflicts import before_request, down, once

Sample = Callable[[str], dict[str, Any]]


def at(text: str) -> int:
    return moment(datetime.fromisoformat(text).replace(tzinfo=UTC))


def run(stack: LocalStack, text: str) -> None:
    stack.clock = at(text)
    stack.run(stack.clock)
    assert stack.failures == []


def runs() -> list[Any]:
    from memberflow.store.models import RunItem

    return [item for item in items() if isinstance(item, RunItem)]


def shards() -> list[Any]:
    from memberflow.store.models import ShardItem

    return [item for item in items() if isinstance(item, ShardItem)]


def messages() -> dict[str, str]:
    return {item.sk.removeprefix("MESSAGE#"): item.state for item in items("MESSAGE#")}


def test_the_sample_event_opens_a_run_and_hands_out_its_shards(stack: LocalStack, sample: Sample) -> None:
    assert stack.call("StartRun", sample("start_run")) == {"run": "2026-03-06T12:00:00Z", "shards": 2}
    stack.pump()
    (opened,) = runs()
    assert (opened.until, opened.done) == (at("2026-03-06T12:00:00"), {0, 1})


def test_the_sample_task_wishes_a_happy_birthday(stack: LocalStack, sample: Sample) -> None:
    stack.call("TakeActivities", sample("take_activities"))
    task = sample("work_shard")
    from memberflow.store.models import due_shard

    body = task["Records"][0]["body"].replace('"shard": 0', f'"shard": {due_shard("m-1001")}')
    task["Records"][0]["body"] = body
    assert stack.call("WorkShard", task) == {"batchItemFailures": []}
    assert messages() == {"birthday#2026": "waiting"}


def test_a_member_is_dormant_on_the_ninetieth_day_and_not_before(stack: LocalStack) -> None:
    stack.put_activities([joined("m-1"), consent("m-1")])
    stack.put_orders([order("m-1", "o-1", "2026-03-01T10:00:00Z", "40.00")])
    stack.pump()
    run(stack, "2026-05-30T08:59:59")
    assert messages() == {}
    run(stack, "2026-05-30T09:00:00")
    assert messages() == {"win_back#20513": "sent"}


def test_points_are_gone_on_the_day_after_their_last(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(order("m-1", "o-1", "2026-03-01T10:00:00Z", "40.00")))
    run(stack, "2027-03-01T23:59:59")
    assert member("m-1").member.points == 40
    run(stack, "2027-03-02T00:00:00")
    assert member("m-1").member.points == 0


def test_a_run_after_a_week_without_one_catches_up_and_sends_nothing_stale(stack: LocalStack) -> None:
    stack.put_activities([joined("m-1", birthday="1990-03-10"), consent("m-1")])
    stack.pump()
    run(stack, "2026-03-17T12:00:00")
    assert messages() == {"birthday#2026": "withheld"}
    assert items("MESSAGE#")[0].reason == "stale"


def test_a_run_delivered_twice_does_nothing_twice(stack: LocalStack) -> None:
    stack.put_activities([joined("m-1", birthday="1990-03-10"), consent("m-1")])
    stack.pump()
    run(stack, "2026-03-10T12:00:00")
    version = member("m-1").version
    run(stack, "2026-03-10T12:00:00")
    assert member("m-1").version == version
    assert messages() == {"birthday#2026": "sent"}


def test_a_run_in_which_nothing_is_due_writes_nothing_but_itself(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(*(order(f"m-{n}", "o", "2026-03-01T10:00:00Z", "40.00") for n in range(50))))
    stack.requests.clear()
    run(stack, "2026-03-06T12:00:00")
    assert stack.requests == {
        "dynamodb.PutItem": 1,
        "sqs.SendMessageBatch": 1,
        "dynamodb.Query": 2,
        "dynamodb.UpdateItem": 2,
    }


def test_a_shard_that_runs_out_of_time_goes_on_where_it_stopped(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [order(f"m-{n}", f"o-{n}", "2026-03-01T10:00:00Z", "40.00") for n in range(500)]
    for first in range(0, 500, 100):
        stack.call("TakeOrders", kinesis(*lines[first : first + 100]))
    monkeypatch.setattr("memberflow.store.runs.PAGE", 100)
    left = iter([60_000, 0] * 50)
    monkeypatch.setattr("cli.local.functions.Context.get_remaining_time_in_millis", lambda self: next(left))
    run(stack, "2026-05-31T12:00:00")
    assert [item.state for item in items("MESSAGE#")] == ["withheld"] * 500
    (opened,) = runs()
    assert opened.done == {0, 1}
    assert sum(shard.looked_at for shard in shards()) == 500
    assert stack.requests["sqs.SendMessage"] >= 2


def test_the_counts_of_a_run_can_be_read(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(order("m-1", "o-1", "2026-03-01T10:00:00Z", "40.00")))
    run(stack, "2027-03-02T12:00:00")
    (shard,) = shards()
    assert (shard.looked_at, shard.changed, shard.points_expired, shard.messages) == (1, 1, 40, 1)
    assert (runs()[0].withheld, runs()[0].sent) == (1, 0)


def test_a_run_counts_what_became_of_its_messages(stack: LocalStack) -> None:
    stack.put_activities(joined(f"m-{n}", birthday="1990-03-10") for n in range(5))
    stack.put_activities(consent(f"m-{n}") for n in range(5))
    stack.put_activities([consent("m-1", granted=False, at="2026-01-02T00:00:00Z")])
    stack.pump()
    run(stack, "2026-03-10T12:00:00")
    assert (runs()[0].sent, runs()[0].withheld) == (4, 1)


def test_a_shard_that_fails_is_counted_and_done_by_another_delivery(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(order("m-1", "o-1", "2026-03-01T10:00:00Z", "40.00")))
    with before_request("TransactWriteItems", once(down)):
        run(stack, "2026-05-31T12:00:00")
    (shard,) = shards()
    assert (shard.failures, shard.changed) == (1, 1)
    assert runs()[0].done == {0, 1}
