"""Tasks done by people of the shop, and surveys that members answer. Words only: what was said stays with the shop."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from memberflow.events.fields import Happened, Id, Name

TaskId = Annotated[str, Meta(min_length=1, max_length=400, description="The id of the task, as memberflow gave it.")]
Word = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$", description="A name that the programme lists.")]


class TaskDone(Happened, tag="task.done", kw_only=True):
    """A person did a task; once. ``answer``: what the member said to the survey that the task asks."""

    task_id: TaskId
    operator: Name
    answer: Word | None = None


class SurveyAnswered(Happened, tag="survey.answered", kw_only=True):
    """The member answered a survey of the programme himself. ``rating``: from 1, worst, to 5."""

    answer_id: Id
    survey: Word
    answer: Word
    rating: Annotated[int, Meta(ge=1, le=5)] | None = None
