"""Compiles the lock files in requirements/ anew (`make lock`): hashed, for every platform and Python from 3.11."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLAGS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--quiet",
    "--upgrade",
)

# What the Lambda runtime brings itself, or only moto needs: left out of the layer.
IN_THE_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "python-dateutil", "six")

SOURCES: dict[str, tuple[str, ...]] = {
    "dev.txt": ("pyproject.toml", "--extra=cli", "--extra=dev"),
    "layer.txt": ("pyproject.toml", *(f"--no-emit-package={name}" for name in IN_THE_RUNTIME)),
    "sam.txt": ("requirements/sam.in",),
    "checkov.txt": ("requirements/checkov.in",),
    "uv.txt": ("requirements/uv.in",),
}


def main() -> None:
    uv = Path(sys.executable).parent / "uv"
    for name, source in SOURCES.items():
        subprocess.run([uv, "pip", "compile", *FLAGS, *source, "-o", f"requirements/{name}"], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
