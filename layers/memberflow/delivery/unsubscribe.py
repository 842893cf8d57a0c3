"""The key that links are signed with."""

from __future__ import annotations

from functools import cache

from botocore.exceptions import BotoCoreError, ClientError

from memberflow import runtime
from memberflow.errors import MemberflowError
from memberflow.store.models import client


class NoLink(MemberflowError):
    """Links can be neither made nor read: there is no key."""


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
