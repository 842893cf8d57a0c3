"""The pages about programmes: the list of keys is that of the types, and the example of points can be used."""

from __future__ import annotations

from pathlib import Path

from cli import reference
from memberflow.programme import author

PAGE = Path(__file__).parents[2] / "docs" / "points.md"
HEAD = """\
programme: club
currency: CNY
time_zone: Asia/Shanghai
languages: [en, zh-CN]
tiers:
  levels:
    - {name: base, label: {en: Base, zh-CN: 会员}}
    - {name: gold, label: {en: Gold, zh-CN: 黄金}, enter: {growth: 1000}}
"""


def test_the_list_of_keys_on_disk_is_up_to_date() -> None:
    assert reference.FILE.read_text() == reference.text()


def test_the_list_of_keys_has_every_key_of_the_example(tmp_path: Path) -> None:
    keys = (
        "by_tier",
        "idle",
        "per_day",
        "usable_on",
        "round_up_to",
        "never_for",
        "zero_points",
        "reserve_for",
        "theirs",
    )
    assert [key for key in keys if f"| `{key}` |" not in reference.text()] == []


def test_the_example_of_points_has_no_mistake(tmp_path: Path) -> None:
    example = PAGE.read_text().split("```yaml\n")[1].split("```")[0]
    (tmp_path / "programme.yaml").write_text(HEAD + example)
    assert [str(problem) for problem in author.read(tmp_path)[1]] == []
