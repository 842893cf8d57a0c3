"""The page about benefits shows a programme that can be used."""

from __future__ import annotations

from pathlib import Path

from memberflow.programme import author

PAGE = Path(__file__).parents[2] / "docs" / "benefits.md"
HEAD = """\
programme: club
currency: CNY
time_zone: Asia/Shanghai
languages: [en, zh-CN]
points: {earn: {per: 1}}
"""


def test_the_example_on_the_page_has_no_mistake(tmp_path):
    example = PAGE.read_text().split("```yaml\n")[1].split("```")[0]
    (tmp_path / "programme.yaml").write_text(HEAD + example)
    assert [str(problem) for problem in author.read(tmp_path)[1]] == []
