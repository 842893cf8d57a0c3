"""Records as Lambda hands them to functions, and what it writes of those it gave up."""

from __future__ import annotations

from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID  # type: ignore[attr-defined] # moto's own spelling of it
from moto.dynamodb.models.table import StreamRecord
from moto.kinesis.models import Record
from moto.sqs.models import Message

from memberflow.facts import rfc3339

REGION = "us-east-1"
ACCOUNT: str = DEFAULT_ACCOUNT_ID


def function_arn(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def of_stream(record: Record, shard: str, source: str, now: int) -> dict[str, Any]:
    """A Kinesis record; its data stays in base64, its time is in seconds."""
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record.partition_key,
            "sequenceNumber": str(record.sequence_number),
            "data": record.data,
            "approximateArrivalTimestamp": now / 1000,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{record.sequence_number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": f"arn:aws:iam::{ACCOUNT}:role/local",
        "awsRegion": REGION,
        "eventSourceARN": source,
    }


def of_table(record: StreamRecord, source: str, now: int) -> dict[str, Any]:
    """A change of a table in DynamoDB's JSON, binary values in base64; its time is in seconds."""
    said = record.to_json()
    change = said["dynamodb"] | {"ApproximateCreationDateTime": now / 1000}
    return said | {"dynamodb": change, "awsRegion": REGION, "eventSourceARN": source}


def of_queue(message: Message, source: str, now: int) -> dict[str, Any]:
    """An SQS message; its times are text, in milliseconds."""
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(now),
            "SenderId": message.sender_id,
            "ApproximateFirstReceiveTimestamp": str(now),
        },
        "messageAttributes": {
            name: {"stringValue": value.get("StringValue"), "dataType": value["DataType"]}
            for name, value in message.message_attributes.items()
        },
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": source,
        "awsRegion": REGION,
    }


def sequence_number(record: dict[str, Any]) -> str:
    """What a function reports when this record of a stream is the first that failed."""
    number: str = record["kinesis"]["sequenceNumber"] if "kinesis" in record else record["dynamodb"]["SequenceNumber"]
    return number


def given_up(function: str, shard: str, records: list[dict[str, Any]], tries: int, now: int) -> dict[str, Any]:
    """What Lambda sends to a stream's failure destination: where the records are, not the records."""
    first, last = records[0], records[-1]
    kind = "KinesisBatchInfo" if "kinesis" in first else "DDBStreamBatchInfo"
    return {
        "requestContext": {
            "functionArn": function_arn(function),
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": tries,
        },
        "version": "1.0",
        "timestamp": rfc3339(now),
        kind: {
            "shardId": shard,
            "startSequenceNumber": sequence_number(first),
            "endSequenceNumber": sequence_number(last),
            "batchSize": len(records),
            "streamArn": first["eventSourceARN"],
        },
    }
