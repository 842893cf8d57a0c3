"""take_receipts: what providers say, before, after and twice; what it makes of the message and of the member."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from moto.ses.models import ses_backends

from cli.local.records import ACCOUNT, REGION
from cli.local.stack import LocalStack
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
)

Sample = Callable[[str], dict[str, Any]]
DAY = 86_400_000
UPGRADE = ("m-1001", "upgrade#silver#1")


@pytest.fixture
def mails(stack: LocalStack) -> list[Any]:
    sent: list[Any] = ses_backends[ACCOUNT][REGION].sent_messages
    sent.clear()
    return sent


def upgraded(stack: LocalStack, *before: bytes) -> None:
    """A member whose upgrade mail is written, and not yet sent."""
    stack.call("TakeOrders", kinesis(joined("m-1001"), *before))
    stack.call("TakeOrders", kinesis(order("m-1001", "o-1", "2026-03-05T08:59:00Z", "320.00")))


def state(prefix: str = "MESSAGE#") -> tuple[str, str | None]:
    (message,) = items(prefix)
    return message.state, message.reason


def refuse_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on a mail may have left or not: the call times out."""
    from memberflow.delivery.channels import email

    class Provider:
        def get_account(self) -> Any:
            return {"SendQuota": {"MaxSendRate": 1e6}}

        def send_email(self, **request: Any) -> Any:
            raise ReadTimeoutError(endpoint_url="https://email.example.com")

    monkeypatch.setattr(email, "service", lambda name: Provider())


def granted() -> list[str]:
    return sorted(name for name, said in member("m-1001").member.consents.items() if said[0])


# the sample event


def test_the_sample_event_ends_the_message_as_complained_and_all_marketing_to_the_member(
    stack: LocalStack, sample: Sample
) -> None:
    """Survey, 4c.9: a complaint turns all marketing off."""
    upgraded(stack, consent("m-1001"))
    stack.pump()
    assert (state(), granted()) == (("sent", None), ["marketing/email"])
    assert stack.call("TakeReceipts", sample("take_receipts")) == {"batchItemFailures": []}
    assert (state(), granted()) == (("complained", "abuse"), [])
    assert member("m-1001").member.consents["marketing/email"][2] == "complaint"


def test_a_mail_goes_out_with_a_tag_that_tells_nothing_of_the_member(stack: LocalStack, mails: list[Any]) -> None:
    from memberflow.store.models import receipt_tag

    upgraded(stack)
    (message,) = items("MESSAGE#")
    tag = receipt_tag((message.pk, message.sk))
    (pointer,) = (stack.pump(), items("RECEIPT"))[1]
    assert pointer.pk == f"RECEIPT#{tag}"
    assert (pointer.message_pk, pointer.message_sk) == (message.pk, message.sk)
    assert "m-1001" not in tag
    assert len(mails) == 1


# before, after and twice


RECEIPTS: dict[str, dict[str, Any]] = {
    "delayed": {"kind": "DeliveryDelay"},
    "delivered": {"kind": "Delivery"},
    "bounced": {"kind": "Bounce"},
    "complained": {"kind": "Complaint"},
}


def receipt(name: str) -> dict[str, Any]:
    if name == "bounced":
        return bounce_event(*UPGRADE)
    return mail_event(RECEIPTS[name]["kind"], *UPGRADE)


@pytest.mark.parametrize(
    "names",
    [
        *itertools.permutations(("delivered", "bounced", "complained")),
        ("delivered", "delayed", "delivered"),
        ("complained", "complained", "delayed"),
    ],
    ids="-".join,
)
def test_receipts_in_any_order_and_any_number_end_alike(stack: LocalStack, names: tuple[str, ...]) -> None:
    """Survey, 4d.8: duplicate, late and out-of-order events."""
    upgraded(stack)
    stack.pump()
    for name in names:
        publish(stack, receipt(name), receipt(name))
    weightiest = max(names, key=list(RECEIPTS).index)
    assert state()[0] == weightiest
    facts = {item.sk for item in items("FACT#message")}
    assert facts == {f"FACT#message.{name}#f-1" for name in names if name in ("bounced", "complained")}
    assert items("PARKED") == []


def test_a_receipt_that_comes_before_the_record_of_the_call_is_not_overwritten_by_it(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Survey, 4b: an event may arrive before the API call returns; 2b: no engine read survives it."""
    from memberflow.delivery import channels

    send = channels.send

    def send_and_hear(*given: Any) -> Any:
        answer = send(*given)
        stack.call("TakeReceipts", records(mail_event("Delivery", *UPGRADE)))
        return answer

    monkeypatch.setattr(channels, "send", send_and_hear)
    upgraded(stack)
    stack.pump()
    assert state() == ("delivered", None)
    assert stack.failures == []


def records(*receipts: dict[str, Any]) -> dict[str, Any]:
    import json

    attributes = {"SentTimestamp": str(ARRIVED)}
    return {
        "Records": [
            {"messageId": f"r-{n}", "body": json.dumps(each), "attributes": attributes}
            for n, each in enumerate(receipts)
        ]
    }


def test_a_run_counts_a_message_once_though_its_receipt_was_faster_than_the_record(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from memberflow.delivery import channels
    from memberflow.store.models import RunItem

    def hear(*given: Any) -> Any:
        stack.call("TakeReceipts", records(mail_event("Delivery", "m-1001", "birthday#2026")))
        return channels.Sent("sent")

    monkeypatch.setattr(channels, "send", hear)
    stack.call("TakeActivities", records_of(joined("m-1001", birthday="1990-03-05"), consent("m-1001")))
    stack.run(ARRIVED)
    (run,) = [item for item in items() if isinstance(item, RunItem)]
    assert (run.sent, state()[0]) == (1, "delivered")


def records_of(*lines: bytes) -> dict[str, Any]:
    attributes = {"SentTimestamp": str(ARRIVED)}
    return {
        "Records": [
            {"messageId": f"a-{n}", "body": line.decode(), "attributes": attributes} for n, line in enumerate(lines)
        ]
    }


# unknown, and left claimed


def test_an_unknown_message_is_settled_by_its_receipt_and_no_second_mail_leaves(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch, mails: list[Any]
) -> None:
    """Survey, 2b: record after call, so a time-out sends again; 4d.2: unknown until events settle it."""
    refuse_to_answer(monkeypatch)
    upgraded(stack)
    stack.pump()
    assert state() == ("unknown", "ReadTimeoutError")
    publish(stack, mail_event("DeliveryDelay", *UPGRADE))
    assert state() == ("sent", None)
    publish(stack, mail_event("Delivery", *UPGRADE))
    stack.run(ARRIVED + 10 * DAY)
    (message,) = items("MESSAGE#")
    assert (message.state, message.provider_id, message.due_at, mails) == ("delivered", "ses-1", None, [])


def test_an_unknown_message_of_which_nobody_hears_is_given_up_by_the_run_of_its_horizon(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Survey, 4d.2: unknown until a horizon settles it."""
    refuse_to_answer(monkeypatch)
    upgraded(stack)
    stack.pump()
    stack.clock = ARRIVED + 4 * DAY - 1
    stack.run(stack.clock)
    assert state() == ("unknown", "ReadTimeoutError")
    stack.clock += 1000
    stack.run(stack.clock)
    assert state() == ("failed", "no receipt came")
    publish(stack, mail_event("Delivery", *UPGRADE))
    assert state() == ("delivered", None), "late, and true all the same"


def leave_claimed() -> None:
    """As a crash between call and record does whose records the stream gave up."""
    (message,) = items("MESSAGE#")
    from memberflow.store.messages import move

    assert move(message, "claimed")


def test_a_message_left_claimed_is_settled_by_its_receipt(stack: LocalStack) -> None:
    """Survey, 4d.9: crash between handed and recorded."""
    from memberflow.store.messages import expect_receipts

    upgraded(stack)
    expect_receipts(items("MESSAGE#"))
    leave_claimed()
    publish(stack, mail_event("Delivery", *UPGRADE))
    assert state() == ("delivered", None)


def test_a_message_left_claimed_of_which_nobody_hears_is_given_up_by_the_run_of_its_horizon(stack: LocalStack) -> None:
    """Survey, 4d.9: crash between handed and recorded."""
    upgraded(stack)
    leave_claimed()
    stack.clock = ARRIVED + 4 * DAY
    stack.run(stack.clock)
    assert state() == ("failed", "no receipt came")


# what the member is another for


def test_after_a_hard_bounce_neither_service_nor_marketing_goes_to_the_address(
    stack: LocalStack, mails: list[Any]
) -> None:
    """Survey, 1, bounce/complaint: Parcelvoy unsubscribes the one list, Dittofeed suppresses nothing."""
    stack.clock = ARRIVED - DAY
    upgraded(stack, consent("m-1001"))
    stack.call("TakeActivities", records_of(profile(birthday="1990-03-06")))
    stack.pump()
    assert len(mails) == 1
    stack.clock = ARRIVED
    publish(stack, bounce_event(*UPGRADE))
    assert member("m-1001").member.suppressed == {"email": ARRIVED + 5_000}
    assert state() == ("bounced", "Permanent: General")
    stack.clock = ARRIVED + DAY
    stack.put_orders([order("m-1001", "o-2", "2026-03-06T08:00:00Z", "900.00")])
    stack.pump()
    stack.run(stack.clock)
    assert state("MESSAGE#upgrade#gold") == state("MESSAGE#birthday") == ("withheld", "suppressed")
    assert len(mails) == 1


def profile(address: str | None = None, at: str = "2026-03-04T12:00:00Z", **other: Any) -> bytes:
    import json

    event = {"type": "member.updated", "member_id": "m-1001", "event_id": at, "occurred_at": at}
    return json.dumps(event | other | ({"contacts": {"email": address}} if address else {})).encode()


def test_a_new_address_is_written_to_again(stack: LocalStack, mails: list[Any]) -> None:
    upgraded(stack)
    stack.pump()
    publish(stack, bounce_event(*UPGRADE))
    stack.clock = ARRIVED + DAY
    stack.put_activities([profile("new@example.com", "2026-03-06T08:00:00Z")])
    stack.pump()
    stack.put_orders([order("m-1001", "o-2", "2026-03-06T08:30:00Z", "900.00")])
    stack.pump()
    assert state("MESSAGE#upgrade#gold") == ("sent", None)
    assert mails[-1].destinations["ToAddresses"] == ["new@example.com"]


def test_a_bounce_of_the_address_before_comes_too_late_to_silence_the_new_one(stack: LocalStack) -> None:
    upgraded(stack)
    stack.pump()
    stack.put_activities([profile("new@example.com", "2026-03-05T09:00:01Z")])
    stack.pump()
    publish(stack, bounce_event(*UPGRADE))
    assert (member("m-1001").member.suppressed, state()[0]) == ({}, "bounced")


def test_a_bounce_that_may_pass_silences_nothing(stack: LocalStack) -> None:
    upgraded(stack)
    stack.pump()
    publish(stack, bounce_event(*UPGRADE, kind="Transient"))
    assert (member("m-1001").member.suppressed, state()) == ({}, ("bounced", "Transient: General"))


def test_a_mail_taken_out_of_the_spam_folder_is_no_complaint(stack: LocalStack) -> None:
    upgraded(stack, consent("m-1001"))
    stack.pump()
    publish(stack, mail_event("Complaint", *UPGRADE, complaintFeedbackType="not-spam"))
    assert (state()[0], granted()) == ("delivered", ["marketing/email"])


def test_who_tells_the_provider_to_stop_is_sent_no_more_marketing(stack: LocalStack) -> None:
    """Survey, 3.7: mails after unsubscribing, inside a journey (parcelvoy/platform#442)."""
    upgraded(stack, consent("m-1001"))
    stack.pump()
    publish(stack, mail_event("Subscription", *UPGRADE, newTopicPreferences={"unsubscribeAll": True}))
    assert (state()[0], granted()) == ("delivered", [])
    assert member("m-1001").member.consents["marketing/email"][2] == "provider"


def test_a_mail_that_the_provider_rejects_failed(stack: LocalStack) -> None:
    upgraded(stack)
    stack.pump()
    publish(stack, mail_event("Reject", *UPGRADE, reason="Bad content"))
    assert state() == ("failed", "rejected: Bad content")


# SMS


def text_event(kind: str, tag: str | None = None) -> dict[str, Any]:
    from memberflow.store.models import message_key, receipt_tag

    return {
        "eventType": kind,
        "eventVersion": "1.0",
        "eventTimestamp": ARRIVED + 5_000,
        "isFinal": True,
        "destinationPhoneNumber": "+447700900000",
        "messageId": "sms-1",
        "messageStatus": kind.removeprefix("TEXT_"),
        "context": {"message": tag or receipt_tag(message_key(*UPGRADE))},
    }


@pytest.mark.parametrize(
    ("kind", "ends", "dead"),
    [
        ("TEXT_QUEUED", ("sent", None), False),
        ("TEXT_SUCCESSFUL", ("sent", None), False),
        ("TEXT_UNKNOWN", ("sent", None), False),
        ("TEXT_DELIVERED", ("delivered", None), False),
        ("TEXT_BLOCKED", ("failed", "TEXT_BLOCKED"), False),
        ("TEXT_TTL_EXPIRED", ("failed", "TEXT_TTL_EXPIRED"), False),
        ("TEXT_INVALID", ("bounced", "TEXT_INVALID"), True),
    ],
)
def test_what_is_said_of_a_text_message_settles_it(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch, kind: str, ends: tuple[str, str | None], dead: bool
) -> None:
    refuse_to_answer(monkeypatch)
    upgraded(stack)
    stack.pump()
    stack.put_activities([profile(contacts={"sms": "+447700900000"})])
    stack.pump()
    publish(stack, text_event(kind))
    assert state() == ends
    assert member("m-1001").member.suppressed == ({"sms": ARRIVED + 5_000} if dead else {})


# what can't be used


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"eventType": "Open", "mail": {}}, "eventType: got 'Open', expected one of Bounce, Complaint"),
        ({"type": "order.paid"}, "eventType: got None, expected a value: the field is required"),
        (
            {"eventType": "Delivery", "mail": {"messageId": "x", "timestamp": "2026-03-05T09:00:00Z"}, "delivery": {}},
            "delivery.timestamp: got None",
        ),
    ],
    ids=["not asked for", "no event", "half"],
)
def test_a_receipt_that_cannot_be_read_is_parked_with_the_reason(
    stack: LocalStack, event: dict[str, Any], reason: str
) -> None:
    publish(stack, event)
    assert parked_reason().startswith(reason)


def parked_reason() -> str:
    from memberflow.store.parking import parked_on

    (parked,) = parked_on("2026-03-05")
    assert parked.source == "receipts"
    return parked.reason


def test_a_receipt_of_a_message_that_nobody_sent_is_parked_and_the_others_are_taken(stack: LocalStack) -> None:
    upgraded(stack)
    stack.pump()
    publish(stack, mail_event("Delivery", "m-2002", "birthday#2026"), mail_event("Delivery", *UPGRADE))
    assert state()[0] == "delivered"
    assert parked_reason().endswith("expected the tag of a message that was sent from this table")


def test_a_receipt_of_a_mail_without_our_tag_is_parked(stack: LocalStack) -> None:
    event = mail_event("Delivery", *UPGRADE)
    event["mail"]["tags"] = {"campaign": ["spring"]}
    publish(stack, event)
    assert parked_reason() == ("mail.tags.message: got None, expected the tag that every message of ours is sent with")


# a store in trouble


def test_while_the_store_is_down_receipts_stay_in_their_queue(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Survey, 2c.4: Parcelvoy swallows what its queue refuses."""
    from memberflow.delivery import receipts
    from memberflow.errors import StoreUnavailable

    def down(*given: Any) -> Any:
        raise StoreUnavailable("down")

    upgraded(stack)
    stack.pump()
    batch = records(mail_event("Delivery", *UPGRADE), bounce_event(*UPGRADE))
    with monkeypatch.context() as patch:
        patch.setattr(receipts, "by_tag", down)
        failed = stack.call("TakeReceipts", batch)["batchItemFailures"]
    assert failed == [{"itemIdentifier": "r-0"}, {"itemIdentifier": "r-1"}]
    assert stack.call("TakeReceipts", batch) == {"batchItemFailures": []}
    assert state()[0] == "bounced"


def test_a_receipt_whose_message_somebody_else_moved_comes_again(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from memberflow.delivery import receipts

    upgraded(stack)
    stack.pump()
    batch = records(bounce_event(*UPGRADE))
    with monkeypatch.context() as patch:
        patch.setattr(receipts, "move", lambda *given: False)
        assert stack.call("TakeReceipts", batch) == {"batchItemFailures": [{"itemIdentifier": "r-0"}]}
    assert member("m-1001").member.suppressed, "what matters most is written first"
    assert stack.call("TakeReceipts", batch) == {"batchItemFailures": []}
    assert state()[0] == "bounced"


def test_a_batch_of_deliveries_is_read_in_two_requests_counted_in_one_and_writes_no_member(stack: LocalStack) -> None:
    upgraded(stack)
    stack.pump()
    version = member("m-1001").version
    stack.requests.clear()
    stack.call("TakeReceipts", records(*[mail_event("Delivery", *UPGRADE)] * 50))
    assert dict(stack.requests) == {
        "dynamodb.BatchGetItem": 2,
        "dynamodb.PutItem": 1,
        "dynamodb.UpdateItem": 1,
    }
    assert member("m-1001").version == version
