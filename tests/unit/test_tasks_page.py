"""The page about tasks shows a programme that can be used, and events that can be sent."""

from __future__ import annotations

from pathlib import Path

from memberflow.decoder import decode
from memberflow.programme import author

PAGE = Path(__file__).parents[2] / "docs" / "tasks.md"
HEAD = """\
programme: club
currency: CNY
time_zone: Asia/Shanghai
languages: [en, zh-CN]
points: {earn: {per: 1}}
tiers:
  levels:
    - {name: member, label: {en: Member, zh-CN: 会员}}
    - {name: gold, label: {en: Gold, zh-CN: 黄金会员}, enter: {spend: 5000}}
"""


def examples(language: str) -> list[str]:
    return [part.split("```")[0] for part in PAGE.read_text().split(f"```{language}\n")[1:]]


def test_the_example_on_the_page_has_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    for key in ("form", "dear"):
        for language in ("en", "zh-CN"):
            (tmp_path / "messages" / f"{key}.{language}.txt").write_text("Subject: Hello\n\n{{ tier }}\n")
    (tmp_path / "programme.yaml").write_text(HEAD + examples("yaml")[0])
    assert [str(problem) for problem in author.read(tmp_path)[1]] == []


def test_the_events_on_the_page_are_taken() -> None:
    assert [decode(event, "CNY").kind for event in examples("json")] == ["task.done", "survey.answered"]
