"""Checks of tasks for people, and of what members are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from memberflow.programme.check_tiers import labels
from memberflow.programme.problems import KeyPath, Problem, suggest
from memberflow.programme.schema import Programme
from memberflow.programme.schema.journeys import Task

_OF_MESSAGES = ("purpose", "channels", "message")
_EITHER = "a journey makes a message, with purpose, channels and message, or a task"


def a_journey_makes_a_message_or_a_task(programme: Programme) -> Iterator[Problem]:
    for name, journey in programme.journeys.items():
        path: KeyPath = ("journeys", name)
        said = [key for key in _OF_MESSAGES if getattr(journey, key)]
        if journey.task is not None:
            for key in said:
                yield Problem("P132", (*path, key), f"{name} takes no {key!r}: it makes a task", _EITHER)
        elif not said:
            yield Problem("P131", path, f"{name} makes neither a message nor a task", _EITHER)
        else:
            for key in _OF_MESSAGES:
                if key not in said:
                    yield Problem("P131", path, f"key {key!r} is missing in {name}", _EITHER)


def tasks_are_told_in_every_language(programme: Programme) -> Iterator[Problem]:
    for name, journey in programme.journeys.items():
        if journey.task is not None:
            yield from labels(programme, ("journeys", name, "task"), name, journey.task.text, "text")


def tasks_are_due_while_they_are_of_use(programme: Programme) -> Iterator[Problem]:
    for name, journey in programme.journeys.items():
        if journey.task is not None and _most_hours(journey.task) > _least_hours(journey.useful_for):
            message = f"{name} is due when it may be of no use any more: useful_for is {journey.useful_for}"
            help = "a day of useful_for ends at midnight: expected a day more than due, or an earlier due"
            yield Problem("P133", ("journeys", name, "task", "due"), message, help)


def _most_hours(task: Task) -> int:
    number, unit = task.due.split()
    return int(number) if unit.startswith("hour") else (int(number) - 1) * 24


def _least_hours(period: str) -> int:
    """The first of its days may be almost over when it begins."""
    number, unit = period.split()
    days = {"day": 1, "month": 28, "year": 365}[unit.rstrip("s")]
    return (int(number) * days - 1) * 24


def surveys_are_those_of_the_programme(programme: Programme) -> Iterator[Problem]:
    known = programme.surveys
    for name, journey in programme.journeys.items():
        for key, survey in (("asks", journey.asks), ("survey", journey.survey)):
            if survey is not None and survey not in known:
                help = suggest(survey, known, f"known: {', '.join(known)}" if known else "list it under surveys")
                yield Problem("P134", ("journeys", name, key), f"unknown survey {survey!r}", help)
        for index, answer in enumerate(journey.answers):
            choices = known.get(journey.survey or "", journey.answers)
            if answer not in choices:
                help = suggest(answer, choices, f"known: {', '.join(choices)}")
                path = ("journeys", name, "answers", index)
                yield Problem("P135", path, f"nobody answers {journey.survey} by {answer!r}", help)


TASK_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    a_journey_makes_a_message_or_a_task,
    tasks_are_told_in_every_language,
    tasks_are_due_while_they_are_of_use,
    surveys_are_those_of_the_programme,
)
