"""What followed from facts and time: decisions, occurrences, refusals and the entries of the points ledger."""

from __future__ import annotations

from msgspec import Struct, field

from memberflow.engine.member import Grant, Task


class Figure(Struct, frozen=True, array_like=True):
    """A measure as a rule saw it, beside what the rule asks for: at least that, or ``at_most``.

    ``first`` and ``last``: the days it covers, both counted, where they are not those of the decision; else 0.
    """

    measure: str
    value: int
    threshold: int
    at_most: bool = False
    first: int = 0
    last: int = 0

    @property
    def met(self) -> bool:
        return self.value <= self.threshold if self.at_most else self.value >= self.threshold


class Decision(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A tier reached, kept or lost.

    ``rule`` is a path into the programme, ``figures`` what it was measured against over the days ``first`` to ``last``
    (both counted), ``cause`` the fact or timer that made it happen. ``until``: the day on which what was put off is
    settled, or a hold or a tier given ends; ``note``: why it was put off, or the order that it is about. ``operator``
    and ``reason``: of what was done by hand.
    """

    at: int
    outcome: str
    """Of a tier that changed hands: enrolled, reached, given, dropped, refunded, lapsed or revised; of one that did
    not: kept, put_off, held, invited, candidate; of an order that counts for tiers or not: flagged, accepted, rejected.
    """
    before: str | None
    after: str
    rule: str
    figures: tuple[Figure, ...] = ()
    first: int = 0
    last: int = 0
    cause: str
    until: int = 0
    note: str = ""
    operator: str = ""
    reason: str = ""

    @property
    def moved(self) -> bool:
        """Whether the member holds another tier since."""
        return self.outcome in ("enrolled", "reached", "given", "dropped", "refunded", "lapsed")

    @property
    def key(self) -> str:
        """The same decision after a rebuild has the same key."""
        return f"{self.at}#{self.outcome}#{self.after}" + (f"#{self.note}" if self.note else "")


class Occurrence(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One reason to contact a member at the moment ``at``. ``id`` is the same whatever order the facts came in."""

    id: str
    journey: str
    anchor: int
    at: int
    useful_until: int
    data: dict[str, str | int] = {}


class Entry(Struct, frozen=True, array_like=True):
    """A movement of points. ``lot``: the day they are gone (None: debt); ``balance``: points less debt, after it.

    ``pending``: by how much it changed what is earned and not usable yet.
    """

    at: int
    cause: str
    lot: int | None
    points: int
    balance: int
    pending: int = 0


class Refusal(Struct, frozen=True, array_like=True):
    """A fact that changed nothing, or not all it might have.

    ``code``: unknown_time_zone; of points not_enough_points, below_minimum, not_in_step, above_share, unknown_good,
    cap_reached, unknown_partner, no_reservation, nothing_expired, not_reinstatable; of an activity cap_reached,
    not_a_member; of tiers not_a_member, unknown_tier, already_over, already_held, not_by_invitation, not_invited,
    not_flagged; of a grant no_such_grant; of a task no_such_task; of an answer unknown_survey, unknown_answer,
    answered_before.
    """

    fact: str
    code: str


class Referred(Struct, frozen=True):
    """A friend's first order has outlived its return period: what his referrer is to hear of."""

    referrer: str
    friend: str
    at: int


class GrantChange(Struct, frozen=True, array_like=True):
    """A grant was given, used or revoked at the moment ``at``, by ``cause``; its end by time is no change."""

    grant: Grant
    state: str
    at: int
    cause: str


class TaskChange(Struct, frozen=True, array_like=True):
    """What became of a task at the moment ``at``.

    ``state``: open, done, withdrawn (its reason is gone), lapsed (it is of no use any more) or held_out (never opened,
    to compare). ``by`` and ``answer``: of one done, the operator and what the member told him.
    """

    task: Task
    state: str
    at: int
    by: str = ""
    answer: str = ""


class Outcome(Struct):
    """Collects what follows; ``entries`` is None where nobody asks for the ledger."""

    decisions: list[Decision] = field(default_factory=list)
    occurrences: list[Occurrence] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    entries: list[Entry] | None = None
    earned: int = 0
    spent: int = 0
    expired: int = 0
    taken_back: int = 0
    given: int = 0
    """By hand, from other members, and brought back to life; less what was taken by hand or sent."""
    referred: list[Referred] = field(default_factory=list)
    grants: list[GrantChange] = field(default_factory=list)
    tasks: list[TaskChange] = field(default_factory=list)

    @property
    def moves(self) -> list[Decision]:
        """The decisions by which he holds a tier, or one of another page, since."""
        return [one for one in self.decisions if one.moved or one.outcome == "revised"]
