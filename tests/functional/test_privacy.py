"""Export and erasure of a member, through a table that the functions filled."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.local.stack import LocalStack
from cli.main import main
from memberflow import runtime
from memberflow.errors import MergedMember, StoreUnavailable, UnknownMember
from tests.functional.api import ask
from tests.functional.conftest import (
    ARRIVED,
    bounce_event,
    consent,
    items,
    joined,
    kinesis,
    mail_event,
    member,
    order,
    publish,
    unsubscribe_event,
)

ANN = "ann-77"
MAIL, PHONE, BORN = "Ann.Archer@mail.example", "+447700900123", "1987-03-05"
PERSONAL = (MAIL, MAIL.casefold(), PHONE, BORN, "1987, 3, 5", "1987,3,5", "Asia/Kathmandu", "one_click_form")
DAY = 86_400_000


def event(kind: str, member_id: str, at: str, **more: Any) -> bytes:
    return json.dumps({"type": kind, "member_id": member_id, "occurred_at": at, **more}).encode()


@pytest.fixture
def known(stack: LocalStack) -> LocalStack:
    """Ann with profile, orders, points given and got, a friend, mails and their receipts, parked inputs; and Bob."""
    profile = {"birthday": BORN, "time_zone": "Asia/Kathmandu", "contacts": {"email": MAIL, "sms": PHONE}}
    stack.put_activities([joined(ANN, **profile), joined("bob"), joined("friend", "2026-01-02T00:00:00Z")])
    stack.put_activities([consent(ANN, source="one_click_form")])
    stack.put_activities([event("member.joined", "zoe", "2026-01-02T00:00:00Z", referred_by=ANN)])
    stack.put_orders([order(ANN, "a-1", "2026-03-01T10:00:00Z", "320.00")])
    stack.put_orders([order("bob", "b-1", "2026-03-01T10:00:00Z", "100.00")])
    stack.put_orders([order("zoe", "z-1", "2026-01-20T10:00:00Z", "10.00")])
    stack.pump()
    stack.put_activities(
        [event("points.transferred", ANN, "2026-03-02T08:00:00Z", transfer_id="t", points=5, to="bob")]
    )
    stack.put_orders([order(ANN, "a-2", "2026-03-04T10:00:00Z", "10.00", currency="EUR")])
    stack.put_orders([order("bob", "b-2", "2026-03-04T10:00:00Z", "11.00", currency="EUR")])
    stack.pump()
    stack.run(ARRIVED)
    publish(stack, bounce_event(ANN, "birthday#2026", MAIL.casefold()))
    publish(stack, bounce_event("nobody", "of another table", MAIL))
    assert stack.failures == []
    return stack


def run(stack: LocalStack, *arguments: str) -> Any:
    """A command on the stack's table, as on one in AWS."""
    name = stack.wiring.doors["MembersTable"]
    before = dict(os.environ)
    try:
        return CliRunner().invoke(main, [*arguments, "--aws-table", name, "--region", "us-east-1"])
    finally:
        os.environ.clear()
        os.environ.update(before)


def erase(stack: LocalStack, member_id: str = ANN) -> Any:
    from memberflow.store.erasing import erase

    return erase(runtime.rules(), member_id, ARRIVED)


def exported(stack: LocalStack, member_id: str = ANN) -> Any:
    result = run(stack, "export", member_id, "--out", "-")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def held_of(member_id: str = ANN) -> list[str]:
    return sorted(item.sk for item in items() if item.pk == f"MEMBER#{member_id}")


def everything() -> str:
    """The whole table as text: packed states, bodies and parked inputs unpacked."""
    from memberflow.engine.packed import unpack
    from memberflow.store.models import MemberItem, ParkedItem
    from memberflow.store.parking import whole

    found = items()
    parts = [json.dumps(item.to_dynamodb_dict(), ensure_ascii=False) for item in found]
    parts += [repr(unpack(item.state)) for item in found if isinstance(item, MemberItem)]
    parts += [one.raw.decode() for one in whole(item for item in found if isinstance(item, ParkedItem))]
    return "\n".join(parts)


def verified(stack: LocalStack) -> str:
    result = run(stack, "verify")
    assert result.exit_code == 0, result.output
    return str(result.stdout)


# Export


def test_all_that_is_held_of_a_member_is_exported_wherever_it_lies(known: LocalStack) -> None:
    told = exported(known)
    record = told["record"]
    assert sorted(record) == ["decision", "fact", "member", "message", "sends"]
    state = record["member"][0]["state"]
    assert (state["birthday"], state["contacts"]["email"]) == (BORN, MAIL)
    assert state["consents"]["marketing/email"]["source"] == "one_click_form"
    assert state["enrolled_at"] == "2026-01-01T00:00:00Z"
    facts = {fact["body"]["type"]: fact["body"] for fact in record["fact"]}
    assert facts["order.paid"] | {"amount": "320.00", "at": "2026-03-01T10:00:00Z"} == facts["order.paid"]
    assert {"member.joined", "consent.changed", "points.sent", "message.bounced"} <= set(facts)
    assert {one["body"]["journey"] for one in record["message"]} == {"birthday", "upgrade"}
    elsewhere = told["elsewhere"]
    assert len(elsewhere["receipts"]) == 2
    assert {one["source"] for one in elsewhere["parked"]} == {"orders", "receipts"}
    named = {one["what"] for one in elsewhere["named_in_others_records"]}
    assert named == {"member.joined", "points.received", "a friend whom he brought"}


def test_nothing_of_another_member_is_in_an_export(known: LocalStack) -> None:
    text = json.dumps(exported(known))
    assert "bob@example.com" not in text
    assert "b-1" not in text
    assert "b-2" not in text


def test_an_export_is_written_to_a_file_and_unknown_members_are_told(known: LocalStack, tmp_path: Path) -> None:
    out = tmp_path / "ann.json"
    assert "items of ann-77" in run(known, "export", ANN, "--out", str(out)).stdout
    assert json.loads(out.read_text())["member_id"] == ANN
    assert run(known, "export", "nobody", "--out", "-").exit_code == 1


# Erasure


def test_after_an_erasure_there_is_no_trace_of_the_person_and_the_ledger_is_right(known: LocalStack) -> None:
    assert all(word in everything() for word in (MAIL, "1987,3,5", "1987, 3, 5", "one_click_form"))
    result = run(known, "erase", ANN, "--yes")
    assert result.exit_code == 0, result.output
    (fact, record) = held_of()
    assert (fact.startswith("FACT#member.erased#"), record) == (True, "MEMBER")
    text = everything()
    assert [word for word in (*PERSONAL, "a-1", "a-2") if word in text] == []
    assert "b-2" in text, "another's parked input stays"
    assert "0 violations" in verified(known)
    assert (member("bob").member.points, member("zoe").member.orders) == (105, 1)


def test_it_is_asked_for_by_typing_the_id(known: LocalStack) -> None:
    name = known.wiring.doors["MembersTable"]
    arguments = ["erase", ANN, "--aws-table", name, "--region", "us-east-1"]
    assert CliRunner().invoke(main, arguments, input="bob\n").exit_code == 1
    assert len(held_of()) > 2
    assert CliRunner().invoke(main, arguments, input=f"{ANN}\n").exit_code == 0
    assert len(held_of()) == 2


@pytest.mark.parametrize("survived", range(1, 6))
def test_cut_short_it_is_gone_on_with_and_right_in_between(
    known: LocalStack, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    from memberflow.store import erasing

    steps: list[str] = []

    def cut(name: str, right: Any) -> Any:
        def step(*given: Any) -> Any:
            steps.append(name)
            if len(steps) > survived:
                raise StoreUnavailable("for the test")
            return right(*given)

        return step

    with monkeypatch.context() as patched:
        for name in ("_close", "_erase_traces", "_delete_all"):
            patched.setattr(erasing, name, cut(name, getattr(erasing, name)))
        with pytest.raises(StoreUnavailable):
            erase(known)
    assert "0 violations" in verified(known)
    erase(known)
    assert len(held_of()) == 2
    assert [word for word in PERSONAL if word in everything()] == []
    assert "0 violations" in verified(known)


def test_what_comes_late_or_again_for_who_was_erased_leaves_nothing(known: LocalStack) -> None:
    erase(known)
    before = everything()
    known.clock = ARRIVED + DAY
    known.put_activities([joined(ANN, contacts={"email": MAIL}), consent(ANN)])
    known.put_orders([order(ANN, "a-1", "2026-03-01T10:00:00Z", "320.00")])
    known.put_orders([order(ANN, "a-9", "2026-03-05T09:30:00Z", "999.00")])
    known.put_activities(
        [event("points.transferred", ANN, "2026-03-05T08:00:00Z", transfer_id="u", points=1, to="bob")]
    )
    known.pump()
    publish(known, mail_event("Complaint", ANN, "birthday#2026", complaintFeedbackType="abuse", userAgent=MAIL))
    known.call("Unsubscribe", unsubscribe_event(ANN))
    known.clock = ARRIVED + 400 * DAY
    known.run(known.clock)
    assert known.failures == []
    assert held_of()[1:] == ["MEMBER"]
    assert [item.sk for item in items() if item.pk == f"MEMBER#{ANN}" and item.due_at is not None] == []
    assert [word for word in (*PERSONAL, "a-9") if word in everything()] == []
    assert before.count("PARKED#") == everything().count("PARKED#")


def test_the_till_and_transfers_know_nobody_who_was_erased(known: LocalStack) -> None:
    from memberflow.store.parking import parked_on

    erase(known)
    assert ask(known, "GET", f"{ANN}/points").status == 404
    assert ask(known, "GET", f"{ANN}/statement").status == 404
    known.put_activities(
        [event("points.transferred", "bob", "2026-03-05T08:00:00Z", transfer_id="v", points=1, to=ANN)]
    )
    known.pump()
    assert member("bob").member.points == 105
    assert any("a known member" in one.reason for one in parked_on("2026-03-05"))


def test_who_joins_again_begins_anew_and_keeps_nothing_of_before(known: LocalStack) -> None:
    erase(known)
    at = "2026-03-05T09:01:00Z"
    known.clock = ARRIVED + DAY
    known.put_activities([joined(ANN, at, contacts={"email": "new@mail.example"})])
    known.pump()
    known.put_activities([consent(ANN, at=at)])
    known.put_orders([order(ANN, "a-10", "2026-03-05T09:02:00Z", "7.00")])
    known.put_orders([order(ANN, "a-1", "2026-03-01T10:00:00Z", "320.00")])
    known.pump()
    again = member(ANN).member
    assert (again.points, again.orders, again.tier, again.contacts) == (7, 1, "member", {"email": "new@mail.example"})
    assert "0 violations" in verified(known)
    erase(known)
    assert len(held_of()) == 2
    assert "new@mail.example" not in everything()


def test_consents_that_come_with_joining_again_count(known: LocalStack) -> None:
    erase(known)
    at = "2026-03-05T09:01:00Z"
    known.call("TakeOrders", kinesis(consent(ANN, at=at), joined(ANN, at)))
    assert member(ANN).member.consents["marketing/email"][0] is True


def test_a_record_that_was_merged_into_the_member_is_exported_and_erased_with_him(known: LocalStack) -> None:
    merged = {"into": "bob", "reason": "the same person", "operator": "kim"}
    known.put_activities([event("member.merged", ANN, "2026-03-05T08:30:00Z", **merged)])
    known.pump()
    assert known.failures == []
    with pytest.raises(MergedMember):
        erase(known)
    assert exported(known, "bob")["merged_into_him"][0]["member_id"] == ANN
    assert erase(known, "bob").merged == (ANN,)
    assert (len(held_of()), len(held_of("bob"))) == (2, 2)
    assert [word for word in PERSONAL if word in everything()] == []
    assert "0 violations" in verified(known)


def test_nobody_is_erased_by_a_slip(known: LocalStack) -> None:
    with pytest.raises(UnknownMember):
        erase(known, "ann-78")
    assert held_of("ann-78") == []


def test_a_writer_that_had_read_the_member_before_brings_nothing_back(
    known: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from memberflow.store import ledger

    right, calls = ledger.commit, []

    def erased_meanwhile(changes: Any, tally: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            monkeypatch.setattr(ledger, "commit", right)
            erase(known)
        return right(changes, tally)

    monkeypatch.setattr(ledger, "commit", erased_meanwhile)
    known.put_orders([order(ANN, "a-3", "2026-03-05T08:00:00Z", "20.00")])
    known.pump()
    assert calls == [1]
    assert len(held_of()) == 2
