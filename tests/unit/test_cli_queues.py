"""candidates and abnormal, reading a table made by folding members of a programme with both."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from cli.main import main
from cli.sources import LOCAL
from memberflow.engine.fold import fold
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact
from memberflow.programme import author
from tests.happened import at, order

TABLE = "table.jsonl.gz"
BLACK = (
    "    - name: black\n      label: {en: Black, zh-CN: 黑卡}\n      by: invitation\n      eligible: {spend: 10000}\n"
)


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(main, [*arguments, "--table", TABLE, "--programme", "club"])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def club(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rules:
    monkeypatch.chdir(tmp_path)
    for name, value in LOCAL.items():
        os.environ.setdefault(name, value)
    sample = author.named("sample")
    text = (sample / "programme.yaml").read_text().replace("\njourneys:", f"{BLACK}\njourneys:", 1)
    Path("club").mkdir()
    Path("club/programme.yaml").write_text(
        text.replace("  levels:\n", "  abnormal: {times: 10, at_least: 1000}\n  levels:\n")
    )
    Path("club/messages").symlink_to(sample / "messages")
    return Rules(author.ship("club").programme)


def save(rules: Rules, **members: tuple[AnyFact, ...]) -> None:
    with gzip.open(TABLE, "wt") as file:
        for name, facts in members.items():
            items = _of_member(rules, name, facts)
            file.writelines(json.dumps(item.to_dynamodb_dict()) + "\n" for item in items)


def _of_member(rules: Rules, name: str, facts: tuple[AnyFact, ...]) -> list[Any]:
    from memberflow.store import changes
    from memberflow.store.reading import Stored

    out, now = Outcome(), at("2026-06-01")
    member = fold(rules, name, [replace(fact, member_id=name) for fact in facts], now, out)
    change = changes.change_of(rules, Stored(member), out, now)
    return [change.member, *change.items]


def rows(text: str, name: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.split()[:1] == [name]]


def test_candidates_are_listed_with_what_made_them_one(club: Rules) -> None:
    save(club, amy=(order("2026-03-01 10:00", "10000"),), bob=(order("2026-03-01 10:00", "9999"),))
    text = shown("candidates")
    (row,) = rows(text, "amy")
    assert row[1:5] == ["platinum", "black", "2026-03-01", "10:00"]
    assert "spend 10,000.00 of 10,000.00" in text
    assert rows(text, "bob") == []
    assert "1 candidates" in text


def test_orders_to_be_judged_are_listed_the_longest_waiting_first(club: Rules) -> None:
    first = order("2026-01-01 10:00", "110", id="a")
    save(
        club,
        amy=(first, order("2026-03-02 10:00", "5000", id="big")),
        bob=(first, order("2026-03-01 10:00", "1000", id="large")),
        cid=(first, order("2026-03-01 10:00", "999.99", id="dear")),
    )
    text = shown("abnormal")
    assert rows(text, "amy") == [["amy", "member", "big", "2026-03-02", "10:00", "5,000.00", "1,000.00"]]
    assert rows(text, "bob") == [["bob", "member", "large", "2026-03-01", "10:00", "1,000.00", "1,000.00"]]
    assert text.index("bob") < text.index("amy")
    assert "cid" not in text
    assert "2 orders to judge" in text


def test_where_nobody_waits_that_is_said(club: Rules) -> None:
    save(club, amy=(order("2026-01-01 10:00", "110"),))
    assert "0 candidates" in shown("candidates")
    assert "0 orders to judge" in shown("abnormal")
