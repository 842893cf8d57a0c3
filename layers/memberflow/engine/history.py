"""What only the facts can tell: each order's fate. Kept while a member is folded from his facts, never stored.

A refund needs its order (what it gave, what is left of it) and a late fact needs everything after it. Both are rare,
so a stored member carries none of this: he is folded anew from his facts when one comes.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from memberflow.engine.lots import Key, Lot
from memberflow.engine.member import Answer, Grant, Task
from memberflow.facts import Order, Refund


class Line(Struct):
    """An order and what became of it: ``left`` is not refunded, ``returned`` of its points were taken back.

    ``lot``: where its points went, before anything moved it; ``moves`` had been made by then. ``usable``: the day on
    which they stop or stopped pending, 0 where they never were. ``growth`` and ``growth_returned`` likewise.
    """

    id: str
    at: int
    day: int
    amount: int
    left: int
    earned: int
    lot: Key
    categories: tuple[str, ...]
    returned: int = 0
    open: bool = True
    usable: int = 0
    moves: int = 0
    growth: int = 0
    growth_returned: int = 0
    counts: bool = True
    """False for an order out of the ordinary, as long as no operator has accepted it."""
    coupon: bool = False


class Spending(Struct):
    """Points spent on an order: the parts of lots they came from, and how much of each came back with a refund."""

    parts: list[Lot]
    returned: list[int]


class Gone(Struct):
    """Points of a lot that ran out, at the moment ``at``."""

    points: int
    at: int


class History(Struct):
    """``lines`` by order id in the order applied. ``expired``: points that ran out, by lot.

    ``refunds`` wait for their order (by its id), ``until_joined`` for the member to join. ``spent``: what was spent on
    each order. ``delivered``: orders that were, before they were known. ``moved``: for each lot whose end was moved,
    the number of each move and where to. ``added``: what the days' counters were given: day, counter, amount;
    ``activities``: the day and kind of each.
    """

    lines: dict[str, Line] = field(default_factory=dict)
    expired: dict[Key, Gone] = field(default_factory=dict)
    refunds: dict[str, list[Refund]] = field(default_factory=dict)
    until_joined: list[Order | Refund] = field(default_factory=list)
    spent: dict[str, list[Spending]] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    moved: dict[Key, list[tuple[int, int]]] = field(default_factory=dict)
    moves: int = 0
    added: list[tuple[int, str, int]] = field(default_factory=list)
    activities: list[tuple[int, str]] = field(default_factory=list)
    used: list[tuple[str, str]] = field(default_factory=list)
    """Id of a grant used up and the cause that it rests on."""
    revoked: dict[str, Grant] = field(default_factory=dict)
    """By id. A late refund may show that one had to go before it was used: used it was all the same."""
    settled: set[str] = field(default_factory=set)
    """Tiers as reached, by their cause of grants, that a review ended: no refund takes what came with them."""
    badge_at: dict[str, int] = field(default_factory=dict)
    """When each badge held was earned."""

    answers: list[Answer] = field(default_factory=list)
    """In the order given."""
    tasks: dict[str, Task] = field(default_factory=dict)
    """By id, those that ended before anybody did them: one done all the same was done."""

    def move(self, key: Key, gone: int) -> None:
        """A lot is gone on another day from now on."""
        self.moves += 1
        self.moved.setdefault(key, []).append((self.moves, gone))

    def lot_of(self, line: Line) -> Key:
        """Where the order's points are now, or were when they ran out."""
        (gone, rule), number = line.lot, line.moves
        while True:
            later = next((move for move in self.moved.get((gone, rule), ()) if move[0] > number), None)
            if later is None:
                return gone, rule
            number, gone = later

    def counted(self) -> Iterator[Line]:
        """The orders that measures count, in the order applied."""
        return (line for line in self.lines.values() if line.counts)
