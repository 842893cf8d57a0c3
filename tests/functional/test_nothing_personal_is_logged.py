"""Every function is called with what a person would not want to be read, and logs and metrics know none of it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from cli.local.stack import LocalStack
from memberflow import runtime
from memberflow.engine.packed import pack, unpack
from memberflow.programme.author import named, write_shipped
from tests.functional.api import ask
from tests.functional.conftest import (
    ARRIVED,
    PARAMETERS,
    bounce_event,
    can_send,
    consent,
    items,
    joined,
    mail_event,
    order,
    publish,
    unsubscribe_event,
)
from tests.functional.test_conflicts import before_request, down, once

ANN, DAY = "ann-archer-77", 86_400_000
MAIL, PHONE, BORN = "Ann.Archer@mail.example", "+447700900123", "1987-03-05"
PERSONAL = ("archer", "447700900123", BORN, "[1987", "(1987", "Kathmandu", "my street")
"""In small letters; her id is hers too."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The sample programme, with wishes by SMS too, and functions that say what they have to say."""
    folder = tmp_path_factory.mktemp("loud")
    text = (named("sample") / "programme.yaml").read_text()
    text = text.replace("channels: [email]\n    message: birthday", "channels: [sms, email]\n    message: birthday")
    (folder / "programme.yaml").write_text(text)
    (folder / "messages").symlink_to(named("sample") / "messages")
    write_shipped(folder, folder / "shipped.json")
    with LocalStack(programme_file=folder / "shipped.json", parameters=PARAMETERS, quiet=False) as stack:
        can_send(stack)
        yield stack


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the functions log, down to details, as it would be written."""
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    handler.setFormatter(runtime.logger.registered_formatter)
    level = runtime.logger.log_level
    runtime.logger.addHandler(handler)
    runtime.logger.setLevel("DEBUG")
    yield kept
    runtime.logger.setLevel(level)
    logging.getLogger("memberflow").removeHandler(handler)


def event(kind: str, at: str, **more: Any) -> bytes:
    return json.dumps({"type": kind, "member_id": ANN, "occurred_at": at, **more}).encode()


def live(stack: LocalStack) -> None:
    """Ann's life: orders, wishes by SMS, mails, receipts, a friend, the till, and inputs nobody can use."""
    profile = {"birthday": BORN, "time_zone": "Asia/Kathmandu", "contacts": {"email": MAIL, "sms": PHONE}}
    stack.put_activities([joined(ANN, **profile), consent(ANN), consent(ANN, channel="sms")])
    friend = {"type": "member.joined", "member_id": "zoe", "occurred_at": "2026-01-02T00:00:00Z", "referred_by": ANN}
    stack.put_activities([json.dumps(friend).encode()])
    stack.put_orders([order("zoe", "z-1", "2026-01-20T10:00:00Z", "10.00")])
    stack.put_orders([order(ANN, "o-1", "2026-03-01T10:00:00Z", "320.00")])
    stack.pump()
    stack.put_orders([order(ANN, "o-1", "2026-03-01T10:00:00Z", "321.00"), f"not JSON, {MAIL}, my street 7".encode()])
    stack.put_activities(
        [event("member.updated", "2026-03-02T10:00:00Z", event_id="e", birthday="1987-02-30", contacts={"email": MAIL})]
    )
    stack.put_activities([event("member.updated", "2026-03-02T10:00:00Z", event_id="e", contacts={MAIL: 7})])
    stack.put_activities([event("points.transferred", "2026-03-02T10:00:00Z", transfer_id="t", points=1, to="archer")])
    stack.pump()
    stack.run(ARRIVED)


def hear_back(stack: LocalStack) -> None:
    publish(stack, bounce_event(ANN, "upgrade#silver#1", MAIL))
    publish(stack, bounce_event(ANN, "of another table", MAIL), {"eventType": "Bounce", "mail": MAIL})
    publish(stack, mail_event("Complaint", ANN, "upgrade#silver#1", userAgent=MAIL))
    stack.call("Unsubscribe", unsubscribe_event(ANN, channel="sms"))
    stack.call("Unsubscribe", unsubscribe_event(ANN) | {"queryStringParameters": {"t": f"forged.{MAIL}"}})
    body = {"points": 100, "order_amount": "80.00", "currency": "GBP"}
    ask(stack, "GET", f"{ANN}/points")
    ask(stack, "GET", "archer-nobody/points")
    ask(stack, "POST", f"{ANN}/reservations", body, key=f"key-{PHONE}")
    ask(stack, "POST", f"{ANN}/reservations", f"{{{MAIL}", key="k-2")
    ask(stack, "POST", f"{ANN}/redemptions", {"points": MAIL}, key="k-3")


def check_the_ledger(stack: LocalStack) -> None:
    """With her record tampered with, and a table that is down for a while."""
    item = next(item for item in items("MEMBER") if item.pk == f"MEMBER#{ANN}")
    state = unpack(item.state)
    state.contacts["email"] = f"other.{MAIL}"
    item.state = pack(state)
    item.save()
    for day in range(28):
        stack.fire("LedgerCheck", ARRIVED + day * DAY)


def test_nothing_personal_is_in_any_log_line_or_metric(
    stack: LocalStack, log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    live(stack)
    hear_back(stack)
    check_the_ledger(stack)
    with before_request("BatchGetItem", once(down)):
        stack.put_orders([order(ANN, "o-9", "2026-03-05T08:00:00Z", "5.00")])
        stack.pump()
    assert stack.failures == []
    assert set(stack.requests_of) == set(stack.wiring.functions), "every function had its part in it"
    logged, measured = log.getvalue(), capsys.readouterr().out
    for said in ("message ended", "parked", "ledger violation", "store unavailable"):
        assert said in logged
    for counted in ("MessagesSent", "InputsParked", "TillRefusals", "Unsubscribed", "LedgerViolations"):
        assert counted in measured
    told = (logged + measured).casefold()
    assert [word for word in PERSONAL if word.casefold() in told] == []
