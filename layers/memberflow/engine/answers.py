"""What members answer to surveys. Kept only where a journey waits for it, and as long as it may still be of use."""

from __future__ import annotations

from memberflow.engine.history import History
from memberflow.engine.member import Answer, Member
from memberflow.engine.outcome import Outcome, Refusal
from memberflow.engine.rules import Rules
from memberflow.facts import Answered, TaskDone


def answered(rules: Rules, member: Member, fact: Answered, out: Outcome, history: History | None) -> None:
    take(rules, member, fact, fact.survey, fact.answer, out, history)


def take(
    rules: Rules,
    member: Member,
    fact: Answered | TaskDone,
    survey: str,
    answer: str,
    out: Outcome,
    history: History | None,
) -> None:
    """An answer, whoever wrote it down; refused where the programme knows no such survey, or no such answer to it."""
    known = rules.programme.surveys.get(survey)
    if known is None or answer not in known:
        out.refusals.append(Refusal(fact.name, "unknown_survey" if known is None else "unknown_answer"))
        return
    if any(one.id == fact.id for one in member.answers):  # a shop's own id may be that of a task
        out.refusals.append(Refusal(fact.name, "answered_before"))
        return
    if history is not None:
        history.answers.append(Answer(fact.at, fact.id, survey, answer))
    if rules.follows_answers:
        member.answers.append(Answer(fact.at, fact.id, survey, answer))
        _forget(rules, member, rules.zone.day(fact.at))


def revised(rules: Rules, member: Member, day: int, history: History) -> None:
    """By the journeys of another revision."""
    told = {one.id: one.told for one in member.answers}
    known = history.answers if rules.follows_answers else []
    member.answers = [Answer(one.at, one.id, one.survey, one.answer, told.get(one.id, [])) for one in known]
    _forget(rules, member, day)


def _forget(rules: Rules, member: Member, day: int) -> None:
    """Of older answers everything has been said, and nothing said is of use any more."""
    first = rules.zone.moment(day - rules.follows_answers)
    member.answers = [one for one in member.answers if one.at >= first]
