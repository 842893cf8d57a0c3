"""Facts of tasks and of answers."""

from __future__ import annotations

from typing import Any

from memberflow.decoder.values import head
from memberflow.events import tasks
from memberflow.facts import Answered, TaskDone


def _done(event: tasks.TaskDone, currency: str) -> TaskDone:
    return TaskDone(**head(event, event.task_id), operator=event.operator, answer=event.answer)


def _answered(event: tasks.SurveyAnswered, currency: str) -> Answered:
    named = head(event, f"{event.survey}#{event.answer_id}")
    return Answered(**named, survey=event.survey, answer=event.answer, rating=event.rating)


FACTS: dict[type, Any] = {tasks.TaskDone: _done, tasks.SurveyAnswered: _answered}
