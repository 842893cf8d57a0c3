"""Options that several commands take, and what they stand for."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import click
from msgspec import Struct

from cli import factfiles, screen, summary, targets_report, words
from cli.factfiles import FactFiles
from cli.summary import Totals
from memberflow.engine.rules import Rules, compiled
from memberflow.programme import author
from memberflow.programme.schema import Shipped
from memberflow.targets import Reached

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

Command = Callable[..., Any]


class Asked(Struct):
    """What simulate and replay were asked for."""

    shipped: Shipped
    rules: Rules
    files: FactFiles
    out: Path | None
    strict: bool


def programme(required: bool = False) -> Callable[[Command], Command]:
    default = None if required else "sample"
    help = "The programme's YAML file, its folder, or the name of a shipped one."
    return click.option("--programme", metavar="FILE", required=required, default=default, show_default=True, help=help)


def rules_of(given: dict[str, Any]) -> Rules:
    """The rules of the programme that was named, from its first revision on. Raises BadProgramme."""
    return compiled(author.ship(author.named(given["programme"])))


def about_facts(command: Command) -> Command:
    """The options of simulate and replay, which answer the same question in two ways."""
    for option in (
        click.option("--strict", is_flag=True, help="End with 1 where a line is bad or in conflict."),
        click.option("--members", type=click.IntRange(min=1), help="Only the first so many members to appear."),
        click.option("--out", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), metavar="FILE",
                     help='A JSON line per member is written here; "-" is standard output.'),
        click.option("--until", metavar="T", help="Facts after this date or moment are left out; the last fact's."),
        click.argument("more", nargs=-1, type=FILE, metavar="[FILE]..."),
        click.option("--facts", multiple=True, required=True, type=FILE, metavar="FILE...",
                     help="Events as JSON Lines, plain or gzip; more than one file may follow."),
        programme(required=True),
    ):  # fmt: skip
        command = option(command)
    return command


def asked(given: dict[str, Any]) -> Asked:
    """Reads the programme and the facts. Raises BadProgramme and NoFacts."""
    shipped = author.ship(author.named(given["programme"]))
    rules = compiled(shipped)
    until = None if given["until"] is None else words.parse_moment(rules, "--until", given["until"])
    files = factfiles.read(given["facts"] + given["more"], rules.programme.currency, until, given["members"])
    return Asked(shipped, rules, files, given["out"], given["strict"])


def open_out(out: Path | None) -> IO[bytes]:
    """The file asked for, standard output for '-', or nowhere."""
    return click.open_file(os.devnull if out is None else str(out), "wb")


def finish(
    job: Asked, totals: Totals, more: dict[str, dict[str, int]] | None = None, reached: Sequence[Reached] = ()
) -> None:
    """The summary and the targets, out of the way of the lines where these go to standard output.

    Ends with 1 where that was asked.
    """
    place = screen.console(stderr=job.out == Path("-"))
    summary.show(place, job.rules, totals, job.files.until, more)
    targets_report.show(place, job.rules, reached)
    summary.show_lines(place, job.files)
    if job.strict and job.files.of("bad", "conflict"):
        raise SystemExit(1)
