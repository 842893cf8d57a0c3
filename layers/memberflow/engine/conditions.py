"""The rules of tiers made ready for the engine: what they ask of each measure, and their place in the programme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from memberflow.engine.calendar import Period
from memberflow.engine.catalogue import Asked, Catalogue
from memberflow.programme.schema.tiers import AtMost, Rule, Tier

NESTED = ("all", "any")
BESIDE = ("of", "over", "at_most", "scores", "held", "held_for", "per")
"""The keys of a rule that are no measure themselves."""


class Condition:
    """Measures that must reach their figures, with nested alternatives. ``path`` is its place in the programme.

    ``share``: of the figures that measures must reach only so many hundredths are asked, rounded up.
    """

    def __init__(self, rule: Rule, path: str, catalogue: Catalogue, share: int = 100) -> None:
        self.path = path
        self.needs = tuple(_asked(rule, catalogue, share))
        self.all = tuple(Condition(part, f"{path}.all[{i}]", catalogue, share) for i, part in enumerate(rule.all))
        self.any = tuple(Condition(part, f"{path}.any[{i}]", catalogue, share) for i, part in enumerate(rule.any))

    def holds(self, measures: Mapping[str, int]) -> bool:
        for key, figure, at_most in self.needs:
            if measures[key] > figure if at_most else measures[key] < figure:
                return False
        return all(part.holds(measures) for part in self.all) and (
            not self.any or any(part.holds(measures) for part in self.any)
        )

    def least(self, measure: str) -> int:
        """The measure is at least so much wherever the rule holds."""
        parts = [asked.figure for asked in self.needs if asked.key == measure and not asked.at_most]
        parts += [part.least(measure) for part in self.all]
        if self.any:
            parts.append(min(part.least(measure) for part in self.any))
        return max(parts, default=0)

    def leaves(self) -> tuple[Asked, ...]:
        """Every figure that the rule looks at, in the order written."""
        return self.needs + tuple(leaf for part in self.all + self.any for leaf in part.leaves())


def _asked(rule: Rule, catalogue: Catalogue, share: int) -> list[Asked]:
    asked, months = [], catalogue.months(rule.over) if rule.per else 1
    for name in Rule.__struct_fields__:
        written = getattr(rule, name)
        if written is not None and name not in (*NESTED, *BESIDE):
            figure = -(-catalogue.figure(name, written) * months * share // 100)
            asked.append(Asked(catalogue.enter(name, rule.over, _of(rule, name)), figure))
    for score, figure in rule.scores.items():
        asked.append(Asked(catalogue.enter("score", subject=score), -(-figure * share // 100)))
    if rule.held is not None and rule.held_for is not None:
        asked.append(Asked(catalogue.enter("held", subject=rule.held), Period.of(rule.held_for).months))
    return asked + _most(rule.at_most or AtMost(), rule, catalogue, months)


def _most(most: AtMost, rule: Rule, catalogue: Catalogue, months: int) -> list[Asked]:
    written: dict[str, Any] = {name: getattr(most, name) for name in AtMost.__struct_fields__}
    return [
        Asked(catalogue.enter(name, rule.over, _of(rule, name)), catalogue.figure(name, figure) * months, at_most=True)
        for name, figure in written.items()
        if figure is not None
    ]


def _of(rule: Rule, name: str) -> tuple[str, ...]:
    return rule.of if name == "interactions" else ()


class Level:
    """A tier with its compiled rules; ``index`` counts from the lowest, 0.

    ``keep``: None where no review can take it. ``at_once`` is asked of what came after the last drop at a review.
    """

    def __init__(self, tier: Tier, index: int, catalogue: Catalogue) -> None:
        self.name, self.index, self.label = tier.name, index, tier.label
        path = f"tiers.levels[{index}]"
        self.enter = None if tier.enter is None else Condition(tier.enter, f"{path}.enter", catalogue)
        self.at_once = None if tier.at_once is None else Condition(tier.at_once, f"{path}.at_once", catalogue)
        self.next_spend = 0
        """With less spend than this no higher tier can be reached."""
        self.by, self.by_rule = tier.by, tier.by == "rule"
        self.eligible = None if tier.eligible is None else Condition(tier.eligible, f"{path}.eligible", catalogue)
        self.path = path
        self.lasting = tier.drops == "never"
        self.keep = None if tier.drops == "never" else _keep(tier, path, catalogue)


def _keep(tier: Tier, path: str, catalogue: Catalogue) -> Condition | None:
    if isinstance(tier.keep, Rule):
        return Condition(tier.keep, f"{path}.keep", catalogue)
    if tier.enter is None:
        return None
    if tier.keep is None:
        return Condition(tier.enter, f"{path}.enter", catalogue)
    return Condition(tier.enter, f"{path}.keep", catalogue, int(tier.keep.rstrip(" %")))
