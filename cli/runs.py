"""``memberflow runs``: what the runs did, and which of them did not get through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct, field

from cli import screen, sources
from memberflow.errors import MemberflowError

if TYPE_CHECKING:
    from memberflow.store.models import RunItem, ShardItem

# What is shown under which heading: summed up over the shards, of the run itself, and of a shard.
_SUMS = {"looked_at": "seen", "changed": "changed", "points_expired": "expired", "failures": "failures"}
_ENDS = ("sent", "withheld", "unknown", "failed")
_OF_SHARD = {"decisions": "decisions", "messages": "messages", "released": "released"} | _SUMS


class UnknownRun(MemberflowError):
    """There is no run with this id."""


class Run(Struct):
    """A run with the shards in which something was due, by number."""

    item: RunItem
    shards: dict[int, ShardItem] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.item.sk

    @property
    def done(self) -> int:
        return len(self.item.done or ())

    @property
    def state(self) -> str:
        missing = int(self.item.shards) - self.done
        return f"{missing} open" if missing else "through"

    @property
    def took(self) -> str:
        """From its start to the last shard that got through; the local stack's clock stands still meanwhile."""
        return f"{(int(self.item.changed_at) - int(self.item.started_at)) / 1000:.1f} s"

    def total(self, count: str) -> int:
        return sum(int(getattr(shard, count)) for shard in self.shards.values())


@click.command("runs")
@click.argument("show", type=click.Choice(["show"]), required=False)
@click.argument("run_id", metavar="[ID]", required=False)
@click.option("--last", type=click.IntRange(min=1), default=50, show_default=True, help="So many of the newest runs.")
@sources.tables
def command(show: str | None, run_id: str | None, last: int, **given: Any) -> None:
    """List the runs, the newest last; "show ID" has the shards of one.

    Seen are the members looked at, changed those of them written back, expired their points. Sent, withheld, unknown
    and failed are messages that the run made, or released when their moment had come. Failures are tries of a shard
    that another try made good. Of a table in AWS the runs of the last twelve months are read.
    """
    if show and run_id is None:
        raise click.UsageError("show which run? Give its id, such as 1998-06-30T15:30:00Z.")
    runs = _read(given)
    if run_id is None:
        _show_runs(runs, last)
    else:
        _show_shards(_one(runs, run_id))


def _read(given: dict[str, Any]) -> list[Run]:
    items = sources.named(given).runs()  # names the table too, which the models want to know when they are imported
    from memberflow.store.models import RunItem, ShardItem

    runs = {item.sk: Run(item) for item in items if isinstance(item, RunItem)}
    for item in items:
        if isinstance(item, ShardItem):
            run_id, _, number = item.sk.rpartition("#")
            runs[run_id].shards[int(number)] = item
    return sorted(runs.values(), key=lambda run: int(run.item.until))


def _one(runs: list[Run], run_id: str) -> Run:
    found = next((run for run in runs if run.id == run_id), None)
    if found is None:
        raise UnknownRun(f'run {run_id!r} is unknown; "memberflow runs" lists them')
    return found


def _show_runs(runs: list[Run], last: int) -> None:
    place = screen.console()
    if len(runs) > last:
        place.print(f"{len(runs) - last:,} earlier runs; --last {len(runs)} has them all.")
    rows = []
    for run in runs[-last:]:
        counts = [f"{run.total(name):,}" for name in _SUMS]
        ends = [f"{int(getattr(run.item, name)):,}" for name in _ENDS]
        rows.append([run.id, f"{run.done}/{int(run.item.shards)}", *counts, *ends, run.took, run.state])
    screen.columns(place, "", ["run", "shards", *_SUMS.values(), *_ENDS, "took", "state"], rows)


def _show_shards(run: Run) -> None:
    """A shard in which nothing was due has no figures."""
    done = run.item.done or set()
    rows = []
    for number in range(int(run.item.shards)):
        shard = run.shards.get(number)
        figures = [f"{int(getattr(shard, name)):,}" if shard else "" for name in _OF_SHARD]
        rows.append([str(number), *figures, "done" if number in done else "not done"])
    screen.columns(
        screen.console(), f"Run {run.id}: {run.state}, took {run.took}", ["shard", *_OF_SHARD.values(), "state"], rows
    )
