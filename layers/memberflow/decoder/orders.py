"""Facts of orders, their refunds and their delivery."""

from __future__ import annotations

from typing import Any

from memberflow.decoder.values import at, minor
from memberflow.errors import BadInput
from memberflow.events.orders import OrderDelivered, OrderPaid, OrderRefunded
from memberflow.facts import Delivered, Order, Refund


def _order(event: OrderPaid, currency: str) -> Order:
    categories, amounts = event.categories, {}
    if event.lines:
        categories = tuple(dict.fromkeys((*categories, *(line.category for line in event.lines))))
        amounts = _amounts(event, currency)
    return Order(
        at=at(event.occurred_at),
        id=event.order_id,
        member_id=event.member_id,
        amount=minor("amount", event.amount, event.currency, currency),
        channel=event.channel,
        categories=categories,
        coupon_codes=event.coupon_codes,
        amounts=amounts,
    )


def _amounts(event: OrderPaid, currency: str) -> dict[str, int]:
    """By category; nothing where a line says no amount."""
    amounts: dict[str, int] = {}
    for line in event.lines:
        if line.amount is None:
            return {}
        amount = minor("lines.amount", line.amount, event.currency, currency)
        amounts[line.category] = amounts.get(line.category, 0) + amount
    return amounts


def _refund(event: OrderRefunded, currency: str) -> Refund:
    if event.amount is None and not event.whole:
        raise BadInput("amount", None, "a decimal string such as '12.50', or 'whole': true")
    if event.whole and event.order_id is None:
        raise BadInput("order_id", None, "the order that is refunded whole")
    amount = minor("amount", event.amount or "0", event.currency, currency)
    return Refund(
        at=at(event.occurred_at),
        id=event.refund_id,
        member_id=event.member_id,
        order_id=event.order_id,
        amount=None if event.whole else amount,
    )


def _delivered(event: OrderDelivered, currency: str) -> Delivered:
    return Delivered(at=at(event.occurred_at), id=event.order_id, member_id=event.member_id)


FACTS: dict[type, Any] = {OrderPaid: _order, OrderRefunded: _refund, OrderDelivered: _delivered}
