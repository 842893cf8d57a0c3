"""The link in a marketing message: a GET asks, a POST takes the consent back."""

from __future__ import annotations

from typing import Any

from memberflow.delivery import links, one_click
from memberflow.delivery.pages import page
from memberflow.delivery.unsubscribe import link_key
from memberflow.errors import StoreUnavailable
from memberflow.runtime import count, logger, metrics, rules

RULES = rules()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A request of an HTTP API (payload 2.0) in; a page out. The link is in the query and is never logged."""
    accepted = event.get("headers", {}).get("accept-language", "")
    try:
        claims = links.read(link_key(), event.get("queryStringParameters", {}).get("t", ""))
    except links.BadLink:
        return page(403, "refused", accepted)
    if not one_click.asked_for(event):
        return page(200, "ask", accepted, claims)
    try:
        done = one_click.take_back(RULES, claims, event["requestContext"]["timeEpoch"])
    except StoreUnavailable as error:
        logger.warning("store unavailable", extra={"reason": str(error)})
        done = False
    count("Unsubscribed", int(done))
    return page(200, "done", accepted, claims) if done else page(503, "later", accepted)
