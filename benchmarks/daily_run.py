"""The daily run against the plain way of doing it."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.setting import functions_environment, order_line, slow_store, times_as_fast

DUE = 500
YEAR_2024 = 1_704_110_400_000
DAY = 86_400_000


def items(name: str, count: int, day: int) -> list[dict[str, Any]]:
    """Member items as the ledger writes them, each with an order of that day."""
    from memberflow import decoder, runtime
    from memberflow.engine.fold import fold
    from memberflow.engine.outcome import Outcome
    from memberflow.store.changes import change_of
    from memberflow.store.reading import Stored

    made = []
    for n in range(count):
        fact = decoder.decode(order_line(f"{name}{n}", f"o{n}", day), "GBP")
        member = fold(runtime.rules(), fact.member_id, [fact], fact.at, Outcome())
        made.append(change_of(runtime.rules(), Stored(member), Outcome(), fact.at).member.serialize())
    return made


def run(until: int) -> float:
    """Seconds for a whole run."""
    from memberflow import runtime
    from memberflow.store import runs

    start = perf_counter()
    for task in runs.start(runtime.rules(), until):
        assert runs.work(runtime.rules(), task, lambda: True) is None
    return perf_counter() - start


def main() -> None:
    functions_environment()
    with slow_store():
        from memberflow.store.models import connection

        pairs = []
        for turn in range(3):
            for batch in _batches(items("m", DUE, day=0)):
                puts = [{"Put": {"TableName": "bench-members", "Item": item}} for item in batch]
                connection.client.transact_write_items(TransactItems=puts)
            pairs.append((run(YEAR_2024 + 91 * DAY + turn * 60_000), _plain()))
    ours, plain = (median(times) / DUE for times in zip(*pairs, strict=True))
    times_as_fast("daily run: due members a second, 5 ms store", 1 / ours, 1 / plain, 15, "members/s")


def _batches(items: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [items[first : first + 100] for first in range(0, len(items), 100)]


def _plain() -> float:
    """One GetItem and one TransactWriteItems for each due member, one after the other."""
    import boto3

    client = boto3.client("dynamodb")
    start = perf_counter()
    for n in range(DUE):
        key = {"pk": {"S": f"MEMBER#m{n}"}, "sk": {"S": "MEMBER"}}
        member = client.get_item(TableName="bench-members", Key=key, ConsistentRead=True)["Item"]
        message = {"pk": key["pk"], "sk": {"S": "MESSAGE#plain"}, "state": {"S": "waiting"}}
        writes = [{"Put": {"TableName": "bench-members", "Item": item}} for item in (member, message)]
        client.transact_write_items(TransactItems=writes)
    return perf_counter() - start


if __name__ == "__main__":
    main()
