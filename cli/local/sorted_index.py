"""An index of a moto table that is in order at all times, where moto sorts the whole table for each query."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import SecondaryIndex


class SortedIndex:
    """An index with a hash and a range key, kept in order while items come and go.

    An entry is (range value, partition key, sort key): moto's order within one hash key.
    """

    def __init__(self, index: SecondaryIndex) -> None:
        self.hash_attr, self.range_attr = (
            next(key["AttributeName"] for key in index.schema if key["KeyType"] == kind) for kind in ("HASH", "RANGE")
        )
        if index.projection["ProjectionType"] == "KEYS_ONLY":
            self._kept = {*index.schema_key_attrs, *index.table_key_attrs}
            index.project = self._keys_of  # type: ignore[method-assign]
        self._entries: defaultdict[Any, list[tuple[Any, ...]]] = defaultdict(list)
        self._items: dict[tuple[Any, ...], Item] = {}
        self._places: dict[tuple[Any, ...], tuple[Any, tuple[Any, ...]]] = {}

    def place(self, key: tuple[Any, ...], item: Item | None) -> None:
        """Under ``key`` (partition key, sort key) stands this item from now on, or none."""
        if key in self._places:
            hash_value, entry = self._places.pop(key)
            entries = self._entries[hash_value]
            del entries[bisect_left(entries, entry)]
            del self._items[entry]
        if item is not None and self.hash_attr in item.attrs and self.range_attr in item.attrs:
            hash_value = item.attrs[self.hash_attr].cast_value
            entry = (item.attrs[self.range_attr].cast_value, *key)
            insort(self._entries[hash_value], entry)
            self._items[entry] = item
            self._places[key] = (hash_value, entry)

    def _keys_of(self, item: Item) -> Item:
        """What a KEYS_ONLY index answers with; moto unpacks the whole item to find it."""
        return Item(item.hash_key, item.range_key, {k: v for k, v in item.attrs.items() if k in self._kept})

    def find(
        self, hash_value: Any, comparison: str | None, bounds: list[Any], start: tuple[Any, ...] | None, forward: bool
    ) -> Iterator[Item]:
        """Items of one hash key whose range key fits, from behind the entry ``start`` on, in the asked direction.

        One more follows them where there is one: by it moto sees, at a page's end, that the key goes on.
        """
        entries = self._entries.get(hash_value, [])
        low, high = 0, len(entries)
        if comparison in ("=", ">=", ">", "BETWEEN"):
            search = bisect_right if comparison == ">" else bisect_left
            low = search(entries, bounds[0], key=lambda entry: entry[0])
        if comparison in ("=", "<=", "<", "BETWEEN"):
            search = bisect_left if comparison == "<" else bisect_right
            high = search(entries, bounds[-1], key=lambda entry: entry[0])
        if start is not None and forward:
            low = max(low, bisect_right(entries, start))
        elif start is not None:
            high = min(high, bisect_left(entries, start))
        positions = range(low, min(high + 1, len(entries))) if forward else range(high - 1, max(low - 2, -1), -1)
        return (self._items[entries[position]] for position in positions)
