"""Figures, rules and decisions as sentences of one language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cli import phrases, words
from memberflow.engine.fallout import Enough
from memberflow.engine.outcome import Decision, Figure, TaskChange
from memberflow.engine.outlook import Need, TierAhead
from memberflow.engine.rules import Rules

_KEY = re.compile(r"(?P<name>\w+)(?: (?P<subject>(?!of |over )\w+))?(?: of (?P<kinds>.+?))?(?: over (?P<window>.+))?")
ENOUGH_SHOWN = 3
_OF_ORDERS = ("flagged", "accepted", "rejected")


class Tongue:
    """A language, for one programme. ``labels``: tiers by the words that members read, else by their names."""

    def __init__(self, rules: Rules, language: str, labels: bool = False) -> None:
        self.rules, self.language, self.labels = rules, language, labels
        self._phrases = phrases.PHRASES[language]

    def say(self, phrase: str, **values: object) -> str:
        return self._phrases[phrase].format(**values)

    def heads(self, phrase: str) -> list[str]:
        return self._phrases[phrase].split("|")

    def tier(self, name: str) -> str:
        level = self.rules.level.get(name)
        return name if level is None or not self.labels else level.label.get(self.language, name)

    def measure(self, key: str) -> str:
        """'interactions of check_in over 1 month', '互动（check_in，近1个月）'."""
        found = _KEY.fullmatch(key)
        if self.language == "en" or found is None:
            return key.replace("_", " ") if self.labels else key
        beside = [
            *filter(None, (found["subject"], found["kinds"])),
            *map(self._window, filter(None, [found["window"]])),
        ]
        name = phrases.MEASURES[found["name"]]
        return f"{name}（{'，'.join(beside)}）" if beside else name

    def _window(self, text: str) -> str:
        if text in phrases.WINDOWS:
            return phrases.WINDOWS[text]
        count, unit = text.split()
        return f"近{count}{phrases.UNITS[unit.rstrip('s')]}"

    def measures(self, figures: dict[str, int]) -> str:
        return self._list(f"{self.measure(key)} {words.measure(self.rules, key, n)}" for key, n in figures.items())

    def _list(self, parts: Iterable[str]) -> str:
        return ("，" if self.language == "zh-CN" else ", ").join(parts)

    def figure(self, seen: Figure) -> str:
        value, threshold = (words.measure(self.rules, seen.measure, n) for n in (seen.value, seen.threshold))
        phrase = "at_most" if seen.at_most else "of"
        return self.say(phrase, name=self.measure(seen.measure), value=value, threshold=threshold)

    def need(self, need: Need) -> str:
        """'spend 820.00 of 1,000.00 (180.00 missing) and one of [orders 3 of 2 (met); …]'."""
        parts = [self._needed(figure) for figure in need.figures]
        parts += [self.need(part) for part in need.all]
        if need.any:
            separator = "；" if self.language == "zh-CN" else "; "
            parts.append(self.say("one_of", parts=separator.join(map(self.need, need.any))))
        return self.say("and").join(parts)

    def _needed(self, seen: Figure) -> str:
        if seen.met or seen.at_most:
            return self.say("met" if seen.met else "over", figure=self.figure(seen))
        missing = words.measure(self.rules, seen.measure, seen.threshold - seen.value)
        return self.say("short", figure=self.figure(seen), missing=missing)

    def wanted(self, phrase: str, ahead: TierAhead) -> str:
        """What a tier takes, and on which day where members rise at reviews."""
        tier, need = self.tier(ahead.tier), self.need(ahead.need)
        if ahead.on is None:
            return self.say(phrase, tier=tier, need=need)
        return self.say(f"{phrase}_on", tier=tier, need=need, day=words.day(ahead.on))

    def enough(self, ways: list[Enough]) -> str:
        """The soonest of them: each day that something leaves the window makes another."""
        shown = [*map(self._enough, ways[:ENOUGH_SHOWN]), *(["…"] if len(ways) > ENOUGH_SHOWN else [])]
        return ("；" if self.language == "zh-CN" else "; ").join(shown)

    def _enough(self, one: Enough) -> str:
        spend, first = words.money(self.rules, one.spend), words.day(one.first)
        if one.last is None:
            return self.say("enough_later", spend=spend, first=first)
        phrase = "enough_day" if one.first == one.last else "enough_days"
        return self.say(phrase, spend=spend, first=first, last=words.day(one.last))

    def cause(self, text: str) -> str:
        """'order.paid#17' as 'order 17'."""
        kind, _, id = text.partition("#")
        return f"{phrases.CAUSES[self.language].get(kind, kind)} {id}".rstrip()

    def outcome(self, decision: Decision) -> str:
        """'reached gold'; what was decided of an order names the order."""
        text = phrases.OUTCOMES[self.language].get(decision.outcome, decision.outcome)
        if decision.outcome in _OF_ORDERS and decision.note:
            return f"{text} {self.tier(decision.after)} ({decision.note})"
        return f"{text} {self.tier(decision.after)}"

    def evidence(self, decision: Decision) -> str:
        """What the rule saw, and over which days."""
        if not decision.figures:
            return ""
        figures = self._list(map(self.figure, decision.figures))
        if not decision.last:
            return figures
        return self.say("evidence", figures=figures, first=words.day(decision.first), last=words.day(decision.last))

    def change(self, decision: Decision) -> str:
        """'held gold by hold h-1, until 2026-07-01, amy: in hospital'."""
        text = self.say("decided", outcome=self.outcome(decision), cause=self.cause(decision.cause))
        if decision.until:
            text = self.say("until", decided=text, day=words.day(decision.until - 1))
        if decision.operator:
            text = self.say("by_hand", decided=text, operator=decision.operator, reason=decision.reason)
        return text

    def decided(self, decision: Decision) -> str:
        """'reached gold by order 17 (spend 1,020.00 of 1,000.00, 2010-03-06 to 2011-03-05)'."""
        seen = self.evidence(decision)
        return f"{self.change(decision)} ({seen})" if seen else self.change(decision)

    def task(self, change: TaskChange) -> str:
        """'task call (Call him) for adviser: done by amy, who was told price'."""
        what = words.task(self.rules, change.task, self.language)
        said = self.task_state(change)
        return self.say("task", journey=change.task.journey, what=what, role=change.task.role, state=said)

    def task_state(self, change: TaskChange) -> str:
        state = self.say(f"task_{change.state}", by=change.by)
        return self.say("task_told", state=state, answer=change.answer) if change.answer else state
