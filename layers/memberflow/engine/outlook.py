"""Where a member stands against the rules: what each asks beside what there is, and what would be enough by when."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from memberflow.engine import fallout, measures, reviews, terms
from memberflow.engine.conditions import Condition, Level
from memberflow.engine.fallout import Enough
from memberflow.engine.member import DISTANT, Member
from memberflow.engine.outcome import Figure
from memberflow.engine.rules import Rules


class Need(Struct, frozen=True):
    """What a rule asks for, beside what there is: all ``figures``, everything in ``all`` and one of ``any``."""

    figures: tuple[Figure, ...]
    all: tuple[Need, ...] = ()
    any: tuple[Need, ...] = ()

    @property
    def met(self) -> bool:
        parts = [*(figure.met for figure in self.figures), *(need.met for need in self.all)]
        return all(parts) and (not self.any or any(need.met for need in self.any))


class TierAhead(Struct, frozen=True):
    """A tier above the member's, and what its entry rule sees today, or will see of it at the review that lifts him.

    ``enough``: the spend that reaches it, and by when it must be made before it takes more. Empty where spend alone
    does not. ``at_once``: what the rule sees that needs no review, if there is one. ``on``: the day of that review.
    """

    tier: str
    need: Need
    enough: list[Enough]
    at_once: Need | None = None
    on: int | None = None


class Review(Struct, frozen=True):
    """When the tier is settled next. ``need`` counts what is there today and will be in the windows of that day still.

    ``first``: the first day of the tiers' window then. Where the need is not met the member drops to ``below``;
    ``enough``: the spend that keeps him, and when it counts. Both are None, or empty, where he can only rise.
    ``at_risk``: the first day on which the rule would fail, were it settled then. ``put_off``: it has failed once.
    """

    at: int
    first: int
    need: Need | None
    below: str | None
    enough: list[Enough]
    at_risk: int | None
    put_off: bool


class Part(Struct, frozen=True):
    """What a measure adds to a score: ``share`` of at most ``weight``."""

    measure: str
    value: int
    full_at: int
    share: int
    weight: int


def need(condition: Condition, seen: Mapping[str, int]) -> Need:
    """The rule with the measures it is held against."""
    return Need(
        figures=tuple(Figure(key, seen[key], figure, at_most) for key, figure, at_most in condition.needs),
        all=tuple(need(part, seen) for part in condition.all),
        any=tuple(need(part, seen) for part in condition.any),
    )


def ahead(rules: Rules, member: Member, today: int) -> list[TierAhead]:
    if member.tier is None:
        return []
    settled = terms.due_day(rules, member) if rules.rises_at_review else None
    above = rules.levels[rules.level[member.tier].index + 1 :]
    return [_ahead(rules, member, level, level.enter, today, settled) for level in above if level.enter is not None]


def _ahead(rules: Rules, member: Member, level: Level, enter: Condition, today: int, settled: int | None) -> TierAhead:
    day = today if settled is None else max(settled, today + 1)
    enough = (
        fallout.enough_now(rules, member, enter, today)
        if settled is None
        else fallout.enough_by(rules, member, enter, today, day)
    )
    now = measures.later(rules, member, today).since_drop
    at_once = None if level.at_once is None else need(level.at_once, now)
    asked = need(enter, measures.later(rules, member, day))
    return TierAhead(level.name, asked, enough, at_once, None if settled is None else day)


def review(rules: Rules, member: Member, today: int) -> Review | None:
    at = terms.due(rules, member)
    if at == DISTANT:
        return None
    standing = member.standings[-1]
    level, settled = rules.level[standing.tier], max(rules.zone.day(at), today)
    first = rules.first_day(settled)
    if level.keep is None:
        return Review(at, first, None, None, [], None, False)
    figures = measures.later(rules, member, settled)
    put_off = standing.put_off is not None
    enough = (
        fallout.enough_now(rules, member, level.keep, today, settled)
        if put_off
        else fallout.enough_by(rules, member, level.keep, today, settled)
    )
    risk = fallout.first_failing(rules, member, level.keep, today)
    below = reviews.landing(rules, level, figures).name
    return Review(at, first, need(level.keep, figures), below, enough, risk, put_off)


def scores(rules: Rules, seen: dict[str, int]) -> dict[str, list[Part]]:
    scores = (measure for measure in rules.measures.values() if measure.name == "score")
    return {
        score.subject: [
            Part(key, seen[key], full, measures.share(seen[key], weight, full), weight)
            for key, weight, full in score.parts
        ]
        for score in scores
    }
