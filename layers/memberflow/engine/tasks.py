"""Tasks: what a person of the shop is to do about a member, and what becomes of it.

A task is what a message is to other journeys: one reason, one id, whatever order the facts came in. An open one is part
of the member until it is done, its reason is gone (truth.recheck) or its time is over; so it is closed and withdrawn
without reading anything, and nobody is sent after a member who has bought meanwhile.
"""

from __future__ import annotations

from memberflow.engine import answers
from memberflow.engine.history import History
from memberflow.engine.holdout import held_out
from memberflow.engine.member import DISTANT, Member, Task
from memberflow.engine.outcome import Outcome, Refusal, TaskChange
from memberflow.engine.plans import Plan
from memberflow.engine.rules import Rules
from memberflow.facts import TaskDone


def make(
    rules: Rules,
    member: Member,
    journey: Plan,
    anchor: int,
    name: str,
    at: int,
    data: dict[str, str | int],
    out: Outcome,
) -> None:
    """The task of a journey whose moment ``at`` has come; none for who is held out, but it is counted."""
    assert journey.task is not None
    place = rules.zone_of(member)
    until = journey.useful_until(place, at)
    due = min(journey.task_due(place, at), until)
    task = Task(f"{journey.key}#{name}", journey.key, anchor, at, journey.task.role, due, until, data)
    if held_out(rules, member.id, journey.key):
        out.tasks.append(TaskChange(task, "held_out", at))
        return
    member.tasks.append(task)
    member.wake = min(member.wake, until)
    out.tasks.append(TaskChange(task, "open", at))


def is_open(member: Member, id: str) -> bool:
    return any(task.id == id for task in member.tasks)


def done(rules: Rules, member: Member, fact: TaskDone, out: Outcome, history: History | None) -> None:
    """Closes the task, with what the member answered. One that had ended meanwhile was done all the same."""
    task = next((task for task in member.tasks if task.id == fact.id), None)
    if task is not None:
        member.tasks.remove(task)
    elif history is not None:
        task = history.tasks.pop(fact.id, None)
    if task is None:
        out.refusals.append(Refusal(fact.name, "no_such_task"))
        return
    out.tasks.append(TaskChange(task, "done", fact.at, fact.operator, fact.answer or ""))
    if fact.answer is not None:
        journey = rules.journeys.get(task.journey)
        survey = None if journey is None else journey.asks
        answers.take(rules, member, fact, survey or "", fact.answer, out, history)


def due(member: Member) -> int:
    """The moment at which the next task is of no use any more."""
    return min((task.until for task in member.tasks), default=DISTANT)


def lapse(member: Member, at: int, out: Outcome, history: History | None) -> None:
    for task in [task for task in member.tasks if task.until <= at]:
        end(member, task, "lapsed", at, out, history)


def end(member: Member, task: Task, state: str, at: int, out: Outcome, history: History | None) -> None:
    """It ends before anybody did it."""
    member.tasks.remove(task)
    if history is not None:
        history.tasks[task.id] = task
    out.tasks.append(TaskChange(task, state, at))
