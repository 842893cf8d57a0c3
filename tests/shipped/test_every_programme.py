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


@pytest.mark.parametrize("file", PROGRAMMES, ids=lambda file: file.parent.name)
def test_a_programme_is_read_at_one_go(file: Path) -> None:
    """Survey, 4c.1: trigger, audience, hour, exit, purpose and holdout of everything are on one page."""
    lines = file.read_text().splitlines()
    assert len(lines) <= 220
    assert max(map(len, lines)) <= 140


@pytest.mark.parametrize("file", PROGRAMMES, ids=lambda file: file.parent.name)
def test_the_notice_that_points_expire_is_a_service_which_no_cap_on_marketing_keeps_back(file: Path) -> None:
    """Survey, 4c.6: what a member has to be told is no marketing."""
    programme = author.ship(file.parent).programme
    notices = [journey for journey in programme.journeys.values() if journey.trigger == "points_expiring"]
    assert all(notice.purpose == "service" for notice in notices)
    assert all(cap.purpose == "marketing" for cap in programme.caps)
