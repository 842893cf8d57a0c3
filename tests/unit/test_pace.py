"""Mails leave no faster than the account may send."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from memberflow.delivery import pace
from memberflow.delivery.pace import KEPT_S, Pace


class Clock:
    """Time that passes by sleeping alone."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Account:
    """SES as far as it is asked of its account."""

    def __init__(self, rate: float | None) -> None:
        self.rate, self.asked = rate, 0

    def get_account(self) -> Any:
        self.asked += 1
        if self.rate is None:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "GetAccount")
        return {"SendQuota": {"MaxSendRate": self.rate}}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pace, "time", clock)
    return clock


def test_mails_keep_the_distance_of_the_account_s_rate(clock: Clock) -> None:
    keeper, account = Pace(), Account(14)
    for _ in range(29):
        keeper.wait(account)
    assert clock.now - 1000 == pytest.approx(2)
    assert account.asked == 1


def test_who_comes_late_does_not_make_up_for_it(clock: Clock) -> None:
    keeper, account = Pace(), Account(1)
    keeper.wait(account)
    clock.now += 60
    keeper.wait(account)
    before = clock.now
    keeper.wait(account)
    assert clock.now - before == pytest.approx(1)


def test_the_rate_is_asked_for_again_after_a_while(clock: Clock) -> None:
    keeper, account = Pace(), Account(14)
    keeper.wait(account)
    clock.now += KEPT_S
    account.rate = 100
    keeper.wait(account)
    keeper.wait(account)
    assert account.asked == 2
    assert clock.now - 1000 - KEPT_S == pytest.approx(0.01)


@pytest.mark.parametrize("rate", [None, 0, -1])
def test_an_account_that_does_not_tell_its_rate_is_not_waited_for(clock: Clock, rate: float | None) -> None:
    keeper, account = Pace(), Account(rate)
    for _ in range(10):
        keeper.wait(account)
    assert clock.now == 1000
    assert account.asked == 1
