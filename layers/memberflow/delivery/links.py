"""Links that stand for a member: whoever holds one may act for him in the one matter that it names.

A token is the claims in base64url, a dot, and the first half of their HMAC-SHA256. It never runs out: a mail is found
and unsubscribed from years later, so the key stays for good.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
from msgspec import Struct

from memberflow.errors import MemberflowError

_SEAL_BYTES = 16
"""128 bits: no shorter than half the digest, as RFC 2104 asks."""


class BadLink(MemberflowError):
    """A token that this key did not sign, or of which something is missing."""


class Claims(Struct, frozen=True, array_like=True):
    """What the link is about: the member, and what he is written to for and by which channel."""

    member_id: str
    purpose: str
    channel: str


def sign(key: bytes, claims: Claims) -> str:
    """The token, of letters, digits, ``-``, ``_`` and one dot; the same for the same claims."""
    said = msgspec.json.encode(claims)
    return f"{_text(said)}.{_text(_seal(key, said))}"


def read(key: bytes, token: str) -> Claims:
    """The claims that ``sign`` put in. Raises BadLink."""
    said, _, seal = token.partition(".")
    try:
        body = _bytes(said)
        if not hmac.compare_digest(_seal(key, body), _bytes(seal)):
            raise BadLink("the link's signature is wrong")
        return msgspec.json.decode(body, type=Claims)
    except (ValueError, msgspec.DecodeError) as error:
        raise BadLink("the link is not one of ours") from error


def address(base: str, token: str) -> str:
    """Where the token is taken to: a GET shows a page, a POST acts."""
    return f"{base}?t={token}"


def _seal(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, "sha256")[:_SEAL_BYTES]


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Raises ValueError for what ``_text`` would not have written: one token, one spelling."""
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _text(data) != text:
        raise ValueError("not base64url")
    return data
