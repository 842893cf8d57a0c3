"""The text of a programme file: scalars stay text, everything has its place, the YAML library is never heard."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from memberflow.programme.source import Source, parse

TEXT = """\
on: NO   # a comment
hours: {"start": 21:00}
days:
  - 2026-02-30
  - 007
"""


def test_scalars_stay_the_text_that_was_written():
    data = parse(TEXT.encode()).data
    assert data == {"on": "NO", "hours": {"start": "21:00"}, "days": ["2026-02-30", "007"]}


def test_keys_and_values_have_their_places():
    lines = TEXT.split("\n")

    def text_at(place):
        return lines[place[0] - 1][place[1] - 1 :]

    places = parse(TEXT.encode()).places
    assert text_at(places[("on",)].key).startswith("on: NO")
    assert text_at(places[("on",)].value).startswith("NO ")
    assert text_at(places[("hours", "start")].key) == '"start": 21:00}'
    assert text_at(places[("hours", "start")].value) == "21:00}"
    assert text_at(places[("days",)].key) == "days:"
    assert text_at(places[("days", 1)].value) == "007"


def test_a_mark_of_byte_order_is_no_part_of_the_text():
    assert parse(b"\xef\xbb\xbfa: 1").data == {"a": "1"}


def placed(source: Source) -> list[tuple[str, int, int]]:
    return [(problem.message, problem.line, problem.column) for problem in source.problems]


def test_an_empty_file_is_told():
    assert placed(parse(b"")) == [("the file is empty", 1, 1)]
    assert placed(parse(b"# only words\n")) == [("the file is empty", 2, 1)]


def test_a_byte_that_is_not_utf_8_has_a_place():
    text = "a: 1\nb: 白金".encode("gb18030")
    assert placed(parse(text)) == [("not YAML: a byte that is not UTF-8", 2, 4)]


def test_a_control_character_has_a_place():
    assert placed(parse("a: 1\n白: \x01".encode())) == [("not YAML: a control character", 2, 4)]


def test_what_was_found_before_a_syntax_error_is_told_too():
    source = parse(b"a: 1\na: 2\nb: [\n")
    assert [problem.code for problem in source.problems] == ["P004", "P001"]


def test_a_key_written_twice_tells_both_places():
    (problem,) = parse(b"a: 1\nb: 2\na: 3\n").problems
    assert (problem.line, problem.column, problem.help) == (3, 1, "it is at line 1 already")


def test_an_alias_that_contains_itself_is_told():
    source = parse(b"a: &x [*x]")
    assert [problem.message for problem in source.problems] == [
        "anchor '&x' is not used here",
        "alias '*x' is not used here",
    ]
    assert source.data == {"a": [None]}


INDICATORS = (
    "\t",
    "\n",
    "\x00",
    ": ",
    "- ",
    "? ",
    "&a ",
    "*a",
    "!x ",
    "!!int ",
    "<<: ",
    "---\n",
    "...\n",
    "%YAML 1.3\n",
)
PIECES = st.sampled_from((*INDICATORS, *"{}[]>|'\"#@`a白"))


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=3), max_size=15).map("".join))
@example("%YAML 1.3\n---\na: 1")
def test_no_text_makes_the_library_speak(text):
    source = parse(text.encode(errors="surrogatepass"))
    assert source.data is not None or source.problems
