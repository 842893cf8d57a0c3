"""A slice of the table a day: members held against their facts. Reports what differs, and repairs nothing."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from memberflow.errors import StoreUnavailable
from memberflow.runtime import logger, metrics, rules
from memberflow.store.intake import answer
from memberflow.store.models import client
from memberflow.store.slices import Task, check

RULES = rules()
TASKS_URL = os.environ["LEDGER_TASKS_URL"]
SLICES = int(os.environ["LEDGER_CHECK_DAYS"])
MARGIN_MS = 20_000
"""What one member may take at the worst, and the page of the scan before him."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch of tasks in; those to be delivered again out."""
    return answer(record["messageId"] for record in event["Records"] if not _checked(record["body"], context))


def _checked(body: str, context: Any) -> bool:
    """False where the store was down: the task is then done again from its beginning, which changes nothing."""
    task = msgspec.json.decode(body, type=Task)
    try:
        rest = check(RULES, task, SLICES, lambda: context.get_remaining_time_in_millis() > MARGIN_MS)
    except StoreUnavailable as error:
        logger.warning("store unavailable", extra={"reason": str(error)})
        return False
    if rest is not None:
        logger.info("slice goes on in another task")
        client("sqs").send_message(QueueUrl=TASKS_URL, MessageBody=msgspec.json.encode(rest).decode())
    return True
