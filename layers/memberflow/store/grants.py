"""What a folded member makes to be written of his grants, in the transaction of what caused them."""

from __future__ import annotations

from collections.abc import Iterable

from memberflow.engine.member import DISTANT
from memberflow.engine.outcome import GrantChange
from memberflow.store.commit import Change
from memberflow.store.models import GrantItem, grant_key
from memberflow.store.reading import Kept


def add(change: Change, changes: Iterable[GrantChange], now: int, room: int) -> None:
    """New grants are put; one given before, and used or revoked now, is written over.

    The member's own condition guards them all: nobody writes his grants without writing him. Of new ones that had
    expired when they came to be known the oldest are left out where ``room`` is short, as messages are.
    """
    fresh = {one.grant.id for one in changes if one.state == "given"}
    last = _last(changes).values()
    new = [_item(change.member_id, one, now) for one in last if one.grant.id in fresh]
    expired = [item for item in new if item.state != "used" and item.until is not None and item.until <= now]
    left_out = expired[: max(0, len(new) - room)]
    change.items += [item for item in new if item not in left_out]
    change.replaced += [(_item(change.member_id, one, now), None) for one in last if one.grant.id not in fresh]


def correct(change: Change, kept: Kept, changes: Iterable[GrantChange], now: int) -> None:
    """Brings what is kept in line after a rebuild.

    A grant that no longer follows from the facts is revoked; one that was used stays so, marked as withdrawn.
    """
    last = _last(changes)
    for id, item in kept.grants.items():
        if id in last:
            expected = _item(change.member_id, last[id], int(item.known_at))
            if item.serialize() != expected.serialize():
                change.replaced.append((expected, None))
        elif item.state == "given":
            item.state, item.changed_at, item.changed_by = "revoked", now, "withdrawn"
            change.replaced.append((item, None))
        elif item.state == "used" and not item.withdrawn:
            item.withdrawn = True
            change.replaced.append((item, None))


def _last(changes: Iterable[GrantChange]) -> dict[str, GrantChange]:
    """What became of each grant in the end, by its id."""
    return {one.grant.id: one for one in changes}


def _item(member_id: str, one: GrantChange, known_at: int) -> GrantItem:
    return GrantItem(
        *grant_key(member_id, one.grant.id),
        benefit=one.grant.benefit,
        given_at=one.grant.at,
        until=None if one.grant.until == DISTANT else one.grant.until,
        cause=one.grant.cause,
        state=one.state,
        changed_at=one.at,
        changed_by=one.cause,
        known_at=known_at,
    )
