"""Whatever ships has no mistake, and speaks English and Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest

from memberflow.programme import author

PROGRAMMES = sorted(author.SHIPPED.glob("*/programme.yaml")) + sorted(Path(__file__).parent.glob("*/programme.yaml"))


@pytest.mark.parametrize("file", PROGRAMMES, ids=lambda file: file.parent.name)
def test_a_shipped_programme_has_no_problem_and_every_message_in_both_languages(file: Path) -> None:
    shipped, problems = author.read(file.parent)
    assert [str(problem) for problem in problems] == []
    assert shipped is not None
    assert shipped.programme.programme == file.parent.name
    assert {"en", "zh-CN"} <= set(shipped.programme.languages)
    assert {journey.message for journey in shipped.programme.journeys.values() if journey.message} == set(
        shipped.messages
    )
    for texts in shipped.messages.values():
        assert {"en", "zh-CN"} <= set(texts)
