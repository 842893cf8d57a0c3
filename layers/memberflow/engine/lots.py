"""Lots: points with one expiry, as lists of [day on which they are gone, points], soonest first.

A lot that activity prolongs has, as a third item, the number of the rule it was earned under. Two lots of one day under
different rules stand side by side.
"""

from __future__ import annotations

from bisect import bisect_left

Lot = list[int]
Key = tuple[int, int]
"""(day on which it is gone, number of its rule or 0)."""


def rule_of(lot: Lot) -> int:
    return lot[2] if len(lot) > 2 else 0


def key_of(lot: Lot) -> Key:
    return lot[0], rule_of(lot)


def put(lots: list[Lot], gone: int, points: int, rule: int = 0) -> None:
    """Adds points to their lot, made where there is none."""
    if not lots or gone > lots[-1][0]:
        lots.append([gone, points, rule] if rule else [gone, points])
        return
    place = _place(lots, gone, rule)
    if place < len(lots) and key_of(lots[place]) == (gone, rule):
        lots[place][1] += points
    else:
        lots.insert(place, [gone, points, rule] if rule else [gone, points])


def take(lots: list[Lot], points: int) -> list[Lot]:
    """Takes from the soonest lots, as one cut however many they are; the parts hold less than asked where lots did."""
    used_up = 0
    parts: list[Lot] = []
    for lot in lots:
        if not points:
            break
        taken = min(points, lot[1])
        parts.append([lot[0], taken, *lot[2:]])
        points -= taken
        lot[1] -= taken
        used_up += not lot[1]
    del lots[:used_up]
    return parts


def take_from(lots: list[Lot], key: Key, points: int) -> int:
    """Takes from one lot what it has, up to ``points``; returns how much."""
    place = _place(lots, *key)
    if not points or place == len(lots) or key_of(lots[place]) != key:
        return 0
    taken = min(points, lots[place][1])
    lots[place][1] -= taken
    if not lots[place][1]:
        del lots[place]
    return taken


def _place(lots: list[Lot], gone: int, rule: int) -> int:
    place = bisect_left(lots, gone, key=lambda lot: lot[0])
    while place < len(lots) and lots[place][0] == gone and rule_of(lots[place]) < rule:
        place += 1
    return place
