"""The ways out, a module each. A channel that has none of its own goes over the bus."""

from __future__ import annotations

from collections.abc import Callable

from memberflow.delivery.channels import bus, email, log, sms
from memberflow.delivery.letters import Letter, Sent

WAYS: dict[str, Callable[[Letter], Sent]] = {"email": email.send, "sms": sms.send, "log": log.send}


def send(letter: Letter) -> Sent:
    """Sends once, by the letter's channel; never raises for what a provider answers."""
    return WAYS.get(letter.channel, bus.send)(letter)
