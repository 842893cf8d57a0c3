"""Taking back a consent by the link in a message (RFC 8058): a POST acts, a GET shows a page.

What is answered depends on the link alone, never on whether there is such a member.
"""

from __future__ import annotations

import base64
from typing import Any

from memberflow.delivery.links import Claims
from memberflow.engine.rules import Rules
from memberflow.facts import Consent
from memberflow.store import ledger
from memberflow.store.ledger import Arrival
from memberflow.store.reading import load

_FIELD, _VALUE = "List-Unsubscribe", "One-Click"


def asked_for(event: dict[str, Any]) -> bool:
    """Whether the request is the POST of a mail program, as a form of either kind, or of our page."""
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode(errors="replace")
    return event["requestContext"]["http"]["method"] == "POST" and _FIELD in body and _VALUE in body


def take_back(rules: Rules, claims: Claims, at: int) -> bool:
    """Takes the consent back as of the moment of the request, which names it; False where the store refused.

    What is refused already needs no second fact. Raises StoreUnavailable.
    """
    consents = load([claims.member_id])[claims.member_id].member.consents
    said = consents.get(f"{claims.purpose}/{claims.channel}")
    if said is not None and not said[0]:
        return True
    fact = Consent(
        at=at,
        id=f"one_click#{claims.purpose}#{claims.channel}#{at}",
        member_id=claims.member_id,
        purpose=claims.purpose,
        channel=claims.channel,
        granted=False,
        source="one_click",
    )
    arrival = Arrival(fact, at)
    ledger.take(rules, [arrival])
    return arrival.outcome != "failed"
