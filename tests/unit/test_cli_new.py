"""A copy of a shipped programme to edit: whole, under its own name, and never over what is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from memberflow.programme import author


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def new(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["new", *arguments])


@pytest.mark.parametrize("model", author.shipped())
def test_the_copy_is_the_shipped_programme_under_its_own_name(model: str, folder: Path) -> None:
    assert new("corner_shop", "--from", model).exit_code == 0
    shipped, problems = author.read(folder / "corner_shop")
    assert problems == author.read(author.named(model))[1] == []
    assert shipped is not None
    assert shipped.programme.programme == "corner_shop"
    was, now = (path / "programme.yaml" for path in (author.named(model), folder / "corner_shop"))
    changed = [
        (one, other)
        for one, other in zip(was.read_text().splitlines(), now.read_text().splitlines(), strict=True)
        if one != other
    ]
    assert changed == [(f"programme: {model}", "programme: corner_shop")]


def test_later_pages_are_renamed_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new("first", "--from", "sample")
    page = folder / "first" / "programme.yaml"
    (folder / "first" / "programme.2027-01-01.yaml").write_text(page.read_text())
    monkeypatch.setattr(author, "SHIPPED", folder)
    assert new("second", "--from", "first").exit_code == 0
    shipped = author.ship(folder / "second")
    assert [page.programme for page in shipped.revisions.values()] == ["second"]


def test_it_lists_what_to_change_first_with_its_line() -> None:
    said = new("corner_shop", "--from", "value_tiers").stdout
    for what in (
        "currency     CNY  (corner_shop/programme.yaml:4)",
        "zone         Asia/Shanghai  (corner_shop/programme.yaml:5)",
        "thresholds   silver {spend: 3000}, gold {spend: 10000}, platinum {spend: 50000}, black by invitation",
        "costs        of a point none yet; none yet for five_off, ten_off",
        "languages    zh-CN, en  (corner_shop/programme.yaml:6)",
        "texts        16 files  (corner_shop/messages)",
        "senders      app, email, sms",
        "unsubscribe  a key",
        "memberflow check corner_shop",
        "memberflow simulate --programme corner_shop",
        "Programme=corner_shop",
    ):
        assert what in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["Corner-Shop"],
            "'Corner-Shop' can't be the name of a programme: expected lower-case letters, digits and under",
        ),
        (["../shop"], "'../shop' can't be the name of a programme"),
        (["sample"], "'sample' is the name of a shipped programme: choose another"),
        (["shop", "--from", "value_tier"], "'value_tier' is not a shipped programme (did you mean 'value_tiers'?)"),
        (["there"], "there is there already, and is left as it is: choose another name"),
    ],
)
def test_what_can_not_be_made_is_told_in_one_line_and_nothing_is_written(
    arguments: list[str], says: str, folder: Path
) -> None:
    (folder / "there").write_text("mine")
    result = new(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"memberflow: {says}")
    assert result.stderr.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["there"]
    assert (folder / "there").read_text() == "mine"
