"""What every change of template.yaml must keep to, beyond what cfn-lint and checkov know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from cli.local.filters import matches
from cli.local.stack import TEMPLATE
from cli.local.translate import read, translate

ROOT = TEMPLATE.parent
SAM = read(TEMPLATE)
RESOURCES: dict[str, Any] = SAM["Resources"]


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {name: said["Properties"] for name, said in RESOURCES.items() if said["Type"] == kind}


FUNCTIONS = of_type("AWS::Serverless::Function")
QUEUES = of_type("AWS::SQS::Queue")
ROLES = of_type("AWS::IAM::Role")
EVENTS = [
    pytest.param(function, event, id=f"{name}.{label}")
    for name, function in FUNCTIONS.items()
    for label, event in function["Events"].items()
]
STREAMS = [param for param in EVENTS if param.values[1]["Type"] in ("Kinesis", "DynamoDB")]  # type: ignore[index]
QUEUED = [param for param in EVENTS if param.values[1]["Type"] == "SQS"]  # type: ignore[index]
POLLED = STREAMS + QUEUED


def named(reference: dict[str, Any]) -> str:
    """The resource that a Ref or GetAtt is about."""
    target = reference.get("Ref") or reference["Fn::GetAtt"]
    return target if isinstance(target, str) else str(target[0])


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every role and policy, with the resource it stands in."""
    for name, said in RESOURCES.items():
        properties = said["Properties"]
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        documents += [properties[key] for key in ("PolicyDocument", "KeyPolicy") if key in properties]
        for document in documents:
            for statement in document["Statement"]:
                alternatives = statement["Fn::If"][1:] if "Fn::If" in statement else [statement]
                yield from ((name, each) for each in alternatives if "Effect" in each)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# --- failures have somewhere to go ---------------------------------------------------------------


@pytest.mark.parametrize(("function", "event"), QUEUED)
def test_a_queue_that_feeds_a_function_has_a_dead_letter_queue(function: Any, event: Any) -> None:
    redrive = QUEUES[named(event["Properties"]["Queue"])]["RedrivePolicy"]

    assert named(redrive["deadLetterTargetArn"]) in QUEUES
    assert redrive["maxReceiveCount"] >= 5


@pytest.mark.parametrize(("function", "event"), POLLED)
def test_every_event_source_takes_partial_failures(function: Any, event: Any) -> None:
    assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize(("function", "event"), STREAMS)
def test_a_stream_gives_up_in_the_end_and_says_where(function: Any, event: Any) -> None:
    said = event["Properties"]

    assert said["StartingPosition"] == "TRIM_HORIZON"
    assert said["BisectBatchOnFunctionError"] is True
    assert 0 < said["MaximumRetryAttempts"] <= 100
    assert 0 < said["MaximumRecordAgeInSeconds"] <= 86400
    assert named(said["DestinationConfig"]["OnFailure"]["Destination"]) in QUEUES


@pytest.mark.parametrize(("function", "event"), QUEUED)
def test_a_message_stays_hidden_for_six_times_the_functions_time(function: Any, event: Any) -> None:
    timeout = function.get("Timeout", SAM["Globals"]["Function"]["Timeout"])
    window = event["Properties"].get("MaximumBatchingWindowInSeconds", 0)

    assert QUEUES[named(event["Properties"]["Queue"])]["VisibilityTimeout"] >= 6 * timeout + window


def test_the_schedule_has_a_name_per_stack_and_two_nets_below_it() -> None:
    schedule = FUNCTIONS["StartRun"]["Events"]["Schedule"]["Properties"]
    asynchronous = FUNCTIONS["StartRun"]["EventInvokeConfig"]

    assert "${AWS::StackName}" in schedule["Name"]["Fn::Sub"]
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert json.loads(schedule["Input"]) == {"run_at": "<aws.scheduler.scheduled-time>"}
    assert named(schedule["DeadLetterConfig"]["Arn"]) in QUEUES
    assert named(asynchronous["DestinationConfig"]["OnFailure"]["Destination"]) in QUEUES


def test_the_check_of_the_ledger_is_every_days_and_what_fails_to_reach_its_queue_is_kept() -> None:
    (schedule,) = of_type("AWS::Scheduler::Schedule").values()
    target = schedule["Target"]

    assert "${AWS::StackName}" in schedule["Name"]["Fn::Sub"]
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["ScheduleExpression"] == "rate(1 day)"
    assert json.loads(target["Input"]) == {"check_at": "<aws.scheduler.scheduled-time>"}
    assert target["Arn"] == FUNCTIONS["CheckLedger"]["Events"]["Tasks"]["Properties"]["Queue"]
    assert named(target["DeadLetterConfig"]["Arn"]) == "LedgerTasksFailed"


def test_only_who_must_look_at_everybody_may_read_the_whole_table_and_who_checks_may_write_nothing() -> None:
    may_scan = {name for name, said in statements() if "dynamodb:Scan" in listed(said["Action"])}
    its_own = {action for name, said in statements() if name == "CheckLedgerRole" for action in listed(said["Action"])}

    assert may_scan == {"CheckLedgerRole", "WorkShardRole"}
    assert {action for action in its_own if action.startswith("dynamodb:")} == {"dynamodb:Scan", "dynamodb:Query"}


# --- what may be read and done -------------------------------------------------------------------


def test_no_statement_allows_every_action_of_a_service() -> None:
    wild = {(name, action) for name, said in statements() for action in listed(said["Action"]) if "*" in action}

    assert wild == {("TopicKey", "kms:*")}  # the account's own hold on its key, without which nobody could change it


def test_no_statement_is_about_everything_but_where_nothing_can_be_named() -> None:
    wild = {(name, *listed(said["Action"])) for name, said in statements() if "*" in listed(said["Resource"])}

    assert wild == {
        ("MayTrace", "xray:PutTraceSegments", "xray:PutTelemetryRecords"),
        ("SendMessagesRole", "ses:GetAccount"),
        ("TopicKey", "kms:*"),
        ("TopicKey", "kms:Decrypt", "kms:GenerateDataKey"),
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_a_role_of_its_own_that_writes_to_its_own_log(name: str) -> None:
    role = named(FUNCTIONS[name]["Role"])
    logs = [said["Resource"] for where, said in statements() if where == role and "logs:PutLogEvents" in said["Action"]]

    assert role == f"{name}Role"
    assert [named(resource) for resource in logs] == [named(FUNCTIONS[name]["LoggingConfig"]["LogGroup"])]


def test_whoever_writes_items_is_held_to_the_keys_of_his_trade() -> None:
    writes = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
    for name, said in statements():
        if writes & set(listed(said["Action"])):
            keys = said["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            assert set(keys) <= {"MEMBER#*", "PARKED#*", "RUN#*", "RECEIPT#*", "BREAKER#*"}, name


# --- what is kept ---------------------------------------------------------------------------------


def test_the_table_is_encrypted_backed_up_and_hard_to_lose() -> None:
    table = RESOURCES["Members"]
    said = table["Properties"]

    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
    assert said["DeletionProtectionEnabled"] is True
    assert said["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert said["SSESpecification"]["SSEEnabled"] is True
    assert said["BillingMode"] == "PAY_PER_REQUEST"


def test_streams_queues_and_topics_are_encrypted() -> None:
    assert all(said["SqsManagedSseEnabled"] is True for said in QUEUES.values())
    assert all(said["StreamEncryption"]["EncryptionType"] == "KMS" for said in of_type("AWS::Kinesis::Stream").values())
    assert all("KmsMasterKeyId" in said for said in of_type("AWS::SNS::Topic").values())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_log_of_a_function_is_kept_for_the_time_that_the_parameter_says(name: str) -> None:
    group = of_type("AWS::Logs::LogGroup")[named(FUNCTIONS[name]["LoggingConfig"]["LogGroup"])]

    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}


# --- what is watched -------------------------------------------------------------------------------


def test_every_alarm_tells_the_topic() -> None:
    alarms = of_type("AWS::CloudWatch::Alarm")

    assert alarms
    assert all(said["AlarmActions"] == [{"Ref": "AlarmTopic"}] for said in alarms.values())


def alarmed(alarm: str) -> set[str]:
    metrics = RESOURCES[alarm]["Properties"]["Metrics"]
    return {
        named(m["MetricStat"]["Metric"]["Dimensions"][0]["Value"]).partition(".")[0]
        for m in metrics
        if "MetricStat" in m
    }


def test_every_queue_of_failures_is_in_the_alarm_and_on_the_dashboard() -> None:
    failures = {name for name in QUEUES if name.endswith("Failed")}
    fed = {named(param.values[1]["Properties"]["Queue"]) for param in QUEUED}  # type: ignore[index]
    board = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]

    assert failures == set(QUEUES) - fed
    assert alarmed("FailedQueuesAlarm") == failures
    assert all(f"${{{name}.QueueName}}" in board for name in failures)


def test_errors_of_every_function_are_in_the_alarm_and_on_the_dashboard() -> None:
    board = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]

    assert alarmed("FunctionErrorsAlarm") == set(FUNCTIONS)
    assert all(f'"Errors", "FunctionName", "${{{name}}}"' in board or f'"${{{name}}}"' in board for name in FUNCTIONS)


@pytest.mark.parametrize("alarm", [a for a in RESOURCES if a in ("FailedQueuesAlarm", "FunctionErrorsAlarm")])
def test_the_sum_in_an_alarm_adds_every_metric_in_it(alarm: str) -> None:
    total, *parts = RESOURCES[alarm]["Properties"]["Metrics"]

    assert total["Expression"].split(" + ") == [part["Id"] for part in parts]
    assert all(part["ReturnData"] is False for part in parts)


def test_our_metrics_on_the_dashboard_and_in_alarms_are_ones_that_the_code_writes() -> None:
    board = json.loads(RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    shown: set[str] = set()
    for widget in board["widgets"]:
        space = ""
        for metric in widget["properties"]["metrics"]:
            space = space if metric[0] in (".", "...") else metric[0]
            if space == "memberflow":
                shown.add(metric[1])
    alarms = {
        said["MetricName"]
        for said in of_type("AWS::CloudWatch::Alarm").values()
        if said.get("Namespace") == "memberflow"
    }
    sources = [*(ROOT / "layers/memberflow").rglob("*.py"), *(ROOT / "functions").glob("*.py")]
    written = set(re.findall(r'"([A-Z][A-Za-z]+)"', "\n".join(path.read_text() for path in sources)))

    assert len(shown) > 10
    assert shown | alarms <= written


def test_every_check_that_checkov_leaves_out_has_its_reason() -> None:
    left_out = re.findall(r"- (CKV_\w+)", (ROOT / ".checkov.yaml").read_text())
    reasons = re.findall(r"^\| (CKV_\w+) \|", (ROOT / "docs" / "checks.md").read_text(), re.MULTILINE)

    assert left_out == reasons


# --- what it becomes --------------------------------------------------------------------------------


def test_it_translates_to_plain_cloudformation() -> None:
    translated = translate(TEMPLATE, {}, "us-east-1")

    kinds = {said["Type"] for said in translated["Resources"].values()}
    assert not any(kind.startswith("AWS::Serverless") for kind in kinds)
    assert {"AWS::Lambda::EventSourceMapping", "AWS::Scheduler::Schedule", "AWS::Lambda::EventInvokeConfig"} <= kinds


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_handler_is_a_function_in_a_file_of_its_name(name: str) -> None:
    module, _, handler = FUNCTIONS[name]["Handler"].partition(".")

    assert f"def {handler}(" in (ROOT / "functions" / f"{module}.py").read_text()


def test_the_layer_is_built_for_the_runtime_of_the_functions() -> None:
    runtime = SAM["Globals"]["Function"]["Runtime"]
    recipe = (ROOT / "layers" / "Makefile").read_text()

    assert RESOURCES["MemberflowLayer"]["Properties"]["CompatibleRuntimes"] == [runtime]
    assert set(re.findall(r"python3\.\d+", recipe)) == {runtime}
    assert f"--python-version {runtime.removeprefix('python')}" in recipe


def image(sk: str, **attributes: Any) -> dict[str, Any]:
    return {"dynamodb": {"Keys": {"pk": {"S": "MEMBER#m"}, "sk": {"S": sk}}, "NewImage": attributes}}


@pytest.mark.parametrize(
    ("record", "passes"),
    [
        pytest.param(image("MESSAGE#o", state={"S": "waiting"}), True, id="released"),
        pytest.param(image("MESSAGE#o", state={"S": "waiting"}, due_at={"N": "17"}), False, id="waits for its moment"),
        pytest.param(image("MESSAGE#o", state={"S": "sent"}), False, id="sent"),
        pytest.param(image("MEMBER", state={"B": "d2FpdGluZw=="}), False, id="a member"),
        pytest.param({"dynamodb": {"Keys": {"sk": {"S": "MESSAGE#o"}}}}, False, id="deleted"),
    ],
)
def test_the_sender_hears_of_released_messages_only(record: dict[str, Any], passes: bool) -> None:
    (event,) = FUNCTIONS["SendMessages"]["Events"].values()
    (criterion,) = event["Properties"]["FilterCriteria"]["Filters"]

    assert matches(json.loads(criterion["Pattern"]), record) is passes
