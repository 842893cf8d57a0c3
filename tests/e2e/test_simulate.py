"""simulate over a whole real stream: the order of the lines and repeated ones change nothing."""

from __future__ import annotations

import gzip
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from cli.main import main
from tests.e2e.conftest import SHARED


def simulate(lines: list[bytes]) -> bytes:
    Path("facts.jsonl.gz").write_bytes(gzip.compress(b"\n".join(lines), 1))
    arguments = ["simulate", "--programme", "sample", "--facts", "facts.jsonl.gz", "--out", "members.jsonl", "--strict"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return Path("members.jsonl").read_bytes()


@pytest.mark.usefixtures("folder")
@pytest.mark.skipif(not SHARED.exists(), reason="the real orders of online retail are not beside this checkout")
def test_every_member_of_a_real_stream_comes_out_the_same_from_any_order_of_lines() -> None:
    lines = gzip.decompress(SHARED.read_bytes()).splitlines()
    found = simulate(lines)
    assert found.count(b"\n") == 3024
    assert simulate(Random(1).sample(lines * 2, 2 * len(lines))) == found
