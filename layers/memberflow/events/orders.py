"""Orders, their refunds and their delivery."""

from __future__ import annotations

from msgspec import Struct

from memberflow.events.fields import Amount, Currency, Happened, Id, Name


class OrderLine(Struct, omit_defaults=True):
    """One line of an order; its category counts as the order's. Bonuses on categories look at the lines' amounts."""

    category: Name
    amount: Amount | None = None


class OrderPaid(Happened, tag="order.paid", kw_only=True):
    """An order was paid. Its id is ``order_id``: the same order delivered again counts once."""

    order_id: Id
    amount: Amount
    currency: Currency
    channel: Name = "unknown"
    categories: tuple[Name, ...] = ()
    lines: tuple[OrderLine, ...] = ()
    coupon_codes: tuple[Name, ...] = ()


class OrderRefunded(Happened, tag="order.refunded", kw_only=True):
    """Money went back: ``amount`` of the order, or all that is left of it with ``whole``.

    An ``order_id`` of null takes from the member's newest spend before the refund, never below zero.
    """

    refund_id: Id
    order_id: Id | None = None
    amount: Amount | None = None
    currency: Currency
    whole: bool = False


class OrderDelivered(Happened, tag="order.delivered", kw_only=True):
    """An order arrived; points that wait for it become usable."""

    order_id: Id
