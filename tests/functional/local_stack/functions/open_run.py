"""A scheduled function: hands a task to the next one, or fails as often as a test wants."""

from __future__ import annotations

import os
from typing import Any

import boto3

sqs = boto3.client("sqs")
events: list[dict[str, Any]] = []
contexts: list[Any] = []
failures_left = 0


def handler(event: dict[str, Any], context: Any) -> None:
    global failures_left
    print("a log line")
    events.append(event)
    contexts.append(context)
    if failures_left:
        failures_left -= 1
        raise RuntimeError("not yet")
    for shard in range(int(os.environ["DUE_SHARDS"])):
        sqs.send_message(QueueUrl=os.environ["SHARD_TASKS_URL"], MessageBody=f"{event['run_at']} {shard}")
