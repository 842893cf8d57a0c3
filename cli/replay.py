"""``memberflow replay``: the same files of facts, through the functions of the local stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import msgspec

from cli import lines, options, screen, table
from cli.factfiles import Line
from cli.feed import Event, Feed, days, local_stack
from cli.options import Asked
from cli.summary import Totals, tags_of
from memberflow.engine.history import History

if TYPE_CHECKING:
    from cli.local.stack import LocalStack


class _Named(msgspec.Struct):
    type: str = ""


@click.command("replay")
@options.about_facts
@click.option("--runs", type=click.Choice(["daily", "none"]), default="daily", show_default=True,
              help="Whether every day that passes has its run, or the last moment alone.")  # fmt: skip
def command(runs: str, **given: Any) -> None:
    """Send files of facts through the functions: the same lines as simulate, read back from the table.

    It all happens on this machine. Records arrive in the order of the files, orders by the stream and the rest by the
    queue, bad and repeated ones too; the clock follows the newest.
    """
    job = options.asked(given)
    with local_stack(job.shipped) as stack:
        _deliver(stack, job, daily=runs == "daily")
        totals, parked = _read_back(job)
        functions = {"requests": sum(stack.requests.values()), "parked": parked, "failures": len(stack.failures)}
    options.finish(job, totals, {"functions": functions})


def _deliver(stack: LocalStack, job: Asked, daily: bool) -> None:
    arriving = job.files.of("fact", "duplicate", "conflict", "bad")
    begin = min(line.fact.at for line in arriving if line.fact is not None)
    total = len(arriving) + (days(job.rules.zone, begin, job.files.until) if daily else 0)
    with screen.steps("events and days", total) as done:
        feed = Feed(stack, job.rules.zone, begin, daily, done)
        for line in arriving:
            feed.take(_event(line, begin))
        feed.finish(job.files.until)


def _event(line: Line, begin: int) -> Event:
    """A line that is no fact arrives whenever its turn comes."""
    if line.fact is not None:
        return Event(line.fact.at, line.fact.kind.startswith("order."), line.raw)
    try:
        kind = msgspec.json.decode(line.raw, type=_Named).type
    except (msgspec.DecodeError, UnicodeDecodeError):
        kind = ""
    return Event(begin, kind.startswith("order."), line.raw)


def _read_back(job: Asked) -> tuple[Totals, int]:
    """Writes the lines from the members as stored; the number of parked inputs besides."""
    members, parked = table.live()
    totals = Totals()
    with options.open_out(job.out) as out:
        for held in members.values():
            out.write(lines.line(job.rules, held.member, job.files.until))
            history = History()
            followed = held.outcome(job.rules, job.files.until, history)
            totals.add(held.member, followed, held.messages, tags_of(job.rules, history, job.files.until))
    return totals, parked
