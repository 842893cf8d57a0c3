"""``memberflow simulate``: what a programme makes of files of facts, by the engine alone."""

from __future__ import annotations

from typing import Any

import click

from cli import lines, options, screen
from cli.summary import Totals, tags_of
from memberflow.engine.fold import fold
from memberflow.engine.history import History
from memberflow.engine.outcome import Outcome
from memberflow.targets import Year


@click.command("simulate")
@options.about_facts
def command(**given: Any) -> None:
    """Fold files of facts under a programme: a JSON line per member and a summary.

    Needs no AWS and no table. "memberflow replay" gives the same lines through the functions.
    """
    job = options.asked(given)
    members = sorted(job.files.by_member().items())
    totals, year = Totals(), Year(job.rules, job.files.until)
    with options.open_out(job.out) as out, screen.steps("members", len(members)) as step:
        for member_id, facts in members:
            followed, history = Outcome(), History()
            member = fold(job.rules, member_id, facts, job.files.until, followed, history)
            out.write(lines.line(job.rules, member, job.files.until))
            totals.add(member, followed, tags=tags_of(job.rules, history, job.files.until))
            if year.targets is not None:
                told = [(occurrence, "sent") for occurrence in followed.occurrences]
                year.add(member, facts, followed, history, told)
            step()
    options.finish(job, totals, reached=year.reached())
