"""A programme's targets beside what was reached in the year before a day. What each means: schema/targets.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct

from memberflow import lift
from memberflow.engine.fold import fold
from memberflow.engine.history import History, Line
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.engine.windows import window_of
from memberflow.facts import Activity, Answered, AnyFact, Order, TaskDone
from memberflow.lift import REACHED, Step, Told

AT_MOST = ("churn",)
NUMBERS = ("touches", "order_frequency")
"""Targets that are no percentages."""

_YEAR_DAYS = 365


class Reached(Struct, frozen=True):
    """A target and what was ``part`` of ``whole``: members, points, money, messages, or days of membership."""

    name: str
    target: int
    part: int
    whole: int

    @property
    def actual(self) -> Fraction | None:
        """In percent, or a number a year; None where there is nothing to tell yet."""
        if self.whole <= 0:
            return None
        return Fraction(self.part, self.whole) * (_YEAR_DAYS if self.name in NUMBERS else 100)

    @property
    def met(self) -> bool | None:
        if self.actual is None:
            return None
        return self.actual <= self.target if self.name in AT_MOST else self.actual >= self.target


class Year:
    """Adds members up for the year that ends at the moment ``now``; ``rules`` are those of the first revision.

    ``first`` and ``last`` are its days, it begins at the moment ``begins``; the year before it on the day ``before``.
    """

    def __init__(self, rules: Rules, now: int) -> None:
        self.rules, self.now = rules, now
        self.targets = rules.at(now).programme.targets
        self.last = rules.zone.day(now)
        window = window_of("12 months")
        self.first = window.first(self.last)
        self.before = window.first(self.first - 1)
        self.begins = rules.zone.moment(self.first)
        self._part: Counter[str] = Counter()
        self._whole: Counter[str] = Counter()
        self._messages: list[tuple[list[Told], list[AnyFact]]] = []

    def add(
        self, member: Member, facts: Iterable[AnyFact], out: Outcome, history: History, told: Iterable[Told]
    ) -> None:
        """A member folded up to ``now``, with what followed; records merged into another have nothing of their own."""
        if member.merged_into is not None:
            return
        facts = [fact for fact in facts if fact.at <= self.now]
        lines = [line for line in history.lines.values() if line.open]
        bought = [line for line in lines if self._is_in(line.day)]
        everything = sum(fact.amount for fact in facts if isinstance(fact, Order) and fact.at >= self.begins)
        returned = sum(line.amount - line.left for line in history.lines.values() if self._is_in(line.day))
        self._add("sales_share", sum(line.left for line in bought), everything - returned)
        if member.enrolled_at is None:
            return
        self._add_orders(lines, bought)
        self._add_member(member, facts, out)
        self._add_points(member, facts, out)
        self._add_touches(member, bought, [one for one in told if one[0].at >= self.begins], facts)

    def _is_in(self, day: int) -> bool:
        return self.first <= day <= self.last

    def _add(self, name: str, part: int, whole: int = 1) -> None:
        self._part[name] += part
        self._whole[name] += whole

    def _add_orders(self, lines: list[Line], bought: list[Line]) -> None:
        if bought:
            self._add("repurchase", len(bought) > 1)
        if any(self.before <= line.day < self.first for line in lines):
            self._add("churn", not bought)

    def _add_member(self, member: Member, facts: list[AnyFact], out: Outcome) -> None:
        assert member.enrolled_at is not None
        rose = any(decision.outcome == "reached" and decision.at >= self.begins for decision in out.decisions)
        done = {fact.activity for fact in facts if isinstance(fact, Activity) and fact.at >= self.begins}
        took_part = bool(done.difference(self.rules.at(self.now).programme.measures.complaints))
        took_part |= any(isinstance(fact, Answered) and fact.at >= self.begins for fact in facts)
        used = any(change.state == "used" and change.at >= self.begins for change in out.grants)
        self._add("upgrade_rate", rose)
        self._add("participation", took_part or used)
        was_there = member.enrolled_at < self.begins
        self._add("member_growth", not was_there, was_there)

    def _add_points(self, member: Member, facts: list[AnyFact], out: Outcome) -> None:
        """What was earned and spent by now, less what was by the beginning of the year."""
        if self.targets is None or self.targets.point_use is None:
            return
        then = Outcome()
        fold(self.rules, member.id, facts, self.begins - 1, then)
        earned = out.earned - out.taken_back - (then.earned - then.taken_back)
        self._add("point_use", out.spent - then.spent, earned)

    def _add_touches(self, member: Member, bought: list[Line], told: list[Told], facts: list[AnyFact]) -> None:
        assert member.enrolled_at is not None
        days = self.last + 1 - max(self.first, self.rules.zone.day(member.enrolled_at))
        called = sum(isinstance(fact, TaskDone) and fact.at >= self.begins for fact in facts)
        self._add("touches", called + sum(outcome.partition(":")[0] in REACHED for _, outcome in told), days)
        self._add("order_frequency", len(bought), days)
        self._messages.append((told, facts))

    def reached(self) -> list[Reached]:
        """The targets of the page in force, in its order."""
        if self.targets is None:
            return []
        steps = lift.steps(self.rules, self._messages, self.now)
        self._add_conversion(steps)
        found: list[Reached] = []
        for name in self.targets.__struct_fields__:
            target = getattr(self.targets, name)
            if name == "win_back":
                found += [_of_step(journey, least, steps.get(journey, Step())) for journey, least in target.items()]
            elif target is not None:
                found.append(Reached(name, target, self._part[name], self._whole[name]))
        return found

    def _add_conversion(self, steps: dict[str, Step]) -> None:
        journeys = self.rules.at(self.now).programme.journeys
        of_marketing = [
            step for name, step in steps.items() if name in journeys and journeys[name].purpose == "marketing"
        ]
        self._part["conversion"] = sum(step.won_back for step in of_marketing)
        self._whole["conversion"] = sum(step.reached for step in of_marketing)


def _of_step(journey: str, target: int, step: Step) -> Reached:
    return Reached(f"win_back {journey}", target, step.won_back, step.reached)
