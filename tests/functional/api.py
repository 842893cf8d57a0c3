"""Asking the HTTP API of the local stack: every answer of ours is held against events/openapi.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from cli.local.http import Answer
from cli.local.stack import LocalStack

OPENAPI = json.loads((Path(__file__).parents[2] / "events" / "openapi.json").read_text())
OPERATOR = {"sub": "op-7", "scope": "memberflow/operator"}


def token(member_id: str) -> dict[str, str]:
    """The claims of a member's own token."""
    return {"sub": member_id, "scope": "openid memberflow/member"}


def ask(
    stack: LocalStack,
    method: str,
    path: str,
    body: Any = None,
    key: str | None = None,
    claims: dict[str, str] | None = OPERATOR,
    **headers: str,
) -> Answer:
    """``path``: below /members; ``body``: text as it is, anything else as JSON."""
    if key is not None:
        headers["Idempotency-Key"] = key
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    answer = stack.ask(method, f"/members/{path}", claims, text, headers)
    _hold_to_the_contract(method, path, answer)
    return answer


def _hold_to_the_contract(method: str, path: str, answer: Answer) -> None:
    if "message" in answer.body:  # API Gateway's own
        return
    parts = ["", "members", "{member_id}", *path.partition("?")[0].split("/")[1:]]
    if len(parts) == 6:
        parts[4] = "{reservation_id}"
    responses = OPENAPI["paths"]["/".join(parts)][method.lower()]["responses"]
    (kind, content), *_ = responses.get(str(answer.status), responses["default"])["content"].items()
    assert answer.headers["content-type"] == kind
    assert answer.headers["cache-control"] == "no-store"
    Draft202012Validator({**content["schema"], "components": OPENAPI["components"]}).validate(answer.body)
    name = content["schema"]["$ref"].rpartition("/")[2]
    assert set(answer.body) == set(OPENAPI["components"]["schemas"][name]["properties"])
    assert kind == "application/json" or answer.body["status"] == answer.status
