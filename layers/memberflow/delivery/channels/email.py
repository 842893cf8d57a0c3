"""Mail by SES v2."""

from __future__ import annotations

from typing import Any

from memberflow import runtime
from memberflow.delivery.channels import log
from memberflow.delivery.channels.provider import ask, service
from memberflow.delivery.letters import Letter, Sent
from memberflow.delivery.pace import Pace

_STATES = {
    **dict.fromkeys(("TooManyRequestsException", "ThrottlingException", "Throttling"), "busy"),
    **dict.fromkeys(
        ("InternalServiceErrorException", "InternalFailure", "ServiceUnavailable", "RequestTimeout"), "unknown"
    ),
    # The account, or how it is set up: the next mail would be refused like this one.
    **dict.fromkeys(
        (
            "AccountSuspendedException",
            "SendingPausedException",
            "LimitExceededException",
            "MailFromDomainNotVerifiedException",
            "NotFoundException",
            "AccessDeniedException",
        ),
        "stopped",
    ),
}
_PACE = Pace()


def send(letter: Letter) -> Sent:
    """Sends once; to the log where no sender is set up."""
    if not runtime.settings().mail_from:
        return log.send(letter)
    ses = service("sesv2")
    _PACE.wait(ses)
    return ask(lambda: ses.send_email(**_request(letter))["MessageId"], _STATES)


def _request(letter: Letter) -> dict[str, Any]:
    settings, message = runtime.settings(), letter.message
    body = {"Text": _utf8(message.text)}
    if message.html is not None:
        body["Html"] = _utf8(message.html)
    content: dict[str, Any] = {"Subject": _utf8(message.subject), "Body": body}
    if letter.unsubscribe:
        content["Headers"] = _one_click(letter.unsubscribe)
    named = {"message": letter.tag, "journey": letter.occurrence.journey}
    return {
        "FromEmailAddress": settings.mail_from,
        "Destination": {"ToAddresses": [letter.address]},
        "Content": {"Simple": content},
        "ConfigurationSetName": settings.mail_sets[letter.purpose],
        "EmailTags": [{"Name": name, "Value": value} for name, value in named.items()],
    }


def _one_click(link: str) -> list[dict[str, str]]:
    """RFC 8058: the mail program unsubscribes by a POST to the link, without a page."""
    return [
        {"Name": "List-Unsubscribe", "Value": f"<{link}>"},
        {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
    ]


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
