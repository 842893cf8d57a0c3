"""What a translated template says of who calls whom, and the template that moto can make of it.

moto gets the tables, streams and queues, and every intrinsic of the wiring as an output of the stack: so the wiring
that comes back is resolved by the same rules. Functions, mappings and schedules are not for moto, which would call
functions itself and lose the records of failed calls; pump.py does that.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from cli.local.http import HttpRoute, routes_of
from memberflow.errors import MemberflowError

MADE = {"AWS::DynamoDB::Table", "AWS::Events::EventBus", "AWS::Kinesis::Stream", "AWS::SQS::Queue"}
_FUNCTION, _MAPPING = "AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"
_SCHEDULE, _ASYNC = "AWS::Scheduler::Schedule", "AWS::Lambda::EventInvokeConfig"
_WIRED = {_FUNCTION, _MAPPING, _SCHEDULE, _ASYNC}
_FUNCTION_PARTS = ("Handler", "Timeout", "MemorySize", "Environment")


class BadWiring(MemberflowError):
    """The template connects something in a way that would block or lose records."""


class Function(Struct, frozen=True):
    """``handler``: module and function name. ``retries``, ``on_failure``: of asynchronous calls."""

    name: str
    handler: str
    timeout_s: int
    memory_mb: int
    environment: dict[str, str]
    retries: int = 2
    on_failure: str | None = None


class Mapping(Struct, frozen=True):
    """An event source of a function; ``source`` and ``on_failure`` are ARNs."""

    source: str
    function: str
    batch_size: int
    reports_failures: bool
    bisects: bool
    retries: int
    filters: list[dict[str, Any]]
    on_failure: str | None


class Schedule(Struct, frozen=True):
    """``target``: a function by its name in the template, or a queue by its ARN."""

    target: str
    input: str


class Wiring(Struct, frozen=True):
    """``doors``: the template's outputs that name a table, stream or queue. ``schedules``: by their names in it.

    ``routes``: of its HTTP APIs.
    """

    functions: dict[str, Function]
    mappings: list[Mapping]
    schedules: dict[str, Schedule]
    doors: dict[str, str]
    routes: list[HttpRoute]


Create = Callable[[dict[str, Any]], dict[str, str]]
"""Makes a stack of a template and returns its outputs."""


def build(cloudformation: dict[str, Any], create: Create) -> Wiring:
    """Has the stack made and returns how its parts are wired. Raises BadWiring."""
    resources = cloudformation["Resources"]
    wired = {name: _pruned(resource) for name, resource in resources.items() if resource["Type"] in _WIRED}
    made = {name: resource for name, resource in resources.items() if resource["Type"] in MADE}
    doors = {
        name: said["Value"] for name, said in cloudformation["Outputs"].items() if said["Value"].get("Ref") in made
    }
    outputs: dict[str, Any] = {}
    tree = _with_outputs([wired, doors], resources, outputs)
    template = {
        "Parameters": cloudformation.get("Parameters", {}),
        "Conditions": cloudformation.get("Conditions", {}),
        "Resources": made,
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    wired, doors = _resolved(tree, create(template))
    return _read(wired, doors, list(routes_of(resources)))


def _pruned(resource: dict[str, Any]) -> dict[str, Any]:
    properties = resource["Properties"]
    if resource["Type"] == _FUNCTION:
        properties = {name: properties[name] for name in _FUNCTION_PARTS if name in properties}
    elif resource["Type"] == _SCHEDULE:
        properties = {"Target": {name: properties["Target"][name] for name in ("Arn", "Input")}}
    return {"Type": resource["Type"], "Properties": properties}


class _Output(Struct, frozen=True):
    name: str


def _with_outputs(tree: Any, resources: dict[str, Any], outputs: dict[str, Any]) -> Any:
    """The tree with an _Output in place of each intrinsic; a function stands for itself by its name in the template."""
    if isinstance(tree, list):
        return [_with_outputs(part, resources, outputs) for part in tree]
    if not isinstance(tree, dict):
        return tree
    name = next(iter(tree), "")
    if len(tree) != 1 or not (name == "Ref" or name.startswith("Fn::")):
        return {key: _with_outputs(part, resources, outputs) for key, part in tree.items()}
    target = tree[name][0] if name == "Fn::GetAtt" else tree[name]
    meant = resources.get(target) if isinstance(target, str) else None
    if meant and meant["Type"] == _FUNCTION:
        return target
    if meant and (meant["Type"] not in MADE or (name == "Ref" and "Name" in meant.get("Properties", ()))):
        # A set of mails, which moto never makes, or a bus, whose name it gets wrong: known by the name it is given.
        return _with_outputs(meant["Properties"]["Name"], resources, outputs)
    output = f"Wired{len(outputs)}"
    outputs[output] = tree
    return _Output(output)


def _resolved(tree: Any, outputs: dict[str, str]) -> Any:
    if isinstance(tree, _Output):
        return outputs[tree.name]
    if isinstance(tree, list):
        return [_resolved(part, outputs) for part in tree]
    if isinstance(tree, dict):
        return {key: _resolved(part, outputs) for key, part in tree.items()}
    return tree


def _read(wired: dict[str, Any], doors: dict[str, str], routes: list[HttpRoute]) -> Wiring:
    of: dict[str, dict[str, Any]] = {kind: {} for kind in _WIRED}
    for name, resource in wired.items():
        of[resource["Type"]][name] = resource["Properties"]
    asynchronous = {said["FunctionName"]: said for said in of[_ASYNC].values()}
    return Wiring(
        {name: _function(name, said, asynchronous.get(name, {})) for name, said in of[_FUNCTION].items()},
        [_mapping(said) for said in of[_MAPPING].values()],
        {name: Schedule(said["Target"]["Arn"], said["Target"]["Input"]) for name, said in of[_SCHEDULE].items()},
        doors,
        routes,
    )


def _function(name: str, said: dict[str, Any], asynchronous: dict[str, Any]) -> Function:
    return Function(
        name,
        said["Handler"],
        int(said.get("Timeout", 3)),
        int(said.get("MemorySize", 128)),
        said.get("Environment", {}).get("Variables", {}),
        int(asynchronous.get("MaximumRetryAttempts", 2)),
        _on_failure(asynchronous),
    )


def _mapping(said: dict[str, Any]) -> Mapping:
    from_queue = ":sqs:" in said["EventSourceArn"]
    retries = int(said.get("MaximumRetryAttempts", -1))
    if not from_queue and retries < 0:
        raise BadWiring(f"{said['FunctionName']}: without MaximumRetryAttempts one bad record blocks its shard")
    filters = [json.loads(each["Pattern"]) for each in said.get("FilterCriteria", {}).get("Filters", [])]
    if filters and ":dynamodb:" not in said["EventSourceArn"]:
        raise BadWiring(f"{said['FunctionName']}: the local stack filters the records of tables only")
    return Mapping(
        source=said["EventSourceArn"],
        function=said["FunctionName"],
        batch_size=int(said.get("BatchSize", 10 if from_queue else 100)),
        reports_failures="ReportBatchItemFailures" in said.get("FunctionResponseTypes", []),
        bisects=bool(said.get("BisectBatchOnFunctionError", False)),
        retries=retries,
        filters=filters,
        on_failure=_on_failure(said),
    )


def _on_failure(said: dict[str, Any]) -> str | None:
    destination: str | None = said.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    return destination
