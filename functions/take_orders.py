"""Orders and refunds from the order stream into members: one read and one transaction for a whole batch."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from memberflow.runtime import logger, metrics, rules
from memberflow.store.intake import Input, answer, take_in

RULES = rules()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Kinesis batch in; the records to be delivered again out."""
    return answer(take_in(RULES, [_input(record) for record in event["Records"]]))


def _input(record: dict[str, Any]) -> Input:
    data = record["kinesis"]
    known_at = int(float(data["approximateArrivalTimestamp"]) * 1000)
    return Input(data["sequenceNumber"], _decoded(data["data"]), known_at, "orders")


def _decoded(data: str) -> bytes:
    """The bytes of the record; text that is not base64 is passed on as it is, to be parked whole."""
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return data.encode()
