"""Into how many parts a text is cut on its way as SMS: each of them is paid for."""

from __future__ import annotations

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM 03.38; every other character has the whole text sent as UTF-16."""

_ESCAPED = frozenset("\f^{}\\[~]|€")
"""Characters of GSM 03.38 that take the room of two."""


def parts(text: str) -> int:
    """160 characters of GSM 03.38 in one part or 153 in each of several; of any others 70, or 67."""
    if all(character in _GSM or character in _ESCAPED for character in text):
        return _cut(len(text) + sum(character in _ESCAPED for character in text), 160, 153)
    return _cut(len(text.encode("utf-16-le")) // 2, 70, 67)


def _cut(length: int, alone: int, together: int) -> int:
    return 1 if length <= alone else -(-length // together)
