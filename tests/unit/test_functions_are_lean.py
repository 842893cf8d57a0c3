"""What a cold start must not pay for: each function is imported in a process of its own and asked what came along."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from memberflow.programme.author import named, write_shipped

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.stem for path in (ROOT / "functions").glob("*.py"))
ENVIRONMENT = {
    "TABLE_NAME": "t",
    "DUE_SHARDS": "4",
    "SHARD_TASKS_URL": "http://localhost/q",
    "LEDGER_TASKS_URL": "http://localhost/q",
    "LEDGER_CHECK_DAYS": "28",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
}
# Powertools always loads the module of its Tracer, which costs nothing; the Tracer at work loads the X-Ray SDK.
NEVER = {"pydantic", "aws_xray_sdk", "ruamel", "rich", "click", "moto", "yaml"}


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> str:
    shipped = tmp_path_factory.mktemp("shipped") / "sample.json"
    write_shipped(named("sample"), shipped)
    return str(shipped)


def loaded_by(function: str, programme: str) -> set[str]:
    code = f"import sys, {function}; print('\\n'.join(sys.modules))"
    path = os.pathsep.join([str(ROOT / "functions"), str(ROOT / "layers")])
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "PROGRAMME_FILE": programme, **ENVIRONMENT}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_imports_no_more_than_it_needs(function: str, programme: str) -> None:
    unwanted = NEVER | {"jinja2"}
    assert loaded_by(function, programme) & unwanted == set()
