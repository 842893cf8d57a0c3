"""preview: a message as a member would get it, in a file that a browser opens."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from cli.main import main
from cli.sources import LOCAL
from memberflow.delivery import render
from memberflow.engine.member import Member, Standing
from memberflow.engine.outcome import Occurrence
from memberflow.engine.packed import pack
from memberflow.engine.rules import Rules
from memberflow.programme import author
from tests import notices
from tests.happened import at, day


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["preview", *arguments])


def page(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    return Path("preview.html").read_text()


def test_a_message_to_the_dormant_names_categories_of_the_programme() -> None:
    shown = page("wake_up", "--programme", "growth_value", "--language", "en")
    assert "There is something new in skin care, mother and baby, home" in shown


@pytest.mark.parametrize(
    ("language", "heading", "unsubscribe"), [("en", "Happy birthday", "Unsubscribe"), ("zh-CN", "祝您生日快乐", "退订")]
)
def test_a_mail_is_a_page_in_the_language_asked_for(language: str, heading: str, unsubscribe: str) -> None:
    shown = page("birthday", "--language", language)
    assert f'<html lang="{language}">' in shown
    assert f"{heading}</h1>" in shown
    assert f'<a href="https://example.com/unsubscribe" style="color:#6b6b6b;">{unsubscribe}</a>' in shown


def test_a_service_mail_offers_nothing_to_unsubscribe_from() -> None:
    assert "unsubscribe" not in page("upgrade").lower()


def test_the_page_is_written_where_it_is_asked_for() -> None:
    assert run("upgrade", "--out", "here.html").exit_code == 0
    assert "Platinum</h1>" in Path("here.html").read_text()


def test_a_message_without_html_is_set_as_text() -> None:
    shown = page("win_back")
    assert "<pre" in shown
    assert "It has been 90 days since your last order" in shown


def test_subject_and_text_are_told_besides() -> None:
    assert run("upgrade").stdout.startswith("Subject: Welcome to Platinum\n\nCongratulations!")


def test_an_unknown_journey_names_the_nearest() -> None:
    result = run("birtday")
    assert (result.exit_code, result.stderr) == (1, "memberflow: no journey 'birtday': did you mean 'birthday'?\n")


@pytest.fixture
def table() -> None:
    """Member m, who reads Chinese: silver, with 55 points; last away for 91 days."""
    for name, value in LOCAL.items():
        os.environ.setdefault(name, value)
    from memberflow.store import models

    now = at("2026-06-01")
    standing = Standing("silver", now, day("2026-06-01"))
    member = Member("m", enrolled_at=now, standings=[standing], lots=[[day("2027-01-01"), 55]], language="zh-CN")
    items: list[Any] = [models.MemberItem(*models.member_key("m"), state=pack(member), version=1)]
    for days in (90, 91):
        occurrence = Occurrence(
            id=f"win_back#{days}", journey="win_back", anchor=1, at=now + days, useful_until=now, data={"days": days}
        )
        body, key = msgspec.json.encode(occurrence).decode(), models.message_key("m", occurrence.id)
        items.append(models.MessageItem(*key, body=body, state="sent", known_at=now, changed_at=now))
    with gzip.open("table.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(item.to_dynamodb_dict()) + "\n" for item in items)


@pytest.mark.usefixtures("table")
def test_for_a_member_of_the_table_it_says_what_he_would_read() -> None:
    said = run("win_back", "--member", "m", "--table", "table.jsonl.gz").stdout
    assert "已经过去 91 天" in said
    assert "会员等级：白银会员\n当前积分：55" in said


@pytest.mark.usefixtures("table")
def test_another_language_than_his_own_can_be_asked_for() -> None:
    said = run("birthday", "--member", "m", "--table", "table.jsonl.gz", "--language", "en").stdout
    assert "Your tier: Silver\nYour points: 55" in said


@pytest.mark.usefixtures("table")
def test_an_unknown_member_is_told() -> None:
    result = run("birthday", "--member", "n", "--table", "table.jsonl.gz")
    assert (result.exit_code, result.stderr) == (1, "memberflow: member 'n' is unknown\n")


def test_a_subject_is_one_line_whatever_a_variable_says() -> None:
    shipped = author.ship(author.named("sample"))
    template = msgspec.structs.replace(shipped.messages["upgrade"]["en"], subject="Hello {{ reached }}")
    message = render.fill(template, {"reached": "a\r\nBcc: b", "points": 1}, "en", "")
    assert message.subject == "Hello a Bcc: b"


@pytest.mark.parametrize("text", ["{{ points / 0 }}", "{{ points.nothing }}", "{{ nothing }}", "{{ tier + 1 }}"])
def test_whatever_fails_in_a_template_is_told_as_one_error(text: str) -> None:
    shipped = author.ship(author.named("sample"))
    template = msgspec.structs.replace(shipped.messages["birthday"]["en"], text=text)
    with pytest.raises(render.UnrenderableMessage):
        render.fill(template, {"points": 1, "tier": "Silver"}, "en", "")


def test_every_journey_of_the_sample_renders_for_its_example_in_both_languages() -> None:
    rules = Rules(author.ship(author.named("sample")).programme)
    for journey in rules.journeys:
        for language in rules.programme.languages:
            assert run(journey, "--language", language).exit_code == 0


NOTICED = {
    "away": ("Away", "久别"),
    "badge": ("Badge Buyer", "徽章 买家"),
    "trial": ("Gold until 2026-03-31, 3 days", "黄金 至 2026-03-31，3 天"),
    "risk": ("Gold: 120.00 by 2026-03-31", "黄金：2026-03-31 前还差 120.00"),
    "near": ("120.00 to Gold", "距 黄金 还差 120.00"),
    "month": ("Your month", "生日月"),
}


@pytest.mark.parametrize("journey", NOTICED)
def test_what_is_noticed_of_a_member_is_shown_by_its_label_in_both_languages(folder: Path, journey: str) -> None:
    notices.write(folder / "notices")
    for language, subject in zip(("en", "zh-CN"), NOTICED[journey], strict=True):
        said = run(journey, "--programme", str(folder / "notices"), "--language", language).stdout
        assert said.startswith(f"Subject: {subject}\n")
