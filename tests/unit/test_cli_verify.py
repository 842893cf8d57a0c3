"""verify, reading tables made by folding members of the sample programme."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from cli import screen, sources
from cli.main import main
from cli.sources import LOCAL
from memberflow.engine.fold import fold
from memberflow.engine.member import Member, Standing
from memberflow.engine.outcome import Outcome
from memberflow.engine.packed import pack, unpack
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact, encode
from memberflow.programme import author
from tests.happened import at, order, redeem, refund

TABLE = "table.jsonl.gz"
MEMBERS = ("m-1", "m-2", "m-3")
FACTS: tuple[AnyFact, ...] = (
    order("2026-03-01 10:00", "350", id="a"),
    redeem("2026-03-05 10:00", 120, id="r"),
    refund("2026-03-06 10:00", "5", of="a", id="back"),
    order("2026-04-01 10:00", "20", id="b"),
)


def verify(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["verify", "--table", TABLE, *arguments])


def cells(text: str, name: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.split()[:1] == [name]]


@pytest.fixture
def items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Three members as the functions would have written them; to be saved by ``save``."""
    monkeypatch.chdir(tmp_path)
    for name, value in LOCAL.items():
        os.environ.setdefault(name, value)
    rules = Rules(author.ship(author.named("sample")).programme)
    return [item for member_id in MEMBERS for item in _of_member(rules, member_id)]


def _of_member(rules: Rules, member_id: str) -> list[Any]:
    from memberflow.store import changes, models
    from memberflow.store.reading import Stored

    facts, out = [replace(fact, member_id=member_id) for fact in FACTS], Outcome()
    member = fold(rules, member_id, facts, at("2026-06-01"), out)
    change = changes.change_of(rules, Stored(member), out, at("2026-06-01"))
    known = [models.FactItem(*models.fact_key(f), body=encode(f).decode(), known_at=f.at) for f in facts]
    return [*known, change.member, *change.items]


def save(items: list[Any]) -> None:
    with gzip.open(TABLE, "wt") as file:
        file.writelines(json.dumps(item.to_dynamodb_dict()) + "\n" for item in items)


def item_of(items: list[Any], member_id: str, sk: str) -> Any:
    return next(item for item in items if (item.pk, item.sk) == (f"MEMBER#{member_id}", sk))


def change(items: list[Any], tamper: Callable[[Member], object]) -> None:
    """Does something to the second member's state and saves all."""
    item = item_of(items, "m-2", "MEMBER")
    member = unpack(item.state)
    tamper(member)
    item.state = pack(member)
    save(items)


def test_a_table_that_follows_from_its_facts_is_ok(items: list[Any]) -> None:
    save(items[::-1])
    result = verify()
    assert (result.exit_code, result.output) == (0, "ok: 3 members, 12 facts, 0 violations\n")


def test_a_lot_that_was_changed_is_shown_with_its_member_and_what_is_right(items: list[Any]) -> None:
    change(items, lambda member: member.lots[0].__setitem__(1, 999))
    result = verify()
    assert result.exit_code == 1
    (balance, earned, lots) = cells(result.stdout, "m-2")
    assert balance[1:] == ["balance", "of", "the", "statement", "1019", "245"]
    assert earned[1:3] == ["points", "earned"]
    assert lots[1] == "lots"
    assert "999" in lots[2]
    assert "225" in lots[3]
    assert not cells(result.stdout, "m-1") + cells(result.stdout, "m-3")
    assert result.stdout.endswith("wrong: 3 members, 12 facts, 3 violations\n")


@pytest.mark.parametrize(
    ("tamper", "what"),
    [
        (lambda member: setattr(member, "debt", 4), "debt"),
        (lambda member: member.standings.append(Standing("gold", 0, 0)), "standings"),
        (lambda member: member.days[0].__setitem__(1, 0), "days"),
    ],
)
def test_so_is_a_debt_a_tier_or_a_day(items: list[Any], tamper: Callable[[Member], object], what: str) -> None:
    change(items, tamper)
    result = verify()
    assert result.exit_code == 1
    assert what in [row[1] for row in cells(result.stdout, "m-2")]


def test_a_fact_that_is_gone_is_a_violation_of_its_member(items: list[Any]) -> None:
    items.remove(item_of(items, "m-3", "FACT#order.paid#b"))
    save(items)
    result = verify()
    assert result.exit_code == 1
    assert ["m-3", "facts", "4", "3"] in cells(result.stdout, "m-3")
    assert not cells(result.stdout, "m-2")


def test_an_item_that_can_not_be_read_is_one_too_and_the_others_are_checked_all_the_same(items: list[Any]) -> None:
    item_of(items, "m-2", "MEMBER").state = b"\x78not compressed"
    item_of(items, "m-1", "FACT#order.paid#b").body = "{"
    save(items)
    result = verify()
    assert result.exit_code == 1
    assert [cells(result.stdout, member_id)[0][1:3] for member_id in MEMBERS[:2]] == [["an", "item"]] * 2
    assert result.stdout.endswith("wrong: 3 members, 4 facts, 2 violations\n")


def test_another_programme_than_the_table_s_shows(items: list[Any]) -> None:
    shutil.copytree(author.named("sample"), "mine")
    file = Path("mine/programme.yaml")
    file.write_text(file.read_text().replace("expiry: {after: 12", "expiry: {after: 6"))
    save(items)
    result = verify("--programme", "mine")
    assert result.exit_code == 1
    assert {row[1] for row in cells(result.stdout, "m-1")} == {"lots"}


def test_a_long_check_says_on_stderr_how_far_it_is(items: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "PATIENCE", 0.0)
    save(items)
    result = verify()
    assert result.stdout == "ok: 3 members, 12 facts, 0 violations\n"
    assert "members: 3 of 3" in result.stderr
    assert f"items read: {len(items)} of {len(items)}" in result.stderr


def test_a_member_of_a_table_in_use_who_seems_wrong_is_read_again(
    items: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """He was written after some of his items had been read."""
    torn = [item for item in items if (item.pk, item.sk) != ("MEMBER#m-2", "FACT#order.paid#b")]

    class InUse(sources.AwsTable):
        def __init__(self) -> None:
            """Knows no region."""

        def of_members(self) -> tuple[int, Iterator[Any]]:
            return 0, iter(torn)

        def of_member(self, member_id: str) -> list[Any]:
            return [item for item in items if item.pk == f"MEMBER#{member_id}"]

    monkeypatch.setattr(sources, "named", lambda given: InUse())
    result = verify()
    assert (result.exit_code, result.output) == (0, "ok: 3 members, 12 facts, 0 violations\n")
