"""moto's DynamoDB without its three slow habits, same answers: what makes a local run of thousands of members bearable.

- A transaction copied every table it touches, to be able to roll back: here the touched items alone are kept.
- A query sorted the whole table: here it sees one partition, or the part of an index that it asks for.
- An answer was walked shape by shape of the service model: here it is written as the JSON that it already is.

And what moto lacks: it is not safe with threads, so one lock lets requests through one at a time.
``install`` plugs it in, before the first mocked call. It leans on moto's inside, so it refuses other versions.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import moto
import moto.dynamodb.models
import moto.dynamodb.responses
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.responses import ActionResult
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoResult

from cli.local.sorted_index import SortedIndex
from memberflow.errors import MemberflowError

FITS = ("5.2.5",)
_KEY_CONDITIONS = {"hash_key_conditions", "range_key_conditions"}


class UnfitMoto(MemberflowError):
    """The installed moto is not one that this file was written against."""


class FastTable(Table):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_transaction = False
        self.sorted_indexes = {index.name: SortedIndex(index) for index in self.all_indexes() if len(index.schema) == 2}
        self._candidates: list[Item] | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> FastTable:
        """Inside a transaction moto copies the table to roll back to; FastBackend keeps an undo log instead."""
        if self.in_transaction:
            return self
        twin: FastTable = object.__new__(type(self))
        memo[id(self)] = twin
        twin.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return twin

    def place(self, hash_key: DynamoType, range_key: DynamoType | None) -> None:
        """Bring the sorted indexes up to what the table holds under this key."""
        item = self.get_item(hash_key, range_key)
        for index in self.sorted_indexes.values():
            index.place((hash_key.value, range_key and range_key.value), item)

    def put_item(self, *args: Any, **kwargs: Any) -> Item:
        item = super().put_item(*args, **kwargs)
        self.place(item.hash_key, item.range_key)
        return item

    def delete_item(self, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
        item = super().delete_item(hash_key, range_key)
        self.place(hash_key, range_key)
        return item

    def restore(self, hash_key: DynamoType, range_key: DynamoType | None, item: Item | None) -> None:
        """Put back what stood here before a transaction, past conditions and stream."""
        partition: dict[Any, Any] = self.items[hash_key] if range_key else self.items
        partition.pop(range_key or hash_key, None)
        if item is not None:
            partition[range_key or hash_key] = item
        self.place(hash_key, range_key)

    def unordered_items(self) -> Iterator[Item]:
        return (item for partition in self.items.values() for item in partition.values())

    def all_items(self) -> list[Item]:
        return super().all_items() if self._candidates is None else self._candidates

    def query(self, *args: Any, **kwargs: Any) -> tuple[list[Item], int, dict[str, Any] | None]:
        self._candidates = self._narrowed(*args, **kwargs)
        try:
            return super().query(*args, **kwargs)
        finally:
            self._candidates = None

    def _narrowed(
        self,
        hash_key: DynamoType,
        comparison: str | None,
        bounds: list[DynamoType],
        limit: int | None,
        start: dict[str, Any] | None,
        forward: bool,
        projection: list[list[str]] | None,
        index_name: str | None,
        *args: Any,
        **conditions: Any,
    ) -> list[Item] | None:
        """The items that can be in a query's answer, for moto to choose from; None: look at all."""
        if index_name is None and self.range_key_attr:
            partition = self.items.get(hash_key, {})
            return [partition[key] for key in sorted(partition)]
        index = self.sorted_indexes.get(index_name or "")
        if index is None:
            return None
        names = (index.range_attr, *self.table_key_attrs)
        behind = tuple(DynamoType(start[name]).cast_value for name in names) if start else None
        found = index.find(hash_key.cast_value, comparison, [bound.cast_value for bound in bounds], behind, forward)
        every_one_counts = conditions.keys() <= _KEY_CONDITIONS and comparison != "BEGINS_WITH"
        return list(islice(found, limit + 1) if limit and every_one_counts else found)


class FastBackend(DynamoDBBackend):
    __module__ = DynamoDBBackend.__module__  # beside it moto looks for a service's addresses
    tables: dict[str, FastTable]  # type: ignore[assignment]

    def update_item(self, table_name: str, key: dict[str, Any], *args: Any, **kwargs: Any) -> Item:
        item = super().update_item(table_name, key, *args, **kwargs)
        self.tables[self.get_table(table_name).name].place(item.hash_key, item.range_key)
        return item

    def transact_write_items(self, transact_items: list[dict[str, Any]]) -> None:
        """moto's transaction, with the touched items and the length of the stream kept to roll back to."""
        touched = [found for entry in transact_items for found in self._touched(entry)]
        tables = list({id(table): table for table, _, _, _ in touched}.values())
        streams = [(table.stream_shard.items, len(table.stream_shard.items)) for table in tables if table.stream_shard]
        for table in tables:
            table.in_transaction = True
        try:
            super().transact_write_items(transact_items)
        except Exception:
            for table, hash_key, range_key, before in touched:
                table.restore(hash_key, range_key, before)
            for records, length in streams:
                del records[length:]
            raise
        finally:
            for table in tables:
                table.in_transaction = False

    def _touched(self, entry: dict[str, Any]) -> Iterator[tuple[FastTable, DynamoType, DynamoType | None, Item | None]]:
        """The item that an entry of a transaction is about, as it is now: none where the entry is malformed."""
        operation, arguments = next(iter(entry.items()))
        table, key = self.tables.get(arguments.get("TableName", "")), arguments.get("Key") or arguments.get("Item", {})
        if table is not None and all(name in key for name in table.table_key_attrs):
            hash_key, range_key = self.get_keys_value(table, key)
            before = table.get_item(hash_key, range_key)
            yield table, hash_key, range_key, copy.deepcopy(before) if operation == "Update" else before


class PlainResult(DynamoResult):
    """An answer of DynamoDB: moto's items are its JSON already, binary values in base64 as they came in."""

    def __init__(self, result: object) -> None:
        ActionResult.__init__(self, result)

    def execute_result(self, context: Any) -> Any:
        return 200, {"Content-Type": "application/x-amz-json-1.0"}, dynamo_json_dump(self.result)


def _one_at_a_time(process: Callable[..., Any]) -> Callable[..., Any]:
    lock = threading.RLock()

    def process_alone(*args: Any, **kwargs: Any) -> Any:
        with lock:
            return process(*args, **kwargs)

    return process_alone


REPLACEMENTS: tuple[tuple[Any, str, Any], ...] = (
    (moto.dynamodb.models, "Table", FastTable),
    (moto.dynamodb.responses, "DynamoResult", PlainResult),
    (dynamodb_backends, "backend", FastBackend),
    (BotocoreStubber, "process_request", _one_at_a_time(BotocoreStubber.process_request)),
)


def install() -> None:
    """Plug all of it into moto, for the rest of the process. Raises UnfitMoto."""
    if moto.__version__ not in FITS:
        raise UnfitMoto(f"moto {moto.__version__} is installed, cli/local/moto_fast.py fits {', '.join(FITS)}")
    for owner, name, replacement in REPLACEMENTS:
        setattr(owner, name, replacement)
