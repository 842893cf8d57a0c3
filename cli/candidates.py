"""``memberflow candidates``: who may be invited to a tier that is entered by invitation."""

from __future__ import annotations

from typing import Any

import click

from cli import options, screen, sources, table, words
from cli.tongue import Tongue
from memberflow.engine.outcome import Decision


@click.command("candidates")
@sources.tables
@options.programme()
def command(**given: Any) -> None:
    """List the members who were found eligible for a tier by invitation and have not entered it since.

    What was seen of each is as of the day he was found. An operator invites by an event tier.invited. Of a table in AWS
    every item is read, and paid for.
    """
    tongue = Tongue(options.rules_of(given), "en")
    _, items = sources.named(given).of_members()
    rows = []
    for member_id, held in table.held(items).items():
        for tier, at in held.member.candidate_for.items():
            found = _decision(held.decisions, tier)
            seen = "" if found is None else tongue.evidence(found)
            rows.append([member_id, held.member.tier or "", tier, words.moment(tongue.rules, at), seen])
    screen.columns(screen.console(), "", ["member", "tier", "candidate for", "since", "seen"], rows)
    click.echo(f"{len(rows):,} candidates")


def _decision(decisions: dict[str, Decision], tier: str) -> Decision | None:
    """The last that found him eligible."""
    found = (one for one in decisions.values() if one.outcome == "candidate" and one.after == tier)
    return max(found, key=lambda one: one.at, default=None)
