"""A request as API Gateway hands it over, checked: what is asked of whom, and the events that it stands for."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct, structs

from memberflow import decoder
from memberflow.engine.rules import Rules
from memberflow.errors import BadInput
from memberflow.events.points import PointsRedeemed
from memberflow.facts import AnyFact, Redemption
from memberflow.till.contract import Asked, Key, QuoteAsked, RedemptionAsked, Route
from memberflow.till.problems import TooLarge

BODY_BYTES = 8 * 1024
"""A till's longest request is a hundredth of it."""


class Request(Struct, frozen=True):
    """``key``: the Idempotency-Key, or the reservation that the path names. ``subject``: who asks."""

    member_id: str
    subject: str
    key: str
    body: Asked | None
    before: int | None


def request_of(route: Route, event: Mapping[str, Any], named: Mapping[str, str], subject: str) -> Request:
    """``named``: what the path names. Raises BadInput, TooLarge."""
    headers = event.get("headers", {})
    return Request(
        member_id=named["member_id"],
        subject=subject,
        key=_key(headers.get("idempotency-key")) if route.keyed else named.get("reservation_id", ""),
        body=None if route.body is None else _body(route.body, event),
        before=_before(event.get("queryStringParameters", {}).get("before")) if route.paged else None,
    )


def redemption(rules: Rules, asked: Request, body: RedemptionAsked | QuoteAsked, now: int) -> Redemption:
    said = {name: value for name, value in structs.asdict(body).items() if name != "most"}
    event = PointsRedeemed(**head(asked, now), redemption_id=asked.key, **said)
    fact = fact_of(rules, event)
    assert isinstance(fact, Redemption)
    return fact


def head(asked: Request, now: int) -> dict[str, Any]:
    """What every event begins with."""
    return {"member_id": asked.member_id, "occurred_at": datetime.fromtimestamp(now / 1000, UTC)}


def fact_of(rules: Rules, event: Any) -> AnyFact:
    """By the same rules as one that came through a queue. Raises BadInput."""
    return decoder.fact_of(event, rules.programme.currency)


def _key(text: str | None) -> str:
    try:
        return msgspec.convert(text, Key)
    except msgspec.ValidationError:
        raise BadInput(
            "Idempotency-Key", text, "a header with a key of 1 to 128 letters, digits and . _ ~ : -"
        ) from None


def _body(kind: type[Asked], event: Mapping[str, Any]) -> Asked:
    text = event.get("body") or "{}"
    if len(text) > BODY_BYTES:
        raise TooLarge(f"{len(text)} characters, at most {BODY_BYTES} are read")
    raw = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode(errors="replace")
    body: Asked = decoder.parse(raw, msgspec.json.Decoder(kind))
    return body


def _before(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10):
        raise BadInput("before", text, "the number that the page before this one gave")
    return int(text)
