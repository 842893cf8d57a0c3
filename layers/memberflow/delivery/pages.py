"""The pages behind the link of a message, in English and Chinese. They load nothing and give nothing away."""

from __future__ import annotations

from html import escape
from typing import Any

from memberflow.delivery.links import Claims

HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "x-content-type-options": "nosniff",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
}

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1.125rem/1.6 system-ui, sans-serif; color: #222 }}
body {{ max-width: 32rem; margin: 12vh auto 0; padding: 0 1.25rem }}
h1 {{ font-size: 1.5rem; line-height: 1.3 }}
button {{ font: inherit; padding: .7rem 1.5rem; border: 0; border-radius: .4rem; background: #1a4f8b; color: #fff }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{text}</p>
{form}</body>
</html>
"""

_FORM = '<form method="post"><button name="List-Unsubscribe" value="One-Click">{button}</button></form>\n'

_WORDS = {
    "en": {
        "ask": ("Unsubscribe?", "You will get no more {purpose} by {channel}."),
        "button": "Unsubscribe",
        "done": ("You are unsubscribed", "You will get no more {purpose} by {channel}."),
        "refused": ("This link is not valid", "Please open it from the message once more, whole."),
        "later": ("Please try again", "That did not work just now. Nothing was changed."),
        "marketing": "offers and greetings",
        "service": "notices about your membership",
        "email": "e-mail",
        "sms": "text message",
    },
    "zh-CN": {
        "ask": ("确认退订？", "退订后，您将不再通过{channel}收到{purpose}。"),
        "button": "退订",
        "done": ("您已退订", "您将不再通过{channel}收到{purpose}。"),
        "refused": ("链接无效", "请从消息中重新打开完整的链接。"),
        "later": ("请稍后再试", "操作未成功，您的设置没有改变。"),
        "marketing": "优惠与问候",
        "service": "会员服务通知",
        "email": "电子邮件",
        "sms": "短信",
    },
}


def page(status: int, what: str, accepted: str, claims: Claims | None = None) -> dict[str, Any]:
    """The answer to a request: the page ``ask``, ``done``, ``refused`` or ``later``; ``accepted``: Accept-Language."""
    language = language_of(accepted)
    words: dict[str, Any] = _WORDS[language]
    title, text = words[what]
    if claims is not None:
        names = {"purpose": claims.purpose, "channel": claims.channel}
        text = text.format(**{key: escape(words.get(name, name)) for key, name in names.items()})
    form = _FORM.format(button=words["button"]) if what == "ask" else ""
    body = _PAGE.format(language=language, title=title, text=text, form=form)
    return {"statusCode": status, "headers": HEADERS, "body": body}


def language_of(accepted: str) -> str:
    """The better liked of ours, English where neither is named."""
    liked = [part.strip().partition(";q=") for part in accepted.lower().split(",")]
    liked.sort(key=lambda part: -_weight(part[2]))
    return next((ours for name, _, _ in liked for ours in _WORDS if name[:2] == ours[:2]), "en")


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
