"""Messages released into the table's stream, on to their channels."""

from __future__ import annotations

from typing import Any

from memberflow.delivery.send import send_all
from memberflow.errors import StoreUnavailable
from memberflow.runtime import logger, metrics, rules, shipped
from memberflow.store.intake import answer

SHIPPED, RULES = shipped(), rules()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Stream batch in (the event source's filter lets only released messages through); what to deliver again out."""
    keys = dict.fromkeys(_key(record) for record in event["Records"])
    try:
        send_all(SHIPPED, RULES, list(keys))
    except StoreUnavailable as error:
        logger.warning("store unavailable", extra={"reason": str(error)})
        return answer([event["Records"][0]["dynamodb"]["SequenceNumber"]])
    return answer([])


def _key(record: dict[str, Any]) -> tuple[str, str]:
    keys = record["dynamodb"]["Keys"]
    return keys["pk"]["S"], keys["sk"]["S"]
