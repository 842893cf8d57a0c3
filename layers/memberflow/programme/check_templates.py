"""Checks of the message templates: there in every language, laid out rightly, and sure to render."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from traceback import extract_tb

from jinja2 import TemplateSyntaxError, meta, nodes

from memberflow.programme.problems import KeyPath, Problem, position, suggest
from memberflow.programme.schema import Programme
from memberflow.programme.templates import (
    BODY,
    SUBJECT,
    environment,
    layout_file,
    layout_variables,
    template_file,
    template_text,
    variables,
)

Examples = Mapping[str, str | int]

SHORT_MAX = 1_600
"""Characters that one SMS may have (SendTextMessage refuses more)."""


def problems(programme: Programme, folder: Path) -> Iterator[Problem]:
    """Templates missing, wrong or not used. What is wrong inside a template carries its file and line.

    Files that no journey uses are told of only where nothing is missing: a misspelt name would be told twice.
    """
    journeys: dict[str, list[str]] = {}
    for name, journey in programme.journeys.items():
        if journey.message is not None:
            journeys.setdefault(journey.message, []).append(name)
    used = {folder / "messages" / "layout.html"}
    missing: list[Problem] = []
    for key, names in journeys.items():
        path: KeyPath = ("journeys", names[0], "message")
        for kind, wrong in (("txt", _wrong_text), ("html", _wrong_html), ("short.txt", _wrong_short)):
            wanted = {language: template_file(folder, key, language, kind) for language in programme.languages}
            used.update(wanted.values())
            missing += _missing(key, wanted, names) if kind == "txt" else _partly(key, kind, wanted, path)
            for file in filter(Path.is_file, wanted.values()):
                for problem in _wrong(file, _given(programme, names), path, wrong):
                    yield problem.placed(str(file), {})
    yield from _wrong_layout(layout_file(folder))
    yield from missing or _unused(folder / "messages", used)


def _given(programme: Programme, names: list[str]) -> Examples:
    """The variables that all of the journeys have."""
    first, *others = (variables(programme.journeys[name].trigger) for name in names)
    return {name: example for name, example in first.items() if all(name in other for other in others)}


def _missing(key: str, wanted: dict[str, Path], names: list[str]) -> Iterator[Problem]:
    if any(file.is_file() for file in wanted.values()):
        for language, file in wanted.items():
            if not file.is_file():
                message = f"message {key!r} has no template in {language!r}"
                yield Problem("P052", ("journeys", names[0], "message"), message, f"expected the file {file}")
        return
    known = {file.name.partition(".")[0] for path in wanted.values() for file in path.parent.glob("*.*.txt")}
    help = suggest(key, sorted(known), f"expected the files {', '.join(file.name for file in wanted.values())}")
    for name in names:
        yield Problem("P051", ("journeys", name, "message"), f"unknown message {key!r}", help)


def _partly(key: str, kind: str, wanted: dict[str, Path], path: KeyPath) -> Iterator[Problem]:
    """What nobody needs is there for all languages or for none: members are not to be treated differently."""
    there = [language for language, file in wanted.items() if file.is_file()]
    for language, file in wanted.items():
        if there and language not in there:
            message = f"message {key!r} has its .{kind} in {there[0]!r}, but none in {language!r}"
            yield Problem("P052", path, message, f"expected the file {file}")


def _unused(messages: Path, used: set[Path]) -> Iterator[Problem]:
    for file in sorted(messages.glob("[!.]*")):
        if file not in used:
            help = "templates are named <message>.<language>.txt, .html or .short.txt"
            yield Problem("P056", (), "no journey uses this file", help, file=str(file), line=1, column=1)


Wrong = Callable[[str, Examples, KeyPath], Iterator[Problem]]


def _wrong(file: Path, given: Examples, path: KeyPath, wrong: Wrong) -> Iterator[Problem]:
    try:
        text = template_text(file)
    except UnicodeDecodeError as error:
        yield Problem("P053", path, f"the template is not UTF-8: {error.reason}", line=1, column=1)
        return
    yield from wrong(text, given, path)


def _wrong_text(text: str, given: Examples, path: KeyPath) -> Iterator[Problem]:
    subject, empty, body = (*text.split("\n", 2), "", "")[:3]
    if not subject.startswith(SUBJECT) or not subject.removeprefix(SUBJECT).strip():
        yield Problem("P053", path, "the subject is missing", f"expected '{SUBJECT} ...' first", line=1, column=1)
    elif empty.strip():
        yield Problem("P053", path, "the line after the subject is not empty", line=2, column=1)
    elif not body.strip():
        yield Problem("P053", path, "the text is missing", "expected it after an empty line", line=2, column=1)
    else:
        yield from _jinja(subject, given, path)
        yield from _jinja("\n\n" + body, given, path)  # its lines counted as in the file


def _wrong_html(text: str, given: Examples, path: KeyPath) -> Iterator[Problem]:
    page = re.search(r"<(!doctype|html|head|body)\b", text, re.IGNORECASE)
    if page or not text.strip():
        line, column = position(text, page.start()) if page else (1, 1)
        help = "expected the body alone: the layout goes around it"
        yield Problem("P053", path, "not the body of a mail", help, line=line, column=column)
        return
    yield from _jinja(text, given, path, html=True)


def _wrong_short(text: str, given: Examples, path: KeyPath) -> Iterator[Problem]:
    if not 0 < len(text.strip()) <= SHORT_MAX:
        message = f"a short text of {len(text.strip())} characters"
        yield Problem("P053", path, message, f"expected 1 to {SHORT_MAX}", line=1, column=1)
        return
    yield from _jinja(text, given, path)


def _wrong_layout(file: Path) -> Iterator[Problem]:
    given = layout_variables("en", "Hello", "https://example.com/unsubscribe") | {"body": "Hello"}
    for problem in _wrong(file, given, (), _wrong_page):
        yield problem.placed(str(file), {})


def _wrong_page(text: str, given: Examples, path: KeyPath) -> Iterator[Problem]:
    for wanted in (BODY, "{{ unsubscribe }}"):
        if wanted not in text:
            yield Problem("P057", path, f"the layout never says {wanted}", "no mail goes without it", line=1, column=1)
    yield from _jinja(text, given, path, html=True)


def _jinja(source: str, given: Examples, path: KeyPath, html: bool = False) -> Iterator[Problem]:
    """What Jinja2 says of a template, or would say on the day it is sent."""
    sandbox = environment(html)
    try:
        tree = sandbox.parse(source)
        template = sandbox.from_string(source)
    except TemplateSyntaxError as error:
        yield Problem("P054", path, f"not a template: {error.message}", line=error.lineno, column=1)
        return
    unknown = meta.find_undeclared_variables(tree) - given.keys()
    yield from _unknown(source, tree, unknown, given, path)
    if unknown:
        return
    try:
        template.render(given)
    except Exception as error:  # a template can fail in any way that an expression can
        lines = [frame.lineno or 1 for frame in extract_tb(error.__traceback__) if frame.filename == "<template>"]
        yield Problem("P054", path, f"can't be rendered: {error}", line=max(lines, default=1), column=1)


def _unknown(source: str, tree: nodes.Template, names: set[str], given: Examples, path: KeyPath) -> Iterator[Problem]:
    lines = source.split("\n")
    for name in sorted(names):
        line = min(node.lineno for node in tree.find_all(nodes.Name) if node.name == name)
        found = re.search(rf"{{[{{%][^}}]*?\b({re.escape(name)})\b", lines[line - 1])
        help = suggest(name, given, f"known here: {', '.join(given)}")
        column = found.start(1) + 1 if found else 1
        yield Problem("P055", path, f"unknown variable {name!r}", help, line=line, column=column)
