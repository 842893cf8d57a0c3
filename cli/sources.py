"""Where explain, runs, parked and verify read from: a table that the local stack saved, or a table in AWS."""

from __future__ import annotations

import gzip
import os
import time
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from memberflow.engine.calendar import DAY, day_to_date
from memberflow.errors import MemberflowError

if TYPE_CHECKING:
    from memberflow.engine.member import Member
    from memberflow.store.models import Item
    from memberflow.store.parking import Parked

Command = Callable[..., Any]

PARKED_DAYS = 30
"""Parked inputs lie by day: so many days are asked for in AWS where none is named."""

DEMO_TABLE = Path(".cache/demo.jsonl.gz")
LOCAL = {
    "TABLE_NAME": "memberflow-local-members",
    "DUE_SHARDS": "1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
}
"""What the models want to know when they are imported; for a file nothing is ever asked of AWS."""


class NoTable(MemberflowError):
    """There is nothing to read from."""


def tables(command: Command) -> Command:
    """The options that name a table."""
    for option in (
        click.option("--region", metavar="NAME", help="The AWS region of --aws-table; else your own default."),
        click.option("--aws-table", metavar="NAME", help="A table in AWS, read with your own credentials."),
        click.option("--table", type=click.Path(path_type=Path, dir_okay=False), default=DEMO_TABLE,
                     show_default=True, metavar="FILE", help="A table saved by the demo."),
    ):  # fmt: skip
        command = option(command)
    return command


class SavedTable:
    """A table's items as lines of DynamoDB's JSON, gzipped."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise NoTable(f'{path}: no such file; "memberflow demo" makes it')
        self.path = path
        for name, value in LOCAL.items():
            os.environ.setdefault(name, value)

    def of_member(self, member_id: str) -> list[Item]:
        from memberflow.store.models import member_key

        pk = member_key(member_id)[0]
        return list(self._items(lambda raw: raw["pk"]["S"] == pk))

    def telling_of(self, member_id: str) -> Iterator[Item]:
        """Items that may tell of a member outside his own record: here all."""
        return self._items(lambda raw: True)

    def of_members(self) -> tuple[int, Iterator[Item]]:
        """How many items there are of members, and they themselves, in no order."""
        return sum(1 for _ in self._raw(_is_member_s)), self._items(_is_member_s)

    def about_tasks(self, roles: Iterable[str]) -> list[Member]:
        """Everybody: a saved table has no index."""
        from cli import table

        return [held.member for held in table.held(self.of_members()[1]).values()]

    def parked(self) -> list[Parked]:
        from memberflow.store.models import ParkedItem
        from memberflow.store.parking import whole

        items = self._items(lambda raw: raw["kind"]["S"] == "parked")
        return whole(item for item in items if isinstance(item, ParkedItem))

    def parked_on(self, day: str) -> list[Parked]:
        return [one for one in self.parked() if one.day == day]

    def runs(self) -> list[Item]:
        return list(self._items(lambda raw: raw["kind"]["S"] in ("run", "shard")))

    def now(self) -> int:
        """The moment of its last run."""
        from memberflow.store.models import RunItem

        return max((int(item.until) for item in self.runs() if isinstance(item, RunItem)), default=0)

    def member_ids(self) -> list[str]:
        from memberflow.store.models import member_id_of

        return [member_id_of(item.pk) for item in self._items(lambda raw: raw["kind"]["S"] == "member")]

    def _items(self, wanted: Callable[[Any], bool]) -> Iterator[Item]:
        from memberflow.store.models import Item

        for raw in self._raw(wanted):
            yield Item.from_raw_data({name: _binary(value) for name, value in raw.items()})

    def _raw(self, wanted: Callable[[Any], bool]) -> Iterator[Any]:
        try:
            with gzip.open(self.path) as file:
                yield from filter(wanted, map(msgspec.json.decode, file))
        except (OSError, EOFError, zlib.error, msgspec.DecodeError) as error:
            raise NoTable(f"{self.path}: not a saved table: {error}") from error


def _is_member_s(raw: Any) -> bool:
    return bool(raw["pk"]["S"].startswith("MEMBER#"))


def _binary(value: dict[str, Any]) -> dict[str, Any]:
    """As the SDK would hand it over: bytes, which DynamoDB's JSON has in base64."""
    return {"B": b64decode(value["B"])} if "B" in value else value


class AwsTable:
    """A table in AWS."""

    def __init__(self, name: str, region: str | None) -> None:
        from boto3.session import Session

        region = region or Session().region_name
        if not region:
            raise NoTable(f"{name}: in which AWS region? Give --region")
        self.name = name
        os.environ.update(TABLE_NAME=name, DUE_SHARDS="1", AWS_DEFAULT_REGION=region)

    def of_member(self, member_id: str) -> list[Item]:
        from memberflow.store.models import Item, member_key, store_errors

        with store_errors(f"table {self.name} was not read"):
            return list(Item.query(member_key(member_id)[0], consistent_read=True))

    def telling_of(self, member_id: str) -> Iterator[Item]:
        """Items that may tell of a member outside his own record, for which the whole table is read."""
        from memberflow.store.traces import scan

        return scan(member_id)

    def of_members(self) -> tuple[int, Iterator[Item]]:
        """How many items there are about, and those of members, which is to read the whole table."""
        from memberflow.store.models import Item, store_errors

        with store_errors(f"table {self.name} was not read"):
            return Item.describe_table()["ItemCount"], self._scan()

    def _scan(self) -> Iterator[Item]:
        from memberflow.store.models import Item, store_errors

        with store_errors(f"table {self.name} was not read"):
            yield from Item.scan(Item.pk.startswith("MEMBER#"), consistent_read=True)

    def about_tasks(self, roles: Iterable[str]) -> list[Member]:
        """The members about whom somebody of these roles has something to do."""
        from memberflow.store.models import store_errors
        from memberflow.store.reading import load
        from memberflow.store.tasks import waiting_members

        with store_errors(f"table {self.name} was not read"):
            waiting = [member_id for role in roles for member_id in waiting_members(role)]
            return [stored.member for stored in load(waiting).values()]

    def parked(self) -> list[Parked]:
        """Of the last PARKED_DAYS days."""
        today = self.now() // DAY
        return [one for back in range(PARKED_DAYS) for one in self.parked_on(day_to_date(today - back).isoformat())]

    def parked_on(self, day: str) -> list[Parked]:
        from memberflow.store.models import store_errors
        from memberflow.store.parking import parked_on

        with store_errors(f"table {self.name} was not read"):
            return parked_on(day)

    def runs(self) -> list[Item]:
        """Of the last twelve months."""
        from memberflow.store.models import Item, run_key, store_errors

        today = day_to_date(self.now() // DAY)
        months = [f"{year}-{month + 1:02d}" for year, month in (divmod(_month(today) - back, 12) for back in range(12))]
        with store_errors(f"table {self.name} was not read"):
            return [item for month in months for item in Item.query(run_key(month)[0])]

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def member_ids(self) -> list[str]:
        """None: to find them is to read the whole table."""
        return []


def _month(day: date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1


def named(given: dict[str, Any]) -> SavedTable | AwsTable:
    """What the options of ``tables`` name. Raises NoTable."""
    if given["aws_table"]:
        return AwsTable(given["aws_table"], given["region"])
    return SavedTable(given["table"])
