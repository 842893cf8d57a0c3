"""Orders through take_orders against the plain way: GetItem and TransactWriteItems for each, with the boto3 client."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import median
from time import perf_counter, process_time
from typing import Any

from benchmarks.setting import ROOT, functions_environment, kinesis_event, order_line, row, slow_store, times_as_fast

BATCH = 100
BATCHES = 5
Cost = tuple[float, float]
"""Wall and CPU seconds per order."""


class Context:
    function_name = "take_orders"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:take_orders"
    aws_request_id = "bench"


def main() -> None:
    functions_environment()
    with slow_store():
        ours, plain, threaded, requests = _measure()
    times_as_fast("orders: against one after the other", 1 / ours[0], 1 / plain[0], 15, "orders/s")
    times_as_fast("orders: against 8 threads", 1 / ours[0], 1 / threaded[0], 4, "orders/s")
    row("orders: client CPU", ours[1] * 1e3, plain[1] * 1e3, "<= 0.4 x", ours[1] <= 0.4 * plain[1], "ms/order")
    alone, batch = requests
    row("orders: requests, alone", alone, None, "2", alone == 2, "requests/order")
    row("orders: requests, in a batch of 100", batch, None, "<= 0.05", batch <= 0.05, "requests/order")


def _measure() -> tuple[Cost, Cost, Cost, tuple[float, float]]:
    sys.path.insert(0, str(ROOT / "functions"))
    import take_orders
    from memberflow.store.models import Item

    calls: Counter[str] = Counter()
    client = Item._get_connection().connection.client
    client.meta.events.register("request-created.dynamodb", lambda **given: calls.update([given["operation_name"]]))
    days = count()

    def ours(members: int = BATCH, batches: int = BATCHES) -> Cost:
        lines = [[order_line(f"m{m}", f"o{m}-{day}", day) for m in range(members)] for day in _take(days, batches)]
        events = [kinesis_event(batch) for batch in lines]
        return _cost(lambda: [take_orders.handler(event, Context()) for event in events], members * batches)

    ours()
    calls.clear()
    ours(1, 1)
    alone = calls.total()
    calls.clear()
    ours(BATCH, 1)
    in_batch = calls.total() / BATCH
    rounds = [(ours(), _plain(1), _plain(8)) for _ in range(3)]
    costs = [(median(r[i][0] for r in rounds), median(r[i][1] for r in rounds)) for i in range(3)]
    return costs[0], costs[1], costs[2], (alone, in_batch)


def _take(numbers: count[int], many: int) -> list[int]:
    return [next(numbers) for _ in range(many)]


def _cost(work: Callable[[], Any], orders: int) -> Cost:
    wall, cpu = perf_counter(), process_time()
    work()
    return (perf_counter() - wall) / orders, (process_time() - cpu) / orders


def _plain(threads: int) -> Cost:
    """The plain way, over as many orders as ours takes."""
    import boto3
    from botocore.config import Config

    client = boto3.client("dynamodb", config=Config(max_pool_connections=threads))
    lines = [order_line(f"p{n % BATCH}", f"p{n}", n // BATCH) for n in range(BATCH * BATCHES)]
    if threads == 1:
        return _cost(lambda: [_plain_order(client, line) for line in lines], len(lines))
    with ThreadPoolExecutor(threads) as pool:
        return _cost(lambda: list(pool.map(lambda line: _plain_order(client, line), lines)), len(lines))


def _plain_order(client: Any, line: bytes) -> None:
    """What a careful script does: read the member, add to him, write him and the order or neither."""
    order = json.loads(line)
    pk = {"S": f"MEMBER#{order['member_id']}"}
    found = client.get_item(TableName="bench-members", Key={"pk": pk, "sk": {"S": "PLAIN"}}, ConsistentRead=True)
    member = found.get("Item") or {"pk": pk, "sk": {"S": "PLAIN"}, "spend": {"N": "0"}, "version": {"N": "0"}}
    version = member["version"]["N"]
    spend = int(member["spend"]["N"]) + int(order["amount"].replace(".", ""))
    written = {**member, "spend": {"N": str(spend)}, "version": {"N": str(int(version) + 1)}}
    fact = {"pk": pk, "sk": {"S": f"FACT#{order['order_id']}"}, "body": {"S": line.decode()}}
    client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "bench-members", "Item": fact, "ConditionExpression": "attribute_not_exists(pk)"}},
            {
                "Put": {
                    "TableName": "bench-members",
                    "Item": written,
                    "ConditionExpression": "attribute_not_exists(pk) OR version = :v",
                    "ExpressionAttributeValues": {":v": {"N": version}},
                }
            },
        ]
    )


if __name__ == "__main__":
    main()
