"""The facts of all members, out of files or a table, as the options of a report say."""

from __future__ import annotations

from typing import Any

from cli import factfiles, sources, table, words
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact

Facts = dict[str, list[AnyFact]]


def facts_of(rules: Rules, given: dict[str, Any]) -> tuple[Facts, int]:
    """Of each member, and the moment that is asked about: ``--until``, else the table's last run or the last fact's."""
    until = None if given["until"] is None else words.parse_moment(rules, "--until", given["until"])
    if given["facts"]:
        files = factfiles.read(given["facts"], rules.programme.currency, until)
        return files.by_member(), files.until
    place = sources.named(given)
    held = table.held(place.of_members()[1])
    return {member_id: one.facts for member_id, one in held.items()}, place.now() if until is None else until
