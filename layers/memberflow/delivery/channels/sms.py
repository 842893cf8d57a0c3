"""SMS by AWS End User Messaging, whose client is still called pinpoint-sms-voice-v2."""

from __future__ import annotations

from typing import Any

from memberflow import runtime
from memberflow.delivery.channels import log
from memberflow.delivery.channels.provider import ask, service
from memberflow.delivery.letters import Letter, Sent

_STATES = {
    "ThrottlingException": "busy",
    "InternalServerException": "unknown",
    # The account, or how it is set up. Opted out and the spend limit are of one message: it ends, or takes another way.
    **dict.fromkeys(
        ("ACCOUNT_DISABLED", "INSUFFICIENT_ACCOUNT_REPUTATION", "AccessDeniedException", "ResourceNotFoundException"),
        "stopped",
    ),
}
_TYPE = {"service": "TRANSACTIONAL", "marketing": "PROMOTIONAL"}
LIVES_S = (5, 259_200)
"""What SendTextMessage takes as TimeToLive."""


def send(letter: Letter) -> Sent:
    """Sends once; to the log where no sender is set up."""
    if not runtime.settings().sms_from:
        return log.send(letter)
    sms = service("pinpoint-sms-voice-v2")
    return ask(lambda: sms.send_text_message(**_request(letter))["MessageId"], _STATES)


def _request(letter: Letter) -> dict[str, Any]:
    least, most = LIVES_S
    return {
        "DestinationPhoneNumber": letter.address,
        "OriginationIdentity": runtime.settings().sms_from,
        "MessageBody": letter.short.strip(),
        "MessageType": _TYPE[letter.purpose],
        "TimeToLive": min(max((letter.occurrence.useful_until - letter.now) // 1000, least), most),
        "Context": {"message": letter.tag},
    }
