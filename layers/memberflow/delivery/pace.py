"""Mails leave no faster than the account may send them: each process keeps the whole account's rate.

The rate is read from the account and kept for a while. Several processes together may be faster: what SES then turns
away waits in the due index like everything that waits.
"""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from memberflow import runtime

KEPT_S = 900.0
"""The account's rate is asked for again after so long: it grows with the account's reputation."""


class Pace:
    """Waits between one call and the next; nothing where the account's rate could not be read."""

    def __init__(self) -> None:
        self._gap, self._next, self._known_until = 0.0, 0.0, 0.0

    def wait(self, ses: Any) -> None:
        now = time.monotonic()
        if now >= self._known_until:
            self._gap, self._known_until = _gap(ses), now + KEPT_S
        if self._next > now:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + self._gap


def _gap(ses: Any) -> float:
    """Seconds from one mail to the next at the account's rate."""
    try:
        rate = float(ses.get_account()["SendQuota"]["MaxSendRate"])
    except (BotoCoreError, ClientError) as error:
        runtime.logger.warning("the account's rate is not known", extra={"reason": str(error)})
        return 0.0
    return 1 / rate if rate > 0 else 0.0
