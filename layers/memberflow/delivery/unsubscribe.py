"""The link at the foot of a marketing mail, and the key that it is signed with."""

from __future__ import annotations

from functools import cache

from botocore.exceptions import BotoCoreError, ClientError

from memberflow import runtime
from memberflow.delivery import links
from memberflow.delivery.links import Claims
from memberflow.errors import MemberflowError
from memberflow.store.models import client


class NoLink(MemberflowError):
    """A link can't be made, without which no marketing mail leaves."""


def link(member_id: str, purpose: str, channel: str) -> str:
    """What a marketing mail must have; "" for everything else, and for mail that goes to the log. Raises NoLink."""
    settings = runtime.settings()
    if purpose != "marketing" or channel != "email" or not settings.mail_from:
        return ""
    if not settings.unsubscribe_url:
        raise NoLink("there is no address to unsubscribe at: UNSUBSCRIBE_URL is empty")
    return links.address(settings.unsubscribe_url, links.sign(link_key(), Claims(member_id, purpose, channel)))


@cache
def link_key() -> bytes:
    """A SecureString of the parameter store, read once per process and by nobody who needs no link. Raises NoLink."""
    name = runtime.settings().link_key
    try:
        answer = client("ssm").get_parameter(Name=name, WithDecryption=True)
    except (BotoCoreError, ClientError) as error:
        raise NoLink(f"the key of the links, parameter {name!r}, was not read: {error}") from error
    key: str = answer["Parameter"]["Value"]
    return key.encode()
