"""Message templates: every language has them, they are laid out rightly, and they are sure to render."""

from pathlib import Path

import pytest

from memberflow.programme import author, templates
from memberflow.programme.problems import Problem

RIGHT = (Path(__file__).parent / "bad_programmes" / "right.yaml").read_text()


@pytest.fixture
def programme(tmp_path) -> Path:
    (tmp_path / "messages").mkdir()
    (tmp_path / "programme.yaml").write_text(RIGHT)
    for key in ("birthday", "upgrade", "win_back"):
        for language in ("en", "zh-CN"):
            write(tmp_path, "Subject: Hello\n\n{{ programme }} {{ tier }} {{ points }}\n", f"{key}.{language}")
    return tmp_path


def write(folder: Path, text: str, name: str = "win_back.en") -> None:
    (folder / "messages" / f"{name}.txt").write_text(text)


def only(folder: Path) -> Problem:
    (problem,) = author.read(folder)[1]
    return problem


def test_a_language_without_its_template_is_told_at_the_message(programme):
    (programme / "messages" / "upgrade.zh-CN.txt").unlink()
    problem = only(programme)
    assert RIGHT.split("\n")[problem.line - 1][problem.column - 1 :] == "upgrade"
    assert problem.message == "message 'upgrade' has no template in 'zh-CN'"
    assert problem.help == f"expected the file {programme / 'messages' / 'upgrade.zh-CN.txt'}"


def test_a_message_without_any_template_names_the_files_expected(tmp_path):
    (tmp_path / "programme.yaml").write_text(RIGHT)
    _, problems = author.read(tmp_path)
    assert [(problem.code, problem.message) for problem in problems] == [
        ("P051", "unknown message 'birthday'"),
        ("P051", "unknown message 'upgrade'"),
        ("P051", "unknown message 'win_back'"),
        ("P051", "unknown message 'birthday'"),
    ]
    assert problems[0].help == "expected the files birthday.en.txt, birthday.zh-CN.txt"


def test_marketing_by_sms_says_how_to_stop_it(programme):
    page = programme / "programme.yaml"
    page.write_text(
        page.read_text().replace("channels: [email]\n    message: win_back", "channels: [sms]\n    message: win_back")
    )
    write(programme, "Come back. Reply STOP to opt out.", "win_back.en.short")
    write(programme, "好久不见！", "win_back.zh-CN.short")
    problem = only(programme)
    assert (problem.code, problem.severity) == ("P164", "warning")
    assert problem.file == str(programme / "messages" / "win_back.zh-CN.short.txt")
    write(programme, "好久不见！拒收请回复R", "win_back.zh-CN.short")
    assert author.read(programme)[1] == []


def test_a_service_message_by_sms_need_not(programme):
    page = programme / "programme.yaml"
    page.write_text(page.read_text().replace("channels: [email, log]", "channels: [sms, log]"))
    assert author.read(programme)[1] == []


def test_a_file_that_no_journey_uses_is_a_warning(programme):
    write(programme, "Subject: Hi\n\nHi\n", "welcome.en")
    problem = only(programme)
    assert (problem.severity, problem.file) == ("warning", str(programme / "messages" / "welcome.en.txt"))
    assert str(problem).endswith(
        ":1:1 P056 no journey uses this file (templates are named <message>.<language>.txt, .html or .short.txt)"
    )


def test_a_hidden_file_is_passed_over(programme):
    (programme / "messages" / ".DS_Store").write_bytes(b"\x00")
    assert author.read(programme)[1] == []


WRONG = {
    "without_a_subject": ("Hello\n\nHello\n", "Hello", "P053 the subject is missing (expected 'Subject: ...' first)"),
    "with_an_empty_subject": (
        "Subject: \n\nHi\n",
        "Sub",
        "P053 the subject is missing (expected 'Subject: ...' first)",
    ),
    "without_the_empty_line": ("Subject: Hi\nHello\n", "Hello", "P053 the line after the subject is not empty"),
    "without_a_text": ("Subject: Hi\n\n \n", "", "P053 the text is missing (expected it after an empty line)"),
    "of_a_subject_alone": ("Subject: Hi", None, "P053 the text is missing (expected it after an empty line)"),
    "with_a_tag_left_open": (
        "Subject: Hi\n\nHello\n{{ tier }\n",
        "{{ tier }",
        "P054 not a template: unexpected '}'",
    ),
    "with_an_unknown_filter": (
        "Subject: Hi\n\n{{ tier|uper }}\n",
        "{{ tier|uper",
        "P054 not a template: No filter named 'uper'.",
    ),
    "that_fails_on_the_day": (
        "Subject: Hi\n\nHello\n{{ tier.name }}\n",
        "{{ tier.name",
        "P054 can't be rendered: 'str object' has no attribute 'name'",
    ),
    "that_reaches_for_python": (
        "Subject: Hi\n\n{{ tier.__class__ }}\n",
        "{{ tier.__class__",
        "P054 can't be rendered: access to attribute '__class__' of 'str' object is unsafe.",
    ),
    "that_includes_a_file": (
        "Subject: Hi\n\n{% include 'x' %}\n",
        "{% include",
        "P054 can't be rendered: no loader for this environment specified",
    ),
    "with_a_variable_misspelt": (
        "Subject: Hi\n\npoint: {{ tier }}, {{ point }}\n",
        "point }}",
        "P055 unknown variable 'point' (did you mean 'points'?)",
    ),
    "with_a_variable_misspelt_in_the_subject": (
        "Subject: Dear {{ teir }}\n\nHello\n",
        "teir }}",
        "P055 unknown variable 'teir' (did you mean 'tier'?)",
    ),
    "with_a_variable_of_another_journey": (
        "Subject: Hi\n\n{% if reached %}Hello{% endif %}\n",
        "reached %}",
        "P055 unknown variable 'reached' (known here: programme, tier, points, days, categories)",
    ),
    "with_a_global_of_jinja": (
        "Subject: Hi\n\n{% for n in range(9) %}{{ n }}{% endfor %}\n",
        "range(9)",
        "P055 unknown variable 'range' (known here: programme, tier, points, days, categories)",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_template(programme, name):
    text, at, says = WRONG[name]
    write(programme, text)
    problem = only(programme)
    file = programme / "messages" / "win_back.en.txt"
    assert str(problem) == f"{file}:{problem.line}:{problem.column} {says}"
    if at is not None:
        assert text.split("\n")[problem.line - 1][problem.column - 1 :].startswith(at)


def test_a_template_that_is_not_utf_8_is_told(programme):
    (programme / "messages" / "win_back.zh-CN.txt").write_bytes("Subject: 您好\n\n您好\n".encode("gb18030"))
    assert only(programme).code == "P053"


def test_a_template_of_two_journeys_gets_only_what_both_have(programme):
    write(programme, "Subject: Hi\n\n{{ days }}\n")
    assert author.read(programme)[1] == []
    text = RIGHT.replace("message: birthday", "message: win_back")
    (programme / "programme.yaml").write_text(text)
    for language in ("en", "zh-CN"):
        (programme / "messages" / f"birthday.{language}.txt").unlink()
    assert only(programme).message == "unknown variable 'days'"


def test_a_template_is_read_as_subject_and_text(programme):
    write(programme, "\ufeffSubject:  Hello {{ tier }} \r\n\r\n\nDear,\n\nBye\n\n")
    message = author.ship(programme).messages["win_back"]["en"]
    assert (message.subject, message.text) == ("Hello {{ tier }}", "Dear,\n\nBye\n")


def test_a_variable_that_is_not_given_stops_a_message():
    with pytest.raises(Exception, match="'tier' is undefined"):
        templates.environment().from_string("{{ tier }}").render()


def put(folder: Path, **files: str) -> None:
    """Files beside the templates, for both languages: ``win_back_html="<p>…"``."""
    for name, text in files.items():
        key, _, kind = name.rpartition("__")
        for language in ("en", "zh-CN"):
            (folder / "messages" / f"{key}.{language}.{kind.replace('_', '.')}").write_text(text)


def test_a_mail_in_html_gets_the_layout_around_its_body(programme):
    put(programme, win_back__html="<p>Dear {{ tier }}</p>\n")
    page = author.ship(programme).messages["win_back"]["zh-CN"].html
    assert page.startswith("<!doctype html>")
    assert "\n<p>Dear {{ tier }}</p>\n</td>" in page


def test_a_message_without_html_stays_text(programme):
    assert author.ship(programme).messages["win_back"]["en"].html is None


def test_a_programme_may_bring_a_layout_of_its_own(programme):
    put(programme, win_back__html="<p>Hi</p>")
    layout = "<html><body>{{ body }}{{ why }}<a href='{{ unsubscribe }}'>{{ unsubscribe_words }}</a></body></html>"
    (programme / "messages" / "layout.html").write_text(layout)
    assert author.ship(programme).messages["win_back"]["en"].html.startswith("<html><body><p>Hi</p>")


@pytest.mark.parametrize(
    ("layout", "says"),
    [
        ("{{ body }}", "P057 the layout never says {{ unsubscribe }} (no mail goes without it)"),
        ("{{ unsubscribe }}", "P057 the layout never says {{ body }} (no mail goes without it)"),
        (
            "{{ body }}\n{{ unsubscribe }}{{ tier }}",
            "P055 unknown variable 'tier' (known here: language, subject, unsubscribe, why, unsubscribe_words, body)",
        ),
        (
            "{{ body }}{{ unsubscribe }}{% if %}",
            "P054 not a template: Expected an expression, got 'end of statement block'",
        ),
    ],
)
def test_a_layout_that_no_mail_can_do_with_is_told(programme, layout, says):
    (programme / "messages" / "layout.html").write_text(layout)
    problem = only(programme)
    assert problem.file == str(programme / "messages" / "layout.html")
    assert str(problem).endswith(says)


def test_a_layout_that_is_not_utf_8_is_told(programme):
    (programme / "messages" / "layout.html").write_bytes("退订".encode("gb18030"))
    assert only(programme).code == "P053"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("win_back__html", "<html><body>Hi</body></html>", "P053 not the body of a mail"),
        ("win_back__html", " \n", "P053 not the body of a mail"),
        ("win_back__html", "<p>{{ teir }}</p>", "P055 unknown variable 'teir' (did you mean 'tier'?)"),
        ("win_back__html", "<p>{{ unsubscribe }}</p>", "P055 unknown variable 'unsubscribe'"),
        ("win_back__html", "<p>{{ tier.name }}</p>", "P054 can't be rendered"),
        ("win_back__short_txt", "  ", "P053 a short text of 0 characters (expected 1 to 1600)"),
        ("win_back__short_txt", "x" * 1601, "P053 a short text of 1601 characters (expected 1 to 1600)"),
        ("win_back__short_txt", "{{ teir }}", "P055 unknown variable 'teir' (did you mean 'tier'?)"),
    ],
)
def test_what_is_wrong_with_html_or_a_short_text_is_told_in_its_file(programme, name, text, says):
    put(programme, **{name: text})
    problems = author.read(programme)[1]
    assert len(problems) == 2, "one for each language"
    assert all(says in str(problem) for problem in problems)


@pytest.mark.parametrize("kind", ["html", "short.txt"])
def test_html_in_one_language_alone_is_told(programme, kind):
    (programme / "messages" / f"win_back.en.{kind}").write_text("Hi")
    problem = only(programme)
    assert (problem.code, problem.message) == (
        "P052",
        f"message 'win_back' has its .{kind} in 'en', but none in 'zh-CN'",
    )


def test_in_html_a_variable_is_text_and_never_a_tag():
    said = templates.environment(html=True).from_string("<p>{{ tier }}</p>").render(tier="<b>&")
    assert said == "<p>&lt;b&gt;&amp;</p>"
