"""What we know of a member: the state that facts and time are folded into.

Everything here is either shown, or needed to fold the next fact without reading the ones before it. What else an
outcome rests on is in the facts, from which the member can be folded anew at any time.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct, field

NEVER = 1 << 30
"""A day later than any: the expiry of points that don't expire."""

DISTANT = 1 << 60
"""A moment later than any: nothing is due."""


class Standing(Struct, array_like=True):
    """A tier held: reached at the moment ``since``, on the day ``anchor``; ``kept`` counts the reviews passed.

    ``proven``: the moment as of which his orders reach it, with the refunds known; None where none had to: the first
    tier, and one that a review let him down to. ``reviewed``: the day of the last review passed. ``put_off``: the day
    on which a review that he failed is settled, where it may not be at once. ``until``: the day on which a tier that an
    operator gave him for a time ends.
    """

    tier: str
    since: int
    anchor: int
    kept: int = 0
    proven: int | None = None
    reviewed: int | None = None
    put_off: int | None = None
    until: int | None = None


class Held(Struct, array_like=True):
    """Points held back for a till until the moment ``until``: the parts of lots that they were taken from."""

    id: str
    until: int
    points: int
    parts: list[list[int]]
    order_id: str | None = None


class Grant(Struct, frozen=True, array_like=True):
    """A benefit given at the moment ``at`` and valid until ``until`` (DISTANT: for ever).

    ``id``: rule#benefit#reason. ``cause``: what it rests on, an order, a tier or a badge; else what brought it.
    """

    id: str
    at: int
    until: int
    cause: str

    @property
    def benefit(self) -> str:
        return self.id.split("#", 2)[1]


class Followed(Struct, array_like=True):
    """An order not refunded whole, and the journeys that have spoken of it."""

    at: int
    id: str
    told: list[str] = field(default_factory=list)


class Task(Struct, frozen=True, array_like=True):
    """Something for a person of the shop to do, made at the moment ``at``.

    ``id``, ``journey``, ``anchor``, ``data``: as of an occurrence. ``role``: whose it is. ``due``: the moment by which
    it should be done; ``until``: from which it is of no use any more.
    """

    id: str
    journey: str
    anchor: int
    at: int
    role: str
    due: int
    until: int
    data: dict[str, str | int] = {}


class Answer(Struct, array_like=True):
    """What the member answered to a survey, and the journeys that have spoken of it. ``id``: of the fact."""

    at: int
    id: str
    survey: str
    answer: str
    told: list[str] = field(default_factory=list)


class Bought(NamedTuple):
    """An order that is not refunded whole, as tags see it. ``amount``: what is left of it."""

    day: int
    amount: int
    coupon: bool
    categories: tuple[str, ...]


class Scored(Struct, frozen=True, array_like=True):
    """A segment, the scores that it follows from, and since when he is in it."""

    segment: str
    recency: int
    frequency: int
    monetary: int
    since: int


class Member(Struct, array_like=True):
    """A member's state.

    ``standings``: the tier held, last, above those it was reached from (where a refund may take him back to).
    ``reached``: how often each tier was. ``lots``: as in lots.py.
    ``days``: [day, net spend, orders, *the programme's counters] of the tiers' window, ``spend`` and ``orders`` their
    sums; ``older``: days before them that a rule still looks at. ``categories``: the last day of each. ``said``: per
    journey the last anchor (year, day) for which it fired. ``newest``: sort key of the newest fact. ``clock``: the last
    moment anything changed. ``wake``: nothing is due before it (may be early, never late). ``waiting``: ids of orders
    whose refund came before them, and of what waits for the member to join. ``held_since``: the moment since which he
    holds a tier or a higher one, of the tiers whose holding a rule asks about.
    """

    id: str
    enrolled_at: int | None = None
    standings: list[Standing] = field(default_factory=list)
    reached: dict[str, int] = field(default_factory=dict)
    lots: list[list[int]] = field(default_factory=list)
    debt: int = 0
    days: list[list[int]] = field(default_factory=list)
    spend: int = 0
    orders: int = 0
    categories: dict[str, int] = field(default_factory=dict)
    last_order_at: int | None = None
    said: dict[str, int] = field(default_factory=dict)
    birthday: tuple[int, int, int] | None = None
    birthday_from: int = 0
    """The member's local day on which the birthday became known: earlier ones are not made up for."""
    time_zone: str | None = None
    language: str | None = None
    contacts: dict[str, str] = field(default_factory=dict)
    consents: dict[str, tuple[bool, int, str, str]] = field(default_factory=dict)
    """By 'purpose/channel': granted, moment, source, version of the text agreed to."""
    newest: tuple[int, int, str] = (-DISTANT, 0, "")
    clock: int = -DISTANT
    wake: int = DISTANT
    waiting: list[str] = field(default_factory=list)
    facts: int = 0
    pending: list[list[int]] = field(default_factory=list)
    """[day on which they become usable, day on which they are gone, points, number of their rule], soonest first."""
    held: list[Held] = field(default_factory=list)
    done: dict[str, list[int]] = field(default_factory=dict)
    """Per activity that counts them: [day, times it earned on it, times it earned in all]; goods as in goods.py."""
    sheltered: bool = False
    """None of the points expire while the tier held says so."""
    spared_until: int = 0
    """The day before which none of the points expire, after such a tier was left."""
    referred_by: str | None = None
    first_paid_at: int | None = None
    """The earliest order not refunded whole, until the referral is told of; DISTANT then."""
    older: list[list[int]] = field(default_factory=list)
    held_since: dict[str, int] = field(default_factory=dict)
    dropped_on: int | None = None
    """The day of the last drop at a review."""
    hold: tuple[int, str, str] | None = None
    """An operator's word that no review lowers his tier: the day it ends, the operator, the reason."""
    invited: dict[str, int] = field(default_factory=dict)
    """Tiers he may accept, and the day on which each invitation ends."""
    candidate_for: dict[str, int] = field(default_factory=dict)
    """Tiers by invitation that he was found eligible for, and when."""
    flagged: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Orders out of the ordinary that nobody has judged yet: moment and amount."""
    suppressed: dict[str, int] = field(default_factory=dict)
    """Channels whose address is dead, and the moment since when; another address brings a channel back."""
    grants: list[Grant] = field(default_factory=list)
    """Open ones, trials too, in the order given."""
    given: dict[str, int] = field(default_factory=dict)
    """By rule of grants: the last year or number of years; of a rule that gives once n, or -n where it was undone."""
    forgiven: list[str] = field(default_factory=list)
    """Ids of grants used before what they rest on was refunded: each stands for the next one of its kind."""
    badges: dict[str, int] = field(default_factory=dict)
    """n: earned for the n-th time. -n: lost after it, by a refund."""
    scored: Scored | None = None
    recent: list[Bought] = field(default_factory=list)
    """Orders of the longest live tag's window, in the order applied."""

    revision: int = 0
    """The number of the revision of the programme that he was last folded under."""
    merged_into: str | None = None
    """The member whose facts his are now."""
    first_order_at: int | None = None
    """The earliest order not refunded whole, where a journey follows on it."""
    followed: list[Followed] = field(default_factory=list)
    """His latest orders, soonest first, where a journey follows on each."""
    lost: dict[str, int] = field(default_factory=dict)
    """How often each tier was lost, where a journey tells of it."""
    tasks: list[Task] = field(default_factory=list)
    """Open ones, in the order opened."""
    answers: list[Answer] = field(default_factory=list)
    """His latest answers, soonest first, where a journey waits for one."""
    entered: dict[str, int] = field(default_factory=dict)
    """Segments that a journey asks for. n: entered for the n-th time. -n: left after it."""
    spoke_at: dict[str, int] = field(default_factory=dict)
    """By journey that does not come again soon: the moment of its last occurrence."""
    erased_before: int | None = None
    """He was erased: what happened before this moment is not taken. Whoever joins again begins at that moment."""

    @property
    def tier(self) -> str | None:
        """None until enrolled."""
        return self.standings[-1].tier if self.standings else None

    @property
    def points(self) -> int:
        """Usable points, as of ``clock``."""
        return sum(lot[1] for lot in self.lots)

    @property
    def points_pending(self) -> int:
        return sum(lot[2] for lot in self.pending)

    @property
    def points_held(self) -> int:
        return sum(held.points for held in self.held)
