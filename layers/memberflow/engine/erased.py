"""Members who were erased: nothing of before is taken any more, and nothing later until they join again."""

from __future__ import annotations

from collections.abc import Iterable

from memberflow.engine.member import DISTANT, Member
from memberflow.facts import AnyFact, Joined


def is_erased(member: Member) -> bool:
    """Whether the member was erased and has not joined again."""
    return member.erased_before is not None and member.enrolled_at is None


def taken_from(member: Member, arriving: Iterable[AnyFact]) -> int:
    """The moment from which facts of a member count: -DISTANT for one who was never erased.

    Of one who was, DISTANT until he joins again, be it with one of those that arrive.
    """
    since = member.erased_before
    if since is None:
        return -DISTANT
    if not is_erased(member):
        return since
    return min((fact.at for fact in arriving if isinstance(fact, Joined) and fact.at >= since), default=DISTANT)
