"""What is handed to a channel, and what comes back."""

from __future__ import annotations

from msgspec import Struct

from memberflow.engine.outcome import Occurrence
from memberflow.programme.schema import Message


class Letter(Struct, frozen=True, kw_only=True):
    """A rendered message on its way.

    ``tag``: by which its receipts find it. ``address``: where the channel reaches the member. ``unsubscribe``: the link
    at its foot, "" where there is none. ``now``: when it is handed over.
    """

    member_id: str
    tag: str
    occurrence: Occurrence
    purpose: str
    channel: str
    address: str
    language: str
    message: Message
    unsubscribe: str
    now: int

    @property
    def short(self) -> str:
        """What fits a small screen."""
        return self.message.short or self.message.text


class Sent(Struct, frozen=True):
    """What became of a call.

    ``sent``: taken. ``unknown``: nobody can tell, so it is never tried again. The others left nothing: ``failed`` is
    refused for good, ``busy`` not taken now, ``stopped`` says that the account or our set-up lets nothing leave.
    """

    state: str
    reason: str | None = None
    provider_id: str | None = None
