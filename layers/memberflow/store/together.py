"""Several requests at once: while one waits for the store the next is made ready."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")

THREADS = 3
"""More gain nothing: beyond it the SDK's CPU is what there is to wait for."""


def together(work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
    """The results in the order of the parts; what one of them raises is raised when all are through."""
    if len(parts) < 2:
        return [work(part) for part in parts]
    from concurrent.futures import ThreadPoolExecutor  # most calls never need it, and a cold start would pay for it

    with ThreadPoolExecutor(min(THREADS, len(parts))) as pool:
        return list(pool.map(work, parts))
