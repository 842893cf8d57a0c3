"""What is deployed, on this machine: the runtime's own packages, the layer with bytecode, the functions as they are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.setting import ROOT
from cli import models

BUILD = ROOT / "build" / "bench"
PYTHON = os.path.realpath(sys.executable)
"""The interpreter below the virtual environment, which sees none of the environment's packages."""


def runtime(bytecode: bool) -> Path:
    """boto3 and the runtime client, with bytecode as in Lambda's runtime or without as `sam build` leaves packages."""
    folder = BUILD / ("runtime" if bytecode else "runtime-without-bytecode")
    if not folder.exists():
        sdk = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "python-dateutil", "six")
        names = (*sdk, "awslambdaric", "simplejson", "snapshot-restore-py")
        _install(folder, ROOT / "requirements" / "dev.txt", names)
        if bytecode:
            _compile(folder)
    return folder


def layer() -> Path:
    """As layers/Makefile builds it, for this interpreter."""
    from memberflow.programme.author import named, write_shipped

    folder = BUILD / "layer"
    shutil.rmtree(folder / "memberflow", ignore_errors=True)
    if not folder.exists():
        _install(folder, ROOT / "requirements" / "layer.txt")
    shutil.copytree(ROOT / "layers" / "memberflow", folder / "memberflow", ignore=shutil.ignore_patterns("*.pyc"))
    (folder / "programmes").mkdir(exist_ok=True)
    write_shipped(named("sample"), folder / "programmes" / "sample.json")
    models.write(folder / "models")
    _compile(folder)
    return folder


def bare_handler() -> Path:
    """The reference: a handler that imports boto3 and creates a DynamoDB client."""
    folder = BUILD / "bare"
    folder.mkdir(parents=True, exist_ok=True)
    code = 'import boto3\n\nclient = boto3.client("dynamodb")\n\n\ndef handler(event, context):\n    return {}\n'
    (folder / "bare.py").write_text(code)
    return folder


def _install(folder: Path, lock: Path, only: tuple[str, ...] = ()) -> None:
    pinned = lock.read_text().replace("\\\n", " ").splitlines()
    wanted = [line for line in pinned if line and (not only or line.split("==")[0] in only)]
    part = BUILD / "requirements.txt"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text("\n".join(wanted) + "\n")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--no-deps", "--require-hashes"]
    subprocess.run([*command, "--requirement", part, "--target", folder], check=True)


def _compile(folder: Path) -> None:
    command = [PYTHON, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", folder]
    subprocess.run(command, check=True)
