"""From YAML to the shipped JSON, and the command that checks."""

import pytest
from click.testing import CliRunner

from cli.main import main
from memberflow.errors import BadProgramme
from memberflow.programme import author, templates
from memberflow.programme.load import load

SAMPLE = author.named("sample")


def test_the_sample_has_no_problems_and_survives_shipping(tmp_path):
    shipped, problems = author.read(SAMPLE)
    assert problems == []
    author.write_shipped(SAMPLE, tmp_path / "sample.json")
    assert load(tmp_path / "sample.json") == shipped == author.ship(SAMPLE)
    assert list(load(tmp_path / "sample.json").programme.journeys) == ["birthday", "upgrade", "win_back"]


def test_shipping_writes_the_same_bytes_from_the_same_files(tmp_path):
    for name in ("a", "b"):
        author.write_shipped(SAMPLE / "programme.yaml", tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert str(SAMPLE).encode() not in (tmp_path / "a").read_bytes()


@pytest.mark.parametrize("key", ["birthday", "upgrade", "win_back"])
def test_the_messages_of_the_sample_say_what_they_are_given(key):
    shipped = author.ship(SAMPLE)
    given = templates.variables(shipped.programme.journeys[key].trigger)
    for language in ("en", "zh-CN"):
        message = shipped.messages[key][language]
        subject, text = (templates.environment().from_string(part).render(given) for part in message_parts(message))
        assert subject
        assert str(given["points"]) in text
        assert "{" not in subject + text


def message_parts(message):
    return message.subject, message.text


def test_a_programme_in_error_is_not_shipped_and_every_error_is_a_line(tmp_path):
    text = (SAMPLE / "programme.yaml").read_text().replace("points: 1,", "pionts: 1,").replace("currency: GBP\n", "")
    (tmp_path / "programme.yaml").write_text(text)
    with pytest.raises(BadProgramme) as caught:
        author.write_shipped(tmp_path, tmp_path / "out.json")
    first, second = str(caught.value).split("\n")
    assert "P011 key 'currency' is missing" in first
    assert "P014 unknown key 'pionts' in earn (did you mean 'points'?)" in second
    assert not (tmp_path / "out.json").exists()


def test_a_name_that_is_neither_shipped_nor_a_path_lists_what_is_shipped():
    with pytest.raises(BadProgramme, match=r"^smaple: no such file, .*: .*sample.* \(did you mean 'sample'\?\)$"):
        author.named("smaple")


def test_a_path_is_taken_where_no_shipped_programme_has_the_name(tmp_path):
    assert author.named(str(tmp_path)) == tmp_path


def test_a_folder_without_a_programme_says_so(tmp_path):
    with pytest.raises(BadProgramme, match=r"programme\.yaml: No such file or directory$"):
        author.read(tmp_path)


def run(programme: str):
    return CliRunner().invoke(main, ["check", programme])


def test_checking_a_right_programme_says_what_is_in_it():
    result = run("sample")
    assert result.exit_code == 0
    assert result.output == (
        "ok: sample; tiers member, silver, gold, platinum; journeys birthday, upgrade, win_back; languages en, zh-CN\n"
    )


def test_checking_a_wrong_programme_prints_its_problems_and_fails(tmp_path):
    file = tmp_path / "programme.yaml"
    file.write_text("programme: [club")
    result = run(str(file))
    assert result.exit_code == 1
    assert result.output.startswith(f"{file}:1:17 P001 not YAML: ")
    assert result.output.count("\n") == 1


def test_a_warning_is_printed_and_does_not_fail(tmp_path):
    text = (SAMPLE / "programme.yaml").read_text().replace("GBP", "GPB")
    (tmp_path / "programme.yaml").write_text(text)
    (tmp_path / "messages").symlink_to(SAMPLE / "messages")
    result = run(str(tmp_path))
    assert result.exit_code == 0
    assert "P021" in result.output.split("\n")[0]
    assert result.output.split("\n")[1].startswith("ok, with 1 warning: sample")


def test_a_missing_file_is_one_line_and_no_traceback(tmp_path):
    result = run(str(tmp_path / "nowhere.yaml"))
    assert result.exit_code == 1
    assert f"{tmp_path}/nowhere.yaml: no such file" in result.output
    assert result.output.count("\n") == 1


# Revisions


def revised(folder, name, **changes):
    """The sample programme with a later page of it."""
    page = (SAMPLE / "programme.yaml").read_text()
    (folder / "programme.yaml").write_text(page)
    for old, new in changes.values():
        assert old in page
        page = page.replace(old, new)
    (folder / name).write_text(page)
    (folder / "messages").symlink_to(SAMPLE / "messages")
    return folder


def test_a_later_page_is_shipped_with_its_date(tmp_path):
    folder = revised(tmp_path, "programme.2027-01-01.yaml", points=("{points: 1, per", "{points: 2, per"))
    shipped, problems = author.read(folder)
    assert problems == []
    assert shipped.programme.points.earn.points == 1
    assert {date: page.points.earn.points for date, page in shipped.revisions.items()} == {"2027-01-01": 2}


def test_a_page_from_a_day_that_does_not_exist_is_a_problem(tmp_path):
    shipped, (problem,) = author.read(revised(tmp_path, "programme.2027-02-30.yaml"))
    assert shipped is None
    assert str(problem).endswith(
        "programme.2027-02-30.yaml:1:1 P091 there is no day '2027-02-30' "
        "(the file's name says from when it is in force)"
    )


def test_a_page_that_changes_what_stays_is_a_problem(tmp_path):
    changes = {"zone": ("Europe/London", "Europe/Paris"), "currency": ("GBP", "EUR")}
    _, problems = author.read(revised(tmp_path, "programme.2027-01-01.yaml", **changes))
    assert [(problem.code, problem.message) for problem in problems] == [
        ("P092", "currency becomes 'EUR': it was 'GBP'"),
        ("P092", "time_zone becomes 'Europe/Paris': it was 'Europe/London'"),
    ]


def test_a_mistake_in_a_later_page_is_told_at_its_place_in_that_page(tmp_path):
    changes = {"key": ("points: 1, per", "pionts: 1, per")}
    _, (problem,) = author.read(revised(tmp_path, "programme.2027-01-01.yaml", **changes))
    assert problem.file == str(tmp_path / "programme.2027-01-01.yaml")
    assert problem.code == "P014"
