"""Stand-ins for functions that a test can tell how to behave; what they were given is theirs to show."""

from __future__ import annotations

import base64
import os
from typing import Any

import boto3

TABLE = os.environ["TABLE_NAME"]
dynamodb = boto3.client("dynamodb")

batches: list[list[str]] = []
events: list[dict[str, Any]] = []
raises_on: set[str] = set()
reports: set[str] = set()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Puts each order, as text, under its own key. Orders in ``raises_on`` raise, those in ``reports`` are reported."""
    events.append(event)
    texts = [base64.b64decode(record["kinesis"]["data"]).decode() for record in event["Records"]]
    batches.append(texts)
    failed = []
    for text, record in zip(texts, event["Records"], strict=True):
        if text in raises_on:
            raise RuntimeError(f"no {text}")
        if text in reports:
            failed.append({"itemIdentifier": record["kinesis"]["sequenceNumber"]})
            break
        item = {"pk": {"S": text}, "sk": {"S": "ORDER"}, "raw": {"B": text.encode()}}
        dynamodb.put_item(TableName=TABLE, Item=item)
    return {"batchItemFailures": failed}
