"""One task at a time; each makes a message in the table that the last function is to hear of."""

from __future__ import annotations

import os
from typing import Any

import boto3

dynamodb = boto3.client("dynamodb")
tasks: list[str] = []


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    (record,) = event["Records"]
    tasks.append(record["body"])
    item = {"pk": {"S": record["body"]}, "sk": {"S": "MESSAGE#1"}, "state": {"S": "waiting"}}
    later = item | {"sk": {"S": "MESSAGE#2"}, "due_at": {"N": "5"}}
    for each in (item, later):
        dynamodb.put_item(TableName=os.environ["TABLE_NAME"], Item=each)
    return {}
