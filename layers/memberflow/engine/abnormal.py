"""Orders out of a member's ordinary: kept out of every tier's evaluation until an operator has judged them."""

from __future__ import annotations

from memberflow.engine.catalogue import ORDERS, SPEND, Catalogue, Counted, within
from memberflow.programme.schema.tiers import Abnormal as Schema


class Abnormal:
    """So many times the monthly mean of the months before, and so much at the least."""

    path = "tiers.abnormal"

    def __init__(self, schema: Schema, catalogue: Catalogue) -> None:
        self.times, self.months = schema.times, schema.months
        self.floor = catalogue.figure("spend", schema.at_least)
        self._window = catalogue.window(f"{schema.months} months")

    def figure(self, counted: Counted, day: int) -> int | None:
        """From which amount on an order of ``day`` is out of the ordinary; None: the member has no ordinary.

        The months end with the day before. An order that was flagged and not accepted is no part of them.
        """
        before = within(counted, self._window.first(day - 1), day - 1)
        if not any(bucket[ORDERS] for bucket in before):
            return None
        spent = sum(bucket[SPEND] for bucket in before)
        return max(self.floor, -(-self.times * spent // self.months))
