"""Commands that change a table saved by the demo: they do so in a local stack of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.feed import local_stack
from cli.main import main
from memberflow.programme import author
from tests.functional.conftest import joined, order


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "table.jsonl.gz"
    with local_stack(author.ship(author.named("sample"))) as stack:
        stack.put_activities([joined("m-1", birthday="1990-05-17"), joined("m-2")])
        stack.put_orders([order(name, "o-1", "2026-03-01T10:00:00Z", "320.00") for name in ("m-1", "m-2")])
        stack.pump()
        stack.save(path)
    return path


def run(file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--table", str(file)])


def test_a_member_is_erased_in_the_file_and_the_others_stay(file: Path) -> None:
    assert run(file, "verify").stdout == "ok: 2 members, 4 facts, 0 violations\n"
    told = run(file, "erase", "m-1", "--yes")
    assert (told.exit_code, told.stdout.splitlines()[0]) == (0, "m-1 erased: 7 items of his, 0 parked inputs.")
    assert run(file, "verify").stdout == "ok: 2 members, 3 facts, 0 violations\n"
    record = json.loads(run(file, "export", "m-1", "--out", "-").stdout)["record"]
    assert {kind: len(items) for kind, items in record.items()} == {"fact": 1, "member": 1}
    assert json.loads(run(file, "export", "m-2", "--out", "-").stdout)["record"]["message"]
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_who_is_unknown_is_not_erased_and_the_file_stays_as_it_was(file: Path) -> None:
    before = file.read_bytes()
    told = run(file, "erase", "m-3", "--yes")
    assert (told.exit_code, told.stderr) == (1, "memberflow: nothing is known of 'm-3'\n")
    assert file.read_bytes() == before
