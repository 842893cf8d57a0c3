"""What a member has and what kind of customer he is, shown from files of facts."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner

from cli.main import main
from memberflow.programme.author import SHIPPED

MORE = """
benefits:
  tea: {kind: service, label: {en: Tea, zh-CN: 茶}}
  cup: {kind: gift, label: {en: A cup, zh-CN: 杯子}, cost: 7.50}
  golden: {kind: trial, label: {en: A month of gold, zh-CN: 黄金体验}, tier: gold, valid_for: 1 month}
grants:
  pack: {trigger: tier_reached, tiers: [silver], give: [cup], times: 2}
  big: {trigger: order, least: 300, give: [golden]}
badges:
  buyer: {label: {en: Buyer, zh-CN: 买家}, rule: {orders: 1}}
segments:
  recency: [30 days, 60 days, 90 days, 180 days]
  frequency: [2, 3, 4, 5]
  monetary: [100, 200, 300, 400]
  names: [{name: new, label: {en: New, zh-CN: 新}, frequency: "1"}]
tags:
  big: {label: {en: Big, zh-CN: 大}, group: purchase, average: 100, cycle: {least: 1, most: 9}}
"""


@pytest.fixture
def programme(tmp_path: Path) -> str:
    folder = tmp_path / "club"
    copytree(SHIPPED / "sample", folder)
    file = folder / "programme.yaml"
    text = file.read_text().replace("enter: {spend: 1000}", "enter: {spend: 1000}\n      benefits: [tea]")
    file.write_text(text + MORE)
    return str(folder)


@pytest.fixture
def facts(tmp_path: Path) -> str:
    file = tmp_path / "facts.jsonl"
    head = {"member_id": "m", "currency": "GBP"}
    told = (
        head | {"type": "order.paid", "occurred_at": "2026-03-01T10:00:00Z", "order_id": "o", "amount": "350.00"},
        head
        | {
            "type": "grant.used",
            "occurred_at": "2026-03-02T10:00:00Z",
            "use_id": "u",
            "grant_id": "pack#cup#silver#1#2",
        },
    )
    file.write_text("".join(json.dumps(event) + "\n" for event in told))
    return str(file)


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_grants_tells_what_is_open_and_what_became_of_the_rest(programme: str, facts: str) -> None:
    told = shown("grants", "m", "--facts", facts, "--programme", programme, "--at", "2026-03-03")
    assert "Tier: silver.\nTries gold through 2026-04-01.\nHas: Tea.\nBadges: buyer.\n" in told
    opened, past = told.split("Past")
    assert "pack#cup#silver#1 " in opened
    assert "for ever" in opened
    assert "used 2026-03-02 10:00" in past


def test_grants_can_be_asked_as_of_a_later_date(programme: str, facts: str) -> None:
    told = shown("grants", "m", "--facts", facts, "--programme", programme, "--at", "2026-05-01")
    assert "Tries" not in told
    assert "expired 2026-04-02 00:00" in told


def test_tags_shows_segment_and_figures(programme: str, facts: str) -> None:
    told = shown("tags", "m", "--facts", facts, "--programme", programme, "--at", "2026-03-03")
    assert "Segment: new (recency 5, frequency 1, monetary 4), since 2026-03-01 10:00." in told
    assert "average 350.00 of 100.00, cycle 0 of 1 to 9" in told


def test_explain_names_trial_benefits_and_open_grants(programme: str, facts: str) -> None:
    told = shown("explain", "m", "--facts", facts, "--programme", programme, "--at", "2026-03-03")
    assert "Tries gold through 2026-04-01.\nHas: Tea.\nOpen grants: A cup.\n" in told
    assert "2026-03-31 00:00, his last order passes into another band of segments." in told


def test_simulate_adds_up_what_was_given_and_what_the_used_ones_cost(programme: str, facts: str) -> None:
    told = shown("simulate", "--facts", facts, "--programme", programme)
    assert "grants       given 3   used 1   revoked 0" in told
    assert "cost, GBP    member 0   silver 7   gold 0   platinum 0" in told
