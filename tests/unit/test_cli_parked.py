"""parked: what could not be used, from a saved table and from one in AWS."""

from __future__ import annotations

import gzip
import json
import os
import random
import zlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import sources
from cli.main import main
from cli.sources import LOCAL, PARKED_DAYS, AwsTable
from memberflow.facts import rfc3339
from tests.happened import at

TABLE = "table.jsonl.gz"
LONG = "lines[0].amount: got 'twelve pounds and a half', expected an amount in GBP with a point, such as 12.50; " * 2


def parked(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["parked", "--table", TABLE, *arguments])


def shown(*arguments: str) -> str:
    result = parked(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def cells(text: str, name: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.split()[:1] == [name])


def parts_of(raw: bytes, when: str, digest: str, reason: str = "not JSON", size: int = 300_000) -> list[Any]:
    """The items of one parked input."""
    from memberflow.store.models import ParkedItem

    packed, moment = zlib.compress(raw), rfc3339(at(when))
    parts = [packed[start : start + size] for start in range(0, len(packed), size)]
    about = {"source": "orders", "reason": reason, "at": at(when), "parts": len(parts)}
    keys = [(f"PARKED#{moment[:10]}", f"{moment}#{digest}#{n:03d}") for n in range(len(parts))]
    return [ParkedItem(*key, part=part, **about) for key, part in zip(keys, parts, strict=True)]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in LOCAL.items():
        os.environ.setdefault(name, value)


def save(*items: Any) -> None:
    with gzip.open(TABLE, "wt") as file:
        file.writelines(json.dumps(item.to_dynamodb_dict()) + "\n" for item in items)


@pytest.fixture
def table() -> None:
    """One input on the first of March, four on the second: of these a line can be made of two."""
    save(
        *parts_of(b'{"n": 4}\r\n', "2026-03-02 12:00", "d"),
        *parts_of(b'{"n": 1}', "2026-03-01 10:00", "a"),
        *parts_of('{"n": "ä"}'.encode(), "2026-03-02 09:00", "b", LONG),
        *parts_of(b'{\n"n": 3}', "2026-03-02 10:00", "c"),
        *parts_of(b"\xff", "2026-03-02 11:00", "e"),
    )


@pytest.mark.usefixtures("table")
def test_without_a_day_the_days_are_counted() -> None:
    text = shown()
    assert cells(text, "2026-03-01") == ["2026-03-01", "1"]
    assert cells(text, "2026-03-02") == ["2026-03-02", "4"]


@pytest.mark.usefixtures("table")
def test_of_a_day_each_input_is_shown_in_order_with_its_source_and_the_whole_reason() -> None:
    text = shown("2026-03-02")
    arrived = [line.split()[0] for line in text.splitlines() if line.split() and line.split()[0].startswith("2026")]
    assert arrived == [f"2026-03-02T{hour}:00:00Z" for hour in ("09", "10", "11", "12")]
    assert cells(text, "2026-03-02T12:00:00Z")[1:] == ["orders", "not", "JSON"]
    assert " ".join(text.split()).count("such as 12.50;") == 2
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.usefixtures("table")
def test_the_inputs_are_written_as_lines_and_what_makes_no_line_is_counted() -> None:
    text = shown("2026-03-02", "--out", "again.jsonl")
    assert Path("again.jsonl").read_bytes() == b'{"n": "\xc3\xa4"}\n{"n": 4}\n'
    assert "again.jsonl: 2 inputs written." in text
    assert "Left out: 1 that contain newlines." in text
    assert "Left out: 1 that are not UTF-8." in text


def test_an_input_in_parts_is_one_and_whole_whatever_order_they_are_saved_in() -> None:
    raw = random.Random(1).randbytes(1000).hex().encode()
    save(*reversed(parts_of(raw, "2026-03-01 10:00", "a", size=100)))
    assert cells(shown(), "2026-03-01")[1] == "1"
    shown("2026-03-01", "--out", "again.jsonl")
    assert Path("again.jsonl").read_bytes() == raw + b"\n"


def test_where_nothing_was_parked_it_says_so() -> None:
    save()
    assert shown() == "Nothing was parked.\n"
    assert shown("2026-03-01") == "Nothing was parked on 2026-03-01.\n"


@pytest.mark.usefixtures("table")
def test_a_day_that_is_none_and_a_file_without_a_day_are_wrong_uses() -> None:
    result = parked("March")
    assert (result.exit_code, "'March' is not a date such as 2026-03-01" in result.stderr) == (2, True)
    result = parked("--out", "again.jsonl")
    assert (result.exit_code, "--out wants a day" in result.stderr) == (2, True)


def test_of_a_table_in_aws_the_last_days_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from memberflow.store.models import ParkedItem

    days = {"PARKED#2026-03-02": parts_of(b"1", "2026-03-02 09:00", "a"), "PARKED#2026-02-01": []}
    asked: list[str] = []

    def query(day: str) -> list[Any]:
        asked.append(day)
        return days.get(day, [])

    monkeypatch.setattr(ParkedItem, "query", query)
    monkeypatch.setattr(sources, "named", lambda given: object.__new__(AwsTable))
    monkeypatch.setattr(AwsTable, "now", lambda self: at("2026-03-02 12:00"))
    monkeypatch.setattr(AwsTable, "name", "members", raising=False)
    assert cells(shown("--aws-table", "members"), "2026-03-02")[1] == "1"
    assert (asked[0], asked[-1], len(asked)) == ("PARKED#2026-03-02", "PARKED#2026-02-01", PARKED_DAYS)
    days.clear()
    assert shown("--aws-table", "members") == "Nothing was parked in the last 30 days.\n"
