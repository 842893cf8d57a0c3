"""What users of other engines complain of, and what operators and engineers expect, through the functions.

Each test names its source: the sections are those of the Survey, the numbers of their threads the
engines' own. Those that are not here are named in the test modules of their subjects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cli.local.stack import LocalStack
from tests.functional.conftest import consent, go, items, joined, member, order, running_page
from tests.happened import at

PROGRAMME = """
programme: post
currency: GBP
time_zone: Europe/London
languages: [en]
enrol: joining
caps:
  - {purpose: marketing, at_most: 2, within: 7 days}
points: {earn: {points: 1, per: 1.00}}
tiers:
  levels:
    - {name: member, label: {en: Member}}
journeys:
  birthday: {trigger: birthday, send_at: "09:00", useful_for: 1 day, purpose: marketing, channels: [email], message: m}
  day_3: {trigger: joined, after: 3 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m, ends_with: order}
  day_7: {trigger: joined, after: 7 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m, ends_with: order}
  away_60: {trigger: dormancy, after: 60 days, send_at: "10:00", useful_for: 20 days, purpose: marketing, channels: [email], message: m}
  away_90: {trigger: dormancy, after: 90 days, send_at: "10:00", useful_for: 20 days, purpose: marketing, channels: [email], message: m}
"""  # noqa: E501


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with running_page(tmp_path_factory.mktemp("post"), PROGRAMME) as stack:
        yield stack


def arrives(stack: LocalStack, *facts: bytes, when: str) -> None:
    stack.clock = at(when)
    stack.put_activities([fact for fact in facts if b"order." not in fact])
    stack.pump()
    stack.put_orders([fact for fact in facts if b"order." in fact])
    stack.pump()


def ends() -> dict[str, tuple[str, str | None]]:
    return {item.sk.removeprefix("MESSAGE#"): (item.state, item.reason) for item in items("MESSAGE#")}


def test_parcelvoy_until_date_a_message_with_a_moment_to_come_waits_for_it_when_read_from_the_store(
    stack: LocalStack, mails: list[Any]
) -> None:
    """Survey, 2c.3. Parcelvoy's stored until-date is never read back, so the message leaves at once."""
    arrives(
        stack, joined("m", "2026-03-01T12:00:00Z"), consent("m", at="2026-03-01T12:00:00Z"), when="2026-03-01 12:00"
    )
    go(stack, "2026-03-01 12:00", "2026-03-03 10:00", "2026-03-04 09:59")
    assert (ends(), mails) == ({}, [])
    go(stack, "2026-03-04 10:00")
    assert (ends(), len(mails)) == ({"day_3#1": ("sent", None)}, 1)


def test_mautic_6062_a_late_joiner_gets_only_the_step_that_is_right_now(stack: LocalStack, mails: list[Any]) -> None:
    """Survey, 3.1, 4c.3: all dated reminders at once, -3, -2 and -1 day. He joined a week before we hear of it."""
    arrives(
        stack, joined("m", "2026-03-01T12:00:00Z"), consent("m", at="2026-03-01T12:00:00Z"), when="2026-03-08 12:00"
    )
    go(stack, "2026-03-08 12:00", "2026-03-09 12:00")
    assert ends() == {"day_3#1": ("withheld", "stale"), "day_7#1": ("sent", None)}
    assert len(mails) == 1


def test_mautic_9040_a_birthday_is_wished_on_its_day_and_neither_the_day_before_nor_after(
    stack: LocalStack, mails: list[Any]
) -> None:
    """Survey, 3.3: one day early, to be set to "+1 day". In a zone where it is a day later than in London."""
    said = {"birthday": "1990-05-20", "time_zone": "Pacific/Auckland"}
    arrives(stack, joined("m", **said), consent("m"), when="2026-03-05 09:00")
    go(stack, "2026-05-19 09:00", "2026-05-19 21:59")
    assert ends().get("birthday#2026") is None
    go(stack, "2026-05-19 22:00", "2026-05-20 09:00", "2026-05-21 09:00")
    assert (ends()["birthday#2026"], len(mails)) == (("sent", None), 1)


def test_mautic_5279_a_member_passes_once_a_year_and_every_year(stack: LocalStack, mails: list[Any]) -> None:
    """Survey, 3.4, 4c.8, mautic/mautic#1606: let him pass once a year. A changed date earns no second wish."""
    arrives(stack, joined("m", birthday="1990-05-20"), consent("m"), when="2026-03-05 09:00")
    go(stack, "2026-05-20 09:00")
    stack.put_activities([b'{"type":"member.updated","member_id":"m","event_id":"u","birthday":"1990-06-20",'
                          b'"occurred_at":"2026-05-21T09:00:00Z"}'])  # fmt: skip
    stack.pump()
    go(stack, "2026-06-20 09:00", "2027-05-20 09:00", "2027-06-20 09:00")
    wishes = {name: end for name, end in ends().items() if name.startswith("birthday")}
    assert wishes == {"birthday#2026": ("sent", None), "birthday#2027": ("sent", None)}
    assert len(mails) == 2


def test_dittofeed_1463_an_order_ends_the_series_at_once_and_the_next_spell_begins_it_anew(
    stack: LocalStack, mails: list[Any]
) -> None:
    """Survey, 3.10, 4c.4; dittofeed/dittofeed#958: exit on conversion, re-entry. Braze exits 29 days late."""
    arrives(stack, joined("m"), consent("m"), when="2026-01-01 12:00")
    go(stack, "2026-01-04 10:00")
    arrives(stack, order("m", "1", "2026-01-05T09:00:00Z", "10.00"), when="2026-01-05 09:00")
    go(stack, "2026-01-08 10:00", "2026-03-06 10:00")
    arrives(stack, order("m", "2", "2026-03-20T09:00:00Z", "10.00"), when="2026-03-20 09:00")
    go(stack, "2026-04-05 11:00", "2026-05-19 10:00", "2026-06-18 10:00")
    sent = [name.split("#")[0] for name, (state, _) in sorted(ends().items()) if state == "sent"]
    assert sorted(sent) == ["away_60", "away_60", "away_90", "day_3"]
    assert set(ends().values()) == {("sent", None)}, "nothing was even made ready for what was called off"
    assert len(mails) == 4


def test_mautic_3340_after_a_pause_nothing_stale_leaves_and_no_backlog_has_built_up(
    stack: LocalStack, mails: list[Any]
) -> None:
    """Survey, 3.2, 4c.2: pause never builds a backlog, resume sends nothing stale. No run for seventy days."""
    arrives(stack, joined("m", birthday="1990-05-20"), consent("m"), when="2026-01-01 12:00")
    arrives(stack, order("m", "1", "2026-03-01T09:00:00Z", "10.00"), when="2026-03-01 09:00")
    go(stack, "2026-06-01 10:00")
    found = {name.split("#")[0]: end for name, end in ends().items() if not name.startswith("day_")}
    assert found == {"birthday": ("withheld", "stale"), "away_60": ("withheld", "stale"), "away_90": ("sent", None)}
    assert len(mails) == 1


def test_each_occurrence_is_one_row_however_often_time_and_facts_bring_it(stack: LocalStack, mails: list[Any]) -> None:
    """Survey, 4d.1: an id of what it is about; re-runs do nothing, nor does a fact that folds the member anew."""
    arrives(stack, joined("m", birthday="1990-05-20"), consent("m"), when="2026-03-05 09:00")
    go(stack, "2026-05-20 09:00", "2026-05-20 09:00")
    before = {item.sk: (item.state, item.known_at, item.changed_at) for item in items("MESSAGE#birthday")}
    arrives(stack, order("m", "late", "2026-03-06T09:00:00Z", "10.00"), when="2026-05-20 10:00")
    go(stack, "2026-05-20 10:00", "2026-05-20 11:00")
    assert {item.sk: (item.state, item.known_at, item.changed_at) for item in items("MESSAGE#birthday")} == before
    assert list(before) == ["MESSAGE#birthday#2026"]
    sent = sorted(name.split("#")[0] for name, (state, _) in ends().items() if state == "sent")
    assert (sent, len(mails)) == (["away_60", "birthday"], 2), "the late order has a spell of its own to tell of"


def test_a_changed_zone_moves_what_has_not_left_and_repeats_nothing_that_has(
    stack: LocalStack, mails: list[Any]
) -> None:
    """Survey, 4d.4: a zone change plans anew only what is unsent."""
    arrives(stack, joined("m", birthday="1990-05-20"), consent("m"), when="2026-03-12 09:00")
    moved = b'{"type":"member.updated","member_id":"m","event_id":"%s","time_zone":"%s","occurred_at":"%s"}'
    go(stack, "2026-05-20 08:59")
    stack.put_activities([moved % (b"1", b"America/New_York", b"2026-05-20T07:59:30Z")])
    stack.pump()
    go(stack, "2026-05-20 09:00")
    assert "birthday#2026" not in ends()
    go(stack, "2026-05-20 14:00")
    stack.put_activities([moved % (b"2", b"America/Los_Angeles", b"2026-05-20T13:00:30Z")])
    stack.pump()
    go(stack, "2026-05-20 17:00", "2026-05-20 18:00")
    assert (ends()["birthday#2026"], len(mails)) == (("sent", None), 1)


def test_a_message_whose_batch_fails_comes_again_under_the_same_id(
    stack: LocalStack, mails: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Survey, 4d.6: partial batches, and a redelivery that keeps the occurrence's id."""
    from memberflow.delivery import desk
    from memberflow.errors import StoreUnavailable

    arrives(stack, joined("m", birthday="1990-05-20"), consent("m"), when="2026-03-12 09:00")

    def down(*given: Any) -> Any:
        raise StoreUnavailable("down")

    stack.clock = at("2026-05-20 09:00")
    with monkeypatch.context() as patch:
        patch.setattr(stack, "_sources", [source for source in stack._sources if not hasattr(source, "_reader")])
        stack.run(stack.clock)
    (item,) = items("MESSAGE#birthday")
    batch = {"Records": [{"dynamodb": {"Keys": {"pk": {"S": item.pk}, "sk": {"S": item.sk}}, "SequenceNumber": "7"}}]}
    with monkeypatch.context() as patch:
        patch.setattr(desk, "get", down)
        assert stack.call("SendMessages", batch) == {"batchItemFailures": [{"itemIdentifier": "7"}]}
    assert ends()["birthday#2026"] == ("waiting", None)
    assert stack.call("SendMessages", batch) == {"batchItemFailures": []}
    assert (ends()["birthday#2026"], len(mails)) == (("sent", None), 1)


@pytest.mark.parametrize("moment", ["before the gates", "before the claim", "before the call"])
def test_a_consent_withdrawn_while_its_message_is_being_sent_is_in_force_from_the_next_look_on(
    stack: LocalStack, mails: list[Any], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Survey, 4d.9: unsubscribe racing a claim. What the sender has read decides: at most that one mail leaves."""
    from memberflow.delivery import channels, gates
    from memberflow.delivery.desk import Desk

    arrives(stack, joined("m"), consent("m"), when="2026-01-01 12:00")

    def withdraw_first(original: Any) -> Any:
        def go_on(*given: Any) -> Any:
            stack.call(
                "TakeActivities",
                {"Records": [_activity(consent("m", granted=False, at="2026-01-04T10:00:00Z"))]},
            )
            return original(*given)

        return go_on

    owner, name = {
        "before the gates": (Desk, "opened"),
        "before the claim": (gates, "evidence"),
        "before the call": (channels, "send"),
    }[moment]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, withdraw_first(getattr(owner, name)))
        go(stack, "2026-01-04 10:00")
    expected = ("withheld", "consent") if moment == "before the gates" else ("sent", None)
    assert ends()["day_3#1"] == expected
    assert not member("m").member.consents["marketing/email"][0], "it is kept, whoever won"
    go(stack, "2026-01-08 10:00")
    assert ends()["day_7#1"] == ("withheld", "consent")
    assert len(mails) == (moment != "before the gates")


def _activity(body: bytes) -> dict[str, Any]:
    sent = {"SentTimestamp": str(at("2026-01-04 10:00"))}
    return {"messageId": "a", "body": body.decode(), "attributes": sent}


def test_parcelvoy_610_a_zone_that_does_not_exist_is_told_of(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Survey, 3.8: nobody was told of the 596,000 messages that were missing."""
    from memberflow import runtime

    told: list[Any] = []
    monkeypatch.setattr(runtime.logger, "warning", lambda message, extra: told.append((message, extra)))
    counted: dict[str, int] = {}
    monkeypatch.setattr(runtime, "count", lambda name, value=1: counted.update({name: value}))
    body = joined("m", "2026-01-04T09:00:00Z", time_zone="Europe/Londres")
    right = joined("n", "2026-01-04T09:00:00Z", time_zone="Europe/London")
    batch = {"Records": [_activity(body), _activity(body), _activity(right)]}
    stack.call("TakeActivities", batch)
    assert told == [("unknown time zone", {"member": runtime.alias("m"), "time_zone": "Europe/Londres"})]
    assert counted["TimeZonesUnknown"] == 1
    counted.clear()
    stack.call("TakeActivities", batch)
    assert "TimeZonesUnknown" not in counted, "what is delivered again is told once"
