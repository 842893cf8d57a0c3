"""The ways out: SES v2 for mail, and the log for trying things."""

from __future__ import annotations

from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from memberflow import runtime
from memberflow.programme.schema import Message
from memberflow.store.models import client

# SES takes no idempotency token, so the SDK must not try again by itself: a second try may be a second mail.
_ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=10)

THROTTLED = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling"})
_AMBIGUOUS = frozenset({"InternalServiceErrorException", "InternalFailure", "ServiceUnavailable", "RequestTimeout"})


class Sent(Struct, frozen=True):
    """What became of a call: ``state`` as a message has it, or ``throttled``."""

    state: str
    reason: str | None = None
    provider_id: str | None = None


def send(channel: str, address: str, message: Message, purpose: str, tags: dict[str, str]) -> Sent:
    """Sends once. ``unknown`` where nobody can tell whether it left; ``tags`` name the occurrence for receipts."""
    if channel == "log" or not runtime.settings().mail_from:
        runtime.logger.info("message", extra={"channel": channel, "subject": message.subject, **tags})
        return Sent("sent")
    try:
        answer = _ses().send_email(**_request(address, message, purpose, tags))
    except ClientError as error:
        return _refused(error.response["Error"]["Code"])
    except BotoCoreError as error:
        return Sent("unknown", type(error).__name__)
    return Sent("sent", provider_id=answer["MessageId"])


def _refused(code: str) -> Sent:
    if code in THROTTLED:
        return Sent("throttled", code)
    return Sent("unknown" if code in _AMBIGUOUS else "failed", code)


def _request(address: str, message: Message, purpose: str, tags: dict[str, str]) -> dict[str, Any]:
    settings = runtime.settings()
    request: dict[str, Any] = {
        "FromEmailAddress": settings.mail_from,
        "Destination": {"ToAddresses": [address]},
        "Content": {"Simple": {"Subject": _utf8(message.subject), "Body": {"Text": _utf8(message.text)}}},
        "EmailTags": [{"Name": name, "Value": value} for name, value in tags.items()],
    }
    if settings.mail_sets.get(purpose):
        request["ConfigurationSetName"] = settings.mail_sets[purpose]
    return request


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


_client: Any = None


def _ses() -> Any:
    """Made at the first mail: a function that only withholds never pays for it."""
    global _client
    if _client is None:
        _client = client("sesv2", _ONCE)
    return _client
