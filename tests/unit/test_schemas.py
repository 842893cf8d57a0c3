"""The JSON Schemas and the OpenAPI file in events/ are those of the types, and the template has the API's routes."""

from __future__ import annotations

import json

import openapi_spec_validator

from cli import openapi
from cli.local.http import routes_of
from cli.local.stack import TEMPLATE
from cli.local.translate import translate
from cli.schemas import FOLDER, OPENAPI, schema_files
from memberflow.till.contract import ROUTES


def test_the_schemas_on_disk_are_up_to_date() -> None:
    assert {file.name: file.read_text() for file in FOLDER.glob("*.json")} == schema_files()


def test_the_openapi_file_on_disk_is_up_to_date_and_is_one() -> None:
    assert OPENAPI.read_text() == openapi.text()
    openapi_spec_validator.validate(json.loads(OPENAPI.read_text()))


def test_the_template_has_the_routes_of_the_openapi_file_and_asks_for_its_scopes() -> None:
    described = {
        (method.upper(), path, frozenset(scope for each in operation["security"] for scope in each["token"]))
        for path, methods in openapi.document()["paths"].items()
        for method, operation in methods.items()
    }
    deployed = routes_of(translate(TEMPLATE, {}, "us-east-1")["Resources"])
    assert {(r.method, r.path, frozenset(r.scopes or ())) for r in deployed if r.function == "MemberApi"} == described


def test_every_route_has_a_name_of_its_own() -> None:
    assert len({route.name for route in ROUTES}) == len(ROUTES)
