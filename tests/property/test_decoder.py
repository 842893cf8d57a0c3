"""Whatever arrives, the decoder answers with a fact or with BadInput: any other error would hold up a shard."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from memberflow.decoder import decode
from memberflow.errors import BadInput
from memberflow.facts import decode as stored_fact
from memberflow.facts import encode as store_fact

_HEAD = {"member_id": "m", "occurred_at": "2026-03-01T12:00:00+08:00"}
_EVENTS: tuple[dict[str, Any], ...] = (
    {"type": "order.paid", "order_id": "o", "amount": "1.50", "currency": "GBP", "lines": [{"category": "tea"}]},
    {"type": "order.refunded", "refund_id": "r", "order_id": "o", "amount": "1.50", "currency": "GBP"},
    {"type": "member.joined", "birthday": "1990-05-17", "contacts": {"email": "a@example.org"}},
    {"type": "member.updated", "event_id": "e", "time_zone": "Asia/Shanghai", "language": "en"},
    {"type": "consent.changed", "event_id": "e", "purpose": "marketing", "channel": "email", "granted": True},
    {"type": "activity.done", "activity": "review", "activity_id": "a"},
    {"type": "points.redeemed", "redemption_id": "p", "points": 5},
    {"type": "grant.used", "use_id": "u", "grant_id": "pack#coupon#silver#1"},
)
_TEXTS = st.text(max_size=8) | st.sampled_from(
    (
        "0.00",
        "-1",
        "1e9",
        "--02-29",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "2026-02-30T00:00:00Z",
        "\x00",
    )
)
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def _wrong_events(draw: st.DrawFn) -> bytes:
    """An event with some fields replaced or left out, at times cut short or with bytes changed."""
    event = _HEAD | draw(st.sampled_from(_EVENTS))
    fields = (*event, "lines", "categories", "contacts", "birthday", "whole", "note")
    for field in draw(st.lists(st.sampled_from(fields), min_size=1, max_size=3)):
        if draw(st.booleans()):
            event[field] = draw(_ANYTHING)
        else:
            event.pop(field, None)
    raw = json.dumps(event).encode()
    place = draw(st.integers(0, len(raw)))
    return draw(st.sampled_from((raw, raw, raw, raw[:place], raw[:place] + b"\xff" + raw[place + 1 :])))


@example(
    b'{"type": "member.joined", "member_id": "m", "occurred_at": "2026-03-01T12:00:00Z", "contacts": {"email": ""}}'
)
@given(_wrong_events() | st.binary(max_size=40) | st.text(max_size=40))
def test_what_is_no_fact_is_bad_input_and_a_fact_can_be_stored(raw: bytes | str) -> None:
    try:
        fact = decode(raw, "GBP")
    except BadInput:
        return
    assert stored_fact(store_fact(fact)) == fact
