"""Sending released messages: gates, claim, render, call, outcome.

The row exists before the provider is called, which takes no idempotency token: whoever changes it from waiting to
claimed calls, once. Found claimed again, it was left by a crash between call and record: unknown, never sent again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pynamodb.exceptions import PynamoDBException

from memberflow import runtime
from memberflow.delivery import channels, gates, render
from memberflow.engine import fold
from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence, Outcome
from memberflow.engine.plans import Plan
from memberflow.engine.rules import Rules
from memberflow.programme.schema import Message, Shipped
from memberflow.store.models import MessageItem, due_shard, member_id_of, store_errors
from memberflow.store.reading import get, load, occurrence_of
from memberflow.store.runs import note_ends

RETRY_MS = 60_000
"""A throttled message waits so long for its next try, in the due index like any other."""

_METRICS = {
    "sent": "MessagesSent",
    "withheld": "MessagesWithheld",
    "unknown": "MessagesUnknown",
    "failed": "MessagesFailed",
}


def send_all(shipped: Shipped, rules: Rules, keys: Sequence[tuple[str, str]]) -> None:
    """Sends the waiting messages with these keys. Raises StoreUnavailable, with what was done recorded."""
    items = [item for item in get(keys) if isinstance(item, MessageItem)]
    members = load(member_id_of(item.pk) for item in items)
    ends: Counter[tuple[str, str]] = Counter()
    with store_errors("messages were not sent"):
        for item in items:
            before = item.state
            _send(shipped, rules, item, members[member_id_of(item.pk)].member)
            if item.run is not None and item.state != before and item.state in _METRICS:
                ends[item.run, item.state] += 1
        note_ends(ends)


def _send(shipped: Shipped, rules: Rules, item: MessageItem, member: Member) -> None:
    if item.state == "claimed":
        _record(item, "claimed", "unknown", "a crash between call and record")
    if item.state != "waiting" or item.due_at is not None:
        return
    occurrence, now = occurrence_of(item), runtime.now()
    fold.advance(rules, member, now, Outcome())
    reason = gates.withheld(rules, member, occurrence, now)
    if reason is not None:
        _record(item, "waiting", "withheld", reason)
        return
    try:
        message = render.render(shipped, rules, member, occurrence)
    except render.UnrenderableMessage as error:
        _record(item, "waiting", "failed", f"template: {error}")
        return
    if _record(item, "waiting", "claimed"):
        _call(rules.journeys[occurrence.journey], item, member, occurrence, message)


def _call(journey: Plan, item: MessageItem, member: Member, occurrence: Occurrence, message: Message) -> None:
    item.channel = gates.channel_for(member, journey)
    tags = {"member": runtime.alias(member.id), "occurrence": occurrence.id.replace("#", "-")}
    sent = channels.send(item.channel, member.contacts.get(item.channel, ""), message, journey.purpose, tags)
    if sent.state == "throttled":
        _wait(item, member.id)
    else:
        _record(item, "claimed", sent.state, sent.reason, sent.provider_id)


def _record(item: MessageItem, before: str, after: str, reason: str | None = None, provider: str | None = None) -> bool:
    """Moves the message from one state to another; False where somebody else did meanwhile."""
    item.state, item.changed_at, item.reason, item.provider_id = after, runtime.now(), reason, provider
    return _save(item, before)


def _wait(item: MessageItem, member_id: str) -> None:
    item.state, item.due_shard, item.due_at = "waiting", due_shard(member_id), runtime.now() + RETRY_MS
    _save(item, "claimed")


def _save(item: MessageItem, before: str) -> bool:
    try:
        item.save(condition=MessageItem.state == before)
    except PynamoDBException as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            item.state = before
            return False
        raise
    _tell(item)
    return True


def _tell(item: MessageItem) -> None:
    """Every end of a message, with its reason, in the log; no more of the member than stands for him."""
    if item.state in _METRICS:
        runtime.count(_METRICS[item.state])
        said = {"member": runtime.alias(member_id_of(item.pk)), "occurrence": item.sk.removeprefix("MESSAGE#")}
        runtime.logger.info("message ended", extra=said | {"state": item.state, "reason": item.reason})
