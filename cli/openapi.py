"""events/openapi.json: what the HTTP API is asked and answers, generated from the types of its contract."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from memberflow.till.caller import MEMBER_SCOPE, OPERATOR_SCOPE
from memberflow.till.contract import ROUTES, Key, Route
from memberflow.till.problems import CONTENT_TYPE, PROBLEMS, Problem

_REFERENCE = "#/components/schemas/{name}"


def text() -> str:
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "memberflow at the till",
            "version": "1",
            "description": "Amounts are decimal strings, moments RFC 3339 in UTC, days dates in the programme's zone.",
        },
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": {"token": _TOKEN}},
    }


_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": f"{MEMBER_SCOPE}: a member asks of himself. {OPERATOR_SCOPE}: of everybody.",
}


def _operation(route: Route) -> dict[str, Any]:
    scopes = [OPERATOR_SCOPE] if route.operators_only else [MEMBER_SCOPE, OPERATOR_SCOPE]
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "security": [{"token": [scope]} for scope in scopes],
        "parameters": list(_parameters(route)),
        "responses": {
            str(route.status): _content("What was asked", "application/json", route.answer),
            "default": _content(_said_no(), CONTENT_TYPE, Problem),
        },
    }
    if route.body is not None:
        body = _content("", "application/json", route.body)
        operation["requestBody"] = {"required": route.name != "commit", "content": body["content"]}
    return operation


def _said_no() -> str:
    codes = [f"{status} {code}" for code, (status, _, _) in PROBLEMS.items()]
    return f"No: {', '.join(codes)}. API Gateway itself answers 401, 403 or 429 without these fields."


def _parameters(route: Route) -> list[dict[str, Any]]:
    named = [_parameter(name, "path", {"type": "string"}) for name in re.findall(r"\{(\w+)\}", route.path)]
    if route.keyed:
        named.append(_parameter("Idempotency-Key", "header", msgspec.json.schema(Key)))
    if route.paged:
        named.append(_parameter("before", "query", {"type": "integer", "minimum": 0}, required=False))
    return named


def _parameter(name: str, place: str, schema: dict[str, Any], required: bool = True) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": schema}


def _content(description: str, content_type: str, kind: type) -> dict[str, Any]:
    reference = {"$ref": _REFERENCE.format(name=kind.__name__)}
    return {"description": description, "content": {content_type: {"schema": reference}}}


def _schemas() -> dict[str, Any]:
    kinds = {kind for route in ROUTES for kind in (route.body, route.answer) if kind is not None} | {Problem}
    _, components = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    components["Problem"]["properties"]["code"]["enum"] = list(PROBLEMS)
    return {name: components[name] for name in sorted(components)}
