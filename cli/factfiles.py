"""Files of facts: events as JSON Lines, plain or gzip, in the shop's own words."""

from __future__ import annotations

import gzip
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from memberflow import decoder
from memberflow.errors import BadInput, MemberflowError
from memberflow.facts import AnyFact

Verdict = Literal["fact", "duplicate", "conflict", "bad", "later", "other member"]


class NoFacts(MemberflowError):
    """Files in which nothing can be used."""


class Line(Struct):
    """One line of a file. ``place`` is file:line, ``reason`` says what is wrong with a bad one or a conflict."""

    place: str
    raw: bytes
    fact: AnyFact | None
    verdict: Verdict = "fact"
    reason: str = ""


class FactFiles(Struct):
    """All lines in the order of the files, each judged once, and the moment up to which they count."""

    lines: list[Line]
    until: int

    @property
    def counts(self) -> Counter[Verdict]:
        return Counter(line.verdict for line in self.lines)

    def of(self, *verdicts: Verdict) -> list[Line]:
        return [line for line in self.lines if line.verdict in verdicts]

    def by_member(self) -> dict[str, list[AnyFact]]:
        """The usable facts of each member, in order of the member's first appearance."""
        members: dict[str, list[AnyFact]] = defaultdict(list)
        for line in self.lines:
            if line.fact is not None and line.verdict == "fact":
                members[line.fact.member_id].append(line.fact)
        return members


def read(paths: Iterable[Path], currency: str, until: int | None = None, members: int | None = None) -> FactFiles:
    """Reads and judges every line.

    ``until``: facts after this moment are left out; None is the moment of the last one. ``members``: only the facts of
    the first so many members to appear. Raises NoFacts where no line is left to be used.
    """
    lines = [_line(place, raw, currency) for path in paths for place, raw in _raw_lines(path)]
    moments = [line.fact.at for line in lines if line.fact is not None]
    if not moments:
        raise NoFacts(lines[0].reason if lines else "the files of facts are empty")
    files = FactFiles(lines, max(moments) if until is None else until)
    _leave_out_later(files)
    if members is not None:
        _leave_out_others(files, members)
    _leave_out_repeated(files)
    if not files.of("fact"):
        raise NoFacts("no fact in the files happened before the end that was asked for")
    return files


def _raw_lines(path: Path) -> Iterator[tuple[str, bytes]]:
    """Empty lines are nothing."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if packed else path.open("rb") as content:
            for number, raw in enumerate(content, 1):
                if raw.strip():
                    yield f"{path}:{number}", raw.strip()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise MemberflowError(f"{path}: the gzip file is damaged: {error}") from error


def _line(place: str, raw: bytes, currency: str) -> Line:
    try:
        return Line(place, raw, decoder.decode(raw, currency))
    except BadInput as error:
        return Line(place, raw, None, "bad", str(error))


def _leave_out_later(files: FactFiles) -> None:
    for line in files.lines:
        if line.fact is not None and line.fact.at > files.until:
            line.verdict = "later"


def _leave_out_others(files: FactFiles, members: int) -> None:
    wanted: set[str] = set()
    for line in files.of("fact"):
        assert line.fact is not None
        if len(wanted) < members:
            wanted.add(line.fact.member_id)
        if line.fact.member_id not in wanted:
            line.verdict = "other member"


def _leave_out_repeated(files: FactFiles) -> None:
    """The first fact under a key stands, as it does in the table."""
    first: dict[tuple[str, str, str], Line] = {}
    for line in files.of("fact"):
        assert line.fact is not None
        known = first.setdefault((line.fact.member_id, line.fact.kind, line.fact.id), line)
        if known.fact != line.fact:
            line.verdict, line.reason = "conflict", f"{line.fact.kind} {line.fact.id}: other content at {known.place}"
        elif known is not line:
            line.verdict = "duplicate"
