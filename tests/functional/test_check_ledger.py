"""check_ledger: each member is held against his facts, once in a round; what is wrong is told and not mended."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from cli.local.stack import LocalStack
from memberflow import runtime
from memberflow.engine.packed import pack, unpack
from tests.functional.conftest import ARRIVED, items, joined, kinesis, order
from tests.functional.test_conflicts import before_request, down, once, taken_elsewhere

DAY = 86_400_000
MEMBERS = [f"m-{n}" for n in range(30)]
ALL_WELL: dict[str, Any] = {"batchItemFailures": []}


class Told(dict[str, int]):
    """What was counted; ``logged``: alias and figures of each member who was told of."""

    logged: list[tuple[str, list[str]]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told(MembersChecked=0, LedgerViolations=0)
    told.logged = []

    def count(name: str, value: int = 1) -> None:
        told[name] = told.get(name, 0) + value

    def error(message: str, extra: dict[str, Any]) -> None:
        assert message == "ledger violation"
        assert set(extra) == {"member", "what"}
        told.logged.append((extra["member"], extra["what"]))

    monkeypatch.setattr(runtime, "count", count)
    monkeypatch.setattr(runtime.logger, "error", error)
    return told


@pytest.fixture
def filled(stack: LocalStack) -> LocalStack:
    """Thirty members with two facts each."""
    lines = [order(member_id, "o-1", "2026-03-01T10:00:00Z", "40.00") for member_id in MEMBERS]
    stack.call("TakeOrders", kinesis(*lines))
    stack.put_activities([joined(member_id) for member_id in MEMBERS])
    stack.pump()
    stack.requests.clear()
    return stack


def check(stack: LocalStack, days: int = 28) -> None:
    """So many days of checking."""
    for day in range(days):
        stack.fire("LedgerCheck", ARRIVED + day * DAY)
    assert stack.failures == []


def item_of(member_id: str, sk: str) -> Any:
    return next(item for item in items(sk) if item.pk == f"MEMBER#{member_id}")


def tamper(member_id: str) -> None:
    item = item_of(member_id, "MEMBER")
    state = unpack(item.state)
    state.lots[0][1] += 1000
    item.state = pack(state)
    item.save()


def test_the_sample_task_checks_the_slice_of_its_day(filled: LocalStack, sample: Any, told: Told) -> None:
    assert filled.call("CheckLedger", sample("check_ledger")) == ALL_WELL
    assert 0 < told["MembersChecked"] < len(MEMBERS)


def test_every_member_is_checked_once_in_as_many_days_as_the_parameter_says(filled: LocalStack, told: Told) -> None:
    check(filled)
    assert told == {"MembersChecked": len(MEMBERS), "LedgerViolations": 0}
    assert told.logged == []


def test_a_slice_in_which_all_is_well_costs_a_scan_and_nothing_more(filled: LocalStack) -> None:
    check(filled, days=3)
    assert filled.requests == {"dynamodb.Scan": 3}


def test_a_tampered_lot_is_counted_and_logged_under_the_members_alias(filled: LocalStack, told: Told) -> None:
    tamper("m-7")
    check(filled)
    assert told.logged == [(runtime.alias("m-7"), ["balance of the statement", "points earned", "lots"])]
    assert told == {"MembersChecked": len(MEMBERS), "LedgerViolations": 3}


def test_nothing_is_repaired(filled: LocalStack, told: Told) -> None:
    tamper("m-7")
    before = {(item.pk, item.sk): item.to_dynamodb_dict() for item in items()}
    check(filled)
    assert {(item.pk, item.sk): item.to_dynamodb_dict() for item in items()} == before


def test_what_is_logged_holds_no_id_and_no_values(
    filled: LocalStack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    item = item_of("m-7", "MEMBER")
    item.state = pack(replace(unpack(item.state), contacts={"email": "someone.else@example.com"}))
    item.save()
    shown: list[str] = []
    monkeypatch.setattr(runtime.logger, "error", lambda message, extra: shown.append(json.dumps(extra)))
    check(filled)
    assert shown == [json.dumps({"member": runtime.alias("m-7"), "what": ["contacts"]})]


@pytest.mark.parametrize(("sk", "field", "rubbish"), [("MEMBER", "state", b"\x78no zlib"), ("FACT#order", "body", "{")])
def test_an_item_that_cannot_be_read_is_a_violation_and_the_others_are_checked_all_the_same(
    filled: LocalStack, told: Told, sk: str, field: str, rubbish: Any
) -> None:
    item = item_of("m-7", sk)
    setattr(item, field, rubbish)
    item.save()
    check(filled)
    assert told.logged == [(runtime.alias("m-7"), ["an item"])]
    assert told["MembersChecked"] == len(MEMBERS)


def test_a_member_without_his_item_is_one_too(filled: LocalStack, told: Told) -> None:
    item_of("m-7", "MEMBER").delete()
    check(filled)
    assert [alias for alias, _ in told.logged] == [runtime.alias("m-7")]


def torn(monkeypatch: pytest.MonkeyPatch, member_id: str, readings: int) -> list[int]:
    """So many readings of a member miss a fact, another one each time; returns the readings to be counted."""
    from memberflow.store import slices

    plain, seen = slices._found, [0]

    def found(rules: Any, read: list[Any]) -> Any:
        if read[0].pk == f"MEMBER#{member_id}":
            seen[0] += 1
            if seen[0] <= readings:
                read = [one for one in read if not one.sk.startswith(("FACT#order", "FACT#member")[seen[0] % 2])]
        return plain(rules, read)

    monkeypatch.setattr(slices, "_found", found)
    return seen


@pytest.mark.parametrize(("readings", "read"), [(1, 2), (2, 3), (9, 5)])
def test_a_member_torn_by_a_writer_is_read_again_and_not_told_of(
    filled: LocalStack, told: Told, monkeypatch: pytest.MonkeyPatch, readings: int, read: int
) -> None:
    seen = torn(monkeypatch, "m-7", readings)
    check(filled)
    assert told.logged == []
    assert seen == [read]


def test_a_member_written_between_scan_and_reading_is_judged_by_the_reading(filled: LocalStack, told: Told) -> None:
    """The scan saw him tampered with; by the time he is read again a run has written him anew from his facts."""
    right = item_of("m-7", "MEMBER")
    tamper("m-7")

    def mended() -> None:
        right.save()
        taken_elsewhere(order("m-7", "o-2", "2026-03-02T10:00:00Z", "5.00"))

    with before_request("Query", once(mended)):
        check(filled)
    assert told.logged == []


def test_a_slice_that_runs_out_of_time_goes_on_where_it_stopped(
    filled: LocalStack, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    tamper("m-7")
    monkeypatch.setattr("cli.local.functions.Context.get_remaining_time_in_millis", lambda self: 0)
    check(filled)
    assert told == {"MembersChecked": len(MEMBERS), "LedgerViolations": 3}
    assert filled.requests["sqs.SendMessage"] == len(MEMBERS)


def test_a_store_that_is_down_has_the_slice_delivered_again(
    filled: LocalStack, told: Told, sample: Callable[[str], dict[str, Any]]
) -> None:
    with before_request("Scan", down):
        (failed,) = filled.call("CheckLedger", sample("check_ledger"))["batchItemFailures"]
    assert failed["itemIdentifier"] == sample("check_ledger")["Records"][0]["messageId"]
    assert told["MembersChecked"] == 0
    with before_request("Scan", once(down)):
        check(filled)
    assert told["MembersChecked"] == len(MEMBERS)
