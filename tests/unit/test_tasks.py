"""Tasks for people, and what members answer: opened once, closed, withdrawn when their reason is gone, over in time."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from memberflow.engine.fold import advance, follow, next_due
from memberflow.engine.holdout import held_out
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules, compiled
from memberflow.facts import Answered, AnyFact, TaskDone
from memberflow.programme.schema import Shipped
from tests import programmes
from tests.happened import at, order, refund, told, updated

CALL: dict[str, Any] = {"useful_for": "14 days", "task": {"for": "adviser", "due": "48 hours", "text": {"en": "Call"}}}
MAIL: dict[str, Any] = {"useful_for": "7 days", "purpose": "marketing", "channels": ["email"], "message": "mail"}
SURVEYS = {"silence": ["price", "service", "nothing"], "after_order": ["fine", "complaint"]}
COUPON = {"coupon": {"kind": "coupon", "label": {"en": "Coupon"}, "off": "5", "valid_for": "7 days"}}


def rules(also: dict[str, Any] | None = None, **journeys: Any) -> Rules:
    """``also``: other keys of the programme."""
    return programmes.rules(surveys=SURVEYS, benefits=COUPON, journeys=journeys, **(also or {}))


def done(when: str, task: str, answer: str | None = None) -> TaskDone:
    return TaskDone(at=at(when), id=task, member_id="m", operator="amy", answer=answer)


def answered(when: str, survey: str, answer: str, id: str | None = None) -> Answered:
    return Answered(at=at(when), id=f"{survey}#{id or when}", member_id="m", survey=survey, answer=answer)


def tasks(rules: Rules, *facts: AnyFact, until: str) -> list[tuple[str, str]]:
    """Every change of a task, in order."""
    return [(change.task.id, change.state) for change in told(rules, *facts, until=until)[1].tasks]


def occurrences(rules: Rules, *facts: AnyFact, until: str) -> list[tuple[str, int]]:
    return [(one.id, one.at) for one in told(rules, *facts, until=until)[1].occurrences]


# Opened

SILENT = rules(call=CALL | {"trigger": "dormancy", "after": "90 days", "send_at": "10:00", "asks": "silence"})
BOUGHT = order("2026-01-01 12:00", "400", id="a")
OPENED = "2026-04-01 10:00"
NAME = "call#20454"


def test_a_journey_with_a_task_opens_one_and_says_nothing_to_the_member() -> None:
    member, out = told(SILENT, BOUGHT, until=OPENED)
    (task,) = member.tasks
    assert (task.id, task.role, task.at, task.due) == (NAME, "adviser", at(OPENED), at("2026-04-03 10:00"))
    assert out.occurrences == []
    assert [change.state for change in out.tasks] == ["open"]


def test_a_task_is_not_there_a_moment_before_its_time() -> None:
    assert tasks(SILENT, BOUGHT, until="2026-04-01 09:59") == []


def test_hours_are_counted_through_a_clock_change() -> None:
    """London's clocks go forward on 29 March 2026."""
    task = told(SILENT, order("2025-12-28 12:00", "4"), until="2026-03-28 10:00")[0].tasks[0]
    assert task.due == at("2026-03-30 11:00")


def test_days_to_do_it_in_end_with_the_last_of_them_in_the_members_own_time() -> None:
    call = CALL | {"task": CALL["task"] | {"due": "2 days"}, "trigger": "dormancy", "after": "90 days"}
    call |= {"send_at": "10:00"}
    facts = (BOUGHT, updated("2026-01-02 12:00", time_zone="America/New_York"))
    (task,) = told(rules(call=call), *facts, until="2026-04-02 12:00")[0].tasks
    assert task.due == at("2026-04-03 00:00", "America/New_York")


def test_people_are_asked_at_once_even_while_members_sleep() -> None:
    asked = rules({"quiet_hours": {"start": "21:00", "end": "08:00"}}, call=CALL | {"trigger": "first_order"})
    (task,) = told(asked, order("2026-01-01 23:00", "4"), until="2026-01-01 23:00")[0].tasks
    assert task.at == at("2026-01-01 23:00")


def test_a_task_is_for_whom_the_journey_is_for() -> None:
    golden = rules(call=CALL | {"trigger": "dormancy", "after": "90 days", "tiers": ["gold"]})
    assert tasks(golden, BOUGHT, until="2026-05-01") == []
    assert tasks(golden, order("2026-01-01 12:00", "1000"), until="2026-04-01") == [(NAME, "open")]


def test_what_a_task_gives_comes_with_it() -> None:
    giving = rules(call=CALL | {"trigger": "dormancy", "after": "90 days", "give": ["coupon"]})
    member, _ = told(giving, BOUGHT, until="2026-04-01")
    assert [grant.benefit for grant in member.grants] == ["coupon"]
    assert [task.id for task in member.tasks] == [NAME]


def test_a_tier_reached_opens_a_task_once_for_each_time() -> None:
    welcome = rules(call=CALL | {"trigger": "tier_reached", "tiers": ["gold"]})
    facts = (order("2026-01-01 12:00", "1000", id="a"), refund("2026-01-02 12:00", None, of="a"))
    again = order("2026-01-03 12:00", "1000", id="b")
    assert tasks(welcome, *facts, until="2026-01-04") == [("call#gold#1", "open"), ("call#gold#1", "withdrawn")]
    assert tasks(welcome, *facts, again, until="2026-01-04")[2:] == [("call#gold#2", "open")]


def test_who_is_held_out_gets_no_call_and_is_counted() -> None:
    half = rules(call=CALL | {"trigger": "dormancy", "after": "90 days", "holdout": 50})
    for name, state in ((True, "held_out"), (False, "open")):
        who = next(f"m-{n}" for n in range(99) if held_out(half, f"m-{n}", "call") == name)
        member, out = Member(who), Outcome()
        assert follow(half, member, [msgspec.structs.replace(BOUGHT, member_id=who)], out)
        advance(half, member, at("2026-04-02"), out)
        assert [change.state for change in out.tasks] == [state]
        assert bool(member.tasks) == (state == "open")


# Closed


def test_a_task_done_is_closed_with_who_did_it() -> None:
    member, out = told(SILENT, BOUGHT, done("2026-04-02 12:00", NAME, "price"), until="2026-04-02 12:00")
    assert member.tasks == []
    last = out.tasks[-1]
    assert (last.state, last.at, last.by, last.answer) == ("done", at("2026-04-02 12:00"), "amy", "price")


def test_a_task_that_there_is_not_closes_nothing_and_is_told() -> None:
    member, out = told(SILENT, BOUGHT, done("2026-04-02 12:00", "call#1"), until="2026-04-02 12:00")
    assert [task.id for task in member.tasks] == [NAME]
    assert [(refusal.fact, refusal.code) for refusal in out.refusals] == [("task.done#call#1", "no_such_task")]


def test_an_order_withdraws_the_call_that_asked_why_there_was_none() -> None:
    assert tasks(SILENT, BOUGHT, order("2026-04-01 10:01", "4"), until="2026-04-02") == [
        (NAME, "open"),
        (NAME, "withdrawn"),
    ]


def test_an_order_that_comes_to_be_known_late_leaves_no_task() -> None:
    assert tasks(SILENT, BOUGHT, order("2026-03-31 10:00", "4"), until="2026-04-02") == []


def test_whoever_called_although_an_order_came_meanwhile_called_all_the_same() -> None:
    facts = (BOUGHT, order("2026-04-01 10:01", "4"), done("2026-04-01 11:00", NAME, "price"))
    assert tasks(SILENT, *facts, until="2026-04-02") == [(NAME, "open"), (NAME, "withdrawn"), (NAME, "done")]


def test_the_end_of_a_task_that_is_not_open_is_looked_up() -> None:
    member, out = told(SILENT, BOUGHT, until=OPENED)
    assert follow(SILENT, member, [done("2026-04-02 12:00", NAME)], out)
    assert not follow(SILENT, member, [done("2026-04-03 12:00", NAME)], out)


def test_a_task_nobody_did_is_over_when_it_is_of_no_use_any_more() -> None:
    assert tasks(SILENT, BOUGHT, until="2026-04-14 23:59") == [(NAME, "open")]
    assert tasks(SILENT, BOUGHT, until="2026-04-15") == [(NAME, "open"), (NAME, "lapsed")]


def test_an_open_task_wakes_its_member_when_it_lapses() -> None:
    """Nothing else lies ahead: his points last for ever and his tier is the first."""
    points = {"points": {"earn": {"per": "1.00"}}}
    asked = rules(points, call=CALL | {"trigger": "first_order"})
    member, _ = told(asked, order("2026-01-01 12:00", "4"), until="2026-01-01 12:00")
    assert next_due(asked, member)[0] == at("2026-01-15")
    advance(asked, member, at("2026-01-15"), Outcome())
    assert member.tasks == []


def test_a_tier_lost_withdraws_the_call_for_those_who_have_it() -> None:
    golden = rules(call=CALL | {"trigger": "calendar", "on": ["2"], "tiers": ["gold"]})
    facts = (order("2026-01-01 12:00", "1000", id="a"), refund("2026-01-03 12:00", None, of="a"))
    assert [state for _, state in tasks(golden, *facts, until="2026-01-04")] == ["open", "withdrawn"]


def test_a_journey_that_a_revision_leaves_out_leaves_no_task_behind() -> None:
    shipped = Shipped(programme=SILENT.programme, messages={}, revisions={"2026-04-05": programmes.programme()})
    assert tasks(compiled(shipped), BOUGHT, until="2026-04-05") == [(NAME, "open"), (NAME, "withdrawn")]


# Answers

SORRY = rules(
    sorry=CALL | {"trigger": "answered", "survey": "after_order", "answers": ["complaint"]},
    thanks=MAIL | {"trigger": "answered", "survey": "after_order"},
)


def test_a_complaint_becomes_a_task_and_another_answer_does_not() -> None:
    fine = answered("2026-01-02 12:00", "after_order", "fine")
    sour = answered("2026-01-03 12:00", "after_order", "complaint")
    assert tasks(SORRY, BOUGHT, fine, until="2026-01-04") == []
    assert tasks(SORRY, BOUGHT, sour, until="2026-01-04") == [(f"sorry#{sour.id}", "open")]


def test_a_journey_that_names_no_answers_takes_any() -> None:
    fine = answered("2026-01-02 12:00", "after_order", "fine")
    assert occurrences(SORRY, BOUGHT, fine, until="2026-01-04") == [(f"thanks#{fine.id}", at("2026-01-02 12:00"))]


def test_two_complaints_are_two_tasks_at_one_moment_too() -> None:
    two = [answered("2026-01-02 12:00", "after_order", "complaint", id) for id in ("x", "y")]
    assert tasks(SORRY, BOUGHT, *two, until="2026-01-04") == [
        ("sorry#after_order#x", "open"),
        ("sorry#after_order#y", "open"),
    ]


def test_the_answer_to_another_survey_is_not_meant() -> None:
    assert tasks(SORRY, BOUGHT, answered("2026-01-02 12:00", "silence", "price"), until="2026-01-04") == []


@pytest.mark.parametrize(
    ("survey", "answer", "code"),
    [("silence", "prise", "unknown_answer"), ("silance", "price", "unknown_survey")],
)
def test_an_answer_that_the_programme_does_not_list_is_refused(survey: str, answer: str, code: str) -> None:
    member, out = told(SORRY, BOUGHT, answered("2026-01-02 12:00", survey, answer), until="2026-01-04")
    assert [refusal.code for refusal in out.refusals] == [code]
    assert member.answers == []


REASONS = rules(
    call=CALL | {"trigger": "dormancy", "after": "90 days", "asks": "silence"},
    dear=MAIL | {"trigger": "answered", "survey": "silence", "answers": ["price"], "give": ["coupon"]},
    poor=MAIL | {"trigger": "answered", "survey": "silence", "answers": ["service"], "after": "1 day"},
)


def test_an_answer_under_the_name_of_a_task_that_brought_one_is_refused() -> None:
    called = done("2026-04-02 12:00", NAME, "price")
    wrote = Answered(at=at("2026-04-02 13:00"), id=NAME, member_id="m", survey="silence", answer="price")
    _, out = told(REASONS, BOUGHT, called, wrote, until="2026-04-03")
    assert [refusal.code for refusal in out.refusals] == ["answered_before"]
    assert [one.journey for one in out.occurrences] == ["dear"]


def test_what_a_member_tells_the_adviser_decides_what_follows() -> None:
    called = done("2026-04-02 12:00", NAME, "price")
    member, out = told(REASONS, BOUGHT, called, until="2026-04-03")
    assert [(one.id, one.data) for one in out.occurrences] == [(f"dear#{NAME}", {"answer": "price"})]
    assert [grant.benefit for grant in member.grants] == ["coupon"]


def test_what_follows_may_take_its_time() -> None:
    called = done("2026-04-02 12:00", NAME, "service")
    assert occurrences(REASONS, BOUGHT, called, until="2026-04-03") == [(f"poor#{NAME}", at("2026-04-03"))]


def test_a_call_without_an_answer_is_followed_by_nothing() -> None:
    assert occurrences(REASONS, BOUGHT, done("2026-04-02 12:00", NAME), until="2026-05-01") == []


def test_an_answer_to_a_task_that_asks_nothing_is_refused() -> None:
    silent = rules(call=CALL | {"trigger": "dormancy", "after": "90 days"})
    _, out = told(silent, BOUGHT, done("2026-04-02 12:00", NAME, "price"), until="2026-05-01")
    assert [refusal.code for refusal in out.refusals] == ["unknown_survey"]
    assert out.tasks[-1].state == "done"


def test_an_earlier_fact_learned_later_makes_no_second_of_it() -> None:
    sour = answered("2026-01-03 12:00", "after_order", "complaint", "x")
    late = order("2026-01-02 12:00", "4")
    ids = [tasks(SORRY, BOUGHT, *also, sour, until="2026-01-04") for also in ((), (late,))]
    assert ids[0] == ids[1] == [("sorry#after_order#x", "open")]


def test_an_order_calls_off_what_was_to_follow_on_an_answer() -> None:
    later = rules(
        sorry=CALL | {"trigger": "answered", "survey": "after_order", "after": "2 days", "ends_with": "order"}
    )
    sour = answered("2026-01-02 12:00", "after_order", "complaint")
    assert len(tasks(later, BOUGHT, sour, until="2026-01-05")) == 1
    assert tasks(later, BOUGHT, sour, order("2026-01-03 12:00", "4"), until="2026-01-05") == []


def test_answers_are_kept_only_where_a_journey_waits_for_one_and_only_while_it_may_be_of_use() -> None:
    fine = answered("2026-01-02 12:00", "after_order", "fine")
    assert told(SILENT, BOUGHT, fine, until="2026-01-03")[0].answers == []
    much_later = answered("2026-02-02 12:00", "after_order", "fine")
    member, _ = told(SORRY, BOUGHT, fine, much_later, until="2026-02-03")
    assert [one.id for one in member.answers] == [much_later.id]


def test_a_revision_that_waits_for_answers_hears_those_given_before() -> None:
    before = programmes.programme(surveys=SURVEYS)
    waits = rules(sorry=CALL | {"trigger": "answered", "survey": "after_order", "after": "3 days"})
    shipped = Shipped(programme=before, messages={}, revisions={"2026-01-04": waits.programme})
    sour = answered("2026-01-02 12:00", "after_order", "complaint")
    assert tasks(compiled(shipped), BOUGHT, sour, until="2026-01-06") == [(f"sorry#{sour.id}", "open")]
