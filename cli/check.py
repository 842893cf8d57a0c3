"""``memberflow check``: everything wrong with a programme, before it goes live."""

from __future__ import annotations

import click

from memberflow.programme import author
from memberflow.programme.schema import Programme

_COLOURS = {"error": "red", "warning": "yellow"}


@click.command("check")
@click.argument("programme", metavar="FILE")
def command(programme: str) -> None:
    """Check a programme: FILE is its YAML file, its folder, or the name of a shipped one.

    Prints a problem a line, as file:line:column, and ends with 1 where one of them is an error. What is allowed and
    seldom meant is a warning, and keeps nothing back.
    """
    shipped, problems = author.read(author.named(programme))
    for problem in problems:
        click.secho(str(problem), fg=_COLOURS[problem.severity])
    if shipped is None:
        raise SystemExit(1)
    warned = f", with {len(problems)} warning{'s' * (len(problems) > 1)}" if problems else ""
    click.echo(f"ok{warned}: {_summary(shipped.programme)}")


def _summary(programme: Programme) -> str:
    tiers = ", ".join(tier.name for tier in programme.tiers.levels)
    journeys = ", ".join(programme.journeys) or "none"
    return f"{programme.programme}; tiers {tiers}; journeys {journeys}; languages {', '.join(programme.languages)}"
