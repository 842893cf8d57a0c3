"""``memberflow ship``: a programme as the functions read it."""

from __future__ import annotations

from pathlib import Path

import click

from memberflow.programme import author


@click.command("ship")
@click.argument("programme")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def command(programme: str, out: Path) -> None:
    """Check PROGRAMME and write it to OUT as the JSON that the functions load; the build of the layer does this."""
    author.write_shipped(author.named(programme), out)
