"""What a rule lacks of each measure, in the words of templates; and what little more would make it hold."""

from __future__ import annotations

from collections.abc import Mapping

from memberflow.engine import measures
from memberflow.engine.catalogue import Asked
from memberflow.engine.conditions import Condition, Level
from memberflow.engine.measures import Seen
from memberflow.engine.member import Member
from memberflow.engine.rules import Rules
from memberflow.programme.schema.fields import decimal_text

WORDS = {
    "short": "spend",
    "short_orders": "orders",
    "short_interactions": "interactions",
    "short_growth": "growth",
    "short_points": "points_earned",
}
"""What templates call that which is missing, and the measure it is of."""


def ahead(rules: Rules, member: Member, day: int) -> dict[str, str | int]:
    """The tier above and what is missing there; his own, and nothing, where no tier above is reached by a rule."""
    above = next_level(rules, member)
    if above is None or above.enter is None:
        assert member.tier is not None
        return {"next_tier": member.tier, **_told(rules, dict.fromkeys(WORDS, 0))}
    return {"next_tier": above.name, **lacks(rules, above.enter, measures.later(rules, member, day))}


def next_level(rules: Rules, member: Member) -> Level | None:
    """The lowest tier above the member's that is reached by a rule."""
    assert member.tier is not None
    above = rules.levels[rules.level[member.tier].index + 1 :]
    return next((level for level in above if level.enter is not None), None)


def within_reach(rules: Rules, member: Member, amounts: Mapping[str, int], day: int) -> Level | None:
    """The next tier, where it is not reached yet and would be with so much more of these measures."""
    level = next_level(rules, member)
    if level is None or level.enter is None:
        return None
    seen = measures.later(rules, member, day)
    more = {asked.key: seen[asked.key] + _more(rules, asked, amounts) for asked in level.enter.leaves()}
    return level if level.enter.holds(more) and not level.enter.holds(seen) else None


def lacks(rules: Rules, rule: Condition, seen: Seen) -> dict[str, str | int]:
    """What templates can say of it: money as text, all else as whole numbers."""
    return _told(rules, {word: _lacking(rules, rule, seen, name) for word, name in WORDS.items()})


def _told(rules: Rules, lacking: dict[str, int]) -> dict[str, str | int]:
    return lacking | {"short": decimal_text(lacking["short"], rules.programme.currency)}


def _lacking(rules: Rules, rule: Condition, seen: Seen, name: str) -> int:
    """The most that a figure of the measure lacks; of alternatives, while none holds, the least that one lacks."""
    needs = [asked.figure - seen[asked.key] for asked in rule.needs if _counts(rules, asked, name)]
    needs += [_lacking(rules, part, seen, name) for part in rule.all]
    if not any(part.holds(seen) for part in rule.any):
        asking = [part for part in rule.any if any(_counts(rules, asked, name) for asked in part.leaves())]
        needs.append(min((_lacking(rules, part, seen, name) for part in asking), default=0))
    return max([0, *needs])


def _counts(rules: Rules, asked: Asked, name: str) -> bool:
    """Whether it asks for the measure, and more of it today brings the figure nearer."""
    measure = rules.measures[asked.key]
    return measure.name == name and measure.window.falling and not asked.at_most


def _more(rules: Rules, asked: Asked, amounts: Mapping[str, int]) -> int:
    measure = rules.measures[asked.key]
    return amounts.get(measure.name, 0) if measure.window.falling else 0
