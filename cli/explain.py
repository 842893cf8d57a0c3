"""``memberflow explain``: why a member stands where he stands, and what lies ahead."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from cli import explanation, factfiles, letter, options, phrases, screen, sources, table, words
from cli.table import Message
from cli.tongue import Tongue
from memberflow.engine.rules import Rules
from memberflow.errors import MemberflowError
from memberflow.explain import explain
from memberflow.facts import AnyFact


class UnknownMember(MemberflowError):
    """No fact of this member is known."""

    def __init__(self, member_id: str, known: list[str]) -> None:
        near = get_close_matches(member_id, known)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        super().__init__(f"member {member_id!r} is unknown{hint}")


@click.command("explain")
@click.argument("member")
@click.option("--at", metavar="T", help="As of this date or moment.")
@click.option("--language", type=click.Choice(phrases.LANGUAGES), default="en", show_default=True)
@click.option(
    "--for", "reader", type=click.Choice(("staff", "member")), default="staff", show_default=True, help="Who reads it."
)
@click.option("--statement", is_flag=True, help="Every movement of points besides.")
@sources.tables
@click.option("--facts", multiple=True, type=options.FILE, metavar="FILE", help="Files of facts instead of a table.")
@options.programme()
def command(member: str, at: str | None, language: str, reader: str, statement: bool, **given: Any) -> None:
    """Explain MEMBER: his tier and why, what is missing for the next, his points, and what is due.

    Folded anew from his facts, so it can be asked as of any date. Without --at: as of now, which for a saved table is
    its last run, for files the last fact.
    """
    rules = options.rules_of(given)
    known = known_of(rules, member, given)
    moment = known.now if at is None else words.parse_moment(rules, "--at", at)
    told = explain(rules, member, known.facts, moment)
    tongue = Tongue(rules, language, labels=reader == "member")
    if reader == "member":
        click.echo("\n".join(letter.lines(tongue, told)))
        return
    messages = known.messages
    if messages is None:
        messages = [Message(occurrence, "nothing sent: files only") for occurrence in told.occurrences]
    until = [message for message in messages if message.occurrence.at <= moment]
    explanation.show(screen.console(), tongue, told, until, statement)


class Known(Struct):
    """``messages``: None where nothing is sent. ``now``: the moment that is meant where none is asked for."""

    facts: list[AnyFact]
    messages: list[Message] | None
    now: int


def known_of(rules: Rules, member_id: str, given: dict[str, Any]) -> Known:
    """What files or a table hold of a member, as the options say. Raises UnknownMember."""
    return _from_files(rules, member_id, given["facts"]) if given["facts"] else _from_table(member_id, given)


def _from_files(rules: Rules, member_id: str, paths: tuple[Path, ...]) -> Known:
    """Now is the moment of the last fact in the files."""
    files = factfiles.read(paths, rules.programme.currency)
    members = files.by_member()
    if member_id not in members:
        raise UnknownMember(member_id, list(members))
    return Known(members[member_id], None, files.until)


def _from_table(member_id: str, given: dict[str, Any]) -> Known:
    place = sources.named(given)
    held = table.held(place.of_member(member_id)).get(member_id)
    if held is None:
        raise UnknownMember(member_id, place.member_ids())
    return Known(held.facts, held.messages, place.now())
