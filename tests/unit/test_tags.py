"""The name of a message in a provider's tags, and back."""

from __future__ import annotations

import re

import pytest

from memberflow.delivery.tags import read_tags, tags


@pytest.mark.parametrize("member_id", ["m-1001", "会员" * 64, 'a"b\\#/', "\x00" * 128, "😀" * 128])
def test_any_member_and_occurrence_survive_the_way_through_tags(member_id: str) -> None:
    given = tags(member_id, "upgrade#silver#1")
    assert all(re.fullmatch("[A-Za-z0-9_-]{1,256}", part) for pair in given.items() for part in pair)
    assert len(given) <= 5, "SMS takes no more"
    assert read_tags(given) == (member_id, "upgrade#silver#1")


def test_other_tags_are_passed_over() -> None:
    assert read_tags(tags("m", "o") | {"ses:from-domain": "example.com", "journey": "j"}) == ("m", "o")


@pytest.mark.parametrize("given", [{}, {"journey": "j"}, {"memberflow-1": "x"}, {"memberflow-1": "é"}])
def test_tags_that_are_not_ours_name_nothing(given: dict[str, str]) -> None:
    assert read_tags(given) is None
