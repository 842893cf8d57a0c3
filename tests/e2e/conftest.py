"""Whole commands through the local stack. moto is loaded first: an SDK client made before it would reach for AWS."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.local import stack

SHARED = Path(stack.TEMPLATE).parents[1] / "shared" / "data" / "online_retail.open.jsonl.gz"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path
