"""What providers say became of a message: facts where the member is another for it, and how the message ended.

A receipt may come before the sender has recorded the call, long after, and more than once: whatever the order, a
message ends as the weightiest one says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from memberflow import runtime
from memberflow.delivery import reputation
from memberflow.delivery.provider_events import Receipt, read
from memberflow.engine.rules import Rules
from memberflow.errors import BadInput, StoreUnavailable
from memberflow.facts import AnyFact, Bounced, Complained, Consent
from memberflow.store.intake import Input, park_input, take_facts
from memberflow.store.ledger import Arrival
from memberflow.store.messages import by_tag, move
from memberflow.store.models import MessageItem, member_id_of, store_errors
from memberflow.store.reading import occurrence_of
from memberflow.store.runs import note_ends
from memberflow.store.together import together

_WEIGHT = {"sent": 1, "failed": 2, "delivered": 3, "bounced": 4, "complained": 5}
"""A message is moved by what weighs more than its state; states that are not here weigh nothing."""

Pair = tuple[Input, Receipt]


def take_receipts(rules: Rules, inputs: Sequence[Input]) -> list[str]:
    """The ids of those inputs that must be delivered again; every other one is done with, or parked."""
    pairs, failed = _read_all(inputs)
    try:
        found = by_tag(receipt.tag for _, receipt in pairs)
        messages = {tag: item for tag, item in found.items() if item is not None}
        known = [pair for pair in pairs if pair[1].tag in messages]
        failed += [name for given, receipt in pairs if receipt.tag not in found for name in _unknown(given, receipt)]
        failed += take_facts(
            rules, [(given, arrival) for given, r in known for arrival in _arrivals(given, r, messages)]
        )
        failed += _settle_all(known, messages)
    except StoreUnavailable as error:
        runtime.logger.warning("store unavailable", extra={"reason": str(error)})
        return [given.id for given in inputs]
    return list(dict.fromkeys(failed))


def _read_all(inputs: Iterable[Input]) -> tuple[list[Pair], list[str]]:
    pairs, failed = [], []
    for given in inputs:
        try:
            pairs.append((given, read(given.raw)))
        except BadInput as error:
            failed += park_input(given, error)
    return pairs, failed


def _unknown(given: Input, receipt: Receipt) -> list[str]:
    return park_input(given, BadInput("message", receipt.tag, "the tag of a message that was sent from this table"))


def _arrivals(given: Input, receipt: Receipt, messages: dict[str, MessageItem]) -> list[Arrival]:
    return [Arrival(fact, given.known_at) for fact in _facts(receipt, messages[receipt.tag])]


def _facts(receipt: Receipt, item: MessageItem) -> list[AnyFact]:
    """What the receipt says of the member, not of the message alone."""
    head: dict[str, Any] = {
        "at": receipt.at,
        "id": receipt.id,
        "member_id": member_id_of(item.pk),
        "channel": receipt.channel,
    }
    about: dict[str, Any] = {"occurrence": occurrence_of(item).id, "provider_id": receipt.provider_id}
    found: list[AnyFact] = []
    if receipt.dead is not None:
        found.append(Bounced(**head, **about, address=receipt.dead))
    if receipt.state == "complained":
        found.append(Complained(**head, **about))
    if receipt.opted_out:
        found.append(Consent(**head, purpose="marketing", granted=False, source="provider"))
    return found


def _settle_all(pairs: Iterable[Pair], messages: dict[str, MessageItem]) -> list[str]:
    """Moves each message once, by its weightiest receipt; returns the inputs about those that somebody else moved."""
    lightest_first = sorted((receipt for _, receipt in pairs), key=lambda receipt: _WEIGHT[receipt.state])
    weightiest = {receipt.tag: receipt for receipt in lightest_first}
    before = {tag: messages[tag].state for tag in weightiest}
    with store_errors("messages were not settled"):
        settled = together(lambda receipt: _settle(messages[receipt.tag], receipt), list(weightiest.values()))
    reputation.note((before[tag], receipt) for tag, receipt in weightiest.items() if messages[tag].state != before[tag])
    overtaken = {receipt.tag for receipt, done in zip(weightiest.values(), settled, strict=True) if not done}
    return [given.id for given, receipt in pairs if receipt.tag in overtaken]


def _settle(item: MessageItem, receipt: Receipt) -> bool:
    if _WEIGHT[receipt.state] <= _WEIGHT.get(item.state, 0):
        return True
    before, item.channel, item.provider_id = item.state, receipt.channel, receipt.provider_id
    done = move(item, receipt.state, receipt.reason)
    if done and before in ("waiting", "claimed") and item.run is not None:
        # The sender had not come to count it.
        note_ends(Counter({(item.run, "failed" if receipt.state == "failed" else "sent"): 1}))
    return done
