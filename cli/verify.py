"""``memberflow verify``: whether every member of a table is what follows from his facts."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click
import msgspec

from cli import options, screen, sources, table
from memberflow.engine.rules import Rules
from memberflow.verify import Violation, violations

if TYPE_CHECKING:
    from memberflow.store.models import Item


@click.command("verify")
@sources.tables
@options.programme()
def command(**given: Any) -> None:
    """Check every member of a table against his facts; ends with 1 where something is wrong, and repairs nothing.

    A member is folded anew from his facts, by the programme that the table was made with, and compared with the stored
    one field by field. Besides: lots less debt are the balance of the statement; points earned are spent, expired,
    taken back or open; lots are in order and none is used up; spend and orders are the sums of their days.

    What is stored and expected is shown as it is kept: days are counted from 1970-01-01, moments in milliseconds, money
    in minor units. Of a table in AWS every item is read, and paid for.
    """
    rules, place = options.rules_of(given), sources.named(given)
    members = _by_member(*place.of_members())
    known, wrong = 0, []
    with screen.steps("members", len(members)) as done:
        for member_id, items in members.items():
            facts, found = _check(rules, member_id, items)
            if found and isinstance(place, sources.AwsTable):  # it may have been written while it was read
                facts, found = _check(rules, member_id, place.of_member(member_id))
            known += facts
            wrong += [[member_id, one.what, _text(one.stored), _text(one.expected)] for one in found]
            done()
    screen.columns(screen.console(), "", ["member", "what", "stored", "expected"], wrong)
    many = f"{len(members):,} members, {known:,} facts, {len(wrong):,} violations"
    click.echo(f"wrong: {many}" if wrong else f"ok: {many}")
    if wrong:
        raise SystemExit(1)


def _by_member(about: int, items: Iterable[Item]) -> dict[str, list[Item]]:
    from memberflow.store.models import member_id_of

    members: dict[str, list[Item]] = {}
    with screen.steps("items read", max(1, about)) as done:
        for item in items:
            members.setdefault(member_id_of(item.pk), []).append(item)
            if done.done < about:  # AWS counts a table's items every six hours: there may be more
                done()
    return members


def _check(rules: Rules, member_id: str, items: list[Item]) -> tuple[int, list[Violation]]:
    """How many facts the member has, and what is wrong with him."""
    try:
        held = table.held(items)[member_id]
    except (msgspec.DecodeError, zlib.error) as error:
        return 0, [Violation("an item", str(error), "can be read")]
    return len(held.facts), violations(rules, held.member, held.facts)


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
