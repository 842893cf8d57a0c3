"""The engine asks nothing of the world: no clock, network, environment or randomness."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[2] / "layers" / "memberflow" / "engine"
WORLD = {"os", "time", "random", "secrets", "uuid", "socket", "urllib", "subprocess", "threading", "logging", "pathlib"}
CLOCKS = {"now", "today", "utcnow"}


@pytest.mark.parametrize("file", sorted(ENGINE.glob("*.py")), ids=lambda file: file.stem)
def test_no_module_of_the_engine_reaches_out(file: Path) -> None:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            found.add(node.func.attr)
    assert found & (WORLD | CLOCKS) == set()
