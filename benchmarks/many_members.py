"""The daily run on the local stack: does it notice how many members there are?"""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import Any

from benchmarks.daily_run import DAY, DUE, YEAR_2024, items, run
from benchmarks.setting import at_most, row

SIZES = (5_000, 50_000, 200_000)


def main() -> None:
    """On the local stack, whose store keeps the index as DynamoDB does: in order, found by key."""
    from benchmarks.package import BUILD
    from cli.local.stack import LocalStack
    from memberflow.programme.author import named, write_shipped

    BUILD.mkdir(parents=True, exist_ok=True)
    write_shipped(named("sample"), BUILD / "sample.json")
    results = {}
    for size in SIZES:
        with LocalStack(programme_file=BUILD / "sample.json") as stack:
            results[size] = _one_size(stack, size)
    seconds, requests = results[SIZES[0]]
    for size in SIZES[1:]:
        name = f"daily run: {DUE} due of {size:,} against of {SIZES[0]:,}"
        at_most(f"{name}, time", results[size][0] * 1e3, seconds * 1e3, 1.2, "ms")
        row(f"{name}, requests", results[size][1], requests, "equal", results[size][1] == requests, "requests")


def _one_size(stack: Any, size: int) -> tuple[float, int]:
    """The median of five runs, each with as many members due, and the requests of one."""
    table = stack._table
    calls = _counted()
    for item in items("m", size, day=60):
        table.put_item(item)
    times = []
    for turn in range(5):
        for item in items(f"due-{turn}-", DUE, day=0):
            table.put_item(item)
        calls.clear()
        times.append(run(YEAR_2024 + 91 * DAY + turn * 60_000))
        requests = calls.total()
    return median(times), requests


def _counted() -> Counter[str]:
    from memberflow.store.models import connection

    calls: Counter[str] = Counter()
    events = connection.client.meta.events
    events.register("request-created.dynamodb", lambda **given: calls.update([given["operation_name"]]))
    return calls


if __name__ == "__main__":
    main()
