"""The rules of tiers made ready for the engine: what they ask of each measure, and their place in the programme."""

from __future__ import annotations

from memberflow.programme.schema.fields import minor_units
from memberflow.programme.schema.tiers import Rule, Tier


class Condition:
    """Measures that must reach their figures, with nested alternatives. ``path`` is its place in the programme."""

    def __init__(self, rule: Rule, path: str, minor: int) -> None:
        self.path = path
        amounts = {"spend": None if rule.spend is None else minor_units(rule.spend, minor)}
        counts = {"orders": rule.orders, "categories": rule.categories}
        self.needs = tuple((name, value) for name, value in (amounts | counts).items() if value is not None)
        self.all = tuple(Condition(part, f"{path}.all[{i}]", minor) for i, part in enumerate(rule.all))
        self.any = tuple(Condition(part, f"{path}.any[{i}]", minor) for i, part in enumerate(rule.any))

    def holds(self, measures: dict[str, int]) -> bool:
        for name, value in self.needs:
            if measures[name] < value:
                return False
        return all(part.holds(measures) for part in self.all) and (
            not self.any or any(part.holds(measures) for part in self.any)
        )

    def least(self, measure: str) -> int:
        """The measure is at least so much wherever the rule holds."""
        parts = [value for name, value in self.needs if name == measure] + [part.least(measure) for part in self.all]
        if self.any:
            parts.append(min(part.least(measure) for part in self.any))
        return max(parts, default=0)

    def leaves(self) -> tuple[tuple[str, int], ...]:
        """Every (measure, figure) that the rule looks at, in the order written."""
        return self.needs + tuple(leaf for part in self.all + self.any for leaf in part.leaves())


class Level:
    """A tier with its compiled rules; ``index`` counts from the lowest, 0."""

    def __init__(self, tier: Tier, index: int, minor: int) -> None:
        self.name, self.index, self.label = tier.name, index, tier.label
        path = f"tiers.levels[{index}]"
        self.enter = None if tier.enter is None else Condition(tier.enter, f"{path}.enter", minor)
        self.next_spend = 0
        """With less spend than this no higher tier can be reached."""
        self.keep = self.enter if tier.keep is None else Condition(tier.keep, f"{path}.keep", minor)
