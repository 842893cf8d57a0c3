"""Putting a shop's lines where the functions take them from, as a shop would: in batches, orders by member."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import islice
from typing import Any

import msgspec

RECORDS_MAX = 500
"""Of one PutRecords, which may hold 5 MB besides; an entry of a queue's batch is the caller's to keep small."""
RECORDS_BYTES = 4_000_000
MESSAGES_MAX = 10


def put_orders(kinesis: Any, stream: str, lines: Iterable[bytes]) -> None:
    for batch in _batches(lines):
        entries = [{"Data": line, "PartitionKey": partition_key(line)} for line in batch]
        kinesis.put_records(StreamName=stream, Records=entries)


def put_activities(sqs: Any, queue_url: str, lines: Iterable[bytes]) -> None:
    rest = iter(lines)
    while batch := list(islice(rest, MESSAGES_MAX)):
        entries = [{"Id": str(n), "MessageBody": line.decode(errors="replace")} for n, line in enumerate(batch)]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)


def partition_key(line: bytes) -> str:
    """The member's id, so that his orders keep their order; for a line that names none a digest of it."""
    try:
        member_id = msgspec.json.decode(line)["member_id"]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        member_id = None
    if isinstance(member_id, str) and 0 < len(member_id) <= 128:
        return member_id
    return sha256(line).hexdigest()


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for line in lines:
        if batch and (len(batch) == RECORDS_MAX or size + len(line) > RECORDS_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield batch
