"""``memberflow erase``: a member is deleted from a table, and kept from coming back by what arrives late."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import options, sources
from cli.feed import local_stack
from memberflow.programme import author

if TYPE_CHECKING:
    from memberflow.store.erasing import Erasure


@click.command("erase")
@click.argument("member")
@click.option("--yes", is_flag=True, help="Do not ask for the id to be typed again.")
@sources.tables
@options.programme()
def command(member: str, yes: bool, **given: Any) -> None:
    """Erase MEMBER: all that the table holds of him, but for the fact that he was erased, under his id.

    There is no way back. What happened before and arrives later is dropped, and so is all that comes until he joins
    again. Records that were merged into his go with it, and parked inputs that name him. Should it be cut short, call
    it again. The whole table is read; of a table in AWS it is paid for. docs/privacy.md says what stays and why.
    """
    place = sources.named(given)
    if not yes and click.prompt(f"Type {member} to erase him for good", default="", show_default=False) != member:
        raise click.Abort
    done = _in_file(given, member, place.path) if isinstance(place, sources.SavedTable) else _erase(given, member)
    records = f" and of {', '.join(done.merged)}, merged into him" if done.merged else ""
    click.echo(f"{member} erased: {done.items:,} items of his{records}, {done.parked:,} parked inputs.")
    click.echo(f"{done.receipts:,} receipts no longer say which message they are of.")


def _erase(given: dict[str, Any], member_id: str) -> Erasure:
    from memberflow.store.erasing import erase

    return erase(options.rules_of(given), member_id, time.time_ns() // 1_000_000)


def _in_file(given: dict[str, Any], member_id: str, path: Path) -> Erasure:
    """In the local stack, with the saved table in it; the file is replaced when all is done."""
    with local_stack(author.ship(author.named(given["programme"]))) as stack:
        stack.load(path)
        done = _erase(given, member_id)
        changed = path.with_name(f".{path.name}")
        stack.save(changed)
    changed.replace(path)
    return done
