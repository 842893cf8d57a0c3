"""Worked examples of what a sale's points take of its price. An unknown word in the file is an error."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct
from ruamel.yaml import YAML

from cli.owed import Sale


class Expected(Struct, forbid_unknown_fields=True):
    points_alone: str
    for_goods: str
    for_points: str


class Example(Struct, forbid_unknown_fields=True):
    source: str
    sale: str
    goods: str
    points: int
    worth: str
    use: str
    expect: Expected


PLAIN = YAML(typ="base").load(Path(__file__).parent / "liability" / "splits.yaml")
EXAMPLES = msgspec.convert(PLAIN, dict[str, Example], strict=False)


def pence(amount: str) -> int:
    units = Fraction(amount) * 100
    assert units.denominator == 1
    return int(units)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_sale_is_split_to_the_minor_unit(name: str) -> None:
    example = EXAMPLES[name]
    worth, use = Fraction(example.worth) * 100, Fraction(example.use) / 100
    sale = Sale(pence(example.sale), pence(example.goods), example.points, worth, use)
    assert sale.points_alone == pence(example.expect.points_alone)
    assert (sale.for_goods, sale.for_points) == (pence(example.expect.for_goods), pence(example.expect.for_points))
    assert sale.for_goods + sale.for_points == sale.price
