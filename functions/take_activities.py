"""Activities, profiles, consents and redemptions from their queue into members."""

from __future__ import annotations

from typing import Any

from memberflow.runtime import logger, metrics, rules
from memberflow.store.intake import Input, answer, take_in

RULES = rules()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch in; the messages to be delivered again out."""
    return answer(take_in(RULES, [_input(record) for record in event["Records"]]))


def _input(record: dict[str, Any]) -> Input:
    known_at = int(record["attributes"]["SentTimestamp"])
    return Input(record["messageId"], record["body"].encode(), known_at, "activities")
