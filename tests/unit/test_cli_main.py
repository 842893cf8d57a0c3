"""The command as a whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from cli.main import MODULES, main
from memberflow.programme.schema import Shipped


@pytest.mark.parametrize("name", MODULES)
def test_every_command_tells_what_it_does(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 4


def test_help_lists_the_commands_and_where_to_begin() -> None:
    output = CliRunner().invoke(main, ["--help"]).output
    assert "memberflow demo" in output
    assert all(f"  {name} " in output for name in MODULES)


def test_the_version_is_the_package_s() -> None:
    assert "version 0.1.0" in CliRunner().invoke(main, ["--version"]).output


def test_an_unknown_command_is_a_wrong_use() -> None:
    assert CliRunner().invoke(main, ["simulat"]).exit_code == 2


def test_what_needs_no_cloud_loads_none() -> None:
    code = (
        "import sys; from cli import simulate, check, explain, runs; print({'boto3', 'moto', 'rich'} & {*sys.modules})"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_ship_writes_what_the_functions_read(tmp_path: Path) -> None:
    out = tmp_path / "sample.json"
    assert CliRunner().invoke(main, ["ship", "sample", str(out)]).exit_code == 0
    assert msgspec.json.decode(out.read_bytes(), type=Shipped).programme.programme == "sample"
