"""What a member may like: the categories he bought in last, as far as the programme has words for them."""

from __future__ import annotations

from memberflow.engine.member import Member
from memberflow.engine.rules import Rules

MOST = 3


def bought(rules: Rules, member: Member) -> dict[str, str | int]:
    """What an occurrence says of them: the latest first, names with commas between. Nothing where there are none.

    Of the days that rules look at; a category that was bought on the same day as another comes by its name.
    """
    named = rules.programme.categories
    known = sorted((-last, name) for name, last in member.categories.items() if name in named)
    return {"categories": ",".join(name for _, name in known[:MOST])} if known else {}
