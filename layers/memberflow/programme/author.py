"""From the YAML that an operator writes to the JSON that is shipped: for the operator's command and the build."""

from __future__ import annotations

from pathlib import Path

import msgspec

from memberflow.errors import BadProgramme
from memberflow.programme import check, check_revisions, shape, source, templates
from memberflow.programme.problems import Problem, suggest
from memberflow.programme.schema import Message, Programme, Shipped

SHIPPED = Path(__file__).resolve().parents[2] / "programmes"
"""The programmes that come with memberflow, a folder each."""


def shipped() -> dict[str, Path]:
    """The folders of the shipped programmes by their names."""
    return {file.parent.name: file.parent for file in sorted(SHIPPED.glob("*/programme.yaml"))}


def named(name_or_path: str) -> Path:
    """The folder of a shipped programme by its name, else the path. Raises BadProgramme where there is neither."""
    known = shipped()
    path = known.get(name_or_path, Path(name_or_path))
    if not path.exists():
        help = suggest(name_or_path, known, "give its file or folder")
        raise BadProgramme(
            f"{name_or_path}: no such file, and none of the shipped programmes: {', '.join(known)} ({help})"
        )
    return path


def read(path: str | Path) -> tuple[Shipped | None, list[Problem]]:
    """A programme with its templates, and everything wrong with it in the order of places; None where it is in error.

    ``path``: a YAML file, or a folder with a programme.yaml. Later revisions lie beside it, named by the date from
    which they are in force (programme.2026-03-01.yaml), templates in messages/. Raises BadProgramme where a file can't
    be opened.
    """
    file = Path(path) / "programme.yaml" if Path(path).is_dir() else Path(path)
    programme, problems = _read_page(file)
    revisions: dict[str, Programme | None] = {}
    for later in sorted(file.parent.glob(f"{file.stem}.????-??-??{file.suffix}")):
        date = later.stem.removeprefix(f"{file.stem}.")
        page, found = _read_page(later)
        revisions[date] = page
        problems += found
        if programme is not None and page is not None:
            problems += check_revisions.problems(programme, page, date, str(later))
    if programme is None or any(problem.severity == "error" for problem in problems):
        return None, problems
    pages = {date: page for date, page in revisions.items() if page is not None}
    messages: dict[str, dict[str, Message]] = {}
    for page in (programme, *pages.values()):
        for key, texts in templates.read(page, file.parent).items():
            messages[key] = messages.get(key, {}) | texts
    return Shipped(programme=programme, messages=messages, revisions=pages), problems


def _read_page(file: Path) -> tuple[Programme | None, list[Problem]]:
    """One page of the programme; None where its shape is wrong."""
    try:
        data, places, problems = source.parse(file.read_bytes())
    except OSError as error:
        raise BadProgramme(f"{file}: {error.strerror}") from error
    problems += shape.problems(data, Programme)
    programme = None
    if not problems:
        programme = msgspec.convert(data, Programme, strict=False)
        problems += check.problems(programme, file.parent)
    return programme, sorted((problem.placed(str(file), places) for problem in problems), key=_order)


def _order(problem: Problem) -> tuple[str, int, int, str]:
    return problem.file, problem.line, problem.column, problem.code


def ship(path: str | Path) -> Shipped:
    """The checked programme with its templates. Raises BadProgramme, whose text is every error, a line each."""
    whole, problems = read(path)
    if whole is None:
        raise BadProgramme("\n".join(str(problem) for problem in problems if problem.severity == "error"))
    return whole


def write_shipped(path: str | Path, out: str | Path) -> None:
    """Compiles a programme to the JSON that load.py reads: the same bytes from the same files."""
    Path(out).write_bytes(msgspec.json.encode(ship(path)))
