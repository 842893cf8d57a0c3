"""Benefits, grants and badges made ready for the engine. Once per programme."""

from __future__ import annotations

from memberflow.engine.catalogue import Catalogue
from memberflow.engine.conditions import Condition
from memberflow.engine.earning import Days
from memberflow.engine.validity import Validity
from memberflow.programme.schema import Programme
from memberflow.programme.schema.benefits import GrantRule
from memberflow.programme.schema.fields import minor_units

TIMED = ("birthday", "birthday_month", "anniversary", "yearly")
"""The triggers that time brings."""


class Award:
    """A rule of grants. ``give``: each benefit as often as it is given. ``least``: of an order, in minor units."""

    def __init__(self, name: str, rule: GrantRule, minor: int, leap_to_march: bool) -> None:
        self.name, self.trigger, self.give = name, rule.trigger, rule.give * rule.times
        self.least = 0 if rule.least is None else minor_units(rule.least, minor)
        self.badge, self.count, self.activity = rule.badge, rule.count or 1, rule.activity
        self.years = sorted(rule.years)
        self.days = Days(rule.on, leap_to_march) if rule.on else None
        self.tiers, self.segments, self.tags = frozenset(rule.tiers), frozenset(rule.segments), frozenset(rule.tags)


class Benefits:
    """``standing``: what members of each tier have. ``trials``: the tier that a benefit lets one try."""

    def __init__(self, programme: Programme, catalogue: Catalogue) -> None:
        minor = catalogue.places
        self.valid = {name: Validity.of(b.valid_for) for name, b in programme.benefits.items() if b.valid_for}
        self.trials = {name: b.tier for name, b in programme.benefits.items() if b.tier is not None}
        self.costs = {name: minor_units(b.cost, minor) for name, b in programme.benefits.items() if b.cost}
        leap = programme.birthday_29_february == "1 March"
        self.days = {name: Days(b.on, leap) for name, b in programme.benefits.items() if b.on}
        self.standing = _standing(programme)
        self.instead_of = {name: b.instead_of for name, b in programme.benefits.items() if b.instead_of}
        self.by_name = {name: Award(name, rule, minor, leap) for name, rule in programme.grants.items()}
        self._by_trigger: dict[str, tuple[Award, ...]] = {}
        for award in self.by_name.values():
            self._by_trigger[award.trigger] = (*self.on(award.trigger), award)
        self.timed = tuple(award for trigger in TIMED for award in self.on(trigger))
        self.badges = {
            name: Condition(badge.rule, f"badges.{name}.rule", catalogue) for name, badge in programme.badges.items()
        }

    def on(self, trigger: str) -> tuple[Award, ...]:
        return self._by_trigger.get(trigger, ())


def _standing(programme: Programme) -> dict[str, tuple[str, ...]]:
    """By tier, its own benefits after those of the tiers that it includes; each once."""
    standing: dict[str, tuple[str, ...]] = {}
    below: tuple[str, ...] = ()
    for tier in programme.tiers.levels:
        included = below if tier.includes_below else ()
        standing[tier.name] = below = tuple(dict.fromkeys((*included, *tier.benefits)))
    return standing
