"""What a shop asks of a member's points while he stands at its till, over HTTP."""

from __future__ import annotations

from typing import Any

import msgspec
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from memberflow.errors import MemberflowError
from memberflow.runtime import count, logger, metrics, rules
from memberflow.till.contract import ROUTES, Route
from memberflow.till.desk import answer
from memberflow.till.problems import CONTENT_TYPE, NoSuchRoute, problem_of

RULES = rules()
app = APIGatewayHttpResolver()


def _serve(route: Route) -> None:
    @app.route(route.path.replace("{", "<").replace("}", ">"), method=route.method)
    def serve(**named: str) -> Response[str]:
        return _json(route.status, "application/json", answer(RULES, route, app.current_event.raw_event, named))


@app.exception_handler(MemberflowError)  # type: ignore[untyped-decorator]
def refuse(error: MemberflowError) -> Response[str]:
    return _problem(error)


def _problem(error: MemberflowError) -> Response[str]:
    problem = problem_of(error, app.current_event.headers.get("accept-language", ""))
    count("TillRefusals")
    return _json(problem.status, CONTENT_TYPE, problem)


@app.not_found
def nothing_here(error: Exception) -> Response[str]:
    return _problem(NoSuchRoute(f"{app.current_event.http_method} {app.current_event.path}"))


def _json(status: int, content_type: str, said: msgspec.Struct) -> Response[str]:
    return Response(status, content_type, msgspec.json.encode(said).decode(), {"Cache-Control": "no-store"})


for each in ROUTES:
    _serve(each)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An event of the HTTP API (payload 2.0) in; its answer out."""
    return app.resolve(event, context)
