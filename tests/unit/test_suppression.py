"""What bounces and complaints make of a member: an address that is dead, a consent that is taken back."""

from __future__ import annotations

from memberflow import facts
from memberflow.engine.member import Member
from memberflow.engine.packed import pack, unpack
from memberflow.facts import AnyFact, Bounced, Complained
from tests.happened import at, consented, joined, told, updated
from tests.programmes import rules

RULES = rules()
OLD, NEW = "old@example.com", "new@example.com"


def bounced(when: str, address: str = OLD) -> Bounced:
    return Bounced(
        at=at(when),
        id=when,
        member_id="m",
        channel="email",
        address=address,
        occurrence="birthday#2026",
        provider_id="p",
    )


def complained(when: str, channel: str = "email") -> Complained:
    return Complained(at=at(when), id=when, member_id="m", channel=channel, occurrence="birthday#2026", provider_id="p")


def after(*given: AnyFact) -> Member:
    return told(RULES, *given, until="2027-01-01")[0]


def granted(member: Member) -> list[str]:
    return sorted(name for name, said in member.consents.items() if said[0])


def test_a_bounce_silences_the_channel_from_its_moment_on() -> None:
    member = after(joined("2026-01-01", contacts={"email": OLD}), bounced("2026-02-01"), bounced("2026-03-01"))
    assert member.suppressed == {"email": at("2026-02-01")}
    assert unpack(pack(member)) == member


def test_another_address_brings_the_channel_back() -> None:
    member = after(
        joined("2026-01-01", contacts={"email": OLD}),
        bounced("2026-02-01"),
        updated("2026-03-01", contacts={"email": NEW}),
    )
    assert member.suppressed == {}


def test_the_same_address_said_again_does_not() -> None:
    member = after(
        joined("2026-01-01", contacts={"email": OLD}),
        bounced("2026-02-01"),
        updated("2026-03-01", contacts={"email": OLD.upper(), "sms": "+447700900000"}),
    )
    assert member.suppressed == {"email": at("2026-02-01")}


def test_a_bounce_of_the_address_before_leaves_the_new_one_alone() -> None:
    member = after(
        joined("2026-01-01", contacts={"email": OLD}),
        updated("2026-02-01", contacts={"email": NEW}),
        bounced("2026-02-02", OLD),
    )
    assert member.suppressed == {}


def test_a_complaint_about_one_mail_takes_back_every_consent_to_marketing_and_none_to_service() -> None:
    member = after(
        consented("2026-01-01", True),
        consented("2026-01-02", True, channel="sms"),
        consented("2026-01-03", True, purpose="service"),
        complained("2026-02-01"),
    )
    assert granted(member) == ["service/email"]
    source = (False, at("2026-02-01"), "complaint", "message.complained#2026-02-01")
    assert member.consents["marketing/email"] == member.consents["marketing/sms"] == source


def test_a_consent_given_after_the_complaint_counts() -> None:
    member = after(consented("2026-01-01", True), complained("2026-02-01"), consented("2026-03-01", True))
    assert granted(member) == ["marketing/email"]


def test_a_complaint_of_a_member_who_said_nothing_is_a_no() -> None:
    assert after(complained("2026-02-01", "sms")).consents["marketing/sms"][0] is False


def test_what_became_of_messages_is_stored_and_read_back() -> None:
    for fact in (bounced("2026-02-01"), complained("2026-02-01")):
        assert facts.decode(facts.encode(fact)) == fact
