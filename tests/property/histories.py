"""Histories of one member, and the ways in which their facts may reach us."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from memberflow.engine.calendar import DAY
from memberflow.engine.member import NEVER
from memberflow.facts import (
    Accepted,
    Activity,
    Adjusted,
    Answered,
    AnyFact,
    Bounced,
    Cancelled,
    Committed,
    Complained,
    Consent,
    Delivered,
    Extended,
    GrantUsed,
    Invited,
    Joined,
    Judged,
    Order,
    ReceivedPoints,
    Redemption,
    Refund,
    Reinstated,
    Reserved,
    SentPoints,
    TaskDone,
    TierGiven,
    TierHeld,
    Updated,
)
from tests.property.settings import SETTINGS, Setting

MEMBER = "m"
ADDRESSES = ("m@example.org", "M@example.org", "new@example.org")
"""The second is the first, written otherwise."""


@dataclass(frozen=True, repr=False)
class History:
    """What happened to a member under a programme, and the moment up to which it is looked at (after all of it)."""

    setting: Setting
    facts: tuple[AnyFact, ...]
    end: int

    def __repr__(self) -> str:
        lines = "".join(f"\n    {fact}" for fact in sorted(self.facts, key=lambda fact: fact.key))
        return f"History under {self.setting.programme.time_zone} until {self.end}:{lines}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Hypothesis prints dataclasses its own way, all of the programme included, unless told otherwise."""
        printer.text(repr(self))


@dataclass(frozen=True)
class Arrival:
    """Facts that come in together, and the moment to which a daily run then lets time go (None: no run)."""

    facts: tuple[AnyFact, ...]
    run_until: int | None


@st.composite
def moments(draw: st.DrawFn, setting: Setting) -> int:
    """A moment near an edge: where a period ends, around midnight, at the hour of a message, on a clock change."""
    day = draw(st.sampled_from(setting.days))
    at = setting.rules.zone.moment(day, draw(st.sampled_from(setting.minutes)))
    return at + draw(st.sampled_from((0, 0, -1, 1)))


def _profile(setting: Setting) -> dict[str, st.SearchStrategy[object]]:
    return {
        "birthday": st.sampled_from((None, *setting.birthdays)),
        "time_zone": st.sampled_from((None, None, *setting.zones)),
        "language": st.sampled_from((None, "en", "de")),
        "contacts": st.sampled_from(({}, *({"email": address} for address in ADDRESSES))),
    }


_STORIES = ("o", "o", "o", "o", "or", "orr", "opr", "opro", "ro", "rro", "p", "x", "u", "c", "a", "ot", "otr", "t")
"""What happens together, soonest first: o(rder), r(efund of it), p(oints spent), x (a refund of another or no order),
u(pdate), c(onsent), a(ctivity), t (a benefit that was given, taken)."""

_OF_POINTS = ("oqr", "qor", "qorr", "ov", "ovk", "ovz", "vok", "ovkr", "od", "odr", "dor", "aa", *"jiesg")
POINT_STORIES = (*_STORIES, *_OF_POINTS)
"""Besides: q (points spent on the order), v (points reserved), k (committed), z (cancelled), d (the order delivered);
by hand j (adjusted), i (reinstated), e (extended), s(ent), g (received)."""
MESSAGE_STORIES = ("u", "b", "c", "f", "ub", "ubu", "cf", "cfc", "o")
"""Besides: b(ounce), f(eedback: a complaint)."""

TIER_STORIES = (*_STORIES, "oor", "ooa", "aa", "aaa", "oaa", *"hhlln", "ny", "ny", "ow", "ow", "owr", "oowr")
"""Besides: by hand h(old), l (a tier given), n (an invitation), w (the order judged); y (an invitation accepted)."""

TASK_STORIES = (*_STORIES, *("A", "AA", "oT", "oTT", "oA", "oTA", "orT", "oTr", "T", "oTo"))
"""Besides: T (a task done), A (a survey answered)."""


@st.composite
def _story(
    draw: st.DrawFn, setting: Setting, choices: list[int], number: int, stories: tuple[str, ...] | None
) -> list[AnyFact]:
    """Facts of one story; their ids begin with the letter of their kind, so that ties are not settled by time."""
    chosen = POINT_STORIES if setting.all_points else TIER_STORIES if setting.all_tiers else _STORIES
    chosen = TASK_STORIES if setting.asks else chosen
    letters = draw(st.sampled_from(stories or chosen))
    when = sorted(draw(st.sampled_from(choices)) for _ in letters)
    ids = [f"{letter}{number}{place}" for place, letter in enumerate(letters)]
    orders = [id for id in ids if id[0] == "o"]
    ids = [next(held for held in ids if held[0] == "v") if id[0] in "kz" else id for id in ids]
    ids = [orders[0] if id[0] == "d" else id for id in ids]
    days = [setting.rules.zone.day(at) for at in choices]
    return [
        draw(_fact(setting, at, letter, id, orders, days)) for at, letter, id in zip(when, letters, ids, strict=True)
    ]


@st.composite
def _fact(
    draw: st.DrawFn, setting: Setting, at: int, letter: str, id: str, orders: list[str], days: list[int]
) -> AnyFact:
    head = {"at": at, "member_id": MEMBER, "id": id}
    if letter in "qvkzdjiesg":
        return draw(_points_fact(setting, head, letter, orders))
    if letter in "hlnyw":
        return draw(_tier_fact(setting, head, letter, orders))
    if letter == "o":
        categories = draw(st.sampled_from(((), ("a",), ("b",), ("a", "b"), ("b", "c"))))
        channel, coupons = draw(st.sampled_from(("web", "store"))), draw(st.sampled_from(((), ("c",))))
        amount = draw(st.sampled_from(setting.amounts))
        return Order(**head, amount=amount, categories=categories, channel=channel, coupon_codes=coupons)
    if letter == "r":
        amount = draw(st.sampled_from((None, None, 0, 1, 600, 1500, 2999, 100_000)))
        return Refund(**head, order_id=draw(st.sampled_from(orders)), amount=amount)
    if letter == "x":
        order_id = draw(st.sampled_from((None, None, "o00", "o10", "unknown")))
        return Refund(**head, order_id=order_id, amount=draw(st.sampled_from((1, 600, 2999, 100_000))))
    if letter == "p":
        return Redemption(**head, points=draw(st.sampled_from(setting.points)), agreed=draw(st.booleans()))
    if letter in "TA":
        return draw(_task_fact(head, letter, orders, days))
    if letter == "t":
        return GrantUsed(**head, grant=draw(st.sampled_from(setting.grant_ids)))
    if letter in "ucbf":
        return draw(_reach_fact(setting, head, letter))
    return Activity(**head, activity=draw(st.sampled_from(("check_in", "check_in", "complaint", "referral", "story"))))


_TASK_IDS = ("welcome#1", "ring#o00", "ring#o10", "pack#silver#1", "pack#gold#1", "lower#silver#1", "sorry#A00", "none")


@st.composite
def _task_fact(draw: st.DrawFn, head: dict[str, Any], letter: str, orders: list[str], days: list[int]) -> AnyFact:
    """Answers, some that the programme does not list; tasks done, some that there never were."""
    answer = draw(st.sampled_from(("price", "price", "service", "price of the tea")))
    if letter == "A":
        return Answered(**head, survey=draw(st.sampled_from(("silence", "silence", "other"))), answer=answer)
    calls = [f"gone#{day}" for day in days]
    names = [*calls, *calls, *_TASK_IDS, *(f"ring#{id}" for id in orders), *(f"sorry#{id}" for id in calls)]
    done = head | {"id": draw(st.sampled_from(names))}
    return TaskDone(**done, operator="op", answer=draw(st.sampled_from((None, answer))))


@st.composite
def _reach_fact(draw: st.DrawFn, setting: Setting, head: dict[str, Any], letter: str) -> AnyFact:
    """How a member can be reached, and whether he wants to be."""
    if letter == "u":
        return Updated(**head, **{name: draw(values) for name, values in _profile(setting).items()})
    if letter == "c":
        purpose, channel = draw(st.sampled_from((("marketing", "email"), ("marketing", "sms"), ("service", "email"))))
        return Consent(**head, purpose=purpose, channel=channel, granted=draw(st.booleans()))
    about = {"channel": "email", "occurrence": "o", "provider_id": head["id"]}
    return (
        Bounced(**head, **about, address=draw(st.sampled_from(ADDRESSES)))
        if letter == "b"
        else Complained(**head, **about)
    )


_WHY: dict[str, Any] = {"reason": "a story", "operator": "op"}


@st.composite
def _points_fact(draw: st.DrawFn, setting: Setting, head: dict[str, Any], letter: str, orders: list[str]) -> AnyFact:
    points = draw(st.sampled_from(setting.points))
    last_day = draw(st.sampled_from((None, *setting.days)))
    on = orders[0] if orders else None
    told: dict[str, Callable[[], AnyFact]] = {
        "q": lambda: Redemption(**head, points=points, order_id=on, good=draw(st.sampled_from((None, None, "mug")))),
        "v": lambda: Reserved(**head, points=points, order_id=on),
        "k": lambda: Committed(**head, points=points, order_id=on),
        "z": lambda: Cancelled(**head),
        "d": lambda: Delivered(**head),
        "j": lambda: Adjusted(**head, **_WHY, points=draw(st.sampled_from((points, -points))), last_day=last_day),
        "i": lambda: Reinstated(**head, **_WHY, last_day=last_day),
        "e": lambda: Extended(**head, **_WHY, expiring_by=last_day or setting.days[0], last_day=setting.days[-1] + 9),
        "s": lambda: SentPoints(**head, points=points, to="another"),
        "g": lambda: ReceivedPoints(**head, sender="another", lots=(((last_day or 0) + 1, points), (NEVER, 2))),
    }
    return told[letter]()


@st.composite
def _tier_fact(draw: st.DrawFn, setting: Setting, head: dict[str, Any], letter: str, orders: list[str]) -> AnyFact:
    tier = draw(st.sampled_from([*setting.rules.level, "unknown"]))
    until = setting.rules.zone.day(head["at"]) + draw(st.sampled_from((-1, 0, 3, 31, 100)))
    told: dict[str, Callable[[], AnyFact]] = {
        "h": lambda: TierHeld(**head, **_WHY, until=until),
        "l": lambda: TierGiven(**head, **_WHY, tier=tier, until=draw(st.sampled_from((None, until)))),
        "n": lambda: Invited(**head, **_WHY, tier=tier, until=draw(st.sampled_from((None, until)))),
        "y": lambda: Accepted(**head, tier=tier),
        "w": lambda: Judged(**head, **_WHY, order_id=orders[-1], accepted=draw(st.booleans())),
    }
    return told[letter]()


@st.composite
def histories(
    draw: st.DrawFn, settings: tuple[Setting, ...] = SETTINGS, stories: tuple[str, ...] | None = None
) -> History:
    """Up to seven stories at few different moments, so that they mix and ties are common.

    ``stories``: those to choose from; None: of orders and, where the programme has all that can be done, points.
    """
    setting = draw(st.sampled_from(settings))
    choices = draw(st.lists(moments(setting), min_size=1, max_size=7))
    count = draw(st.integers(3, 7))
    facts = [fact for number in range(count) for fact in draw(_story(setting, choices, number, stories))]
    if draw(st.booleans()):
        profile = {name: draw(values) for name, values in _profile(setting).items()}
        profile["referred_by"] = draw(st.sampled_from((None, "friend")))
        facts.append(Joined(at=draw(st.sampled_from(choices)), id="joined", member_id=MEMBER, **profile))
    facts = list({(fact.kind, fact.id): fact for fact in facts}.values())
    end = max(*(fact.at for fact in facts), draw(st.sampled_from(choices))) + draw(st.sampled_from((0, DAY, 400 * DAY)))
    return History(setting, tuple(facts), end)


@st.composite
def _coming(draw: st.DrawFn, facts: tuple[AnyFact, ...]) -> list[AnyFact]:
    """The facts as they reach us: in any order, or as they happened but for one that is late; some more than once."""
    again = draw(st.lists(st.sampled_from(facts), max_size=2))
    if draw(st.booleans()):
        return draw(st.permutations((*facts, *again)))
    late = draw(st.sampled_from(facts))
    return [*sorted((fact for fact in facts if fact is not late), key=lambda fact: fact.key), late, *again]


@st.composite
def arrivals(draw: st.DrawFn, history: History) -> tuple[Arrival, ...]:
    """The facts in batches of any size, with daily runs to any moments in between."""
    batches: list[Arrival] = []
    batch: list[AnyFact] = []
    for fact in draw(_coming(history.facts)):
        batch.append(fact)
        what = draw(st.sampled_from(("more", "end", "run")))
        if what != "more":
            until = draw(st.sampled_from(history.facts)).at + draw(st.sampled_from((0, DAY, 60 * DAY)))
            batches.append(Arrival(tuple(batch), min(until, history.end) if what == "run" else None))
            batch = []
    return (*batches, Arrival(tuple(batch), history.end))


@st.composite
def arriving(
    draw: st.DrawFn, settings: tuple[Setting, ...] = SETTINGS, stories: tuple[str, ...] | None = None
) -> tuple[History, tuple[Arrival, ...]]:
    history = draw(histories(settings, stories))
    return history, draw(arrivals(history))


@st.composite
def with_moments(
    draw: st.DrawFn, settings: tuple[Setting, ...] = SETTINGS, stories: tuple[str, ...] | None = None
) -> tuple[History, list[int]]:
    """A history, and moments at which time is stopped or the member is looked at."""
    history = draw(histories(settings, stories))
    return history, draw(st.lists(moments(history.setting), max_size=6))


@dataclass(frozen=True)
class SplitRefund:
    """An order of the history is refunded after all else: in one by ``whole``, or in parts at the same moment.

    ``coming``: the order and the parts, some of them twice, in the order in which they reach us.
    """

    history: History
    whole: Refund
    coming: tuple[AnyFact, ...]


@st.composite
def split_refunds(draw: st.DrawFn, settings: tuple[Setting, ...] = SETTINGS) -> SplitRefund:
    history = draw(histories(settings))
    at = history.end + 1
    order = Order(
        at=draw(st.sampled_from(history.facts)).at,
        id="o",
        member_id=MEMBER,
        amount=draw(st.sampled_from([amount for amount in history.setting.amounts if amount > 1])),
        categories=("a",),
    )
    parts = [draw(st.integers(1, order.amount)) for _ in range(draw(st.integers(1, 4)))] + [order.amount]
    ids = draw(st.permutations([f"r{place}" for place in range(len(parts))]))
    refunds = tuple(
        Refund(at=at, id=id, member_id=MEMBER, order_id=order.id, amount=amount)
        for id, amount in zip(ids, parts, strict=True)
    )
    coming = draw(st.permutations((order, *refunds, *draw(st.lists(st.sampled_from(refunds), max_size=2)))))
    whole = Refund(at=at, id="whole", member_id=MEMBER, order_id=order.id)
    return SplitRefund(History(history.setting, (*history.facts, order), at), whole, tuple(coming))
