"""Frequency caps: rolling, exact, by what was sent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memberflow.delivery import caps
from memberflow.engine.calendar import DAY
from tests.programmes import programme

CAPS = [
    {"purpose": "marketing", "at_most": 3, "within": "7 days"},
    {"purpose": "marketing", "channel": "sms", "at_most": 1, "within": "30 days"},
]
PROGRAMME = programme(caps=CAPS)


def capped(*sends: tuple[int, str, str], now: int, channel: str = "email", purpose: str = "marketing") -> bool:
    return caps.capped(PROGRAMME, {str(n): one for n, one in enumerate(sends)}, "new", purpose, channel, now)


def test_the_one_that_would_be_over_is_capped() -> None:
    two = [(n, "marketing", "email") for n in range(2)]
    assert not capped(*two, now=10)
    assert capped(*two, (3, "marketing", "sms"), now=10), "whatever channel the others took"


def test_what_left_exactly_so_long_ago_counts_no_more() -> None:
    three = [(n, "marketing", "email") for n in range(3)]
    assert capped(*three, now=7 * DAY - 1)
    assert not capped(*three, now=7 * DAY)


def test_a_cap_on_one_channel_leaves_the_others() -> None:
    assert capped((1, "marketing", "sms"), now=10, channel="sms")
    assert not capped((1, "marketing", "sms"), now=10, channel="email")


def test_other_purposes_neither_count_nor_are_capped() -> None:
    many = [(n, "service", "email") for n in range(9)]
    assert not capped(*many, now=10)
    assert not capped(*[(n, "marketing", "email") for n in range(9)], now=10, purpose="service")


def test_a_message_does_not_count_against_itself() -> None:
    sends = dict.fromkeys(("a", "b", "new"), (1, "marketing", "email"))
    assert not caps.capped(PROGRAMME, sends, "new", "marketing", "email", 10)


def test_sends_that_no_cap_can_count_any_more_are_forgotten() -> None:
    sends = {"old": (0, "marketing", "email"), "young": (1, "marketing", "email")}
    assert caps.with_one(PROGRAMME, sends, "new", (30 * DAY, "marketing", "sms")).keys() == {"young", "new"}


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(("email", "sms", "push"))), max_size=40))
def test_however_members_are_written_to_no_cap_is_ever_broken(tries: list[tuple[int, str]]) -> None:
    sends: caps.Sends = {}
    sent: list[tuple[int, str, str]] = []
    for n, (when, channel) in enumerate(sorted(tries)):
        now = when * DAY
        if not caps.capped(PROGRAMME, sends, str(n), "marketing", channel, now):
            sent.append((now, "marketing", channel))
            sends = caps.with_one(PROGRAMME, sends, str(n), sent[-1])
    for at, _, _ in sent:
        week = [one for one in sent if at - 7 * DAY < one[0] <= at]
        month = [one for one in sent if at - 30 * DAY < one[0] <= at and one[2] == "sms"]
        assert len(week) <= 3
        assert len(month) <= 1
