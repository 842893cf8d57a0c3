"""Every key of a programme has an example in the reference, and every example is of a programme that works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from cli import cdnow, examples, reference, synthetic
from memberflow import decoder
from memberflow.engine.calendar import DAY
from memberflow.engine.fold import fold
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import compiled
from memberflow.programme import author, source
from memberflow.programme.schema import Programme, Shipped

PROGRAMMES = examples.programmes()
TEMPLATE = "Subject: Hello\n\nHello, {{ tier }}.\n"


def written(folder: Path, data: dict[str, Any]) -> Shipped:
    """The programme with a template for each of its messages; nothing is wrong with it."""
    (folder / "messages").mkdir()
    for key in (journey["message"] for journey in data.get("journeys", {}).values() if "message" in journey):
        for language in data["languages"]:
            (folder / "messages" / f"{key}.{language}.txt").write_text(TEMPLATE)
    (folder / "programme.yaml").write_text(examples.flow(data))
    shipped, problems = author.read(folder)
    assert [str(problem) for problem in problems] == []
    assert shipped is not None
    return shipped


@pytest.mark.parametrize("number", range(len(PROGRAMMES)))
def test_an_example_is_of_a_programme_that_is_right_and_can_be_run(number: int, tmp_path: Path) -> None:
    rules = compiled(written(tmp_path, PROGRAMMES[number]))
    end = rules.zone.moment(0) + (10_500 * DAY)
    enrolled = 0
    for customer, bought in cdnow.made_up(30).items():
        life = synthetic.Life(rules, customer, bought).events()
        facts = [decoder.decode(msgspec.json.encode(event), "GBP") for event in life]
        member = fold(rules, f"cd-{customer}", facts, end, Outcome())
        enrolled += member.enrolled_at is not None
    assert enrolled == 30


@pytest.mark.parametrize(("path", "kind"), list(reference.shapes("", Programme, set())), ids=lambda part: str(part))
def test_every_key_has_an_example(path: str, kind: type[msgspec.Struct]) -> None:
    shown = examples.by_key()
    keys = [field.encode_name for field in msgspec.structs.fields(kind)]
    without = [f"{path}.{key}: put it into {examples.FILE.name}" for key in keys if (kind, key) not in shown]
    assert without == []


def test_the_reference_shows_the_examples_as_they_are_written() -> None:
    assert "| `after: 90 days` |" in reference.text()
    for data in PROGRAMMES:
        assert source.parse(examples.flow(data).encode()).data == data
