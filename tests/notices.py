"""A programme with a journey for each thing that is noticed of a member, in English and Chinese."""

from __future__ import annotations

from pathlib import Path

PROGRAMME = """
programme: notices
currency: GBP
time_zone: Europe/London
languages: [en, zh-CN]
quiet_hours: {start: "21:00", end: "08:00"}
points: {earn: {points: 1, per: 1.00}}
tiers:
  levels:
    - {name: member, label: {en: Member, zh-CN: 会员}}
    - {name: silver, label: {en: Silver, zh-CN: 白银}, enter: {spend: 300}, keep: 80 %}
    - {name: gold, label: {en: Gold, zh-CN: 黄金}, enter: {spend: 1000}, keep: 80 %}
benefits:
  try_gold: {kind: trial, tier: gold, valid_for: 1 month, label: {en: A month of gold, zh-CN: 黄金体验}}
grants:
  story: {trigger: activity, activity: story, give: [try_gold]}
badges:
  buyer: {label: {en: Buyer, zh-CN: 买家}, rule: {orders: 2}}
segments:
  recency: [10 days, 20 days, 30 days, 40 days]
  frequency: [2, 3, 4, 5]
  monetary: [10, 20, 30, 40]
  names:
    - {name: away, label: {en: Away, zh-CN: 久别}, recency: "1"}
    - {name: here, label: {en: Here, zh-CN: 常客}}
journeys:
  month: {trigger: birthday_month, send_at: "09:00", useful_for: 7 days, purpose: marketing, channels: [email], message: month}
  away: {trigger: segment_entered, segments: [away], again_after: 90 days, send_at: "10:00", useful_for: 7 days, purpose: marketing, channels: [email], message: away}
  badge: {trigger: badge, useful_for: 7 days, purpose: marketing, channels: [email], message: badge}
  trial: {trigger: trial_ending, before: 3 days, send_at: "10:00", useful_for: 3 days, purpose: service, channels: [email], message: trial}
  risk: {trigger: tier_at_risk, before: 30 days, send_at: "10:00", useful_for: 7 days, purpose: service, channels: [email], message: risk}
  near: {trigger: within_reach, of: {spend: 50}, useful_for: 7 days, purpose: marketing, channels: [email], message: near}
"""  # noqa: E501
MESSAGES = {
    "month": ("Your month", "生日月"),
    "away": ("{{ segment }}", "{{ segment }}"),
    "badge": ("Badge {{ badge }}", "徽章 {{ badge }}"),
    "trial": ("{{ trial }} until {{ ends }}, {{ days }} days", "{{ trial }} 至 {{ ends }}，{{ days }} 天"),
    "risk": ("{{ tier }}: {{ short }} by {{ by }}", "{{ tier }}：{{ by }} 前还差 {{ short }}"),
    "near": ("{{ short }} to {{ next_tier }}", "距 {{ next_tier }} 还差 {{ short }}"),
}


def write(folder: Path) -> None:
    (folder / "messages").mkdir(parents=True)
    (folder / "programme.yaml").write_text(PROGRAMME)
    for key, subjects in MESSAGES.items():
        for language, subject in zip(("en", "zh-CN"), subjects, strict=True):
            (folder / "messages" / f"{key}.{language}.txt").write_text(f"Subject: {subject}\n\n{subject}\n")
