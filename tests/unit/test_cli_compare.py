"""compare: the same facts under two programmes, before one goes live."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from memberflow.programme import author

SPENDS = {"a": "3000", "b": "9999.99", "c": "10000", "d": "14999.99", "e": "15000", "f": "100"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """value_tiers as it ships, and in later/ with gold from 15,000; six members, one order each."""
    monkeypatch.chdir(tmp_path)
    ships = author.SHIPPED / "value_tiers"
    page = (ships / "programme.yaml").read_text()
    assert page.count("{spend: 10000}") == 1
    Path("later").mkdir()
    Path("later/programme.yaml").write_text(page.replace("{spend: 10000}", "{spend: 15000}"))
    Path("later/messages").symlink_to(ships / "messages")
    head = {"currency": "CNY", "occurred_at": "2026-03-01T10:00:00+08:00"}
    lines = []
    for name, amount in SPENDS.items():
        lines.append({"type": "member.joined", "member_id": name, "occurred_at": "2026-01-01T10:00:00+08:00"})
        lines.append(head | {"type": "order.paid", "member_id": name, "order_id": name, "amount": amount})
    Path("facts.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


def compare(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["compare", *arguments, "--facts", "facts.jsonl"])


def rows(result: Result) -> dict[str, list[str]]:
    assert result.exit_code == 0, result.output
    cells = ([cell.strip() for cell in line.split("   ") if cell.strip()] for line in result.stdout.splitlines())
    return {row[0]: row[1:] for row in cells if len(row) == 3}


@pytest.mark.usefixtures("folder")
def test_gold_at_15000_against_10000_shows_members_by_tier_with_their_share_and_who_rose() -> None:
    told = rows(compare("value_tiers", "later"))
    assert told["tier gold"] == ["3 (50.0 %)", "1 (16.7 %)"]
    assert told["tier silver"] == ["2 (33.3 %)", "4 (66.7 %)"]
    assert told["tier base"] == ["1 (16.7 %)", "1 (16.7 %)"]
    assert told["ever rose"] == ["5 (83.3 %)", "5 (83.3 %)"]
    assert told["decisions: reached"] == ["5", "5"]


@pytest.mark.usefixtures("folder")
def test_what_grants_and_points_cost_is_beside_each_other() -> None:
    used = {
        "type": "points.redeemed",
        "member_id": "c",
        "occurred_at": "2026-03-02T10:00:00+08:00",
        "redemption_id": "r",
    }
    with Path("facts.jsonl").open("a") as file:
        file.write(json.dumps(used | {"points": 5000}) + "\n")
    told = rows(compare("points_club", "points_club"))
    assert told["points spent"] == ["5,000", "5,000"]
    assert told["cost of points, CNY"] == ["40.00", "40.00"]


@pytest.mark.usefixtures("folder")
def test_programmes_of_two_currencies_are_not_compared() -> None:
    result = compare("value_tiers", "sample")
    assert result.exit_code == 2
    assert "value_tiers counts in CNY, sample in GBP" in result.output
