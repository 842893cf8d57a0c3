"""The HTTP API in front of the functions: its routes as the template has them, its authorizer, its events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from msgspec import Struct

API = "AWS::ApiGatewayV2::Api"


class HttpRoute(Struct, frozen=True):
    """``scopes``: of which a token must have one; None where no token is asked for."""

    method: str
    path: str
    function: str
    scopes: list[str] | None

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """What the path names; None where this is not its route."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(pattern, path) if method == self.method else None
        return found and {name: unquote(value) for name, value in found.groupdict().items()}


class Answer(Struct, frozen=True):
    """What came back over HTTP; ``body`` is decoded where it is JSON."""

    status: int
    headers: dict[str, str]
    body: Any


def routes_of(resources: dict[str, Any]) -> Iterator[HttpRoute]:
    """From the OpenAPI bodies that SAM writes into the HTTP APIs of a translated template."""
    for said in resources.values():
        if said["Type"] == API:
            for path, methods in said["Properties"]["Body"]["paths"].items():
                for method, operation in methods.items():
                    yield _route(method.upper(), path, operation)


def _route(method: str, path: str, operation: dict[str, Any]) -> HttpRoute:
    called = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    asked = operation.get("security", [])
    scopes = [scope for each in asked for listed in each.values() for scope in listed] if asked else None
    return HttpRoute(method, path, re.findall(r"\$\{(\w+)\.Arn\}", called)[0], scopes)


def turned_away(route: HttpRoute, claims: Mapping[str, str] | None) -> Answer | None:
    """What the authorizer answers in the function's place; None for a token that it lets through."""
    if route.scopes is None:
        return None
    if claims is None:
        return plain(401, "Unauthorized")
    held = claims.get("scope", "").split()
    return None if not route.scopes or set(held) & set(route.scopes) else plain(403, "Forbidden")


def plain(status: int, message: str) -> Answer:
    """API Gateway's own words."""
    return Answer(status, {"content-type": "application/json"}, {"message": message})


def event_of(
    route: HttpRoute,
    url: str,
    claims: Mapping[str, str] | None = None,
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
    now: int = 0,
) -> dict[str, Any]:
    """What API Gateway hands to a function, payload format 2.0: its path decoded. ``url`` is a path with its query."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    http = {"method": route.method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}
    when = datetime.fromtimestamp(now / 1000, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    context: dict[str, Any] = {"http": http, "stage": "$default", "requestId": "local", "time": when, "timeEpoch": now}
    if claims is not None:
        context["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": route.scopes}}
    event = {
        "version": "2.0",
        "routeKey": f"{route.method} {route.path}",
        "rawPath": path,
        "rawQueryString": parts.query,
        "headers": {"content-type": "application/json"} | lower,
        "requestContext": context,
        "pathParameters": route.match(route.method, parts.path) or {},
        "isBase64Encoded": False,
    }
    if parts.query:
        event["queryStringParameters"] = dict(parse_qsl(parts.query))
    return event if body is None else event | {"body": body}


def answer_of(said: dict[str, Any]) -> Answer:
    headers = {name.lower(): value for name, value in said.get("headers", {}).items()}
    body = said.get("body") or ""
    is_json = "json" in headers.get("content-type", "") and body
    return Answer(said["statusCode"], headers, msgspec.json.decode(body) if is_json else body)
