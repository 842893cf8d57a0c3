"""What only the facts can tell: each order's fate. Kept while a member is folded from his facts, never stored.

A refund needs its order (what it gave, what is left of it) and a late fact needs everything after it. Both are rare,
so a stored member carries none of this: he is folded anew from his facts when one comes.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from memberflow.facts import Order, Refund


class Line(Struct):
    """An order and what became of it: ``left`` is not refunded, ``returned`` of its points were taken back."""

    at: int
    day: int
    amount: int
    left: int
    earned: int
    lot: int
    categories: tuple[str, ...]
    returned: int = 0
    open: bool = True
    counts: bool = True
    """False for an order out of the ordinary, as long as no operator has accepted it."""


class History(Struct):
    """``lines`` by order id in the order applied. ``expired``: points that ran out, by the day of their lot.

    ``refunds`` wait for their order (by its id), ``until_joined`` for the member to join. ``added``: what the days'
    counters were given: day, place in its bucket, amount.
    """

    lines: dict[str, Line] = field(default_factory=dict)
    expired: dict[int, int] = field(default_factory=dict)
    refunds: dict[str, list[Refund]] = field(default_factory=dict)
    until_joined: list[Order | Refund] = field(default_factory=list)
    added: list[tuple[int, int, int]] = field(default_factory=list)

    def counted(self) -> Iterator[Line]:
        """The orders that measures count, in the order applied."""
        return (line for line in self.lines.values() if line.counts)
