"""Cold starts under the real runtime client, from the start of the process to its first request for work; memory."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks import package
from benchmarks.runtime_api import Invocation, invoke
from benchmarks.setting import (
    ROOT,
    at_most,
    functions_environment,
    kinesis_event,
    order_line,
    pairs_at_most,
    slow_store,
)

ROUNDS = 9
NAMES = ("TABLE_NAME", "DUE_SHARDS", "SHARD_TASKS_URL", "LEDGER_TASKS_URL", "LEDGER_CHECK_DAYS")
AWS = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_DYNAMODB")


def main() -> None:
    functions_environment(due_shards=4)
    with slow_store():
        layer, bare = package.layer(), package.bare_handler()
        compiled, plain = package.runtime(bytecode=True), package.runtime(bytecode=False)
        environment = {name: os.environ[name] for name in (*NAMES, *AWS)}
        plain_environment = dict(environment)
        environment |= {"SDK_DESCRIPTIONS": str(layer / "models")}
        environment |= {"PROGRAMME_FILE": str(layer / "programmes" / "sample.json"), "PYTHONTZPATH": ""}

        def start(handler: str, *path: Path, events: tuple[object, ...] = ()) -> Invocation:
            given = plain_environment if handler.startswith("bare.") else environment
            return invoke(package.PYTHON, handler, list(path), list(events), given)

        for function in sorted(path.stem for path in (ROOT / "functions").glob("*.py")):
            rounds = [
                (
                    start(f"{function}.handler", ROOT / "functions", layer, compiled).start_ms,
                    start("bare.handler", bare, compiled).start_ms,
                    start("bare.handler", bare, plain).start_ms,
                )
                for _ in range(ROUNDS)
            ]
            bare_ones, plain_ones = (
                [(ours, bare) for ours, bare, _ in rounds],
                [(ours, plain) for ours, _, plain in rounds],
            )
            pairs_at_most(f"cold start: {function} against a bare handler", bare_ones, 1.1, "ms")
            pairs_at_most(f"cold start: {function} against one without bytecode", plain_ones, 0.6, "ms")
        batch = kinesis_event([order_line(f"m{n}", f"o{n}", 1) for n in range(500)])
        ours = start("take_orders.handler", ROOT / "functions", layer, compiled, events=(batch, batch)).peak_mb
        at_most(
            "memory: take_orders on 500 orders",
            ours,
            start("bare.handler", bare, compiled, events=({},)).peak_mb,
            1.6,
            "MB",
        )


if __name__ == "__main__":
    main()
