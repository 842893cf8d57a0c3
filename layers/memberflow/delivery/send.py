"""Sending released messages: gates, claim, render, call, outcome.

The row exists before the provider is called, which takes no idempotency token: whoever changes it from waiting to
claimed calls, once. Found claimed again, it was left by a crash between call and record: unknown, never sent again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from memberflow import runtime
from memberflow.delivery import channels, gates, render
from memberflow.engine import fold
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.plans import Plan
from memberflow.engine.rules import Rules
from memberflow.programme.schema import Message, Shipped
from memberflow.store.messages import expect_receipts, move
from memberflow.store.models import MessageItem, member_id_of, receipt_tag, store_errors
from memberflow.store.reading import get, load, occurrence_of
from memberflow.store.runs import note_ends

RETRY_MS = 60_000
"""A throttled message waits so long for its next try, in the due index like any other."""

_ENDS = ("sent", "withheld", "unknown", "failed")


def send_all(shipped: Shipped, rules: Rules, keys: Sequence[tuple[str, str]]) -> None:
    """Sends the waiting messages with these keys. Raises StoreUnavailable, with what was done recorded."""
    items = [item for item in get(keys) if isinstance(item, MessageItem)]
    members = load(member_id_of(item.pk) for item in items)
    expect_receipts(item for item in items if _leaves(item))
    ends: Counter[tuple[str, str]] = Counter()
    with store_errors("messages were not sent"):
        for item in items:
            before = item.state
            _send(shipped, rules, item, members[member_id_of(item.pk)].member)
            if item.run is not None and item.state != before and item.state in _ENDS:
                ends[item.run, item.state] += 1
        note_ends(ends)


def _send(shipped: Shipped, rules: Rules, item: MessageItem, member: Member) -> None:
    if item.state == "claimed":
        move(item, "unknown", "a crash between call and record")
    if not _leaves(item):
        return
    occurrence, now = occurrence_of(item), runtime.now()
    fold.advance(rules, member, now, Outcome())
    reason = gates.withheld(rules, member, occurrence, now)
    if reason is not None:
        move(item, "withheld", reason)
        return
    try:
        message = render.render(shipped, rules, member, occurrence)
    except render.UnrenderableMessage as error:
        move(item, "failed", f"template: {error}")
        return
    if move(item, "claimed"):
        _call(rules.journeys[occurrence.journey], item, member, message)


def _leaves(item: MessageItem) -> bool:
    return item.state == "waiting" and item.due_at is None


def _call(journey: Plan, item: MessageItem, member: Member, message: Message) -> None:
    item.channel = gates.channel_for(member, journey)
    tags = {"message": receipt_tag((item.pk, item.sk))}
    sent = channels.send(item.channel, member.contacts.get(item.channel, ""), message, journey.purpose, tags)
    if sent.state == "throttled":
        move(item, "waiting", due_at=runtime.now() + RETRY_MS)
    else:
        item.provider_id = sent.provider_id
        move(item, sent.state, sent.reason)
