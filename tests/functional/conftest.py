"""The local stack, made from template.yaml, for the tests that go through the functions."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from moto.ses.models import ses_backends

from cli.local.pump import send
from cli.local.records import ACCOUNT, REGION
from cli.local.stack import LocalStack
from memberflow.delivery import links
from memberflow.programme import author
from tests.happened import at

EVENTS = Path(__file__).parents[2] / "events"
ARRIVED = 1_772_701_200_000
"""2026-03-05T09:00:00Z, when the sample events arrive."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    shipped = tmp_path_factory.mktemp("shipped") / "sample.json"
    author.write_shipped(author.named("sample"), shipped)
    with LocalStack(programme_file=shipped, parameters=PARAMETERS) as stack:
        can_send(stack)
        yield stack


@contextmanager
def running_page(folder: Path, page: str, *bodies: str) -> Iterator[LocalStack]:
    """The stack with a programme of one message, ``m``, which may have further bodies: html, short.txt."""
    texts = {"txt": "Subject: Hello {{ tier }}\n\nDear {{ tier }}\n", "html": "<p>Dear {{ tier }}</p>"}
    texts["short.txt"] = "Short: {{ tier }}"
    (folder / "messages").mkdir()
    (folder / "programme.yaml").write_text(page)
    for body in ("txt", *bodies):
        (folder / "messages" / f"m.en.{body}").write_text(texts[body])
    with running_folder(folder) as stack:
        yield stack


@contextmanager
def running_folder(folder: Path) -> Iterator[LocalStack]:
    """The stack with the programme in a folder, able to send."""
    author.write_shipped(folder, folder / "shipped.json")
    with LocalStack(programme_file=folder / "shipped.json", parameters=PARAMETERS) as stack:
        can_send(stack)
        yield stack


PARAMETERS = {
    "DueShards": "2",
    "MailFrom": "shop@example.com",
    "MailIdentity": "shop@example.com",
    "UnsubscribeUrl": "https://shop.example/unsubscribe",
    "SmsFrom": "arn:aws:sms-voice:us-east-1:123456789012:phone-number/phone-1",
}
LINK_KEY = "the key that links are signed with"


def can_send(stack: LocalStack) -> None:
    """What an operator sets up besides the stack: the sender's identity and the key of the links."""
    stack.client("sesv2").create_email_identity(EmailIdentity="shop@example.com")
    keep_link_key(stack)


def keep_link_key(stack: LocalStack) -> None:
    """What an operator does once, before the first mail."""
    stack.client("ssm").put_parameter(Name="/memberflow/link-key", Value=LINK_KEY, Type="SecureString")


def unsubscribe_event(
    member_id: str, purpose: str = "marketing", channel: str = "email", key: str = LINK_KEY
) -> dict[str, Any]:
    """A mail program's one click on the link in a message, as the HTTP API hands it over."""
    token = links.sign(key.encode(), links.Claims(member_id, purpose, channel))
    event: dict[str, Any] = json.loads((EVENTS / "unsubscribe.json").read_text())
    return event | {"queryStringParameters": {"t": token}}


@pytest.fixture
def stack(running: LocalStack) -> Iterator[LocalStack]:
    """The stack with an empty table, nothing counted, and the clock at the arrival of the sample events."""
    running.clock = ARRIVED
    running.requests.clear()
    running.requests_of.clear()
    running.failures.clear()
    running.texts.clear()
    yield running
    running.pump()
    for item in items():
        item.delete()
    running.pump()


@pytest.fixture
def mails(stack: LocalStack) -> list[Any]:
    """What left by mail, from now on."""
    sent: list[Any] = ses_backends[ACCOUNT][REGION].sent_messages
    sent.clear()
    return sent


def go(stack: LocalStack, *times: str) -> None:
    """A run at each of these London times."""
    for time in times:
        stack.clock = at(time)
        stack.run(stack.clock)


@pytest.fixture
def sample() -> Callable[[str], dict[str, Any]]:
    """An event file of a function, by the function's name."""
    return lambda name: json.loads((EVENTS / f"{name}.json").read_text())


def items(prefix: str = "") -> list[Any]:
    """Every item of the table whose sort key begins so."""
    from memberflow.store.models import Item

    return [item for item in Item.scan() if item.sk.startswith(prefix)]


def member(member_id: str) -> Any:
    from memberflow.store.reading import load

    return load([member_id])[member_id]


def order(member_id: str, order_id: str, at: str, amount: str, **other: Any) -> bytes:
    """An order of the sample programme's shop, as its pipeline sends it."""
    event = {"type": "order.paid", "member_id": member_id, "order_id": order_id, "occurred_at": at}
    return json.dumps(event | {"amount": amount, "currency": "GBP"} | other).encode()


def joined(member_id: str, at: str = "2026-01-01T00:00:00Z", **other: Any) -> bytes:
    event = {"type": "member.joined", "member_id": member_id, "occurred_at": at}
    return json.dumps(event | {"contacts": {"email": f"{member_id}@example.com"}} | other).encode()


def consent(
    member_id: str,
    purpose: str = "marketing",
    granted: bool = True,
    at: str = "2026-01-01T00:00:00Z",
    channel: str = "email",
    **other: str,
) -> bytes:
    event = {"type": "consent.changed", "member_id": member_id, "event_id": f"{purpose}-{channel}-{at}"}
    said = {"purpose": purpose, "channel": channel, "granted": granted, "occurred_at": at}
    return json.dumps(event | said | other).encode()


def mail_event(kind: str, member_id: str, occurrence: str, **said: Any) -> dict[str, Any]:
    """What SES publishes of the mail with that occurrence; ``said`` is the part named after the event."""
    from memberflow.store.models import message_key, receipt_tag

    tags = {
        "ses:configuration-set": ["memberflow-service"],
        "message": [receipt_tag(message_key(member_id, occurrence))],
    }
    mail = {"messageId": "ses-1", "timestamp": "2026-03-05T09:00:00.000Z", "tags": tags}
    part = {"Delivery": "delivery", "DeliveryDelay": "deliveryDelay"}.get(kind, kind.lower())
    return {
        "eventType": kind,
        "mail": mail,
        part: {"timestamp": "2026-03-05T09:00:05.000Z", "feedbackId": "f-1"} | said,
    }


def bounce_event(
    member_id: str, occurrence: str, address: str | None = None, kind: str = "Permanent"
) -> dict[str, Any]:
    recipients = [{"emailAddress": address or f"{member_id}@example.com", "status": "5.1.1"}]
    said = {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": recipients}
    return mail_event("Bounce", member_id, occurrence, **said)


def publish(stack: LocalStack, *receipts: dict[str, Any]) -> None:
    """Into the queue of receipts, as the providers' topic does."""
    for receipt in receipts:
        send(next(each.source for each in stack.wiring.mappings if each.function == "TakeReceipts"), receipt)
    stack.pump()


def kinesis(*lines: bytes, data: str | None = None) -> dict[str, Any]:
    """A batch as Lambda hands it over; ``data`` takes the place of the only record's base64."""
    return {
        "Records": [
            {
                "kinesis": {
                    "sequenceNumber": f"{n:056d}",
                    "data": data or b64encode(line).decode(),
                    "approximateArrivalTimestamp": ARRIVED / 1000,
                }
            }
            for n, line in enumerate(lines or (b"",))
        ]
    }
