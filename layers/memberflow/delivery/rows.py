"""The row of a message from one state to another: whoever moves it from waiting to claimed calls the provider, once."""

from __future__ import annotations

from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.transactions import TransactWrite

from memberflow.store.models import MessageItem, SendsItem, connection


class Overtaken(Exception):
    """Another message of the member was counted meanwhile; nothing was written."""


def move(item: MessageItem, before: str, sends: SendsItem | None = None) -> bool:
    """Writes the row if it is still as it was before; False where somebody else moved it.

    ``sends``, counted up or down, are written with it or not at all. Raises Overtaken.
    """
    try:
        if sends is None:
            item.save(condition=MessageItem.state == before)
        else:
            _both(item, before, sends)
    except TransactWriteError as error:
        codes = [reason and reason.code for reason in error.cancellation_reasons]
        if codes[:1] == ["ConditionalCheckFailed"]:
            return False
        if {*codes} & {"ConditionalCheckFailed", "TransactionConflict"}:
            raise Overtaken from error
        raise
    except PynamoDBException as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise
    return True


def _both(item: MessageItem, before: str, sends: SendsItem) -> None:
    known = int(sends.version)
    unmoved = SendsItem.version == known if known else SendsItem.pk.does_not_exist()
    sends.version = known + 1
    with TransactWrite(connection=connection) as transaction:
        transaction.save(item, condition=MessageItem.state == before)
        transaction.save(sends, condition=unmoved)
