"""Facts of benefits."""

from __future__ import annotations

from typing import Any

from memberflow.decoder.values import head
from memberflow.events import grants
from memberflow.facts import BenefitRated, GrantUsed


def _used(event: grants.GrantUsed, currency: str) -> GrantUsed:
    return GrantUsed(**head(event, event.use_id), grant=event.grant_id)


def _rated(event: grants.BenefitRated, currency: str) -> BenefitRated:
    """Of a benefit that the programme does not know (any more) too: the report says so."""
    return BenefitRated(**head(event, event.rating_id), benefit=event.benefit, rating=event.rating)


FACTS: dict[type, Any] = {grants.GrantUsed: _used, grants.BenefitRated: _rated}
