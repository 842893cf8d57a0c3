"""``memberflow parked``: what could not be used, why, and the inputs themselves to be mended and sent again."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import screen, sources
from memberflow.facts import rfc3339

if TYPE_CHECKING:
    from memberflow.store.parking import Parked


def _date(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    try:
        return text and date.fromisoformat(text).isoformat()
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a date such as 2026-03-01") from None


@click.command("parked")
@click.argument("day", callback=_date, required=False, metavar="[DAY]")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The day's inputs as they came are written here, one a line.",
)
@sources.tables
def command(day: str | None, out: Path | None, **given: Any) -> None:
    """List the days on which inputs were parked; with a DAY such as 2026-03-01 (UTC) its inputs and what was wrong.

    Of a table in AWS the last 30 days are looked at where none is named.
    """
    if out and day is None:
        raise click.UsageError("--out wants a day: its inputs are written.")
    place = sources.named(given)
    if day is None:
        _show_days(place.parked(), f" in the last {sources.PARKED_DAYS} days" if given["aws_table"] else "")
        return
    inputs = place.parked_on(day)
    _show_inputs(inputs, day)
    if out:
        _write(inputs, out)


def _show_days(inputs: list[Parked], when: str) -> None:
    if not inputs:
        click.echo(f"Nothing was parked{when}.")
    counts = sorted(Counter(one.day for one in inputs).items())
    screen.columns(screen.console(), "", ["day", "inputs"], [[day, f"{count:,}"] for day, count in counts])


def _show_inputs(inputs: list[Parked], day: str) -> None:
    if not inputs:
        click.echo(f"Nothing was parked on {day}.")
    rows = [[rfc3339(one.at), one.source, one.reason] for one in inputs]
    screen.columns(screen.console(), "", ["arrived", "source", "reason"], rows)


def _write(inputs: list[Parked], out: Path) -> None:
    """What would not be a line of text, or not the same one, is left out and counted. A last newline is no loss."""
    lines, left_out = [], Counter[str]()
    for one in inputs:
        line = one.raw.rstrip(b"\r\n")
        why = _unfit(line)
        if why:
            left_out[why] += 1
        else:
            lines.append(line + b"\n")
    out.write_bytes(b"".join(lines))
    click.echo(f"{out}: {len(lines):,} inputs written.")
    for why, count in left_out.items():
        click.echo(f"Left out: {count:,} that {why}.")


def _unfit(line: bytes) -> str:
    if b"\n" in line or b"\r" in line:
        return "contain newlines"
    try:
        line.decode()
    except UnicodeDecodeError:
        return "are not UTF-8"
    return ""
