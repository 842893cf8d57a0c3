"""Event sources and how Lambda delivers from them: streams in order and shard by shard, queues message by message.

Both read moto's backends where they are, so looking at an empty source costs nothing. Retries are immediate: nobody
waits for a visibility timeout, a batching window or a back-off.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Protocol

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamShard
from moto.kinesis.models import Shard, kinesis_backends
from moto.sqs.models import Message, sqs_backends

from cli.local import records
from cli.local.filters import matches
from cli.local.functions import FunctionFailed
from cli.local.records import ACCOUNT, REGION
from cli.local.wiring import BadWiring, Mapping


class Caller(Protocol):
    """Who calls functions and knows what time it is."""

    def call(self, function: str, event: dict[str, Any]) -> Any:
        """What the function returns. Raises FunctionFailed."""

    def now(self) -> int: ...


class Source(Protocol):
    def poll(self) -> bool:
        """Delivers what is there; False where there was nothing."""

    def skip(self) -> None:
        """Passes over what is there."""


def sources_of(mapping: Mapping, caller: Caller) -> Iterator[Source]:
    """One source for a queue or a table, one for each shard of a stream."""
    service, name = mapping.source.split(":")[2], mapping.source.split(":", 5)[5]
    if service == "sqs":
        yield QueueSource(mapping, caller)
    elif service == "dynamodb":
        changes = dynamodb_backends[ACCOUNT][REGION].get_table(name.split("/")[1]).stream_shard
        assert changes is not None, "a mapping's source is the ARN of a stream, so there is one"
        yield StreamSource(mapping, caller, changes.id, TableReader(changes, mapping.source))
    else:
        for shard in kinesis_backends[ACCOUNT][REGION].streams[name.split("/")[1]].shards.values():
            yield StreamSource(mapping, caller, shard.shard_id, ShardReader(shard, mapping.source))


class ShardReader:
    """The records of a Kinesis shard that were not read yet; moto numbers them from 1 without gaps."""

    def __init__(self, shard: Shard, source: str) -> None:
        self._shard, self._source, self._read = shard, source, 0

    def new(self, now: int) -> list[dict[str, Any]]:
        numbers = range(self._read + 1, len(self._shard.records) + 1)
        self._read = len(self._shard.records)
        name = self._shard.shard_id
        return [records.of_stream(self._shard.records[number], name, self._source, now) for number in numbers]


class TableReader:
    """The changes of a table that were not read yet."""

    def __init__(self, shard: StreamShard, source: str) -> None:
        self._shard, self._source, self._read = shard, source, 0

    def new(self, now: int) -> list[dict[str, Any]]:
        changes = self._shard.items[self._read :]
        self._read += len(changes)
        return [records.of_table(change, self._source, now) for change in changes]


class StreamSource:
    def __init__(self, mapping: Mapping, caller: Caller, shard: str, reader: ShardReader | TableReader) -> None:
        self._mapping, self._caller, self._shard, self._reader = mapping, caller, shard, reader

    def poll(self) -> bool:
        filters = self._mapping.filters
        new = [
            record
            for record in self._reader.new(self._caller.now())
            if not filters or any(matches(pattern, record) for pattern in filters)
        ]
        for first in range(0, len(new), self._mapping.batch_size):
            self._deliver(new[first : first + self._mapping.batch_size])
        return bool(new)

    def skip(self) -> None:
        self._reader.new(0)

    def _deliver(self, batch: list[dict[str, Any]]) -> None:
        """Until every record is done or given up. Halving a batch is no retry; what got on begins to count anew."""
        waiting = [(batch, 0)]
        while waiting:
            batch, tries = waiting.pop()
            done = self._call(batch)
            rest, middle = batch[done:], (len(batch) + 1) // 2
            if done:
                waiting += [(rest, 0)] if rest else []
            elif self._mapping.bisects and len(batch) > 1:
                waiting += [(batch[middle:], 0), (batch[:middle], 0)]
            elif tries < self._mapping.retries:
                waiting.append((batch, tries + 1))
            else:
                self._give_up(batch, tries + 1)

    def _call(self, batch: list[dict[str, Any]]) -> int:
        """How many records from the front are done: those before the first that the function reports as failed."""
        try:
            answer = self._caller.call(self._mapping.function, {"Records": batch})
        except FunctionFailed:
            return 0
        numbers = [records.sequence_number(record) for record in batch]
        failed = _reported(answer) if self._mapping.reports_failures else []
        if any(number not in numbers for number in failed):
            return 0
        return min((numbers.index(number) for number in failed), default=len(batch))

    def _give_up(self, batch: list[dict[str, Any]], tries: int) -> None:
        if self._mapping.on_failure:
            said = records.given_up(self._mapping.function, self._shard, batch, tries, self._caller.now())
            send(self._mapping.on_failure, said)


class QueueSource:
    def __init__(self, mapping: Mapping, caller: Caller) -> None:
        self._mapping, self._caller = mapping, caller
        self._queue = sqs_backends[ACCOUNT][REGION].queues[mapping.source.split(":")[-1]]
        if self._queue.dead_letter_queue is None or not self._queue.redrive_policy:
            raise BadWiring(
                f"{mapping.function}: its queue has no dead-letter queue, a bad message would stay for ever"
            )
        self._dead_letters = self._queue.dead_letter_queue
        self._receives_max = int(self._queue.redrive_policy["maxReceiveCount"])

    def poll(self) -> bool:
        batch: list[Message] = self._queue._messages[: self._mapping.batch_size]
        if not batch:
            return False
        for message in batch:
            message.mark_received()
            message.delayed_until = 0.0  # else it stays out of sight in a dead-letter queue
        failed = self._call(batch)
        done = {message.id for message in batch} - failed
        self._queue._messages = [message for message in self._queue._messages if message.id not in done]
        self._redrive()
        return True

    def skip(self) -> None:
        self._queue._messages = []

    def _call(self, batch: list[Message]) -> set[str]:
        """The ids of messages that failed: all of them where the function raised, or reports one that it never got."""
        ids = {message.id for message in batch}
        event = {"Records": [records.of_queue(each, self._mapping.source, self._caller.now()) for each in batch]}
        try:
            answer = self._caller.call(self._mapping.function, event)
        except FunctionFailed:
            return ids
        failed = set(_reported(answer)) if self._mapping.reports_failures else set()
        return failed if failed <= ids else ids

    def _redrive(self) -> None:
        """Messages that were received as often as the queue allows move on to its dead-letter queue."""
        for message in list(self._queue._messages):
            if message.approximate_receive_count >= self._receives_max:
                self._queue._messages.remove(message)
                self._dead_letters.add_message(message)


def _reported(answer: Any) -> list[str]:
    """The identifiers in a partial batch response; nothing at all means that all went well."""
    return [failure.get("itemIdentifier") for failure in (answer or {}).get("batchItemFailures") or []]


def send(queue_arn: str, body: dict[str, Any]) -> None:
    sqs_backends[ACCOUNT][REGION].send_message(queue_arn.split(":")[-1], json.dumps(body))
