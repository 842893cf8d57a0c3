"""What mail and SMS providers say became of messages, from their queue into members and messages."""

from __future__ import annotations

from typing import Any

from memberflow.delivery.receipts import take_receipts
from memberflow.runtime import logger, metrics, rules
from memberflow.store.intake import Input, answer

RULES = rules()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch in, each body an event as the provider published it; the messages to be delivered again out."""
    return answer(take_receipts(RULES, [_input(record) for record in event["Records"]]))


def _input(record: dict[str, Any]) -> Input:
    known_at = int(record["attributes"]["SentTimestamp"])
    return Input(record["messageId"], record["body"].encode(), known_at, "receipts")
