"""LocalStack: template.yaml on this machine, its functions called as Lambda would call them."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.utilities import dynamo_json_dump

from cli.local import feeding, http, moto_fast, pump, wiring
from cli.local.functions import FunctionFailed, Functions
from cli.local.records import ACCOUNT, REGION
from cli.local.translate import code_folder, translate
from memberflow.errors import MemberflowError
from memberflow.facts import rfc3339

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
NAME = "memberflow-local"
SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",  # else boto3 asks for streams at an address that moto does not know
}


class MockInUse(MemberflowError):
    """moto's mock was started elsewhere in this process."""


class LocalStack:
    """The stack of a SAM template in this process, as a context manager; one at a time.

    ``clock``: now, in milliseconds, for everything that happens in it; None: the wall clock's.
    ``requests``: AWS requests made by functions, such as ``dynamodb.PutItem``; ``requests_of`` has them by function.
    ``failures``: the errors that functions raised; Lambda's retries follow them all the same. ``texts``: the SMS.

    The template names its doors as outputs: OrdersStream, ActivitiesQueue, MembersTable. ``programme_file`` is a
    shipped programme; without ``quiet`` the functions' logs and metrics go to stdout.
    """

    def __init__(
        self,
        template: Path = TEMPLATE,
        programme_file: Path | None = None,
        parameters: dict[str, str] | None = None,
        quiet: bool = True,
    ) -> None:
        self.clock: int | None = None
        self._template, self._programme_file, self._quiet = template, programme_file, quiet
        self._parameters = parameters or {}
        self._clients: dict[str, Any] = {}

    def __enter__(self) -> LocalStack:
        with ExitStack() as undo:
            undo.enter_context(mock.patch.dict(os.environ, _ENVIRONMENT))
            os.environ.pop("AWS_PROFILE", None)
            moto_fast.install()
            undo.enter_context(mock_aws(config={"core": {"reset_boto3_session": False}}))
            if not isinstance(dynamodb_backends[ACCOUNT][REGION], moto_fast.FastBackend):
                raise MockInUse("the local stack needs a mock of its own: leave mock_aws before entering it")
            self.wiring = wiring.build(translate(self._template, self._parameters, REGION), self._create)
            self._functions = Functions(self.wiring.functions, self._quiet)
            self.requests, self.requests_of = self._functions.requests, self._functions.requests_of
            self.failures, self.call = self._functions.failures, self._functions.call
            self.texts = self._functions.texts
            folder = code_folder(self._template)
            undo.enter_context(self._functions.load(folder, self._programme_file, self.now))
            self._sources = [source for mapping in self.wiring.mappings for source in pump.sources_of(mapping, self)]
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *raised: object) -> None:
        self._undo.close()

    def _create(self, template: dict[str, Any]) -> dict[str, str]:
        cloudformation = self.client("cloudformation")
        parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in self._parameters.items()]
        cloudformation.create_stack(StackName=NAME, TemplateBody=json.dumps(template), Parameters=parameters)
        outputs = cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]["Outputs"]
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    def client(self, name: str) -> Any:
        """A boto3 client of a service of the stack."""
        if name not in self._clients:
            self._clients[name] = boto3.client(name)
        return self._clients[name]

    def now(self) -> int:
        return time.time_ns() // 1_000_000 if self.clock is None else self.clock

    def put_orders(self, lines: Iterable[bytes]) -> None:
        """Into the order stream, under the member's id."""
        feeding.put_orders(self.client("kinesis"), self.wiring.doors["OrdersStream"], lines)

    def put_activities(self, lines: Iterable[bytes]) -> None:
        """Into the queue of activities."""
        feeding.put_activities(self.client("sqs"), self.wiring.doors["ActivitiesQueue"], lines)

    def ask(
        self,
        method: str,
        url: str,
        claims: Mapping[str, str] | None = None,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> http.Answer:
        """Asks the HTTP API; ``url``: a path with its query, ``claims``: of a valid token (None: without one)."""
        path = url.partition("?")[0]
        route = next((each for each in self.wiring.routes if each.match(method, path) is not None), None)
        if route is None:
            return http.plain(404, "Not Found")
        away = http.turned_away(route, claims)
        if away is not None:
            return away
        try:
            event = http.event_of(route, url, claims, body, headers, self.now())
            return http.answer_of(self.call(route.function, event))
        except FunctionFailed:
            return http.plain(500, "Internal Server Error")

    def pump(self) -> None:
        """Delivers from every event source until all are empty."""
        busy = True
        while busy:
            busy = False
            for source in self._sources:
                busy |= source.poll()

    def run(self, at: int) -> None:
        """Fires the schedules that call a function; those that put a task into a queue are fired by name."""
        for name, schedule in self.wiring.schedules.items():
            if schedule.target in self.wiring.functions:
                self.fire(name, at)

    def fire(self, name: str, at: int) -> None:
        """Fires a schedule of the template as if it were that moment, milliseconds, cut to a second; then pumps."""
        schedule = self.wiring.schedules[name]
        event = json.loads(schedule.input.replace(SCHEDULED_TIME, rfc3339(at // 1000 * 1000)))
        if schedule.target in self.wiring.functions:
            self._call_later(schedule.target, event)
        else:
            pump.send(schedule.target, event)
        self.pump()

    def _call_later(self, name: str, event: dict[str, Any]) -> None:
        """An asynchronous call: tried again, then given up to the function's failure destination."""
        function = self.wiring.functions[name]
        for _ in range(function.retries + 1):
            try:
                self.call(name, event)
                return
            except FunctionFailed:
                continue
        if function.on_failure:
            pump.send(
                function.on_failure, {"requestContext": {"condition": "RetriesExhausted"}, "requestPayload": event}
            )

    def save(self, path: Path) -> None:
        """The table's items as lines of DynamoDB's JSON, gzipped."""
        with gzip.open(path, "wt", encoding="utf-8") as file:
            for item in self._table.unordered_items():
                file.write(dynamo_json_dump(item.to_json()["Attributes"]) + "\n")

    def load(self, path: Path) -> None:
        """Puts saved items into the table; what the event sources hold, these changes too, is passed over."""
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                self._table.put_item(json.loads(line))
        for source in self._sources:
            source.skip()

    @property
    def _table(self) -> moto_fast.FastTable:
        table = dynamodb_backends[ACCOUNT][REGION].get_table(self.wiring.doors["MembersTable"])
        assert isinstance(table, moto_fast.FastTable), "made by the fast backend"
        return table
