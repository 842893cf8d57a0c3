"""``memberflow export``: everything that is held about a member, to be handed to him."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import options, sources
from cli.explain import UnknownMember
from cli.record import Reader
from memberflow.facts import rfc3339

if TYPE_CHECKING:
    from memberflow.store.traces import Traces


@click.command("export")
@click.argument("member")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), required=True, metavar="FILE",
              help='The JSON is written here; "-" is standard output.')  # fmt: skip
@sources.tables
@options.programme()
def command(member: str, out: Path, **given: Any) -> None:
    """Write everything held about MEMBER as JSON: his record, and what tells of him elsewhere in the table.

    His record holds profile, consents, points and tier (member), what happened (fact), decisions, messages, grants and
    all else under his name; a record that was merged into his is there too. Elsewhere are receipts of his messages,
    parked inputs that name him or an address of his, and where other members' records name him: what those say of the
    others is left out. To find that the whole table is read; of a table in AWS it is paid for.
    """
    rules, place = options.rules_of(given), sources.named(given)
    told = _told(Reader(rules.programme.currency), place, member)
    if not told["record"] and not any(told["elsewhere"].values()):
        raise UnknownMember(member, place.member_ids())
    text = json.dumps(told | {"exported_at": rfc3339(place.now())}, ensure_ascii=False, indent=2, default=_number)
    with click.open_file(str(out), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    if str(out) != "-":
        click.echo(f"{out}: {sum(map(len, told['record'].values())):,} items of {member}")


def _told(reader: Reader, place: sources.SavedTable | sources.AwsTable, member_id: str) -> dict[str, Any]:
    from memberflow.store.traces import addresses_of, find

    items = place.of_member(member_id)
    traces = find(place.telling_of(member_id), member_id, addresses_of(items))
    return {
        "member_id": member_id,
        "record": reader.by_kind(items),
        "merged_into_him": [_told(reader, place, other) for other in traces.merged],
        "elsewhere": _elsewhere(reader, member_id, traces),
    }


def _elsewhere(reader: Reader, member_id: str, traces: Traces) -> dict[str, Any]:
    named = [{"what": fact.kind, "at": rfc3339(fact.at)} for fact in traces.facts]
    brought = [{"what": "a friend whom he brought", "at": rfc3339(int(item.at))} for item in traces.referrals]
    return {
        "receipts": [reader.item(item) for item in traces.receipts],
        "parked": [
            {
                "at": rfc3339(one.at),
                "source": one.source,
                "reason": one.reason,
                "input": one.raw.decode(errors="replace"),
            }
            for one, _ in traces.parked
        ],
        "named_in_others_records": named + brought,
    }


def _number(value: object) -> object:
    """Sets, which JSON does not know."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} in an export")
