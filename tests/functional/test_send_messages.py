"""send_messages: gates, claim, mail, outcome; and what a crash leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from moto.ses.models import ses_backends

from cli.local.records import ACCOUNT, REGION
from cli.local.stack import LocalStack
from tests.functional.conftest import ARRIVED, consent, items, joined, kinesis, order

Sample = Callable[[str], dict[str, Any]]
DAY = 86_400_000


@pytest.fixture
def mails(stack: LocalStack) -> list[Any]:
    """What SES was given since the test began."""
    sent: list[Any] = ses_backends[ACCOUNT][REGION].sent_messages
    sent.clear()
    return sent


def upgraded(stack: LocalStack, **profile: Any) -> None:
    """A member who reaches silver at nine in the morning of the day the sample events arrive."""
    stack.put_activities([joined("m-1001", **profile)])
    stack.pump()
    stack.put_orders([order("m-1001", "o-1", "2026-03-05T09:00:00Z", "320.00")])


def state() -> tuple[str, str | None]:
    (message,) = items("MESSAGE#")
    return message.state, message.reason


def test_the_sample_event_sends_the_upgrade_mail(stack: LocalStack, sample: Sample, mails: list[Any]) -> None:
    stack.call("TakeActivities", sample("take_activities"))
    stack.call("TakeOrders", kinesis(order("m-1001", "o-1", "2026-03-05T08:59:00Z", "320.00")))
    assert stack.call("SendMessages", sample("send_messages")) == {"batchItemFailures": []}
    assert state() == ("sent", None)
    (mail,) = mails
    assert mail.destinations["ToAddresses"] == ["m-1001@example.com"]
    assert "Silver" in mail.subject


def test_a_member_who_reads_chinese_is_written_to_in_chinese(stack: LocalStack, mails: list[Any]) -> None:
    upgraded(stack, language="zh-CN")
    stack.pump()
    assert "白银会员" in mails[0].subject + mails[0].body


def test_a_message_delivered_twice_by_the_stream_is_sent_once(
    stack: LocalStack, sample: Sample, mails: list[Any]
) -> None:
    upgraded(stack)
    stack.pump()
    stack.call("SendMessages", sample("send_messages"))
    assert len(mails) == 1


def test_marketing_without_consent_is_withheld(stack: LocalStack, mails: list[Any]) -> None:
    stack.put_activities([joined("m-1001", birthday="1990-03-05")])
    stack.pump()
    stack.run(ARRIVED)
    assert (state(), mails) == (("withheld", "consent"), [])


def test_a_consent_taken_back_before_the_mail_leaves_holds_it(stack: LocalStack, mails: list[Any]) -> None:
    stack.put_activities([joined("m-1001", birthday="1990-03-05"), consent("m-1001")])
    stack.pump()
    stack.put_activities([consent("m-1001", granted=False, at="2026-03-05T08:59:00Z")])
    stack.pump()
    stack.run(ARRIVED)
    assert (state(), mails) == (("withheld", "consent"), [])


def test_a_member_without_an_address_is_withheld(stack: LocalStack, mails: list[Any]) -> None:
    stack.put_orders([order("m-1001", "o-1", "2026-03-05T09:00:00Z", "320.00")])
    stack.pump()
    assert (state(), mails) == (("withheld", "contact"), [])


def test_an_upgrade_that_was_refunded_before_the_mail_left_is_not_congratulated(
    stack: LocalStack, mails: list[Any]
) -> None:
    refund = b'{"type":"order.refunded","member_id":"m-1001","refund_id":"r","order_id":"o-1","whole":true,'
    refund += b'"currency":"GBP","occurred_at":"2026-03-05T09:00:00Z"}'
    stack.call("TakeOrders", kinesis(joined("m-1001"), order("m-1001", "o-1", "2026-03-05T09:00:00Z", "320.00")))
    stack.call("TakeOrders", kinesis(refund))
    stack.pump()
    assert (state(), mails) == (("withheld", "withdrawn"), [])


def test_an_upgrade_at_night_waits_until_the_quiet_hours_end(stack: LocalStack, mails: list[Any]) -> None:
    stack.call("TakeOrders", kinesis(joined("m-1001"), order("m-1001", "o-1", "2026-03-04T23:30:00Z", "320.00")))
    (message,) = items("MESSAGE#")
    assert message.due_at is None, "it arrived after the quiet hours: it leaves at once"
    stack.pump()
    assert len(mails) == 1


def test_a_message_that_waits_is_sent_by_the_run_of_its_moment(stack: LocalStack, mails: list[Any]) -> None:
    stack.clock = ARRIVED - 9 * 3_600_000
    stack.put_orders([joined("m-1001"), order("m-1001", "o-1", "2026-03-04T23:30:00Z", "320.00")])
    stack.pump()
    assert (state(), mails) == (("waiting", None), [])
    stack.clock = ARRIVED
    stack.run(ARRIVED)
    assert (state(), len(mails)) == (("sent", None), 1)


def test_a_crash_between_call_and_record_leaves_unknown_and_sends_no_second_mail(
    stack: LocalStack, sample: Sample, mails: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        """Like a function that ran out of time: nothing catches it."""

    from memberflow.delivery import channels

    send = channels.send

    def die_after(*given: Any) -> Any:
        send(*given)
        raise Died

    stack.call("TakeOrders", kinesis(joined("m-1001"), order("m-1001", "o-1", "2026-03-05T08:59:00Z", "320.00")))
    monkeypatch.setattr(channels, "send", die_after)
    with pytest.raises(Died):
        stack.call("SendMessages", sample("send_messages"))
    monkeypatch.undo()
    assert state() == ("claimed", None)
    stack.call("SendMessages", sample("send_messages"))
    assert state() == ("unknown", "a crash between call and record")
    assert len(mails) == 1


def refused(code: str) -> Exception:
    return ClientError({"Error": {"Code": code, "Message": code}}, "SendEmail")


def broken(status: int) -> Exception:
    """An error that nobody told us of."""
    error = {"Code": "SomethingNew", "Message": ""}
    return ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}, "SendEmail")


class Provider:
    """SES that answers every mail so."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def get_account(self) -> Any:
        return {"SendQuota": {"MaxSendRate": 1e6}}

    def send_email(self, **request: Any) -> Any:
        raise self.error


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        (refused("MessageRejected"), ("failed", "MessageRejected")),
        (refused("AccountSuspendedException"), ("waiting", "stopped")),
        (refused("InternalServiceErrorException"), ("unknown", "InternalServiceErrorException")),
        (ReadTimeoutError(endpoint_url="https://email.example.com"), ("unknown", "ReadTimeoutError")),
        (refused("TooManyRequestsException"), ("waiting", "busy")),
        (EndpointConnectionError(endpoint_url="https://email.example.com"), ("waiting", "busy")),
        (ConnectTimeoutError(endpoint_url="https://email.example.com"), ("waiting", "busy")),
        (ConnectionClosedError(endpoint_url="https://email.example.com"), ("unknown", "ConnectionClosedError")),
        (broken(503), ("unknown", "SomethingNew")),
        (broken(400), ("failed", "SomethingNew")),
    ],
    ids=[
        "rejected",
        "suspended",
        "internal",
        "time-out",
        "throttled",
        "no route",
        "no line",
        "cut off",
        "new 503",
        "new 400",
    ],
)
def test_what_the_provider_answers_decides_how_the_message_ends(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch, error: Exception, ends: tuple[str, str | None]
) -> None:
    from memberflow.delivery.channels import email

    monkeypatch.setattr(email, "service", lambda name: Provider(error))
    upgraded(stack)
    stack.pump()
    assert state() == ends


def test_a_throttled_message_leaves_with_a_later_run(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch, mails: list[Any]
) -> None:
    from memberflow.delivery.channels import email

    with monkeypatch.context() as patch:
        patch.setattr(email, "service", lambda name: Provider(refused("TooManyRequestsException")))
        upgraded(stack)
        stack.pump()
    stack.clock = ARRIVED + 60_000
    stack.run(stack.clock)
    assert (state(), len(mails)) == (("sent", None), 1)


@pytest.mark.parametrize("channel", ["email", "sms", "push", "log"])
def test_without_a_sender_messages_go_to_the_log(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch, channel: str
) -> None:
    from memberflow import runtime
    from memberflow.delivery import channels
    from memberflow.delivery.letters import Letter
    from memberflow.engine.outcome import Occurrence
    from memberflow.programme.schema import Message

    nothing = runtime.Settings(table_name="t", due_shards=1, mail_from="", mail_sets={})
    monkeypatch.setattr(runtime, "settings", lambda: nothing)
    letter = Letter(
        member_id="m",
        tag="t",
        occurrence=Occurrence(id="o", journey="j", anchor=1, at=1, useful_until=2),
        purpose="service",
        channel=channel,
        address="a",
        language="en",
        message=Message(subject="s", text="t"),
        unsubscribe="",
        now=1,
    )
    assert channels.send(letter).state == "sent"


def test_a_template_that_the_data_does_not_fit_fails_the_message_and_sends_nothing(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch, mails: list[Any]
) -> None:
    from memberflow.delivery import render

    monkeypatch.setattr(render, "variables", lambda *given: {})
    upgraded(stack)
    stack.pump()
    assert (state()[0], mails) == ("failed", [])
