"""A mistake in a programme is told once, at the text that is wrong, with help."""

from pathlib import Path

import msgspec
import pytest
from ruamel.yaml import YAML

from memberflow.programme import author, shape, source
from memberflow.programme.problems import CODES, Problem
from memberflow.programme.schema import Programme

FOLDER = Path(__file__).parent / "bad_programmes"
RIGHT = (FOLDER / "right.yaml").read_text()
MISTAKES = YAML(typ="safe").load(FOLDER / "mistakes.yaml")


def problems_of(folder: Path, text: str) -> list[Problem]:
    """What is told of a programme whose templates are all there."""
    (folder / "messages").mkdir()
    for key in ("birthday", "upgrade", "win_back"):
        for language in ("en", "zh-CN"):
            (folder / "messages" / f"{key}.{language}.txt").write_text("Subject: Hello\n\n{{ tier }}\n")
    (folder / "programme.yaml").write_text(text)
    return author.read(folder)[1]


def told(problem: Problem) -> str:
    return str(problem).removeprefix(f"{problem.file}:{problem.line}:{problem.column} ")


def covered(text: str, problem: Problem) -> str:
    """The rest of the line that a problem points into."""
    return text.split("\n")[problem.line - 1][problem.column - 1 :]


def replaced(*changes: tuple[str, str]) -> str:
    text = RIGHT
    for right, wrong in changes:
        assert right in text
        text = text.replace(right, wrong, 1)
    return text


def test_the_programme_that_mistakes_are_put_into_has_none(tmp_path):
    assert problems_of(tmp_path, RIGHT) == []


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_problem_at_the_text_that_is_wrong(tmp_path, name):
    mistake = MISTAKES[name]
    changes = [mistake, mistake["also"]] if "also" in mistake else [mistake]
    text = replaced(*((change["right"], change["wrong"]) for change in changes))
    (problem,) = problems_of(tmp_path, text)
    assert told(problem) == mistake["says"]
    assert covered(text, problem).startswith(mistake["at"])
    assert problem.file == str(tmp_path / "programme.yaml")


def test_more_than_two_hundred_planted_mistakes_are_found():
    assert len(MISTAKES) > 200


def test_every_code_of_a_programme_file_has_a_mistake_that_shows_it():
    shown = {mistake["says"].split()[0] for mistake in MISTAKES.values()}
    inside_templates = {"P164", "P052", "P053", "P054", "P055", "P056", "P057"}
    of_revisions = {"P091", "P092"}
    assert shown == CODES.keys() - inside_templates - of_revisions


def test_independent_mistakes_are_all_told_in_the_order_of_their_places(tmp_path):
    text = replaced(
        ("currency: CNY", "curency: CNY"),
        ("[en, zh-CN]", "[en, NO]"),
        ("    per: 1.50\n", ""),
        ("{spend: 2400}", "{spend: 2400, spend: 2}"),
        ("purpose: service", "purpose: advert"),
    )
    problems = problems_of(tmp_path, text)
    assert [(problem.code, covered(text, problem)) for problem in problems] == [
        ("P011", "programme: club"),
        ("P014", "curency: CNY"),
        ("P012", "NO]"),
        ("P011", "earn:"),
        ("P004", "spend: 2}"),
        ("P012", "advert"),
    ]


def test_independent_mistakes_of_meaning_are_all_told(tmp_path):
    text = replaced(
        ("Asia/Shanghai", "Asia/Nowhere"),
        ("per: 1.50", "per: 0"),
        ("name: gold", "name: base"),
        ("    after: 90 days\n", ""),
        ("message: upgrade", "message: upgrading"),
    )
    assert [problem.code for problem in problems_of(tmp_path, text)] == ["P022", "P023", "P031", "P051", "P041"]


PHONE = (
    "  x: {trigger: dormancy, after: 60 days, "
    "useful_for: 7 days, purpose: marketing, channels: [email], message: upgrade"
)
BORDERS = {
    "a_tier_kept_by_what_enters_it": ("{spend: 2400}", "{spend: 3000}"),
    "a_tier_that_asks_more_of_one_measure_alone": ("{spend: 10000, orders: 36}", "{spend: 3000, orders: 36}"),
    "a_measure_asked_twice_in_one_rule": ("{orders: 12}", "{orders: 12, spend: 20000}"),
    "amounts_with_zeros_to_spare": ("per: 1.50", "per: 1.500"),
    "sending_as_quiet_hours_end": ('"10:00"', '"08:00"'),
    "sending_just_before_quiet_hours": ('"10:00"', '"20:59"'),
    "sending_before_quiet_hours_by_day": ('{start: "21:00", end: "08:00"}', '{start: "09:01", end: "10:00"}'),
    "every_month_of_the_window_and_the_one_it_ends_in": ("{orders: 12}", "{active_months: 13}"),
    "as_many_as_may_be_at_most": ("{orders: 12}", "{orders: 12, at_most: {orders: 12}}"),
    "following_an_order_for_a_while": ("trigger: dormancy\n    after: 90 days", "trigger: order\n    after: 13 days"),
    "following_an_order_with_an_exit": (
        "trigger: dormancy\n    after: 90 days",
        "trigger: order\n    after: 90 days\n    ends_with: order",
    ),
    "useful_until_the_points_end": ("before: 30 days, useful_for: 7 days", "before: 7 days, useful_for: 7 days"),
    "useful_until_the_coupon_ends": (
        'after: 90 days\n    send_at: "10:00"\n    useful_for: 7 days',
        'after: 90 days\n    give: [welcome]\n    send_at: "10:00"\n    useful_for: 30 days',
    ),
    "capped_on_its_channel": ("at_most: 3, within: 7 days", "channel: email, at_most: 3, within: 7 days"),
    "points_that_buy_nothing_cost_nothing": ("  cost: 0.008\n", ""),
    "only_the_best_bonus_counts": (
        "  expiry:",
        '  stacking: best\n  bonuses:\n    a: {on: ["18"], times: 2}\n    b: {on: ["18"], points: 9}\n  expiry:',
    ),
    "two_win_backs_of_two_tiers": (
        "  ending:",
        f"{PHONE}, tiers: [silver]}}\n{PHONE.replace('x', 'y')}, tiers: [gold]}}\n  ending:",
    ),
    "two_win_backs_of_which_one_asks_for_more": (
        "  ending:",
        f"{PHONE}}}\n{PHONE.replace('x', 'y')}, when: {{orders: 9}}}}\n  ending:",
    ),
    "two_win_backs_on_two_channels": (
        "  ending:",
        f"{PHONE}}}\n{PHONE.replace('x', 'y').replace('[email]', '[log]')}}}\n  ending:",
    ),
    "no_quiet_hours": ('quiet_hours: {start: "21:00", end: "08:00"}', ""),
    "no_journeys": (RIGHT[RIGHT.index("journeys:") :], ""),
}


@pytest.mark.parametrize("name", BORDERS)
def test_what_is_just_right_is_no_mistake(tmp_path, name):
    problems = problems_of(tmp_path, replaced(BORDERS[name]))
    assert [problem for problem in problems if problem.code != "P056"] == []


_RISK = ("trigger: birthday", "trigger: tier_at_risk\n    before: 30 days")
_NO_BADGES = RIGHT[RIGHT.index("badges:\n") : RIGHT.index("\nsegments:")]
NEVER = {
    "no badges": (("trigger: birthday", "trigger: badge"), (_NO_BADGES, "")),
    "no benefit is a trial": (
        ("trigger: birthday", "trigger: trial_ending\n    before: 3 days"),
        ("kind: trial", "kind: service"),
        (", tier: silver, valid_for: 1 month", ", valid_for: 1 month"),
    ),
    "no review takes the tier": (
        _RISK,
        ("keep: {spend: 2400}", "drops: never"),
        ("enter: {spend: 10000, orders: 36}", "enter: {spend: 10000, orders: 36}\n      drops: never"),
    ),
}


@pytest.mark.parametrize("why", NEVER)
def test_a_journey_that_waits_for_what_there_is_not_is_told(tmp_path, why):
    told_of = [told(problem) for problem in problems_of(tmp_path, replaced(*NEVER[why])) if problem.code == "P141"]
    assert len(told_of) == 1
    assert told_of[0].startswith("P141 birthday never speaks: ")


def test_where_tiers_are_lost_at_once_risk_is_told_again_only_after_a_while(tmp_path):
    at_once = ("  window: 12 months", "  window: 12 months\n  review: at_once")
    (problem,) = [one for one in problems_of(tmp_path, replaced(_RISK, at_once)) if one.code == "P041"]
    assert told(problem) == (
        "P041 key 'again_after' is missing in birthday: where tiers are lost at once, each order moves the day "
        "(say how long he is left in peace, such as 90 days)"
    )


def test_a_journey_may_wait_for_any_of_these(tmp_path):
    ways = ["segment_entered, segments: [best, rest], again_after: 90 days", "badge", "badge, badges: [buyer]"]
    ways += ["birthday_month", "trial_ending, before: 29 days", "tier_at_risk, before: 1 month, tiers: [gold]"]
    ways += [
        "within_reach, of: {spend: 200, orders: 2}, tiers: [base, silver]",
        "dormancy, after: 1 day, segments: [rest]",
    ]
    rest = "useful_for: 1 day, purpose: marketing, channels: [log], message: birthday"
    added = "".join(f"  way_{n}: {{trigger: {way}, {rest}}}\n" for n, way in enumerate(ways))
    assert problems_of(tmp_path, replaced(("journeys:\n", "journeys:\n" + added))) == []


@pytest.mark.parametrize(("send_at", "quiet"), [("12:00", True), ("13:59", True), ("14:00", False), ("11:59", False)])
def test_quiet_hours_within_a_day_begin_at_their_start_and_end_before_their_end(tmp_path, send_at, quiet):
    text = replaced(('"21:00", end: "08:00"', '"12:00", end: "14:00"'), ('"10:00"', f'"{send_at}"'))
    assert [problem.code for problem in problems_of(tmp_path, text)] == ["P044"] * quiet


def test_a_warning_does_not_keep_a_programme_back(tmp_path):
    (problem,) = problems_of(tmp_path, replaced(("currency: CNY", "currency: CNX")))
    assert problem.severity == "warning"
    assert author.ship(tmp_path).programme.currency == "CNX"


def scalars(data: source.Data, path: tuple = ()):
    """Every path to a text."""
    if isinstance(data, str):
        yield path
    else:
        for key in range(len(data)) if isinstance(data, list) else data:
            yield from scalars(data[key], (*path, key))


SURPRISES = ("", " ", "~", "on", "NO", "0x10", "1_000", "1e3", "-0", "2026-02-30", "21:00", "١٢", "\x00", [], {}, ["1"])


@pytest.mark.parametrize("surprise", SURPRISES, ids=repr)
def test_the_shape_is_refused_exactly_where_msgspec_would_refuse_it(surprise):
    paths = list(scalars(source.parse(RIGHT.encode()).data))
    assert len(paths) > 40
    for path in paths:
        data = source.parse(RIGHT.encode()).data
        parent = data
        for key in path[:-1]:
            parent = parent[key]
        parent[path[-1]] = surprise
        assert bool(list(shape.problems(data, Programme))) == refused(data), path


def refused(data: source.Data) -> bool:
    try:
        msgspec.convert(data, Programme, strict=False)
    except msgspec.ValidationError:
        return True
    return False
