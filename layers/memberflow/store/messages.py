"""Messages from state to state, each step taken once; and how a receipt finds its message."""

from __future__ import annotations

from collections.abc import Iterable

from pynamodb.exceptions import PutError, TransactWriteError
from pynamodb.transactions import TransactWrite

from memberflow import runtime
from memberflow.store.models import (
    MessageItem,
    ReceiptItem,
    SendsItem,
    connection,
    due_shard,
    member_id_of,
    receipt_key,
    receipt_tag,
    store_errors,
    tag_of,
)
from memberflow.store.reading import get

SETTLE_MS = 4 * 86_400_000
"""How long a message that may have been sent waits for a receipt: an SMS's last one comes within three days."""

OPEN = ("claimed", "unknown")
"""What nobody knows the end of yet."""

RECEIPTS_S = 400 * 86_400
"""How long receipts find their message; a complaint may come months after it."""

_METRICS = {
    "sent": "MessagesSent",
    "withheld": "MessagesWithheld",
    "unknown": "MessagesUnknown",
    "failed": "MessagesFailed",
    "delivered": "MessagesDelivered",
    "bounced": "MessagesBounced",
    "complained": "MessagesComplained",
}


class Overtaken(Exception):
    """Another message of the member was counted meanwhile; nothing was written."""


def move(
    item: MessageItem,
    after: str,
    reason: str | None = None,
    due_at: int | None = None,
    sends: SendsItem | None = None,
) -> bool:
    """Into another state; False, with the item in its state as before, where somebody else moved it meanwhile.

    ``sends``, what is counted of the member, is written with it or not at all. Raises Overtaken.
    """
    before, item.state, item.reason, item.changed_at = item.state, after, reason, runtime.now()
    item.due_at = runtime.now() + SETTLE_MS if after in OPEN else due_at
    item.due_shard = None if item.due_at is None else due_shard(member_id_of(item.pk))
    moved = False
    try:
        moved = _written(item, before) if sends is None else _written_with(sends, item, before)
    finally:
        if not moved:
            item.state = before
    if moved:
        _tell(item)
    return moved


def _written(item: MessageItem, before: str) -> bool:
    try:
        item.save(condition=MessageItem.state == before)
    except PutError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise
    return True


def _written_with(sends: SendsItem, item: MessageItem, before: str) -> bool:
    known = int(sends.version)
    unmoved = SendsItem.version == known if known else SendsItem.pk.does_not_exist()
    sends.version = known + 1
    try:
        with TransactWrite(connection=connection) as transaction:
            transaction.save(item, condition=MessageItem.state == before)
            transaction.save(sends, condition=unmoved)
    except TransactWriteError as error:
        codes = [reason and reason.code for reason in error.cancellation_reasons]
        if codes[:1] == ["ConditionalCheckFailed"]:
            return False
        if {*codes} & {"ConditionalCheckFailed", "TransactionConflict"}:
            raise Overtaken from error
        raise
    return True


def _tell(item: MessageItem) -> None:
    """Every end of a message, with its reason, in the log; no more of the member than stands for him."""
    if item.state in _METRICS:
        runtime.count(_METRICS[item.state])
        said = {"member": runtime.alias(member_id_of(item.pk)), "occurrence": item.sk.removeprefix("MESSAGE#")}
        runtime.logger.info("message ended", extra=said | {"state": item.state, "reason": item.reason})


def expect_receipts(items: Iterable[MessageItem]) -> None:
    """Makes them found by their tags, before they are sent: a receipt may be faster than the answer to the call.

    Raises StoreUnavailable.
    """
    gone_at = runtime.now() // 1000 + RECEIPTS_S
    with store_errors("receipts could not be expected"), ReceiptItem.batch_write() as batch:
        for item in items:
            key = receipt_key(receipt_tag((item.pk, item.sk)))
            batch.save(ReceiptItem(*key, message_pk=item.pk, message_sk=item.sk, gone_at=gone_at))


def by_tag(tags: Iterable[str]) -> dict[str, MessageItem | None]:
    """The messages that have these tags, None for one that was erased; other tags are left out.

    Raises StoreUnavailable.
    """
    found = [item for item in get(receipt_key(tag) for tag in set(tags)) if isinstance(item, ReceiptItem)]
    items = get({(item.message_pk, item.message_sk) for item in found})
    messages = {(item.pk, item.sk): item for item in items if isinstance(item, MessageItem)}
    return {tag_of(item): messages.get((item.message_pk, item.message_sk)) for item in found}
