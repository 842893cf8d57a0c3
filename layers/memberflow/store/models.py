"""The items of the table and their keys, each spelled here only.

    item      pk                 sk
    Member    MEMBER#<id>        MEMBER
    Fact      MEMBER#<id>        FACT#<kind>#<id>
    Decision  MEMBER#<id>        DECISION#<known at>#<n>
    Message   MEMBER#<id>        MESSAGE#<occurrence id>
    Sends     MEMBER#<id>        SENDS
    Referral  MEMBER#<friend>    REFERRAL#<referrer>
    Grant     MEMBER#<id>        GRANT#<grant id>
    Task      MEMBER#<id>        TASK#<task id>
    Receipt   RECEIPT#<tag>      RECEIPT
    Run       RUN#<month>        <id>, and <id>#<n> for each of its shards
    Parked    PARKED#<day>       <moment>#<digest>#<part>
    Breaker   BREAKER#<channel>  BREAKER
    Rates     BREAKER#<channel>  RATES#<UTC day>

The index ``due`` holds members and messages that wait for a moment, by ``due_shard`` and ``due_at``; beside them, under
keys that no run reads, the open tasks of each role by when they are due.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from botocore.config import Config
from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    DiscriminatorAttribute,
    JSONAttribute,
    NumberAttribute,
    NumberSetAttribute,
    UnicodeAttribute,
)
from pynamodb.exceptions import PynamoDBException
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from memberflow import facts, runtime
from memberflow.errors import StoreUnavailable
from memberflow.store.sdk import describe


@contextmanager
def store_errors(doing: str) -> Iterator[None]:
    """What the SDK raises, whatever the reason, as StoreUnavailable."""
    try:
        yield
    except PynamoDBException as error:
        raise StoreUnavailable(f"{doing}: {error.cause_response_code or error}") from error


class Item(Model):
    """What every item has; ``kind`` says which one it is."""

    class Meta:
        table_name = runtime.settings().table_name
        # The library's own limits (15 s, 30 s) outlast a function: give up early, the input is delivered again.
        connect_timeout_seconds = 1
        read_timeout_seconds = 4
        max_retry_attempts = 2
        max_pool_connections = 16

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()
    due_shard = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)


class DueIndex(GlobalSecondaryIndex["DueItem"]):
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class DueItem(Model):
    """An entry of the due index: keys alone, without the kind, by which PynamoDB would filter it away."""

    class Meta(Item.Meta):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    due = DueIndex()


class MemberItem(Item, discriminator="member"):
    """``state``: the member, packed. ``version``: counts the writes, guards each."""

    state = BinaryAttribute(legacy_encoding=False)
    version = NumberAttribute()


class FactItem(Item, discriminator="fact"):
    """``body``: the fact as JSON. ``known_at``: when we learned of it."""

    body = UnicodeAttribute()
    known_at = NumberAttribute()


class DecisionItem(Item, discriminator="decision"):
    """``body``: the decision as JSON. ``withdrawn``: this entry takes back an earlier one with the same key."""

    body = UnicodeAttribute()
    known_at = NumberAttribute()
    withdrawn = BooleanAttribute(null=True)


class MessageItem(Item, discriminator="message"):
    """``body``: the occurrence as JSON.

    ``state``: waiting, claimed, sent, unknown, withheld or failed, and delivered, bounced or complained where a receipt
    said so; ``reason`` says why, and for what a waiting one was held back. A waiting one without ``due_at`` is to be
    sent now; for one claimed or unknown it is the moment until which a receipt may settle it. ``run``: the one that
    made or released it. ``consent``: what allowed it to be sent: ``at``, ``source`` and ``text_version``; none for a
    service message that was never asked about. ``refused``: channels that refused it, with the provider's reason.
    """

    body = UnicodeAttribute()
    state = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    known_at = NumberAttribute()
    changed_at = NumberAttribute()
    run = UnicodeAttribute(null=True)
    channel = UnicodeAttribute(null=True)
    provider_id = UnicodeAttribute(null=True)
    consent = JSONAttribute(null=True)
    refused = JSONAttribute(null=True)


class SendsItem(Item, discriminator="sends"):
    """What reached a member lately, for the caps: by occurrence the moment, the purpose and the channel."""

    sent = JSONAttribute()
    version = NumberAttribute(default=0)


class BreakerItem(Item, discriminator="breaker"):
    """A channel on which nothing could leave: until then marketing waits."""

    until = NumberAttribute()
    opened_at = NumberAttribute()
    reason = UnicodeAttribute()


class RatesItem(Item, discriminator="rates"):
    """How many mails of a channel ended on a UTC day, and how many of them badly. ``gone_at`` as of a receipt."""

    mails = NumberAttribute(default=0)
    bounced = NumberAttribute(default=0)
    complained = NumberAttribute(default=0)
    gone_at = NumberAttribute()


class ReferralItem(Item, discriminator="referral"):
    """A friend's first order counts, since ``at``, for who brought him: the table's stream takes it to his record."""

    at = NumberAttribute()


class ReceiptItem(Item, discriminator="receipt"):
    """Which message a receipt is about that carries the tag. ``gone_at``, in seconds: when the table may drop it.

    Of a member who was erased it names no message, but the member.
    """

    message_pk = UnicodeAttribute()
    message_sk = UnicodeAttribute()
    gone_at = NumberAttribute()


class GrantItem(Item, discriminator="grant"):
    """``state``: given, used or revoked; one given has expired once ``until`` is past. ``cause``: what it rests on.

    ``withdrawn``: it was used, but no longer follows from the facts. ``changed_by``: the fact that used or took it.
    """

    benefit = UnicodeAttribute()
    given_at = NumberAttribute()
    until = NumberAttribute(null=True)
    cause = UnicodeAttribute()
    state = UnicodeAttribute()
    changed_at = NumberAttribute()
    changed_by = UnicodeAttribute()
    known_at = NumberAttribute()
    withdrawn = BooleanAttribute(null=True)


class TaskItem(Item, discriminator="task"):
    """``body``: the task as JSON. ``state``: open, done, withdrawn, lapsed or held_out, since ``changed_at``.

    An open one is in the due index by its role. ``by`` and ``answer``: who did it, and what the member told him.
    """

    body = UnicodeAttribute()
    state = UnicodeAttribute()
    known_at = NumberAttribute()
    changed_at = NumberAttribute()
    by = UnicodeAttribute(null=True)
    answer = UnicodeAttribute(null=True)


class RunItem(Item, discriminator="run"):
    """A run: everything due up to ``until`` is its work, divided over ``shards``; ``done`` names those through.

    ``sent``, ``withheld``, ``unknown`` and ``failed`` count how the messages ended that it made or released.
    ``started_at`` and ``changed_at``, here and in the shards, are of the wall clock.
    """

    until = NumberAttribute()
    shards = NumberAttribute()
    started_at = NumberAttribute()
    changed_at = NumberAttribute()
    done = NumberSetAttribute(null=True)
    sent = NumberAttribute(default=0)
    withheld = NumberAttribute(default=0)
    unknown = NumberAttribute(default=0)
    failed = NumberAttribute(default=0)


class ShardItem(Item, discriminator="shard"):
    """What a shard of a run has done so far, and how often it failed; where nothing was due there is no such item."""

    looked_at = NumberAttribute(default=0)
    changed = NumberAttribute(default=0)
    decisions = NumberAttribute(default=0)
    messages = NumberAttribute(default=0)
    released = NumberAttribute(default=0)
    points_expired = NumberAttribute(default=0)
    failures = NumberAttribute(default=0)
    changed_at = NumberAttribute()


class ParkedItem(Item, discriminator="parked"):
    """An input that could not be used: one ``part`` of its compressed bytes, and why."""

    source = UnicodeAttribute()
    reason = UnicodeAttribute()
    at = NumberAttribute()
    parts = NumberAttribute()
    part = BinaryAttribute(legacy_encoding=False)


connection = Item._get_connection().connection
"""One connection, one SDK session: a second session costs 60 ms and 7 MB."""

if runtime.settings().sdk_descriptions:
    describe(connection.session, runtime.settings().sdk_descriptions)

connection.client  # noqa: B018 - made here, while the function starts, and not in its first request

gc.freeze()  # what is loaded by now stays: not looking through it for garbage saves an eighth of a batch's CPU


def client(service: str, config: Config | None = None) -> Any:
    """An SDK client of another service, from the session of the table's."""
    return connection.session.create_client(service, config=config)


def member_key(member_id: str) -> tuple[str, str]:
    return f"MEMBER#{member_id}", "MEMBER"


def fact_key(fact: facts.AnyFact) -> tuple[str, str]:
    return fact_key_of(type(fact), fact.member_id, fact.id)


def fact_key_of(kind: type[facts.Fact], member_id: str, id: str) -> tuple[str, str]:
    return f"MEMBER#{member_id}", f"FACT#{kind.kind}#{id}"


def decision_key(member_id: str, known_at: int, version: int, n: int) -> tuple[str, str]:
    """Sorts by when it became known; the member's version keeps two of one moment apart."""
    return f"MEMBER#{member_id}", f"DECISION#{facts.rfc3339(known_at)}#{version:08d}.{n:03d}"


def message_key(member_id: str, occurrence_id: str) -> tuple[str, str]:
    return f"MEMBER#{member_id}", f"MESSAGE#{occurrence_id}"


def referral_key(friend: str, referrer: str) -> tuple[str, str]:
    return f"MEMBER#{friend}", f"REFERRAL#{referrer}"


def referral_of(pk: str, sk: str) -> tuple[str, str]:
    """(friend, referrer)."""
    return member_id_of(pk), sk.removeprefix("REFERRAL#")


def sends_key(member_id: str) -> tuple[str, str]:
    return f"MEMBER#{member_id}", "SENDS"


def breaker_key(channel: str) -> tuple[str, str]:
    return f"BREAKER#{channel}", "BREAKER"


def rates_key(channel: str, day: int) -> tuple[str, str]:
    return f"BREAKER#{channel}", f"RATES#{day}"


def receipt_tag(key: tuple[str, str]) -> str:
    """What a message is called at its provider, where neither the member's id nor the occurrence has any business."""
    return sha256("\0".join(key).encode()).hexdigest()[:32]


def receipt_key(tag: str) -> tuple[str, str]:
    return f"RECEIPT#{tag}", "RECEIPT"


def tag_of(receipt: ReceiptItem) -> str:
    return receipt.pk.removeprefix("RECEIPT#")


def grant_key(member_id: str, grant_id: str) -> tuple[str, str]:
    return f"MEMBER#{member_id}", f"GRANT#{grant_id}"


def task_key(member_id: str, task_id: str) -> tuple[str, str]:
    return f"MEMBER#{member_id}", f"TASK#{task_id}"


def member_id_of(pk: str) -> str:
    return pk.removeprefix("MEMBER#")


def run_key(run_id: str) -> tuple[str, str]:
    """Runs are found by the month their id begins with."""
    return f"RUN#{run_id[:7]}", run_id


def shard_key(run_id: str, shard: int) -> tuple[str, str]:
    return f"RUN#{run_id[:7]}", f"{run_id}#{shard:03d}"


def due_shard(member_id: str) -> str:
    """Spreads members over the due index, the same way for ever."""
    return str(int(runtime.alias(member_id), 16) % runtime.settings().due_shards)


def role_shard(role: str) -> str:
    """Where the open tasks of a role are in the due index."""
    return f"TASK#{role}"
