"""Every other channel (app push, WeCom …): an event on a bus, to which the shop's own senders listen.

``occurrence`` and ``member_id`` together name the message for good: whoever listens drops what he had already.
"""

from __future__ import annotations

import msgspec

from memberflow import runtime
from memberflow.delivery.channels import log
from memberflow.delivery.channels.provider import ask, service
from memberflow.delivery.letters import Letter, Sent
from memberflow.facts import rfc3339

_TRY_AGAIN = frozenset({"ThrottlingException", "InternalException", "InternalFailure"})
_STATES = {
    "ThrottlingException": "busy",
    "InternalException": "unknown",
    **dict.fromkeys(("AccessDeniedException", "ResourceNotFoundException"), "stopped"),
}


class _Refused(Exception):
    """The entry was not taken; its code is the argument."""


def send(letter: Letter) -> Sent:
    """Puts one event; to the log where there is no bus. ``sent`` means that the bus has it."""
    if not runtime.settings().event_bus:
        return log.send(letter)
    try:
        return ask(lambda: _put(letter), _STATES)
    except _Refused as error:
        (code,) = error.args
        return Sent("busy" if code in _TRY_AGAIN else "failed", code)


def _put(letter: Letter) -> str:
    """The event's id. An answer of 200 may still hold the refusal of its entry: raises _Refused."""
    event = {
        "EventBusName": runtime.settings().event_bus,
        "Source": "memberflow",
        "DetailType": f"message.{letter.purpose}",
        "Detail": msgspec.json.encode(_detail(letter)).decode(),
    }
    answer = service("events").put_events(Entries=[event])
    (entry,) = answer["Entries"]
    if answer["FailedEntryCount"]:
        raise _Refused(entry["ErrorCode"])
    return str(entry["EventId"])


def _detail(letter: Letter) -> dict[str, str]:
    return {
        "member_id": letter.member_id,
        "occurrence": letter.occurrence.id,
        "journey": letter.occurrence.journey,
        "channel": letter.channel,
        "address": letter.address,
        "language": letter.language,
        "subject": letter.message.subject,
        "text": letter.short,
        "useful_until": rfc3339(letter.occurrence.useful_until),
    }
