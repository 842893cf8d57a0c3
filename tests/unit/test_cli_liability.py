"""liability, from files of facts and from a saved table."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from cli.sources import LOCAL
from memberflow import decoder
from memberflow.facts import encode

PROGRAMME = Path(__file__).parents[2] / "layers" / "programmes" / "sample"


def paid(member: str, at: str, amount: str) -> dict[str, Any]:
    event = {"type": "order.paid", "member_id": member, "order_id": at, "occurred_at": f"{at}T10:00:00Z"}
    return event | {"amount": amount, "currency": "GBP"}


def spent(member: str, at: str, points: int) -> dict[str, Any]:
    event = {"type": "points.redeemed", "member_id": member, "redemption_id": at, "occurred_at": f"{at}T10:00:00Z"}
    return event | {"points": points}


FACTS = [
    paid("may", "2025-01-10", "350.00"),
    spent("may", "2025-02-10", 280),
    paid("june", "2025-01-20", "50.00"),
    paid("june", "2026-02-10", "1200.00"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("facts.jsonl").write_text("".join(json.dumps(fact) + "\n" for fact in FACTS))
    return tmp_path


def liability(*arguments: str, facts: str = "facts.jsonl") -> Result:
    return CliRunner().invoke(main, ["liability", "--facts", facts, *arguments])


def rows(result: Result) -> list[list[str]]:
    assert result.exit_code == 0, result.output
    return [line.split() for line in result.stdout.splitlines()]


def test_it_shows_tiers_months_and_what_became_of_points() -> None:
    shown = rows(liability())
    assert ["gold", "1,200", "0", "9.60"] in shown
    assert ["2027-02", "1,200", "1,200", "█" * 32] in shown
    assert ["2025-01", "400", "0", "280", "120", "0", "30.0", "█" * 22 + "▒" * 10] in shown
    assert ["2026-02", "1,200", "0", "0", "0", "1,200", "0.0", "·" * 32] in shown


def test_breakage_is_that_of_settled_months_and_gives_what_to_reckon_with() -> None:
    said = liability().stdout
    assert "Breakage: 120 of 400 points of the settled months expired unspent, 30.0 %." in said
    assert "By that share, 6.72 of the 9.60 outstanding will be used." in said


def test_it_can_be_asked_as_of_any_date() -> None:
    shown = rows(liability("--until", "2025-12-31"))
    assert ["all", "120", "0", "0.96"] in shown
    assert "Breakage is not known yet: no month's points have all come to their end." in liability(
        "--until", "2025-12-31"
    ).stdout.replace("\n", " ")


def test_a_programme_without_a_cost_values_nothing(folder: Path) -> None:
    text = (PROGRAMME / "programme.yaml").read_text()
    (folder / "mine").mkdir()
    (folder / "mine" / "messages").symlink_to(PROGRAMME / "messages")
    (folder / "mine" / "programme.yaml").write_text(
        "".join(line for line in text.splitlines(keepends=True) if "  cost:" not in line)
    )
    result = liability("--programme", "mine")
    assert ["gold", "1,200", "0"] in rows(result)
    assert "cost" not in result.stdout


def test_a_sale_is_split_by_stand_alone_prices() -> None:
    shown = rows(liability("--sale", "800", "--points", "2000", "--worth", "0.012", "--use", "80"))
    assert ["goods", "800.00", "781.25"] in shown
    assert ["2,000", "points,", "of", "which", "80.0", "%", "are", "used", "19.20", "18.75"] in shown


def test_without_use_the_sale_is_split_by_what_history_shows() -> None:
    shown = rows(liability("--sale", "740", "--goods", "800", "--points", "2000", "--worth", "0.012"))
    assert ["goods", "800.00", "724.78"] in shown
    assert ["2,000", "points,", "of", "which", "70.0", "%", "are", "used", "16.80", "15.22"] in shown


def test_a_table_is_read_as_files_of_facts_are(folder: Path) -> None:
    for name, value in LOCAL.items():
        os.environ.setdefault(name, value)
    from memberflow.store.models import FactItem, fact_key

    facts = [decoder.decode(json.dumps(fact), "GBP") for fact in FACTS]
    items = [FactItem(*fact_key(fact), body=encode(fact).decode(), known_at=fact.at) for fact in facts]
    with gzip.open("table.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(item.to_dynamodb_dict()) + "\n" for item in items)
    asked = ["--until", "2026-03-01"]
    result = CliRunner().invoke(main, ["liability", "--table", "table.jsonl.gz", *asked])
    assert result.exit_code == 0
    assert result.stdout == liability(*asked).stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--sale", "800"), "--sale needs --points and --worth"),
        (("--sale", "800", "--points", "5", "--worth", "0.1", "--until", "2025-06-01"), "give --use"),
        (("--sale", "800", "--points", "5", "--worth", "0.1", "--use", "101"), "at most 100 percent"),
        (("--sale", "800.005", "--points", "5", "--worth", "0.1"), "finer than GBP can pay"),
        (("--sale", "-1"), "'-1' is not a number above zero"),
        (("--sale", "0"), "'0' is not a number above zero"),
        (("--sale", "1e3"), "'1e3' is not a number above zero"),
    ],
)
def test_what_can_not_be_split_says_why(arguments: tuple[str, ...], says: str) -> None:
    result = liability(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr.replace("\n", " ")
