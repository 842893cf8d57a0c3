"""lift, reading a saved table whose messages ended as they please."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from cli.main import main
from cli.sources import LOCAL
from memberflow.engine.fold import fold
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact, Merged, encode
from memberflow.programme import author
from tests.happened import at, order

RULES = Rules(author.ship(author.named("sample")).programme)
NOW = at("2026-12-01")
SILENT: list[AnyFact] = [order("2026-01-01 10:00", "50")]
BACK: list[AnyFact] = [*SILENT, order("2026-04-11 10:00", "20")]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["lift", *arguments])


def row(text: str, name: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.split()[:1] == [name]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, value in LOCAL.items():
        os.environ.setdefault(name, value)
    return tmp_path


def save(*members: tuple[list[AnyFact], str]) -> None:
    """Members away since New Year, who are missed on 1 April, what they did and how that message ended."""
    from memberflow.store.models import RunItem, run_key

    items: list[Any] = [RunItem(*run_key("2026-12-01"), until=NOW, shards=1, started_at=NOW, changed_at=NOW)]
    for number, (facts, outcome) in enumerate(members):
        items += _of_member(f"m-{number}", facts, outcome)
    Path(".cache").mkdir(exist_ok=True)
    with gzip.open(".cache/demo.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(item.to_dynamodb_dict()) + "\n" for item in items)


def _of_member(member_id: str, facts: list[AnyFact], outcome: str) -> Iterator[Any]:
    from memberflow.store import changes, models
    from memberflow.store.reading import Stored

    known, out = [replace(fact, member_id=member_id) for fact in facts], Outcome()
    change = changes.change_of(RULES, Stored(fold(RULES, member_id, known, NOW, out)), out, NOW)
    yield change.member
    yield from (models.FactItem(*models.fact_key(f), body=encode(f).decode(), known_at=f.at) for f in known)
    for item in change.items:
        if isinstance(item, models.MessageItem) and "win_back#" in item.sk:
            item.state, _, item.reason = outcome.partition(": ")
            item.reason = item.reason or None
        yield item


def test_returns_and_lift_are_told_as_of_the_last_run() -> None:
    save(*[(BACK, "sent")] * 24, *[(SILENT, "sent")] * 16, *[(BACK, "withheld: holdout")] * 3,
         *[(SILENT, "withheld: holdout")] * 27, (SILENT, "withheld: consent"))  # fmt: skip
    result = run()
    assert result.exit_code == 0, result.output
    assert "What messages brought back up to 2026-12-01 00:00 Europe/London" in result.stdout
    returns, lift = row(result.stdout, "win_back")
    # Who came back in April is missed again in July, and does not come back.
    assert returns == ["win_back", "30", "days", "64", "24", "37.5", "0"]
    assert lift[1:8] == ["40", "60.0", "12.00", "30", "10.0", "2.00", "+50.0"]
    assert " ".join(lift[8:]) == "+28.1 to +65.1: more came back"


def test_of_few_members_no_lift_is_told() -> None:
    save(*[(BACK, "sent")] * 40, *[(SILENT, "withheld: holdout")] * 29)
    assert row(run().stdout, "win_back")[1][4:] == ["29", "0.0", "0.00", "fewer", "than", "30", "on", "a", "side"]


def test_without_anybody_held_out_rates_alone_are_told() -> None:
    save((SILENT, "sent"))
    assert row(run().stdout, "win_back") == [["win_back", "30", "days", "1", "0", "0.0", "0"]]


def test_who_was_merged_into_another_is_left_out() -> None:
    merged = Merged(at=at("2026-05-01"), id="x", member_id="m", into="m-1", operator="op", reason="twice")
    save(([*BACK, merged], "sent"), (SILENT, "sent"))
    assert row(run().stdout, "win_back") == [["win_back", "30", "days", "1", "0", "0.0", "0"]]


def test_a_programme_that_counts_nothing_is_an_error() -> None:
    result = run("--programme", "rfm_classic")
    assert result.exit_code == 1
    assert result.stderr == (
        "memberflow: no journey of rfm_classic counts orders (say counts_within, such as 30 days)\n"
    )


def test_without_a_table_it_says_how_to_get_one() -> None:
    result = run()
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "no such file" in result.stderr
