"""What a member who stays away is shown: the categories he bought in last, in the words of the programme."""

from __future__ import annotations

import pytest

from memberflow.delivery.render import variables
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact
from tests import programmes
from tests.happened import order, refund, told
from tests.programmes import WIN_BACK

WORDS = {"tea": ("tea", "茶"), "cups": ("cups", "杯子"), "rugs": ("rugs", "地毯"), "soap": ("soap", "香皂")}
LABELLED = {name: {"label": {"en": en, "zh-CN": zh}} for name, (en, zh) in WORDS.items()}


def rules(**changes: object) -> Rules:
    return programmes.rules(categories=LABELLED, journeys={"win_back": WIN_BACK}, **changes)


def carried(*facts: AnyFact, until: str = "2026-07-01") -> str | int | None:
    (occurrence,) = told(rules(), *facts, until=until)[1].occurrences
    return occurrence.data.get("categories")


def test_the_latest_three_are_named_the_latest_first() -> None:
    facts = [order(f"2026-01-0{n} 10:00", "5", name) for n, name in enumerate(WORDS, 1)]
    assert carried(*facts) == "soap,rugs,cups"


def test_of_one_day_they_come_by_their_names() -> None:
    assert carried(order("2026-01-01 10:00", "5", "tea", "cups")) == "cups,tea"


def test_what_the_programme_has_no_word_for_is_left_out() -> None:
    assert carried(order("2026-01-01 10:00", "5", "sundries", "tea")) == "tea"
    assert carried(order("2026-01-01 10:00", "5", "sundries")) is None


def test_what_was_returned_whole_is_not_named() -> None:
    facts = [order("2026-01-01 10:00", "5", "tea"), order("2026-01-02 10:00", "5", "cups", id="a")]
    assert carried(*facts, refund("2026-01-03 10:00", None, "a")) == "tea"


@pytest.mark.parametrize(("language", "told_as"), [("en", "cups, tea"), ("zh-CN", "杯子、茶")])
def test_members_read_the_words_of_their_language(language: str, told_as: str) -> None:
    labelled = [{**tier, "label": {"en": "x", "zh-CN": "x"}} for tier in programmes.TIERS]
    both = rules(languages=["en", "zh-CN"], tiers={"levels": labelled})
    member, out = told(both, order("2026-01-01 10:00", "5", "tea", "cups"), until="2026-07-01")
    assert variables(both, member, out.occurrences[0], language)["categories"] == told_as


def test_who_bought_nothing_with_a_name_is_told_of_nothing() -> None:
    member, out = told(rules(), order("2026-01-01 10:00", "5"), until="2026-07-01")
    assert variables(rules(), member, out.occurrences[0], "en")["categories"] == ""
