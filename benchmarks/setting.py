"""What the figures share: an environment as the functions have it, the slow store, real order streams, a result row."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

ROOT = Path(__file__).parents[1]
RETAIL = Path(os.environ.get("ONLINE_RETAIL", "none"))
"""A second stream, of orders and refunds: gzipped lines of events in pounds. Left out where it is not named."""

CACHE = ROOT / ".cache"
STORE_MS = 5


def row(name: str, ours: float, reference: float | None, goal: str, met: bool | None, unit: str) -> None:
    """Prints one figure as a line of JSON; the ratio is ours to the reference."""
    ratio = None if not reference else ours / reference
    print(
        json.dumps(
            {"name": name, "ours": ours, "reference": reference, "ratio": ratio, "goal": goal, "met": met, "unit": unit}
        )
    )


def at_most(name: str, ours: float, reference: float, goal: float, unit: str) -> None:
    row(name, ours, reference, f"<= {goal} x", ours <= goal * reference, unit)


def pairs_at_most(name: str, pairs: Sequence[tuple[float, float]], goal: float, unit: str) -> None:
    """Of measurements taken next to each other: the pair whose ratio is the median of all."""
    ours, reference = sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(pairs) // 2]
    at_most(name, ours, reference, goal, unit)


def times_as_fast(name: str, ours: float, reference: float, goal: float, unit: str) -> None:
    row(name, ours, reference, f">= {goal} x", ours >= goal * reference, unit)


def timed(work: Callable[[], Any]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def in_turn(ours: Callable[[], float], reference: Callable[[], float], rounds: int = 5) -> tuple[float, float]:
    """Medians of both, taken A B A B so that a machine that drifts drifts for both."""
    pairs = [(ours(), reference()) for _ in range(rounds)]
    return median(a for a, _ in pairs), median(b for _, b in pairs)


def functions_environment(due_shards: int = 4) -> None:
    """As the template sets it, with the sample programme compiled; before anything of the store is imported."""
    from memberflow.programme.author import named, write_shipped

    shipped = Path(tempfile.mkdtemp()) / "sample.json"
    write_shipped(named("sample"), shipped)
    os.environ.update(
        TABLE_NAME="bench-members",
        PROGRAMME_FILE=str(shipped),
        DUE_SHARDS=str(due_shards),
        SHARD_TASKS_URL="http://localhost/tasks",
        LEDGER_TASKS_URL="http://localhost/ledger_tasks",
        LEDGER_CHECK_DAYS="28",
        AWS_ACCESS_KEY_ID="bench",
        AWS_SECRET_ACCESS_KEY="bench",
        AWS_REGION="eu-west-1",
        AWS_DEFAULT_REGION="eu-west-1",
        POWERTOOLS_METRICS_DISABLED="true",
        POWERTOOLS_LOG_LEVEL="CRITICAL",
    )


@contextmanager
def slow_store() -> Iterator[None]:
    """A store that answers after 5 ms, in a process of its own; SDK clients made inside talk to it."""
    command = [sys.executable, "-m", "benchmarks.slow_store", str(STORE_MS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = f"http://127.0.0.1:{process.stdout.readline().strip()}"
        try:
            yield
        finally:
            process.terminate()


def streams() -> dict[str, list[bytes]]:
    """The real order streams that can be had, as lines of events in the sample programme's currency."""
    from cli import cdnow

    CACHE.mkdir(exist_ok=True)
    customers = cdnow.load(CACHE).customers.items()
    found = {"cdnow": [_cdnow_line(who, n, one) for who, bought in customers for n, one in enumerate(bought)]}
    if RETAIL.exists():
        found["online_retail"] = gzip.decompress(RETAIL.read_bytes()).splitlines()
    return found


def _cdnow_line(customer: str, n: int, purchase: Any) -> bytes:
    """In the form of the other stream, which has ids of its own for events."""
    head = {"type": "order.paid", "event_id": f"cd-{customer}-{n}:paid", "member_id": f"cd-{customer}"}
    order = {"order_id": f"cd-{customer}-{n}", "occurred_at": f"{purchase.on}T12:00:00Z"}
    return json.dumps({**head, **order, "amount": f"{purchase.amount:.2f}", "currency": "GBP"}).encode()


def order_line(member: str, order: str, day: int, amount: str = "40.00") -> bytes:
    """An order paid at noon, so many days after 1 January 2024."""
    from memberflow.facts import rfc3339

    at = rfc3339(1_704_110_400_000 + day * 86_400_000)
    fact = {"type": "order.paid", "member_id": member, "order_id": order, "occurred_at": at}
    return json.dumps(fact | {"amount": amount, "currency": "GBP", "channel": "store", "categories": ["home"]}).encode()


def kinesis_event(lines: list[bytes]) -> dict[str, Any]:
    """The lines as Lambda hands them over, arrived long after they happened."""
    from base64 import b64encode

    return {
        "Records": [
            {
                "kinesis": {
                    "sequenceNumber": f"{n:056d}",
                    "data": b64encode(line).decode(),
                    "approximateArrivalTimestamp": 1_900_000_000.0,
                }
            }
            for n, line in enumerate(lines)
        ]
    }
