"""Erasing a member: his record is closed first, then everything that is his is deleted.

Whoever writes of him writes under the version of his record, or under the state of the message that he moves: once the
record is closed nothing of before comes back. Cut short, the same call goes on with it. What stays is that he was
erased, as a fact and the record that follows from it, so the ledger's check has nothing to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from memberflow.engine import fold
from memberflow.engine.erased import is_erased
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.errors import MergedMember, StoreUnavailable, UnknownMember
from memberflow.facts import Erased, Merged, rfc3339
from memberflow.store.changes import change_of
from memberflow.store.commit import Tally, commit
from memberflow.store.ledger import ATTEMPTS_MAX, Arrival, fact_item
from memberflow.store.models import Item, ReceiptItem, fact_key, fact_key_of, member_key, store_errors
from memberflow.store.reading import Stored, load
from memberflow.store.traces import Traces, addresses_of, find, scan


class Erasure(Struct):
    """What went: items of his own and of records merged into his, parked inputs, receipts that named his messages."""

    items: int = 0
    parked: int = 0
    receipts: int = 0
    merged: tuple[str, ...] = ()


def erase(rules: Rules, member_id: str, now: int) -> Erasure:
    """Erases a member, and the records that were merged into his. Reads the whole table once for each of them.

    Raises UnknownMember where there is nothing of him, MergedMember, and StoreUnavailable with some of it done.
    """
    into = load([member_id])[member_id].member.merged_into
    if into is not None:
        raise MergedMember(f"{member_id!r} was merged into {into!r}: what is erased is {into!r}, and he with it")
    return _erase(rules, member_id, now)


def _erase(rules: Rules, member_id: str, now: int) -> Erasure:
    known = _all_of(member_id)
    traces = find(scan(member_id), member_id, addresses_of(known))
    if not known and not traces:
        raise UnknownMember(f"nothing is known of {member_id!r}")
    kept = _close(rules, member_id, now)
    erasure = Erasure(merged=tuple(traces.merged))
    for other in traces.merged:
        erasure.items += _erase(rules, other, now).items
    _erase_traces(traces, member_id, erasure)
    erasure.items += _delete(item for item in _all_of(member_id) if (item.pk, item.sk) not in kept)
    return erasure


def _all_of(member_id: str) -> list[Item]:
    with store_errors("a member was not read"):
        return list(Item.query(member_key(member_id)[0], consistent_read=True))


def _close(rules: Rules, member_id: str, now: int) -> tuple[tuple[str, str], ...]:
    """Leaves of the record that he was erased; the keys of what says so. Done before, it is not done again."""
    for _ in range(ATTEMPTS_MAX):
        stored = load([member_id])[member_id]
        member = stored.member
        if is_erased(member):
            return member_key(member_id), fact_key_of(Erased, member_id, member.newest[2])
        at = max(now, member.clock + 1, member.newest[0] + 1)
        fact = Erased(at=at, id=rfc3339(at), member_id=member_id)
        tombstone = fold.fold(rules, member_id, [fact], at, Outcome())
        change = change_of(rules, Stored(tombstone, stored.version), Outcome(), at)
        change.items.append(fact_item(Arrival(fact, at)))
        if not commit([change], Tally()):
            return member_key(member_id), fact_key(fact)
    raise StoreUnavailable(f"a member was overtaken {ATTEMPTS_MAX} times")


def _erase_traces(traces: Traces, member_id: str, erasure: Erasure) -> None:
    """Parked inputs go; receipts stay and no longer say of what, so that those to come are known for erased ones'."""
    pk, sk = member_key(member_id)
    with store_errors("receipts were not erased"), Item.batch_write() as batch:
        for item in traces.receipts:
            batch.save(ReceiptItem(item.pk, item.sk, message_pk=pk, message_sk=sk, gone_at=item.gone_at))
    _delete(item for _, parts in traces.parked for item in parts)
    erasure.parked, erasure.receipts = len(traces.parked), len(traces.receipts)


_LAST = f"FACT#{Merged.kind}#"
"""What leads from the record he was merged into to this one: it goes when all else has gone."""


def _delete(items: Iterable[Item]) -> int:
    every = list(items)
    _delete_all([item for item in every if not item.sk.startswith(_LAST)])
    _delete_all([item for item in every if item.sk.startswith(_LAST)])
    return len(every)


def _delete_all(items: Sequence[Item]) -> None:
    with store_errors("a member was not erased"), Item.batch_write() as batch:
        for item in items:
            batch.delete(item)
