"""The local stack calls functions as Lambda would: a small stack of stand-ins shows batches, retries and failures."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from moto import mock_aws

from cli.local import wiring
from cli.local.filters import UnknownPattern, matches
from cli.local.stack import LocalStack, MockInUse
from cli.local.translate import translate

TEMPLATE = Path(__file__).parent / "local_stack" / "template.yaml"
NOON = 1_772_366_400_000
"""2026-03-01T12:00:00Z"""


@pytest.fixture
def stack() -> Iterator[LocalStack]:
    with LocalStack(TEMPLATE) as stack:
        stack.clock = NOON
        yield stack


def function(name: str) -> ModuleType:
    """The module of a stand-in, as the running stack imported it."""
    return sys.modules[name]


def given_up(stack: LocalStack) -> list[dict[str, Any]]:
    answer = stack.client("sqs").receive_message(QueueUrl=stack.wiring.doors["FailedQueue"], MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def orders_kept(stack: LocalStack) -> list[str]:
    items = stack.client("dynamodb").scan(TableName="memberflow-local-members")["Items"]
    return sorted(item["pk"]["S"] for item in items if item["sk"]["S"] == "ORDER")


# --- what functions find -------------------------------------------------------------------------


def test_functions_find_the_environment_that_the_template_gives_them(stack: LocalStack) -> None:
    environment = stack.wiring.functions["KeepOrders"].environment

    assert environment["TABLE_NAME"] == os.environ["TABLE_NAME"] == "memberflow-local-members"
    assert environment["MAIL_SET"] == "memberflow-local-mails"
    assert environment["DUE_SHARDS"] == "2"
    assert "Tasks" in environment["SHARD_TASKS_URL"]


def test_parameters_and_programme_reach_the_functions(tmp_path: Path) -> None:
    with LocalStack(TEMPLATE, programme_file=tmp_path / "mine.json", parameters={"Shards": "5"}) as stack:
        stack.run(NOON)

        assert os.environ["PROGRAMME_FILE"] == str(tmp_path / "mine.json")
        assert len(function("do_task").tasks) == 5


def test_leaving_the_stack_leaves_no_trace_in_the_process() -> None:
    before, path = dict(os.environ), list(sys.path)

    with LocalStack(TEMPLATE):
        assert dict(os.environ) != before

    assert dict(os.environ) == before
    assert sys.path == path
    assert "keep_orders" not in sys.modules


def test_functions_are_imported_anew_whoever_imported_them_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "do_task", ModuleType("do_task"))

    with LocalStack(TEMPLATE) as stack:
        stack.run(NOON)

        assert len(function("do_task").tasks) == 2


def test_a_second_stack_in_the_process_begins_empty() -> None:
    for _ in range(2):
        with LocalStack(TEMPLATE) as stack:
            stack.run(NOON)
            assert len(function("do_task").tasks) == 2


def test_the_stack_refuses_to_share_a_mock_that_was_started_without_it() -> None:
    # A backend that is there already is moto's own kind only in a process that never saw a local stack: make it so.
    from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends

    kind, dynamodb_backends.backend = dynamodb_backends.backend, DynamoDBBackend
    try:
        with mock_aws():
            dynamodb_backends["123456789012"]["us-east-1"].list_tables(100, None)
            with pytest.raises(MockInUse), LocalStack(TEMPLATE):
                pass
    finally:
        dynamodb_backends.backend = kind


def test_logs_and_metrics_stay_off_the_screen_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with LocalStack(TEMPLATE) as stack:
        stack.run(NOON)
    assert capsys.readouterr().out == ""

    with LocalStack(TEMPLATE, quiet=False) as stack:
        stack.run(NOON)
    assert "a log line" in capsys.readouterr().out


# --- the order stream ----------------------------------------------------------------------------


def test_orders_come_in_order_and_in_batches_of_the_mappings_size(stack: LocalStack) -> None:
    stack.put_orders(f"o{n}".encode() for n in range(10))

    stack.pump()

    assert function("keep_orders").batches == [["o0", "o1", "o2", "o3"], ["o4", "o5", "o6", "o7"], ["o8", "o9"]]
    assert stack.failures == []


def test_an_order_looks_as_lambda_hands_it_over(stack: LocalStack) -> None:
    line = b'{"member_id": "m-1"}'
    stack.put_orders([line])

    stack.pump()

    (record,) = function("keep_orders").events[0]["Records"]
    assert record["eventSource"] == "aws:kinesis"
    assert record["eventSourceARN"] == stack.wiring.mappings[0].source
    assert record["kinesis"]["partitionKey"] == "m-1"
    assert record["kinesis"]["data"] == "eyJtZW1iZXJfaWQiOiAibS0xIn0="
    assert record["kinesis"]["approximateArrivalTimestamp"] == NOON / 1000


def test_an_order_that_nobody_can_read_is_put_all_the_same(stack: LocalStack) -> None:
    stack.put_orders([b"\xff\xfe", b"[]", b'{"member_id": ""}', b'{"member_id": 7}'])

    keys = [record.partition_key for shard in _kinesis_shards(stack) for record in shard.records.values()]

    assert [len(key) for key in keys] == [64] * 4


def _kinesis_shards(stack: LocalStack) -> list[Any]:
    from moto.kinesis.models import kinesis_backends

    return list(
        kinesis_backends["123456789012"]["us-east-1"].streams[stack.wiring.doors["OrdersStream"]].shards.values()
    )


def test_a_reported_order_is_tried_again_from_there_on_and_then_given_up_alone(stack: LocalStack) -> None:
    function("keep_orders").reports.add("o1")
    stack.put_orders([b"o0", b"o1", b"o2", b"o3"])

    stack.pump()

    batches = function("keep_orders").batches
    assert batches[:3] == [["o0", "o1", "o2", "o3"], ["o1", "o2", "o3"], ["o1", "o2"]]
    assert batches.count(["o1"]) == 3  # once and its two retries
    assert orders_kept(stack) == ["o0", "o2", "o3"]
    (said,) = given_up(stack)
    assert said["KinesisBatchInfo"]["batchSize"] == 1
    assert said["KinesisBatchInfo"]["startSequenceNumber"] == "2"
    assert said["requestContext"]["condition"] == "RetryAttemptsExhausted"


def test_an_error_halves_the_batch_until_the_order_at_fault_is_alone(stack: LocalStack) -> None:
    function("keep_orders").raises_on.add("o2")
    stack.put_orders([b"o0", b"o1", b"o2", b"o3"])

    stack.pump()

    assert function("keep_orders").batches == [
        ["o0", "o1", "o2", "o3"],
        ["o0", "o1"],
        ["o2", "o3"],
        ["o2"],
        ["o2"],
        ["o2"],
        ["o3"],
    ]
    assert orders_kept(stack) == ["o0", "o1", "o3"]
    assert len(given_up(stack)) == 1
    assert {(failure.function, str(failure.error)) for failure in stack.failures} == {("KeepOrders", "no o2")}


def test_orders_after_a_pump_are_new_ones_only(stack: LocalStack) -> None:
    stack.put_orders([b"o0"])
    stack.pump()
    stack.put_orders([b"o1"])
    stack.pump()
    stack.pump()

    assert function("keep_orders").batches == [["o0"], ["o1"]]


# --- queues --------------------------------------------------------------------------------------


def test_a_message_looks_as_lambda_hands_it_over_and_no_delay_holds_it_back(stack: LocalStack) -> None:
    stack.put_activities([b"hello"])

    stack.pump()

    (record,) = function("keep_activities").events[0]["Records"]
    assert record["body"] == "hello"
    assert record["attributes"]["SentTimestamp"] == str(NOON)
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"].endswith(record["eventSourceARN"].split(":")[-1])
    assert record["receiptHandle"]
    assert record["messageId"]


def test_a_reported_message_comes_again_and_ends_in_the_dead_letter_queue(stack: LocalStack) -> None:
    function("keep_activities").reports.add('"bad"')
    stack.put_activities([b'"good"', b'"bad"'])

    stack.pump()

    assert function("keep_activities").batches == [['"good"', '"bad"'], ['"bad"'], ['"bad"']]
    assert given_up(stack) == ["bad"]


@pytest.mark.parametrize("how", ["raises", "reports_a_stranger"])
def test_a_function_that_raises_or_reports_a_stranger_gets_the_whole_batch_again(stack: LocalStack, how: str) -> None:
    setattr(function("keep_activities"), how, True)
    stack.put_activities([b"1", b"2"])

    stack.pump()

    assert function("keep_activities").batches == [["1", "2"]] * 3
    assert sorted(given_up(stack)) == [1, 2]


def test_many_lines_go_in_many_batches(stack: LocalStack) -> None:
    stack.put_activities(str(n).encode() for n in range(25))
    stack.put_orders(f"o{n}".encode() for n in range(1001))

    stack.pump()

    assert [len(batch) for batch in function("keep_activities").batches] == [10, 10, 5]
    assert len(orders_kept(stack)) == 1001


# --- schedule, tasks, table ----------------------------------------------------------------------


def test_a_run_fires_the_schedule_with_its_moment_and_everything_follows(stack: LocalStack) -> None:
    stack.run(NOON + 345)

    assert function("open_run").events == [{"run_at": "2026-03-01T12:00:00Z"}]
    assert function("do_task").tasks == ["2026-03-01T12:00:00Z 0", "2026-03-01T12:00:00Z 1"]
    heard = [record for event in function("hear_messages").events for record in event["Records"]]
    assert [record["dynamodb"]["Keys"]["sk"]["S"] for record in heard] == ["MESSAGE#1", "MESSAGE#1"]


def test_a_function_learns_of_its_time_and_its_name(stack: LocalStack) -> None:
    stack.run(NOON)

    (context,) = function("open_run").contexts
    assert context.get_remaining_time_in_millis() == 7000
    assert context.function_name == "OpenRun"
    assert context.memory_limit_in_mb == 256
    assert context.invoked_function_arn.endswith(":function:OpenRun")


def test_a_scheduled_call_that_fails_once_is_tried_again(stack: LocalStack) -> None:
    function("open_run").failures_left = 1

    stack.run(NOON)

    assert len(function("open_run").events) == 2
    assert len(function("do_task").tasks) == 2
    assert given_up(stack) == []


def test_a_scheduled_call_that_keeps_failing_is_given_up_to_its_destination(stack: LocalStack) -> None:
    function("open_run").failures_left = 9

    stack.run(NOON)

    assert len(stack.failures) == 2
    assert [said["requestPayload"] for said in given_up(stack)] == [{"run_at": "2026-03-01T12:00:00Z"}]


def test_a_change_of_the_table_looks_as_lambda_hands_it_over(stack: LocalStack) -> None:
    item = {"pk": {"S": "m"}, "sk": {"S": "MESSAGE#7"}, "state": {"S": "waiting"}, "body": {"B": b"\x00\xff"}}
    item["deep"] = {"M": {"inside": {"L": [{"B": b"\x01"}]}}}
    stack.client("dynamodb").put_item(TableName="memberflow-local-members", Item=item)

    stack.pump()

    (record,) = function("hear_messages").events[0]["Records"]
    assert record["eventName"] == "INSERT"
    assert record["eventSourceARN"] == stack.wiring.mappings[-1].source
    assert record["dynamodb"]["ApproximateCreationDateTime"] == NOON / 1000
    assert record["dynamodb"]["Keys"] == {"pk": {"S": "m"}, "sk": {"S": "MESSAGE#7"}}
    assert record["dynamodb"]["NewImage"]["body"] == {"B": "AP8="}
    assert record["dynamodb"]["NewImage"]["deep"] == {"M": {"inside": {"L": [{"B": "AQ=="}]}}}


def test_a_stream_without_a_destination_gives_up_in_silence_and_goes_on(stack: LocalStack) -> None:
    function("hear_messages").raises = True

    stack.run(NOON)
    function("hear_messages").raises = False
    stack.run(NOON + 3_600_000)

    assert len(function("hear_messages").events) == 2 * 2 + 2  # two with a retry each, then the next run's two


def test_requests_of_functions_are_counted_and_those_of_others_are_not(stack: LocalStack) -> None:
    stack.client("dynamodb").list_tables()
    stack.put_orders([b"o0", b"o1"])
    stack.run(NOON)

    assert stack.requests == {"dynamodb.PutItem": 6, "sqs.SendMessage": 2}
    assert stack.requests_of["KeepOrders"] == {"dynamodb.PutItem": 2}
    assert stack.requests_of["OpenRun"] == {"sqs.SendMessage": 2}


# --- keeping -------------------------------------------------------------------------------------


def test_a_saved_table_is_there_again_in_another_stack_and_calls_nobody(tmp_path: Path) -> None:
    with LocalStack(TEMPLATE) as stack:
        stack.put_orders([b"o0", b"o1"])
        stack.run(NOON)
        before = stack.client("dynamodb").scan(TableName="memberflow-local-members")["Items"]
        stack.save(tmp_path / "table.jsonl.gz")

    with LocalStack(TEMPLATE) as stack:
        stack.load(tmp_path / "table.jsonl.gz")
        stack.pump()

        assert stack.client("dynamodb").scan(TableName="memberflow-local-members")["Items"] == before
        assert function("hear_messages").events == []


# --- templates that would lose or block ----------------------------------------------------------


def broken(tmp_path: Path, old: str, new: str) -> dict[str, Any]:
    text = TEMPLATE.read_text()
    assert old in text
    (tmp_path / "template.yaml").write_text(text.replace(old, new))
    return translate(tmp_path / "template.yaml", {}, "us-east-1")


@pytest.mark.parametrize(
    ("source", "old", "new", "message"),
    [
        (":kinesis:", "            MaximumRetryAttempts: 2\n", "", "KeepOrders: without MaximumRetryAttempts"),
        (
            ":sqs:",
            "{Queue: !GetAtt Tasks.Arn,",
            '{FilterCriteria: {Filters: [{Pattern: "{}"}]}, Queue: !GetAtt Tasks.Arn,',
            "DoTask: the local stack filters the records of tables only",
        ),
    ],
    ids=["endless retries", "a filtered queue"],
)
def test_a_wiring_that_would_block_or_lose_is_refused(
    tmp_path: Path, source: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(wiring.BadWiring, match=message):
        wiring.build(broken(tmp_path, old, new), lambda template: dict.fromkeys(template["Outputs"], source))


def test_a_queue_without_dead_letters_is_refused(tmp_path: Path) -> None:
    broken(
        tmp_path, "    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 3}}\n", ""
    )
    (tmp_path / "functions").symlink_to(TEMPLATE.parent / "functions")

    with (
        pytest.raises(wiring.BadWiring, match="DoTask: its queue has no dead-letter queue"),
        LocalStack(tmp_path / "template.yaml"),
    ):
        pass


@pytest.mark.parametrize(
    ("record", "passes"),
    [
        ({"state": {"S": "waiting"}}, True),
        ({"state": {"S": "waiting"}, "due_at": {"N": "5"}}, False),
        ({"state": {"S": "sent"}}, False),
        ({}, False),
    ],
)
def test_a_filter_asks_for_absence_at_the_leaf(record: dict[str, Any], passes: bool) -> None:
    assert matches({"state": {"S": ["waiting", "claimed"]}, "due_at": {"N": [{"exists": False}]}}, record) is passes


def test_an_object_is_no_leaf_so_it_does_not_exist_for_a_filter() -> None:
    assert matches({"due_at": [{"exists": False}]}, {"due_at": {"N": "5"}})


def test_a_filter_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(UnknownPattern, match="numeric"):
        matches({"n": [{"numeric": [">", 5]}]}, {"n": 7})
