"""One due shard of a run: members whose time has come, messages whose moment has. Goes on later where time runs out."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from memberflow.errors import StoreUnavailable
from memberflow.runtime import logger, metrics, rules
from memberflow.store.intake import answer
from memberflow.store.models import client
from memberflow.store.runs import Task, work

RULES = rules()
TASKS_URL = os.environ["SHARD_TASKS_URL"]
MARGIN_MS = 20_000
"""What a page of work may take at the worst; with less time left the rest becomes a task of its own."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch of tasks in; those to be delivered again out."""
    return answer(record["messageId"] for record in event["Records"] if not _worked(record["body"], context))


def _worked(body: str, context: Any) -> bool:
    """False where the store was down."""
    task = msgspec.json.decode(body, type=Task)
    logger.append_keys(run=task.run_id, shard=task.shard)
    try:
        rest = work(RULES, task, lambda: context.get_remaining_time_in_millis() > MARGIN_MS)
    except StoreUnavailable as error:
        logger.warning("store unavailable", extra={"reason": str(error)})
        return False
    if rest is not None:
        logger.info("shard goes on in another task")
        body = msgspec.json.encode(rest).decode()
        client("sqs").send_message(QueueUrl=TASKS_URL, MessageBody=body)  # rare: no start should pay for it
    return True
