"""The table in slices, one a day: every member of a slice held against his facts. Says who is wrong, repairs nothing.

A slice is a segment of a scan, read without consistency: small items packed together at half a unit for 4 KB are the
least that reading a table costs. A writer may tear what a scan sees, so whoever seems wrong is read again, alone and
consistently, until two readings in succession say the same of him.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from memberflow import runtime
from memberflow.engine.member import Member
from memberflow.engine.packed import unpack
from memberflow.engine.rules import Rules
from memberflow.facts import moment
from memberflow.store.models import FactItem, Item, MemberItem, member_id_of, store_errors
from memberflow.store.reading import kept_of
from memberflow.verify import Violation, violations

READS_MAX = 4
"""Who looks different at each of so many readings is being written all the time: he waits for the next round."""

_DAY_MS = 86_400_000
_OF_MEMBERS = Item.kind.is_in(MemberItem, FactItem)


class Task(Struct, frozen=True, omit_defaults=True):
    """The slice of the day (UTC) on which ``check_at`` lies; ``after``: the key of the last item that is through."""

    check_at: datetime
    after: tuple[str, str] | None = None


def check(rules: Rules, task: Task, slices: int, may_go_on: Callable[[], bool]) -> Task | None:
    """Checks a slice member by member; returns the task of going on where time ran out. Raises StoreUnavailable."""
    checked = 0
    try:
        with store_errors(f"the slice of {task.check_at:%Y-%m-%d} was not read"):
            for items in _members(task, slices):
                _check(rules, items)
                checked += 1
                if not may_go_on():
                    return replace(task, after=(items[-1].pk, items[-1].sk))
    finally:
        runtime.count("MembersChecked", checked)
    return None


def _members(task: Task, slices: int) -> Iterator[list[Item]]:
    """The items of one member after the other. Should a scan ever part a member's items, he is read again, no worse."""
    of_day = moment(task.check_at) // _DAY_MS % slices
    after = task.after and {"pk": {"S": task.after[0]}, "sk": {"S": task.after[1]}}
    found = Item.scan(_OF_MEMBERS, segment=of_day, total_segments=slices, last_evaluated_key=after)
    return (list(items) for _, items in groupby(found, key=attrgetter("pk")))


def _check(rules: Rules, items: list[Item]) -> None:
    """The log names a member by his alias, and what is wrong without its values: they may be personal."""
    found = _settled(rules, items[0].pk, _found(rules, items))
    if found:
        names = [one.what for one in found]
        runtime.count("LedgerViolations", len(names))
        runtime.logger.error(
            "ledger violation", extra={"member": runtime.alias(member_id_of(items[0].pk)), "what": names}
        )


def _settled(rules: Rules, pk: str, found: list[Violation]) -> list[Violation]:
    for _ in range(READS_MAX):
        if not found:
            break
        before, found = found, _found(rules, list(Item.query(pk, None, _OF_MEMBERS, consistent_read=True)))
        if found == before:
            return found
    return []


def _found(rules: Rules, items: list[Item]) -> list[Violation]:
    try:
        stored = next((unpack(item.state) for item in items if isinstance(item, MemberItem)), None)
        facts = kept_of(items).facts.values()
    except (msgspec.DecodeError, zlib.error) as error:
        return [Violation("an item", str(error), "can be read")]
    return violations(rules, stored or Member(member_id_of(items[0].pk)), facts)
