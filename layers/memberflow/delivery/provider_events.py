"""The events of SES and End User Messaging SMS, read for what they say of a message.

Their shapes are the providers'; fields that are of no use here are left out. Both give back the tag that the message
was sent with: SES among the mail's tags, SMS in its context.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from memberflow.decoder import parse
from memberflow.errors import BadInput
from memberflow.facts import moment

Moment = Annotated[datetime, Meta(tz=True)]


class Receipt(Struct, frozen=True):
    """What became of the message with this tag: ``state`` is one of a message's, ``reason`` in the provider's words.

    ``id`` is the same for the same event. ``dead``: an address that nothing reaches any more.
    ``opted_out``: he told the provider to stop.
    """

    tag: str
    state: str
    at: int
    id: str
    channel: str
    provider_id: str
    reason: str | None = None
    dead: str | None = None
    opted_out: bool = False


class Mail(Struct, rename="camel"):
    message_id: str
    timestamp: Moment
    tags: dict[str, list[str]] = {}


class MailEvent(Struct, tag_field="eventType", rename="camel"):
    mail: Mail


class Recipient(Struct, rename="camel"):
    email_address: str


class BounceReport(Struct, rename="camel"):
    bounce_type: str
    bounced_recipients: Annotated[tuple[Recipient, ...], Meta(min_length=1, max_length=1)]
    """Every mail of ours goes to one."""
    timestamp: Moment
    feedback_id: str
    bounce_sub_type: str = ""


class Bounce(MailEvent, tag="Bounce", rename="camel"):
    bounce: BounceReport


class ComplaintReport(Struct, rename="camel"):
    timestamp: Moment
    feedback_id: str
    complaint_feedback_type: str | None = None


class Complaint(MailEvent, tag="Complaint", rename="camel"):
    complaint: ComplaintReport


class At(Struct):
    timestamp: Moment


class Delivery(MailEvent, tag="Delivery", rename="camel"):
    delivery: At


class DeliveryDelay(MailEvent, tag="DeliveryDelay", rename="camel"):
    delivery_delay: At


class Rejection(Struct):
    reason: str = ""


class Reject(MailEvent, tag="Reject", rename="camel"):
    reject: Rejection


class Preferences(Struct, rename="camel"):
    unsubscribe_all: bool = False


class SubscriptionChange(Struct, rename="camel"):
    timestamp: Moment
    new_topic_preferences: Preferences


class Subscription(MailEvent, tag="Subscription", rename="camel"):
    subscription: SubscriptionChange


class TextEvent(Struct, rename="camel"):
    event_type: str
    event_timestamp: int
    message_id: str
    destination_phone_number: str
    context: dict[str, str] = {}


class _Kind(Struct, rename="camel"):
    event_type: str


_TEXT_STATES = {
    "TEXT_QUEUED": "sent",
    "TEXT_PENDING": "sent",
    "TEXT_SENT": "sent",
    "TEXT_SUCCESSFUL": "sent",
    "TEXT_UNKNOWN": "sent",
    "TEXT_DELIVERED": "delivered",
    "TEXT_INVALID": "bounced",
    "TEXT_INVALID_MESSAGE": "failed",
    "TEXT_UNREACHABLE": "failed",
    "TEXT_CARRIER_UNREACHABLE": "failed",
    "TEXT_BLOCKED": "failed",
    "TEXT_CARRIER_BLOCKED": "failed",
    "TEXT_SPAM": "failed",
    "TEXT_TTL_EXPIRED": "failed",
    "TEXT_PROTECT_BLOCKED": "failed",
}
"""That a carrier took it is no proof that it arrived, and an end unknown even to the provider was sent all the same."""

_KIND = msgspec.json.Decoder(_Kind)
_TEXT = msgspec.json.Decoder(TextEvent)
_MAIL: msgspec.json.Decoder[Bounce | Complaint | Delivery | DeliveryDelay | Reject | Subscription] = (
    msgspec.json.Decoder(Bounce | Complaint | Delivery | DeliveryDelay | Reject | Subscription)
)


def read(raw: bytes) -> Receipt:
    """Raises BadInput."""
    kind = parse(raw, _KIND).event_type
    if kind in _TEXT_STATES:
        return _text(parse(raw, _TEXT))
    if kind not in _MAILS:
        raise BadInput("eventType", kind, "one of " + ", ".join((*_MAILS, *_TEXT_STATES)))
    event = parse(raw, _MAIL)
    return _MAILS[kind](event)


def _text(event: TextEvent) -> Receipt:
    state, kind = _TEXT_STATES[event.event_type], event.event_type
    return Receipt(
        tag=_tag("context.message", event.context.get("message")),
        state=state,
        at=event.event_timestamp,
        id=f"{event.message_id}#{kind}",
        channel="sms",
        provider_id=event.message_id,
        reason=kind if state in ("failed", "bounced") else None,
        dead=event.destination_phone_number if state == "bounced" else None,
    )


def _bounce(event: Bounce) -> Receipt:
    """Only a permanent bounce is about the address; after any other the next mail may get through."""
    said = event.bounce
    dead = said.bounced_recipients[0].email_address if said.bounce_type == "Permanent" else None
    reason = f"{said.bounce_type}: {said.bounce_sub_type}"
    return _mail(event, "bounced", said.timestamp, said.feedback_id, reason, dead)


def _complaint(event: Complaint) -> Receipt:
    """A mail that somebody took out of his spam folder comes as a complaint too."""
    said = event.complaint
    if said.complaint_feedback_type == "not-spam":
        return _mail(event, "delivered", said.timestamp, said.feedback_id)
    return _mail(event, "complained", said.timestamp, said.feedback_id, said.complaint_feedback_type)


def _delivery(event: Delivery) -> Receipt:
    return _mail(event, "delivered", event.delivery.timestamp)


def _delay(event: DeliveryDelay) -> Receipt:
    return _mail(event, "sent", event.delivery_delay.timestamp)


def _reject(event: Reject) -> Receipt:
    return _mail(event, "failed", event.mail.timestamp, reason=f"rejected: {event.reject.reason}")


def _subscription(event: Subscription) -> Receipt:
    """Who finds the link in a mail has got it."""
    said = event.subscription
    opted_out = said.new_topic_preferences.unsubscribe_all
    return _mail(event, "delivered", said.timestamp, opted_out=opted_out)


def _mail(
    event: MailEvent,
    state: str,
    at: datetime,
    id: str | None = None,
    reason: str | None = None,
    dead: str | None = None,
    opted_out: bool = False,
) -> Receipt:
    mail, when = event.mail, moment(at)
    tag = _tag("mail.tags.message", next(iter(mail.tags.get("message", ())), None))
    return Receipt(
        tag, state, when, id or f"{mail.message_id}#{when}", "email", mail.message_id, reason, dead, opted_out
    )


def _tag(field: str, tag: str | None) -> str:
    if not tag:
        raise BadInput(field, tag, "the tag that every message of ours is sent with")
    return tag


_MAILS: dict[str, Callable[[Any], Receipt]] = {
    "Bounce": _bounce,
    "Complaint": _complaint,
    "Delivery": _delivery,
    "DeliveryDelay": _delay,
    "Reject": _reject,
    "Subscription": _subscription,
}
