"""``memberflow simulate``: what a programme makes of files of facts, by the engine alone."""

from __future__ import annotations

from typing import Any

import click

from cli import lines, options, screen
from cli.summary import Totals
from memberflow.engine.fold import fold
from memberflow.engine.outcome import Outcome


@click.command("simulate")
@options.about_facts
def command(**given: Any) -> None:
    """Fold files of facts under a programme: a JSON line per member and a summary.

    Needs no AWS and no table. "memberflow replay" gives the same lines through the functions.
    """
    job = options.asked(given)
    members = sorted(job.files.by_member().items())
    totals = Totals()
    with options.open_out(job.out) as out, screen.steps("members", len(members)) as step:
        for member_id, facts in members:
            followed = Outcome()
            member = fold(job.rules, member_id, facts, job.files.until, followed)
            out.write(lines.line(job.rules, member, job.files.until))
            totals.add(member, followed)
            step()
    options.finish(job, totals)
