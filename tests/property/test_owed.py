"""What became of points, month by month, is all that became of them: whatever happened to the member."""

from __future__ import annotations

from hypothesis import given

from cli.owed import Owed
from cli.trail import Cohort
from memberflow.engine.fold import fold
from memberflow.engine.outcome import Outcome
from tests.property.histories import MEMBER, History, histories


@given(histories())
def test_the_fates_of_all_months_are_those_of_the_ledger(history: History) -> None:
    out, owed, total = Outcome(entries=[]), Owed(), Cohort()
    member = fold(history.setting.rules, MEMBER, history.facts, history.end, out)
    owed.add(history.setting.rules, member, out.entries or ())
    for cohort in owed.cohorts.values():
        assert min(cohort.used, cohort.expired, cohort.taken_back, cohort.open) >= 0
        total.add(cohort)
    assert total.open == owed.points == member.points + member.points_pending + member.points_held
    assert total.expired <= out.expired
    assert total.used <= out.spent
