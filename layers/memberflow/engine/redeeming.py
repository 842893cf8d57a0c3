"""What points buy under a programme, ready for the engine."""

from __future__ import annotations

from memberflow.engine.calendar import MINUTE, Period
from memberflow.programme.schema import points as schema
from memberflow.programme.schema.fields import minor_units


class Redeeming:
    def __init__(self, redeem: schema.Redeem, places: int) -> None:
        self.points, self.worth = redeem.points, minor_units(redeem.worth, places)
        self.least, self.step, self.share = redeem.least, redeem.step, redeem.share
        self.goods, self.partners = redeem.goods, redeem.partners
        count, unit = redeem.reserve_for.split()
        self.reserve_ms = int(count) * MINUTE * (60 if unit.startswith("hour") else 1)
        self.returned_for = None if redeem.returned_for is None else Period.of(redeem.returned_for)

    def money(self, points: int) -> int:
        """What points are worth off an order, in minor units, rounded down."""
        return points * self.worth // self.points

    @property
    def fewest(self) -> int:
        """The fewest points that can be spent off an order."""
        return -(-self.least // self.step) * self.step

    def refused(self, points: int, order_amount: int | None) -> str | None:
        """Why so many points can't be spent on an order; None where they can."""
        if points < self.least:
            return "below_minimum"
        if points % self.step:
            return "not_in_step"
        if order_amount is not None and self.money(points) * 100 > order_amount * self.share:
            return "above_share"
        return None

    def most(self, usable: int, order_amount: int) -> int:
        """The most points that can go into an order of an amount; 0 where that is below the minimum."""
        cap = order_amount * self.share // 100 * self.points // self.worth
        most = min(usable, cap) // self.step * self.step
        return most if most >= self.least else 0
