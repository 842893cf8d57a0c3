"""The engine over real streams against json.loads of the same lines; and whether a long history costs more per fact."""

from __future__ import annotations

import json
from collections import defaultdict

from benchmarks.setting import at_most, in_turn, order_line, row, streams, timed
from memberflow import decoder
from memberflow.engine.fold import fold
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact
from memberflow.programme.author import named, ship


def main() -> None:
    rules = Rules(ship(named("sample")).programme)
    for name, lines in streams().items():
        _stream(rules, name, lines)
    short, long = in_turn(lambda: _per_fact(rules, 100, 100), lambda: _per_fact(rules, 10_000, 1))
    at_most("fold: per fact of 10,000 against 100", long * 1e6, short * 1e6, 1.5, "us/fact")


def _stream(rules: Rules, name: str, lines: list[bytes]) -> None:
    ours, reference = in_turn(lambda: timed(lambda: _fold(rules, lines)), lambda: timed(lambda: _loads(lines)))
    count = len(lines)
    at_most(f"fold: {name}, decoding included", ours / count * 1e6, reference / count * 1e6, 5, "us/fact")
    row(f"fold: {name}, speed", count / ours, None, "reported", None, "facts/s")


def _fold(rules: Rules, lines: list[bytes]) -> None:
    members: dict[str, list[AnyFact]] = defaultdict(list)
    for line in lines:
        fact = decoder.decode(line, rules.programme.currency)
        members[fact.member_id].append(fact)
    now = max(fact.at for facts in members.values() for fact in facts)
    for member_id, facts in members.items():
        fold(rules, member_id, facts, now, Outcome())


def _loads(lines: list[bytes]) -> None:
    for line in lines:
        json.loads(line)


def _per_fact(rules: Rules, facts: int, members: int) -> float:
    """Seconds per fact of a member's two years; a fact in four is a refund of the order before it."""
    history = [decoder.decode(_line(n, n * 730 // facts), "GBP") for n in range(facts)]
    return (
        timed(lambda: [fold(rules, "m", history, history[-1].at, Outcome()) for _ in range(members)]) / facts / members
    )


def _line(n: int, day: int) -> bytes:
    if n % 4 != 3:
        return order_line("m", f"o{n}", day)
    order = json.loads(order_line("m", f"o{n - 1}", day))
    refund = {"type": "order.refunded", "refund_id": f"r{n}", "order_id": order["order_id"], "amount": "15.00"}
    return json.dumps({**refund, **{name: order[name] for name in ("member_id", "occurred_at", "currency")}}).encode()


if __name__ == "__main__":
    main()
