"""Writing what became of members: each in one transaction, several members sharing one (group commit).

A call costs about a millisecond of CPU in the SDK whatever it carries, so members share transactions up to DynamoDB's
hundred items. When one is cancelled its reasons name the members at fault; the others are written at once without them.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from memberflow.errors import StoreUnavailable
from memberflow.store.models import Item, MemberItem, connection
from memberflow.store.together import together

ITEMS_MAX = 100
"""DynamoDB's limit for one transaction."""

# A cancelled transaction's reasons that say another writer was first; any other means the store is in trouble.
_OVERTAKEN = {"ConditionalCheckFailed", "TransactionConflict"}


class Tally(Struct):
    """What was written, for metrics and runs: members, points that ran out; of the messages the stale ones."""

    written: int = 0
    rebuilt: int = 0
    points_expired: int = 0
    decisions: int = 0
    messages: int = 0
    stale: int = 0

    def add(self, other: Tally) -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Change(Struct, eq=False):
    """All that is to be written of one member; ``items`` are put only if absent, but for those in ``replaced``."""

    member_id: str
    member: MemberItem
    items: list[Item]
    replaced: list[tuple[Item, Condition | None]]
    tally: Tally

    @property
    def puts(self) -> list[tuple[Item, Condition | None]]:
        """Every item with the condition it is written under; the member only if nobody else wrote him meanwhile."""
        version = int(self.member.version)
        unmoved = Item.pk.does_not_exist() if version == 1 else MemberItem.version == version - 1
        return [(self.member, unmoved), *((item, Item.pk.does_not_exist()) for item in self.items), *self.replaced]


def commit(changes: list[Change], tally: Tally) -> list[Change]:
    """Writes the changes and counts them; returns those that another writer overtook, of which nothing was written.

    Raises StoreUnavailable; what was written before it stays written, and is dropped as known when it comes again.
    """
    overtaken = [change for losers in together(_write_group, list(_groups(changes))) for change in losers]
    for change in changes:
        if change not in overtaken:
            tally.add(change.tally)
    return overtaken


def commit_as_one(changes: list[Change], tally: Tally) -> bool:
    """Writes all the changes or, where another writer overtook one of them, none. Raises StoreUnavailable."""
    if _write(changes):
        return False
    for change in changes:
        tally.add(change.tally)
    return True


def _write_group(group: list[Change]) -> list[Change]:
    """Those of the group that were overtaken; the others are written, at a second try where the first was in vain."""
    losers = _write(group)
    others = [change for change in group if change not in losers]
    return losers + _write(others) if losers and others else losers


def _groups(changes: list[Change]) -> Iterator[list[Change]]:
    group: list[Change] = []
    size = 0
    for change in changes:
        count = len(change.items) + len(change.replaced) + 1
        if group and size + count > ITEMS_MAX:
            yield group
            group, size = [], 0
        group.append(change)
        size += count
    if group:
        yield group


def _write(group: list[Change]) -> list[Change]:
    """One transaction; returns the changes at fault where it was cancelled.

    PynamoDB sends checks, deletes, puts, updates in that order and the reasons follow it: puts alone keep ours.
    """
    try:
        with TransactWrite(connection=connection) as transaction:
            for change in group:
                for item, condition in change.puts:
                    transaction.save(item, condition=condition)
    except TransactWriteError as error:
        return _at_fault(group, error)
    return []


def _at_fault(group: list[Change], error: TransactWriteError) -> list[Change]:
    reasons = iter(error.cancellation_reasons)
    blamed = {change.member_id: [next(reasons, None) for _ in change.puts] for change in group}
    codes = {reason.code for reasons_of in blamed.values() for reason in reasons_of if reason is not None}
    if not codes or codes - _OVERTAKEN:
        raise StoreUnavailable(f"the transaction was not written: {', '.join(sorted(codes)) or error}") from error
    return [change for change in group if any(blamed[change.member_id])]
