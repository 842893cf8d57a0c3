"""Files of facts and what simulate makes of them: every line is judged, the good ones are folded."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import main

Event = dict[str, Any]


def paid(member: str, order: str, at: str, amount: str = "10.00", **other: Any) -> Event:
    event = {"type": "order.paid", "member_id": member, "order_id": order, "occurred_at": at}
    return event | {"amount": amount, "currency": "GBP"} | other


MAY = paid("may", "o1", "2026-03-01T10:00:00Z", "350.00")
JUNE = paid("june", "o2", "2026-03-02T10:00:00Z")
KIT = paid("kit", "o3", "2026-03-03T10:00:00Z")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, *events: Event | str) -> None:
    lines = [event if isinstance(event, str) else json.dumps(event) for event in events]
    raw = ("\n".join(lines) + "\n").encode()
    Path(path).write_bytes(gzip.compress(raw) if path.endswith(".gz") else raw)


def simulate(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["simulate", "--programme", "sample", *arguments])


def lines(*arguments: str) -> list[dict[str, Any]]:
    result = simulate(*arguments, "--out", "-")
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def row(result: Result, name: str) -> str:
    """The line of the summary that begins with a name."""
    return next(line for line in result.output.splitlines() if line.split()[:1] == [name])


def test_there_is_a_line_for_each_member_by_id_with_its_keys_sorted(folder: Path) -> None:
    write("facts.jsonl", MAY, KIT, JUNE)
    found = lines("--facts", "facts.jsonl")
    assert [line["member_id"] for line in found] == ["june", "kit", "may"]
    assert found[2]["tier"] == "silver"
    assert list(found[2]) == sorted(found[2])


def test_the_order_of_the_lines_changes_nothing(folder: Path) -> None:
    write("facts.jsonl", MAY, JUNE, KIT)
    write("other.jsonl", KIT, MAY, JUNE)
    assert lines("--facts", "facts.jsonl") == lines("--facts", "other.jsonl")


def test_several_files_are_one_plain_or_packed(folder: Path) -> None:
    write("a.jsonl", MAY)
    write("b.jsonl.gz", JUNE)
    write("c.jsonl", KIT)
    assert len(lines("--facts", "a.jsonl", "b.jsonl.gz", "--facts", "c.jsonl")) == 3


def test_lines_on_standard_output_are_not_mixed_with_the_summary(folder: Path) -> None:
    write("facts.jsonl", MAY)
    result = simulate("--facts", "facts.jsonl", "--out", "-")
    assert json.loads(result.stdout)["member_id"] == "may"
    assert "silver 1" in result.stderr


def test_without_out_there_is_the_summary_only(folder: Path) -> None:
    write("facts.jsonl", MAY)
    result = simulate("--facts", "facts.jsonl")
    assert "member_id" not in result.stdout
    assert "silver 1" in row(result, "tiers")
    assert "earned 350" in row(result, "points")
    assert "upgrade 1" in row(result, "occurrences")


def test_the_last_fact_is_the_end_where_none_is_given(folder: Path) -> None:
    write("facts.jsonl", KIT, MAY)
    assert "at 2026-03-03 10:00" in simulate("--facts", "facts.jsonl").output


def test_facts_after_the_end_are_left_out_and_counted(folder: Path) -> None:
    write("facts.jsonl", MAY, JUNE, KIT)
    result = simulate("--facts", "facts.jsonl", "--until", "2026-03-02")
    assert "2 members at 2026-03-02 23:59" in result.output
    assert "after the end 1" in row(result, "lines")


def test_time_goes_on_to_the_end_after_the_last_fact(folder: Path) -> None:
    write("facts.jsonl", MAY)
    assert lines("--facts", "facts.jsonl", "--until", "2027-03-02")[0]["tier"] == "member"


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "2026-03-01T10:00", "1772359200"])
def test_an_end_that_is_no_moment_says_what_would_be(folder: Path, text: str) -> None:
    write("facts.jsonl", MAY)
    result = simulate("--facts", "facts.jsonl", "--until", text)
    assert result.exit_code == 2
    assert text in result.output
    assert "2026-03-01T12:00:00Z" in result.output


def test_a_fact_told_twice_counts_once(folder: Path) -> None:
    write("facts.jsonl", MAY, MAY)
    result = simulate("--facts", "facts.jsonl", "--strict")
    assert result.exit_code == 0
    assert "used 1   duplicates 1   conflicts 0" in row(result, "lines")


def test_of_two_facts_with_one_id_the_first_stands(folder: Path) -> None:
    write("facts.jsonl", MAY, MAY | {"amount": "1.00"})
    assert lines("--facts", "facts.jsonl")[0]["points"] == 350
    result = simulate("--facts", "facts.jsonl")
    assert "conflicts 1" in row(result, "lines")
    assert "facts.jsonl:2: order.paid o1: other content at facts.jsonl:1" in result.output


def test_ids_are_the_member_s_own(folder: Path) -> None:
    write("facts.jsonl", MAY, MAY | {"member_id": "june", "amount": "1.00"})
    assert [line["points"] for line in lines("--facts", "facts.jsonl")] == [1, 350]


def test_a_later_fact_does_not_stand_in_the_way_of_one_with_its_id(folder: Path) -> None:
    write("facts.jsonl", MAY | {"occurred_at": "2026-04-01T10:00:00Z", "amount": "1.00"}, MAY)
    assert lines("--facts", "facts.jsonl", "--until", "2026-03-31")[0]["points"] == 350


def test_bad_lines_are_counted_and_the_first_five_told_with_their_places(folder: Path) -> None:
    write("facts.jsonl", MAY, "not json", *(JUNE | {"amount": -n} for n in range(6)))
    result = simulate("--facts", "facts.jsonl")
    assert "decoded 1   used 1" in row(result, "lines")
    assert "bad 7" in row(result, "lines")
    assert "facts.jsonl:2: input: got 'not json', expected a JSON object" in result.output
    assert "facts.jsonl:6: amount: got -3, expected a decimal string" in result.output
    assert "facts.jsonl:7:" not in result.output
    assert "and 2 more" in result.output


def test_a_member_with_bad_lines_only_is_not_there(folder: Path) -> None:
    write("facts.jsonl", MAY, JUNE | {"currency": "EUR"})
    assert [line["member_id"] for line in lines("--facts", "facts.jsonl")] == ["may"]


@pytest.mark.parametrize("wrong", ["{}", json.dumps(MAY | {"amount": "1.00"})], ids=["bad", "conflict"])
def test_strict_ends_with_an_error_where_a_line_is_wrong(folder: Path, wrong: str) -> None:
    write("facts.jsonl", MAY, wrong)
    assert simulate("--facts", "facts.jsonl").exit_code == 0
    assert simulate("--facts", "facts.jsonl", "--strict").exit_code == 1


def test_the_first_members_to_appear_can_be_had_alone(folder: Path) -> None:
    write("facts.jsonl", KIT, MAY, JUNE, KIT | {"order_id": "o4"})
    assert [line["member_id"] for line in lines("--facts", "facts.jsonl", "--members", "2")] == ["kit", "may"]


def test_the_end_is_the_same_with_fewer_members(folder: Path) -> None:
    write("facts.jsonl", MAY, KIT)
    assert "at 2026-03-03 10:00" in simulate("--facts", "facts.jsonl", "--members", "1").output


@pytest.mark.parametrize(("text", "reason"), [("", "are empty"), ("{}\n", "expected one of")])
def test_files_without_a_usable_fact_say_so_in_one_line(folder: Path, text: str, reason: str) -> None:
    Path("facts.jsonl").write_text(text)
    result = simulate("--facts", "facts.jsonl")
    assert result.exit_code == 1
    assert result.stderr.startswith("memberflow: ")
    assert reason in result.stderr


def test_an_end_before_everything_says_so_in_one_line(folder: Path) -> None:
    write("facts.jsonl", MAY)
    result = simulate("--facts", "facts.jsonl", "--until", "2026-02-28")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "no fact in the files happened before the end" in result.stderr


def test_a_damaged_gzip_file_is_named(folder: Path) -> None:
    Path("facts.gz").write_bytes(gzip.compress(json.dumps(MAY).encode())[:-12])
    result = simulate("--facts", "facts.gz")
    assert (result.exit_code, result.stderr.split(": ")[:2]) == (1, ["memberflow", "facts.gz"])


def test_a_programme_that_is_not_there_is_one_line(folder: Path) -> None:
    write("facts.jsonl", MAY)
    result = CliRunner().invoke(main, ["simulate", "--programme", "sampel", "--facts", "facts.jsonl"])
    assert result.exit_code == 1
    assert result.stderr.startswith("memberflow: sampel: no such file")


def test_a_missing_file_is_a_wrong_use(folder: Path) -> None:
    assert simulate("--facts", "missing.jsonl").exit_code == 2


def test_targets_stand_beside_what_was_reached(folder: Path) -> None:
    """Three members of whom one bought again; nobody a year before, so nobody can have gone."""
    write("facts.jsonl", MAY, KIT, JUNE, paid("may", "o4", "2026-03-04T10:00:00Z"))
    shown = {
        line.split("  ")[0].strip(): line.split() for line in simulate("--facts", "facts.jsonl").output.splitlines()
    }
    assert shown["repurchase"][1:8] == ["at", "least", "35", "%", "33.3", "%", "no"]
    assert shown["repurchase"][8:] == ["1", "of", "3", "members", "with", "an", "order", "had", "another"]
    assert "nothing to tell yet" in " ".join(shown["churn"])
    assert shown["point use"][-3:] == ["spent,", "380", "earned"]


def test_what_is_not_met_is_not_rounded_to_look_as_if_it_were(folder: Path) -> None:
    write("facts.jsonl", *(paid(f"m{n}", f"a{n}", "2026-03-01T10:00:00Z") for n in range(2000)), *EDGE)
    found = row(simulate("--facts", "facts.jsonl"), "repurchase")
    assert "34.9 %" in found
    assert " no " in found


EDGE = [paid(f"m{n}", f"b{n}", "2026-03-02T10:00:00Z") for n in range(699)]
