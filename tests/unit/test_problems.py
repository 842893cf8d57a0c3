"""Every way in which the till says no has its status and its words, in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from memberflow import errors
from memberflow.errors import MemberflowError, Refused
from memberflow.till import contract
from memberflow.till.problems import PROBLEMS, problem_of

LAYER = Path(errors.__file__).parent


def codes_in(*names: str) -> set[str]:
    """What modules of the engine return and the till raises as a code."""
    source = "".join((LAYER / name).read_text() for name in names)
    said = re.findall(r'(?:return|Refused\(|Refusal\(fact.name,) ?"([a-z_]+)"', source)
    return set(said) | set(re.findall(r'"([a-z]+_[a-z_]+)" if member.points', source))


def test_every_refusal_of_spending_has_a_problem() -> None:
    codes = codes_in("engine/spending.py", "engine/goods.py", "engine/redeeming.py", "till/moving.py")
    assert len(codes) > 7
    assert codes <= set(PROBLEMS)


def test_a_quote_is_refused_with_what_spending_is_refused_with() -> None:
    (codes,) = (set(get_args(contract.Refused)) - {None},)
    assert codes == codes_in("engine/redeeming.py", "engine/goods.py", "engine/spending.py") - {"no_reservation"}


def test_every_ending_of_a_reservation_has_a_problem() -> None:
    assert {f"reservation_{ended}" for ended in ("committed", "cancelled", "lapsed")} <= set(PROBLEMS)


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_problem_has_a_status_of_its_kind_and_a_title_in_both_languages(code: str) -> None:
    status, english, chinese = PROBLEMS[code]
    assert status in (400, 403, 404, 409, 413, 503)
    assert english.isascii()
    assert re.search("[\u4e00-\u9fff]", chinese)


def test_the_language_asked_for_is_that_of_the_title() -> None:
    said = {language: problem_of(Refused("key_taken"), language).title for language in ("", "en-GB", "ZH", "zh-CN;q=1")}
    assert said[""] == said["en-GB"] == PROBLEMS["key_taken"][1]
    assert said["ZH"] == said["zh-CN;q=1"] == PROBLEMS["key_taken"][2]


def test_an_error_that_is_nobodys_to_mend_goes_on() -> None:
    with pytest.raises(errors.BadProgramme):
        problem_of(errors.BadProgramme("it cannot be"), "en")


def test_a_problem_repeats_its_code_in_its_type() -> None:
    error: MemberflowError = errors.StoreUnavailable("no answer")
    problem = problem_of(error, "en")
    assert (problem.code, problem.type) == ("store_unavailable", "urn:problem-type:memberflow:store_unavailable")
    assert (problem.status, problem.detail) == (503, "no answer")
