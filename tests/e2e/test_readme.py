"""Every command of the README: run where this machine can, else known to make and to be where it is said to be."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from memberflow import decoder

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines() if line.strip()
]
# What can't be run within the tests: the tests themselves, minutes of measuring, and what needs a cloud or a network.
ELSEWHERE = {"make test", "make bench", "make build", ".venv-sam/bin/sam deploy --guided"}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the files a newcomer has, with the environment that `make` made."""
    copy = tmp_path_factory.mktemp("checkout")
    tracked = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    for name in tracked.stdout.splitlines():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    (copy / ".cache").mkdir()
    if (ROOT / ".cache" / "CDNOW_master.txt").exists():
        shutil.copy(ROOT / ".cache" / "CDNOW_master.txt", copy / ".cache")
    return copy


def run(command: str, checkout: Path) -> str:
    done = subprocess.run(command, shell=True, cwd=checkout, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_every_command_does_what_the_readme_says(checkout: Path) -> None:
    """In order, as a reader would; the demo with fewer members, so that the one in the examples is another."""
    member = "cd-08297"
    for command in COMMANDS:
        if command in ELSEWHERE:
            continue
        if command == "make demo":
            said = run(".venv/bin/memberflow demo --members 30", checkout)
            member = re.findall(r"cd-\d{5}", said)[0]
        else:
            run(command.replace("cd-08297", member), checkout)
    assert (checkout / "my_programme" / "programme.yaml").exists()


@pytest.mark.parametrize("target", sorted({c.split()[1] for c in COMMANDS if c.startswith("make ")}))
def test_make_knows_every_target_that_is_named(target: str) -> None:
    run(f"make --dry-run {target}", ROOT)


def test_the_example_of_an_order_is_one(checkout: Path) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    fact = decoder.decode(json.dumps(json.loads(example)), "GBP")
    assert (fact.kind, fact.id) == ("order.paid", "o-1")


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()
