"""What every function shares: its settings from the environment, the compiled programme, logger and metrics."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable
from functools import cache
from hashlib import sha256

from aws_lambda_powertools import Logger, Metrics
from msgspec import Struct

from memberflow.engine.rules import Rules, compiled
from memberflow.programme.load import load
from memberflow.programme.schema import Shipped

# A call in which nothing was counted is nothing to warn of.
warnings.filterwarnings("ignore", message="No application metrics to publish")

logger = Logger(service="memberflow")
metrics = Metrics(namespace="memberflow", service="memberflow")


class Settings(Struct, frozen=True):
    """``due_shards``: over how many keys the due index is spread.

    An empty ``mail_from``, ``sms_from`` or ``event_bus``: what would leave there goes to the log. ``unsubscribe_url``:
    where the links of marketing mails lead; ``link_key``: the parameter that holds the key they are signed with.
    """

    table_name: str
    due_shards: int
    mail_from: str
    mail_sets: dict[str, str]
    """The SES configuration set of each purpose."""
    member_claim: str = "sub"
    """The claim of a token that holds the member's id."""
    sms_from: str = ""
    event_bus: str = ""
    unsubscribe_url: str = ""
    link_key: str = ""
    sdk_descriptions: str = ""
    """A folder of the SDK's descriptions of services; the SDK's own where empty."""


@cache
def settings() -> Settings:
    """From the environment; a missing name raises KeyError at the first cold start, not at the first message."""
    return Settings(
        table_name=os.environ["TABLE_NAME"],
        due_shards=int(os.environ["DUE_SHARDS"]),
        mail_from=os.environ.get("MAIL_FROM", ""),
        mail_sets={
            "service": os.environ.get("MAIL_SERVICE_SET", ""),
            "marketing": os.environ.get("MAIL_MARKETING_SET", ""),
        },
        member_claim=os.environ.get("MEMBER_CLAIM", "sub"),
        sms_from=os.environ.get("SMS_FROM", ""),
        event_bus=os.environ.get("EVENT_BUS", ""),
        unsubscribe_url=os.environ.get("UNSUBSCRIBE_URL", ""),
        link_key=os.environ.get("LINK_KEY_PARAMETER", ""),
        sdk_descriptions=os.environ.get("SDK_DESCRIPTIONS", ""),
    )


@cache
def shipped() -> Shipped:
    """The programme and its templates, read once per process."""
    return load(os.environ["PROGRAMME_FILE"])


@cache
def rules() -> Rules:
    return compiled(shipped())


def wall_clock() -> int:
    return time.time_ns() // 1_000_000


clock: Callable[[], int] = wall_clock
"""Now, in milliseconds: used for sending only; facts and runs bring their own time. The local stack sets its own."""


def now() -> int:
    return clock()


def count(name: str, value: int = 1) -> None:
    """Adds to a metric; nothing is not worth a data point."""
    if value:
        metrics.add_metric(name=name, unit="Count", value=value)


def alias(member_id: str) -> str:
    """Stands for a member in logs, where his id has no business."""
    return sha256(member_id.encode()).hexdigest()[:12]
