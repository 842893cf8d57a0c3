"""Tasks through the functions: opened by a run, done by an event, withdrawn by an order; the table and its index."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from cli.local.stack import LocalStack
from memberflow.programme.author import SHIPPED, write_shipped
from memberflow.verify import violations
from tests.functional.conftest import ARRIVED, items, joined, kinesis, member, order
from tests.functional.test_conflicts import before_request, down, once
from tests.functional.test_grants import sqs
from tests.happened import at

ASKING = """
surveys:
  silence: [price, service]
  after_order: [fine, complaint]
benefits:
  coupon: {kind: coupon, label: {en: Coupon, zh-CN: 优惠券}, off: 10, valid_for: 30 days}
"""
JOURNEYS = """
journeys:
  call:
    trigger: dormancy
    after: 90 days
    send_at: "10:00"
    useful_for: 14 days
    asks: silence
    task: {for: adviser, due: 48 hours, text: {en: Call and ask why, zh-CN: 致电询问原因}}
  dear:
    trigger: answered
    survey: silence
    answers: [price]
    useful_for: 7 days
    give: [coupon]
    task: {for: adviser, due: 1 day, text: {en: Tell him of the coupon, zh-CN: 告知优惠券}}
  pack:
    trigger: tier_reached
    useful_for: 14 days
    task: {for: warehouse, due: 48 hours, text: {en: Pack the gift, zh-CN: 打包礼品}}
  sorry:
    trigger: answered
    survey: after_order
    answers: [complaint]
    useful_for: 14 days
    task: {for: care, due: 48 hours, text: {en: Put it right, zh-CN: 妥善处理}}
"""
Sample = Callable[[str], dict[str, Any]]
ALL_WELL: dict[str, Any] = {"batchItemFailures": []}
CALL = "call#20423"
BOUGHT = order("m-1001", "o-1", "2025-12-01T12:00:00Z", "40.00")
DUE = at("2026-03-03 10:00")


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The sample programme, asking people to call and members to answer."""
    folder = tmp_path_factory.mktemp("asking") / "programme"
    copytree(SHIPPED / "sample", folder)
    file = folder / "programme.yaml"
    file.write_text(file.read_text().partition("\njourneys:")[0] + ASKING + JOURNEYS)
    shipped = Path(folder.parent) / "asking.json"
    write_shipped(folder, shipped)
    with LocalStack(programme_file=shipped, parameters={"DueShards": "1"}) as stack:
        yield stack


@pytest.fixture
def stack(asking: LocalStack) -> Iterator[LocalStack]:
    asking.clock = ARRIVED
    yield asking
    asking.pump()
    for item in items():
        item.delete()
    asking.pump()
    asking.failures.clear()


def run(stack: LocalStack, text: str) -> None:
    stack.clock = at(text)
    stack.run(stack.clock)
    assert stack.failures == []


def opened(stack: LocalStack) -> None:
    """The call of a member who has been silent for 90 days."""
    stack.call("TakeOrders", kinesis(BOUGHT))
    run(stack, "2026-03-01 10:00")
    stack.requests.clear()


def event(kind: str, when: str, **more: Any) -> bytes:
    return json.dumps({"type": kind, "member_id": "m-1001", "occurred_at": when, **more}).encode()


def done(when: str, task: str = CALL, **more: Any) -> dict[str, Any]:
    return sqs(event("task.done", when, task_id=task, operator="amy", **more))


def states() -> dict[str, str]:
    return {item.sk.removeprefix("TASK#"): item.state for item in items("TASK#")}


def waiting(role: str) -> list[tuple[str, int]]:
    """The open tasks of a role, as the index has them: soonest due first."""
    from memberflow.store.models import DueItem, role_shard

    return [(item.sk.removeprefix("TASK#"), int(item.due_at)) for item in DueItem.due.query(role_shard(role))]


def parked() -> list[str]:
    return [item.reason for item in items() if item.pk.startswith("PARKED#")]


def is_sound() -> bool:
    """Whether the stored member is what follows from his facts."""
    from memberflow import runtime
    from memberflow.store.reading import history

    return violations(runtime.rules(), member("m-1001").member, history("m-1001").facts.values()) == []


# Opened


def test_a_run_opens_a_task_in_the_index_of_its_role(stack: LocalStack) -> None:
    opened(stack)
    assert states() == {CALL: "open"}
    assert waiting("adviser") == [(CALL, DUE)]
    assert waiting("care") == []
    assert is_sound()


def test_no_run_reads_the_tasks_of_people_and_no_sender_is_woken(stack: LocalStack) -> None:
    opened(stack)
    stack.requests_of.clear()
    run(stack, "2026-03-01 11:00")
    assert "SendMessages" not in stack.requests_of
    assert set(stack.requests_of["WorkShard"]) == {"dynamodb.Query", "dynamodb.UpdateItem"}


def test_a_run_and_a_record_delivered_twice_open_one_task(stack: LocalStack) -> None:
    opened(stack)
    stack.call("TakeOrders", kinesis(BOUGHT, BOUGHT))
    run(stack, "2026-03-01 10:00")
    assert states() == {CALL: "open"}


def test_a_run_that_failed_opens_the_task_when_it_is_tried_again(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(BOUGHT))
    with before_request("TransactWriteItems", once(down)):
        run(stack, "2026-03-01 10:00")
    assert states() == {CALL: "open"}


def test_a_run_after_weeks_without_one_opens_nothing_that_is_of_no_use_any_more(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(BOUGHT))
    run(stack, "2026-03-20 10:00")
    assert states() == {CALL: "lapsed"}
    assert waiting("adviser") == []


# Done


def test_the_sample_event_closes_the_task_and_its_answer_is_followed(stack: LocalStack, sample: Sample) -> None:
    opened(stack)
    assert stack.call("TakeActivities", sample("task_done")) == ALL_WELL
    assert stack.requests == {"dynamodb.BatchGetItem": 1, "dynamodb.TransactWriteItems": 1}
    (item,) = items("TASK#")
    assert (item.state, item.by, item.answer, item.due_shard) == ("done", "amy", "price", None)
    run(stack, "2026-03-05 10:00")
    assert states() == {CALL: "done", f"dear#{CALL}": "open"}
    assert [item.state for item in items("GRANT#")] == ["given"]
    assert is_sound()


def test_a_task_is_done_once(stack: LocalStack, sample: Sample) -> None:
    """The same event again is known; another word for the same task is parked."""
    opened(stack)
    for _ in range(2):
        assert stack.call("TakeActivities", sample("task_done")) == ALL_WELL
    assert parked() == []
    assert stack.call("TakeActivities", done("2026-03-04T16:00:00Z", answer="service")) == ALL_WELL
    assert len(parked()) == 1
    assert [item.answer for item in items("TASK#")] == ["price"]


def test_a_task_that_there_is_not_closes_nothing(stack: LocalStack) -> None:
    opened(stack)
    assert stack.call("TakeActivities", done("2026-03-04T16:00:00Z", "call#1")) == ALL_WELL
    assert states() == {CALL: "open"}
    assert parked() == []
    assert is_sound()


def test_a_call_made_although_it_was_withdrawn_meanwhile_was_made(stack: LocalStack) -> None:
    opened(stack)
    stack.call("TakeOrders", kinesis(order("m-1001", "o-2", "2026-03-02T12:00:00Z", "4.00")))
    stack.call("TakeActivities", done("2026-03-04T16:00:00Z"))
    assert states() == {CALL: "done"}
    assert is_sound()


# Withdrawn


def test_an_order_withdraws_the_call_in_its_own_transaction(stack: LocalStack) -> None:
    opened(stack)
    stack.call("TakeOrders", kinesis(order("m-1001", "o-2", "2026-03-02T12:00:00Z", "4.00")))
    assert stack.requests == {"dynamodb.BatchGetItem": 1, "dynamodb.TransactWriteItems": 1}
    assert states() == {CALL: "withdrawn"}
    assert waiting("adviser") == []
    assert is_sound()


def test_a_late_order_withdraws_a_call_that_no_longer_follows(stack: LocalStack) -> None:
    opened(stack)
    stack.call("TakeOrders", kinesis(order("m-1001", "o-0", "2026-02-01T12:00:00Z", "4.00")))
    assert states() == {CALL: "withdrawn"}
    assert waiting("adviser") == []
    assert is_sound()


def test_a_late_fact_that_has_nothing_to_do_with_it_leaves_the_task_alone(stack: LocalStack) -> None:
    opened(stack)
    stack.call("TakeOrders", kinesis(order("m-1001", "o-0", "2025-11-01T12:00:00Z", "4.00")))
    assert states() == {CALL: "open"}
    assert waiting("adviser") == [(CALL, DUE)]


def test_a_refund_that_takes_the_tier_back_withdraws_what_was_to_be_done_for_it(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(order("m-1001", "o-1", "2026-03-01T12:00:00Z", "320.00")))
    assert waiting("warehouse") == [("pack#silver#1", at("2026-03-03 12:00"))]
    whole = event("order.refunded", "2026-03-02T12:00:00Z", refund_id="r", order_id="o-1", currency="GBP", whole=True)
    assert stack.call("TakeOrders", kinesis(whole)) == ALL_WELL
    assert states() == {"pack#silver#1": "withdrawn"}
    assert waiting("warehouse") == []
    assert is_sound()


def test_whoever_becomes_another_member_leaves_no_task_behind(stack: LocalStack) -> None:
    opened(stack)
    stack.call("TakeActivities", sqs(joined("m-2")))
    merged = event("member.merged", "2026-03-02T12:00:00Z", into="m-2", reason="one person", operator="amy")
    assert stack.call("TakeActivities", sqs(merged)) == ALL_WELL
    assert states() == {CALL: "withdrawn"}
    run(stack, "2026-03-02 13:00")
    assert {item.pk: item.state for item in items("TASK#")} == {"MEMBER#m-1001": "withdrawn", "MEMBER#m-2": "open"}


# Answers


def test_the_sample_complaint_becomes_a_task_due_in_48_hours_once(stack: LocalStack, sample: Sample) -> None:
    stack.call("TakeOrders", kinesis(order("m-1001", "o-1", "2026-03-01T12:00:00Z", "40.00")))
    for _ in range(2):
        assert stack.call("TakeActivities", sample("survey_answered")) == ALL_WELL
        run(stack, "2026-03-05 10:00")
    assert states() == {"sorry#after_order#s-1": "open"}
    (item,) = items("TASK#")
    assert item.due_at == at("2026-03-06 20:00")
    assert is_sound()


def test_a_word_of_the_members_own_is_no_answer(stack: LocalStack) -> None:
    said = {"answer_id": "a", "survey": "after_order", "answer": "I live at 5 High Street"}
    assert stack.call("TakeActivities", sqs(event("survey.answered", "2026-03-04T16:00:00Z", **said))) == ALL_WELL
    assert len(parked()) == 1
    assert "'price'" in parked()[0]


# Overdue


def test_each_run_counts_what_people_have_not_done_in_time(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []

    def add_metric(name: str, unit: str, value: int) -> None:
        if name == "TasksOverdue":
            counted.append(value)

    monkeypatch.setattr("memberflow.runtime.metrics.add_metric", add_metric)
    opened(stack)
    run(stack, "2026-03-03 09:59")
    assert counted == []
    stack.requests_of.clear()
    run(stack, "2026-03-03 10:00")
    assert counted == [1]
    assert stack.requests_of["StartRun"]["dynamodb.Query"] == 3, "one for each role"
    stack.call("TakeActivities", done("2026-03-03T10:30:00Z"))
    run(stack, "2026-03-03 11:00")
    assert counted == [1]
