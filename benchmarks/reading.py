"""Reading a member with a short and a long history; and what orders cost in DynamoDB's units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any

from benchmarks.setting import at_most, functions_environment, in_turn, order_line, row, slow_store, timed

READS = 100
HISTORIES = {"short": 10, "long": 10_000}


def main() -> None:
    functions_environment()
    with slow_store():
        from memberflow import decoder, runtime
        from memberflow.engine import fold, measures
        from memberflow.engine.outcome import Outcome
        from memberflow.store.reading import load

        for name, facts in HISTORIES.items():
            _store(name, [decoder.decode(order_line(name, f"o{n}", n * 700 // facts), "GBP") for n in range(facts)])
        now = 1_704_110_400_000 + 700 * 86_400_000
        today = runtime.rules().zone.day(now)

        def read(name: str) -> None:
            """Tier, balance and progress as of now."""
            for _ in range(READS):
                member = load([name])[name].member
                fold.advance(runtime.rules(), member, now, Outcome())
                assert (member.tier, member.points, measures.seen(runtime.rules(), member, today)["orders"]) != ()

        long, short = in_turn(lambda: timed(lambda: read("long")), lambda: timed(lambda: read("short")))
        at_most("reading: a member with 10,000 facts against 10", long / READS * 1e3, short / READS * 1e3, 1.1, "ms")
        _report_units(12, write_goal=4, read_goal=1)
        _report_units(300, write_goal=12, read_goal=2)


def _report_units(orders: int, write_goal: int, read_goal: int) -> None:
    write, read, besides = _units(orders)
    row(f"units: written per order, {orders} a year", write, None, f"<= {write_goal}", write <= write_goal, "WCU")
    row(f"units: and by decisions and messages, {orders} a year", besides, None, "reported", None, "WCU")
    row(f"units: read per order, {orders} a year", read, None, f"<= {read_goal}", read <= read_goal, "RCU")


def _store(name: str, facts: list[Any]) -> None:
    from memberflow import runtime
    from memberflow.engine.fold import fold
    from memberflow.engine.outcome import Outcome
    from memberflow.store.changes import change_of
    from memberflow.store.reading import Stored

    member = fold(runtime.rules(), name, facts, facts[-1].at, Outcome())
    change_of(runtime.rules(), Stored(member), Outcome(), facts[-1].at).member.save()


def _units(orders: int) -> tuple[float, float, float]:
    """Units written and read per order over a member's second year, and written for what follows from orders.

    By DynamoDB's published rules: a transaction writes at two units a KB of each item, a consistent read takes one per
    4 KB; a changed entry of the due index is taken out and put in at one unit each.
    """
    from memberflow import runtime
    from memberflow.store.intake import Input, take_in

    spent: Counter[str] = Counter()
    with _metered(spent):
        for n in range(2 * orders):
            if n == orders:
                spent.clear()
            line = order_line(f"units-{orders}", f"order-{n:08d}", n * 365 // orders)
            assert take_in(runtime.rules(), [Input(str(n), line, 1_900_000_000_000, "bench")]) == []
    return spent["write"] / orders, spent["read"] / orders, spent["besides"] / orders


@contextmanager
def _metered(spent: Counter[str]) -> Iterator[None]:
    from memberflow.store.models import connection

    stored: dict[str, dict[str, Any]] = {}

    def written(params: dict[str, Any], **given: Any) -> None:
        for item in (write["Put"]["Item"] for write in params["TransactItems"]):
            key = item["pk"]["S"] + item["sk"]["S"]
            before, after = stored.get(key, {}).get("due_at"), item.get("due_at")
            own = item["kind"]["S"] in ("fact", "member")
            spent["write" if own else "besides"] += 2 * ceil(_size(item) / 1024)
            spent["write"] += (before is not None) + (after is not None) if before != after else 0
            stored[key] = item

    def read(params: dict[str, Any], **given: Any) -> None:
        for key in (key for wanted in params["RequestItems"].values() for key in wanted["Keys"]):
            spent["read"] += max(1, ceil(_size(stored.get(key["pk"]["S"] + key["sk"]["S"], {})) / 4096))

    events = connection.client.meta.events
    hooks = {"TransactWriteItems": written, "BatchGetItem": read}
    for operation, hook in hooks.items():
        events.register(f"provide-client-params.dynamodb.{operation}", hook)
    try:
        yield
    finally:
        for operation, hook in hooks.items():
            events.unregister(f"provide-client-params.dynamodb.{operation}", hook)


def _size(item: dict[str, Any]) -> int:
    """An item's bytes: names and texts in UTF-8, a number about a byte per two digits, one for a truth value."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "N":
        return ceil(len(content.lstrip("-")) / 2) + 1
    return len(content.encode()) if kind == "S" else len(content) if kind == "B" else 1


if __name__ == "__main__":
    main()
