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
    assert result.output.split("\n")[1].startswith("ok: sample")


def test_a_missing_file_is_one_line_and_no_traceback(tmp_path):
    result = run(str(tmp_path / "nowhere.yaml"))
    assert result.exit_code == 1
    assert f"{tmp_path}/nowhere.yaml: no such file" in result.output
    assert result.output.count("\n") == 1
