"""The till's desk: a request in, its answer out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from memberflow import runtime
from memberflow.engine.rules import Rules
from memberflow.till import looking, moving, progress
from memberflow.till.caller import caller_of
from memberflow.till.contract import Route
from memberflow.till.request import Request, request_of

DOES: dict[str, Callable[[Rules, Request, int], Struct]] = {
    "points": looking.points,
    "statement": looking.statement,
    "progress": progress.progress,
    "quote": looking.quote,
    "reserve": moving.reserve,
    "commit": moving.commit,
    "cancel": moving.cancel,
    "redeem": moving.redeem,
    "adjust": moving.adjust,
}
"""By the route's name."""


def answer(rules: Rules, route: Route, event: Mapping[str, Any], named: Mapping[str, str]) -> Struct:
    """``event``: of an HTTP API; ``named``: what the path names. Raises whatever problems.py has an answer to."""
    caller = caller_of(event, runtime.settings().member_claim)
    caller.check(named["member_id"], route.operators_only)
    return DOES[route.name](rules, request_of(route, event, named, caller.subject), runtime.now())
