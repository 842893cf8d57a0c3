"""The log, for trying things: what would have left, and on which channel; of the member no more than his alias."""

from __future__ import annotations

from memberflow import runtime
from memberflow.delivery.letters import Letter, Sent


def send(letter: Letter) -> Sent:
    said = {"channel": letter.channel, "subject": letter.message.subject, "occurrence": letter.occurrence.id}
    runtime.logger.info("message", extra=said | {"member": runtime.alias(letter.member_id)})
    return Sent("sent")
