"""Opens a run at the moment its schedule was meant for, and hands each due shard to a worker."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import msgspec

from memberflow.facts import moment
from memberflow.runtime import count, logger, metrics, rules
from memberflow.store.models import client
from memberflow.store.runs import Task, start
from memberflow.store.tasks import overdue

RULES = rules()
queue = client("sqs")
TASKS_URL = os.environ["SHARD_TASKS_URL"]
BATCH = 10


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A schedule's event, ``{"run_at": "2026-03-01T12:00:00Z"}``, in; the run's id and number of tasks out."""
    until = moment(datetime.fromisoformat(event["run_at"]))
    tasks = start(RULES, until)
    for first in range(0, len(tasks), BATCH):
        _hand_out(tasks[first : first + BATCH])
    count("RunsStarted")
    late = overdue(RULES, until)
    count("TasksOverdue", sum(late.values()))
    logger.info("run started", extra={"run": tasks[0].run_id, "shards": len(tasks), "overdue": late})
    return {"run": tasks[0].run_id, "shards": len(tasks)}


def _hand_out(tasks: list[Task]) -> None:
    """A task that was not taken raises: the schedule tries the whole again, which changes nothing of what was done."""
    entries = [{"Id": str(n), "MessageBody": msgspec.json.encode(task).decode()} for n, task in enumerate(tasks)]
    refused = queue.send_message_batch(QueueUrl=TASKS_URL, Entries=entries).get("Failed", [])
    if refused:
        raise RuntimeError(f"{len(refused)} shard tasks were not taken: {refused[0].get('Code')}")
