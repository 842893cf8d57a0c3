"""The parameter that chooses the programme takes the names that programmes may have, and each that ships is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner

from cli.local.stack import TEMPLATE
from cli.local.translate import read
from cli.main import main
from memberflow.programme import author
from memberflow.programme.load import load
from memberflow.programme.schema.fields import Name

TEMPLATE_READ = read(TEMPLATE)
PARAMETER: dict[str, Any] = TEMPLATE_READ["Parameters"]["Programme"]


def test_it_takes_what_a_programme_may_be_called_and_nothing_else() -> None:
    assert PARAMETER["AllowedPattern"] == get_args(Name)[1].pattern
    assert not re.fullmatch(PARAMETER["AllowedPattern"], "../sample")


@pytest.mark.parametrize("name", author.shipped())
def test_a_shipped_programme_is_built_under_the_name_that_the_functions_look_for(name: str, tmp_path: Path) -> None:
    assert re.fullmatch(PARAMETER["AllowedPattern"], name)
    looked_for = TEMPLATE_READ["Globals"]["Function"]["Environment"]["Variables"]["PROGRAMME_FILE"]["Fn::Sub"]
    assert looked_for == "/opt/python/programmes/${Programme}.json"
    build = (Path(TEMPLATE).parent / "layers" / "Makefile").read_text()
    assert 'memberflow ship "$$name" "$(OUT)/programmes/$$name.json"' in build
    file = tmp_path / f"{name}.json"
    assert CliRunner().invoke(main, ["ship", name, str(file)]).exit_code == 0
    assert load(file).programme.programme == name


def test_the_default_is_one_that_ships() -> None:
    assert PARAMETER["Default"] in author.shipped()
