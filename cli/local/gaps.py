"""What functions ask of AWS and moto does not know: answered here as AWS would, and kept to be looked at."""

from __future__ import annotations

from typing import Any

RATE = 10_000.0
"""Mails a second that the local account may send: nobody waits."""


class Gaps:
    """``texts``: what SendTextMessage was given."""

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []

    def answer(self, request: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to a request such as ``sesv2.GetAccount``; None to one that moto knows."""
        if request == "sesv2.GetAccount":
            return {"SendQuota": {"MaxSendRate": RATE, "Max24HourSend": -1.0, "SentLast24Hours": 0.0}}
        if request == "pinpoint-sms-voice-v2.SendTextMessage":
            self.texts.append(arguments)
            return {"MessageId": f"local-{len(self.texts)}"}
        return None
