"""The breaker of a channel: a provider that lets nothing leave opens it, or too many mails that were received badly.

It holds marketing back and closes by itself.

Service messages are tried all the same, so what is still wrong opens it again; nobody has to remember to close it.
"""

from __future__ import annotations

from collections.abc import Iterable

from pynamodb.exceptions import PutError

from memberflow import runtime
from memberflow.engine.rules import Rules
from memberflow.store.models import BreakerItem, Item, breaker_key

OPEN_MS = 3_600_000
"""So long marketing waits before a provider that stopped us is tried again."""


def keys(rules: Rules) -> list[tuple[str, str]]:
    """Of the channels that marketing uses."""
    journeys = rules.programme.journeys.values()
    channels = {channel for journey in journeys if journey.purpose == "marketing" for channel in journey.channels}
    return [breaker_key(channel) for channel in sorted(channels)]


def stopped(items: Iterable[Item]) -> dict[str, int]:
    """By channel the moment until which its breaker is open, or was."""
    return {item.pk.removeprefix("BREAKER#"): int(item.until) for item in items if isinstance(item, BreakerItem)}


def open_it(channel: str, reason: str, now: int, length: int = OPEN_MS) -> int:
    """Opens the breaker, rings, and returns the moment until which it holds; one that is open for longer stays so."""
    until = now + length
    item = BreakerItem(*breaker_key(channel), until=until, opened_at=now, reason=reason)
    try:
        item.save(condition=BreakerItem.pk.does_not_exist() | (BreakerItem.until < until))
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
    runtime.count("SendingStopped")
    runtime.logger.error("sending stopped", extra={"channel": channel, "reason": reason})
    return until
