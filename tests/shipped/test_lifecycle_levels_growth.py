"""lifecycle_levels_growth: its own row as dated stories; all else it says as lifecycle_levels does."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cli import letter
from cli.tongue import Tongue
from memberflow.facts import Activity, AnyFact
from memberflow.programme import author
from tests.shipped import stories
from tests.shipped.stories import Story, at, did, joined, order, read, refund, shipped

NAME = "lifecycle_levels_growth"
NEW = joined("2026-01-05 10:00")


def told(*facts: AnyFact, until: str) -> Story:
    return stories.told(NAME, *facts, until=until)


def growth(*facts: AnyFact, until: str = "2026-12-31") -> int:
    return told(NEW, *facts, until=until).explained.measures["growth"]


def test_the_programme_has_nothing_to_complain_of() -> None:
    assert author.read(author.named(NAME))[1] == []


def test_it_differs_from_lifecycle_levels_in_growth_value_alone() -> None:
    def without(name: str) -> dict[str, Any]:
        page = msgspec.to_builtins(shipped(name).programme)
        for key in ("programme", "measures"):
            page.pop(key, None)
        for level in page["tiers"]["levels"]:
            level.pop("enter", None)
        page["points"].pop("growth", None)
        earning = page["points"].pop("activities")
        page["earning"] = {
            kind: rest
            for kind, said in earning.items()
            if (rest := {key: said[key] for key in ("points", "first", "in_all") if key in said})
        }
        return dict(page)

    assert without(NAME) == without("lifecycle_levels")
    messages, others = shipped(NAME).messages, shipped("lifecycle_levels").messages
    assert messages.keys() == others.keys()
    assert [key for key in messages if messages[key] != others[key]] == ["lost", "week_3"]


@pytest.mark.parametrize("until", ["2026-01-05 10:00", "2026-12-31"])
def test_who_joins_has_the_first_level(until: str) -> None:
    assert told(NEW, until=until).tier == "l1"


@pytest.mark.parametrize(
    ("spent", "level"),
    [("2999.99", "l1"), ("3000", "l2"), ("14999.99", "l2"), ("15000", "l3")],
)
def test_a_yuan_is_one_of_growth_value_and_3000_and_15000_make_the_levels_at_once(spent: str, level: str) -> None:
    story = told(NEW, order("2026-02-10 20:30", spent), until="2026-02-10 20:30")
    assert story.tier == level
    assert story.explained.measures["growth"] == int(spent.partition(".")[0])
    assert story.out.decisions[-1].at == at("2026-02-10 20:30" if level != "l1" else "2026-01-05 10:00")


@pytest.mark.parametrize(
    ("kind", "each", "a_day"), [("check_in", 5, 1), ("review_with_photo", 20, 5), ("share", 15, 3), ("survey", 50, 1)]
)
def test_what_members_do_is_growth_value_so_often_a_day(kind: str, each: int, a_day: int) -> None:
    today = [did(f"2026-02-10 10:0{n}", kind) for n in range(7)]
    assert growth(today[0]) == each
    assert growth(*today) == each * a_day
    assert growth(*today, did("2026-02-11 10:00", kind)) == each * (a_day + 1)


@pytest.mark.parametrize("kind", ["review", "profile", "follow", "add_adviser", "community", "complaint"])
def test_what_else_they_do_is_none(kind: str) -> None:
    assert growth(did("2026-02-10 10:00", kind)) == 0


@pytest.mark.parametrize(
    ("kind", "short"), [("check_in", "2995"), ("review_with_photo", "2980"), ("share", "2985"), ("survey", "2950")]
)
def test_the_last_step_to_a_level_may_be_an_interaction(kind: str, short: str) -> None:
    almost = order("2026-02-10 10:00", f"{int(short) - 1}.99")
    assert told(NEW, almost, did("2026-02-11 10:00", kind), until="2026-02-11 10:00").tier == "l1"
    facts = [NEW, order("2026-02-10 10:00", short), did("2026-02-11 10:00", kind)]
    assert told(*facts, until="2026-02-11 09:59").tier == "l1"
    assert told(*facts, until="2026-02-11 10:00").tier == "l2"


def test_a_level_can_be_reached_without_any_order() -> None:
    surveys: list[Activity] = [
        did(f"2026-{month:02}-{n:02} 10:00", "survey") for month in (2, 3, 4) for n in range(1, 21)
    ]
    assert told(NEW, *surveys, until="2026-04-20 09:59").tier == "l1"
    assert told(NEW, *surveys, until="2026-04-20 10:00").tier == "l2"


def test_neither_twelve_orders_nor_three_tasks_make_a_level_here() -> None:
    often = [order(f"2026-02-{n:02} 10:00", "10") for n in range(1, 13)]
    assert told(NEW, *often, until="2026-02-28").tier == "l1"
    tasks = [did(f"2026-02-0{n} 10:00", kind) for n, kind in enumerate(("profile", "follow", "add_adviser"), 1)]
    assert told(NEW, *tasks, until="2026-02-28").tier == "l1"


@pytest.mark.parametrize(("second", "level"), [("2027-02-09 23:59:59", "l2"), ("2027-02-10 00:00", "l1")])
def test_growth_value_of_twelve_months_counts(second: str, level: str) -> None:
    assert told(NEW, order("2026-02-10 10:00", "1500"), order(second, "1500"), until=second).tier == level


@pytest.mark.parametrize(("again", "level"), [("2999.99", "l1"), ("3000", "l2")])
def test_a_level_is_held_for_a_year_and_kept_with_what_reaches_it(again: str, level: str) -> None:
    facts = [NEW, order("2026-03-01 10:00", "3000"), order("2026-09-01 10:00", again)]
    assert told(*facts, until="2027-02-28 23:59:59").tier == "l2"
    assert told(*facts, until="2027-03-01 00:00").tier == level


def test_a_refund_takes_back_the_growth_value_of_its_order_and_the_level_at_once() -> None:
    facts = [NEW, order("2026-02-10 10:00", "3000", id="a"), refund("2026-02-11 10:00", "0.01", "a")]
    story = told(*facts, until="2026-02-11 10:00")
    assert (story.tier, story.decided[-1], story.explained.measures["growth"]) == ("l1", "refunded l1", 2999)


def test_the_first_share_earns_points_and_every_one_growth_value() -> None:
    story = told(NEW, did("2026-02-10 10:00", "share"), did("2026-02-11 10:00", "share"), until="2026-02-12")
    assert (story.member.points, story.explained.measures["growth"]) == (100 + 100, 30)


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN", "升至进阶会员需要：成长值 615 / 3,000（还差 2,385）"), ("en", "growth 615 of 3,000 (2,385 missing)")],
)
def test_a_member_reads_how_far_the_next_level_is(language: str, words: str) -> None:
    story = told(NEW, order("2026-02-10 10:00", "600.50"), did("2026-02-11 10:00", "share"), until="2026-02-11 12:00")
    text = "\n".join(letter.lines(Tongue(story.rules, language, labels=True), story.explained))
    assert words in text


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "成长值"), ("en", "growth value")])
def test_its_own_messages_speak_of_growth_value(language: str, words: str) -> None:
    story = told(NEW, until="2026-01-08 10:00")
    assert words in read(NAME, story.out.occurrences[-1], story.member, language).text
    story = told(NEW, order("2026-02-10 10:00", "3000"), until="2027-02-10 10:00")
    (lost,) = [one for one in story.out.occurrences if one.journey == "lost"]
    assert words in read(NAME, lost, story.member, language).text
