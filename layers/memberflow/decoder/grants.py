"""Facts of grants."""

from __future__ import annotations

from typing import Any

from memberflow.decoder.values import head
from memberflow.events import grants
from memberflow.facts import GrantUsed


def _used(event: grants.GrantUsed, currency: str) -> GrantUsed:
    return GrantUsed(**head(event, event.use_id), grant=event.grant_id)


FACTS: dict[type, Any] = {grants.GrantUsed: _used}
