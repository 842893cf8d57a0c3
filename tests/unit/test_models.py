"""The SDK's descriptions of services in the layer: less of them, and enough."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.loaders import JSONFileLoader

from cli import models
from memberflow.store.sdk import describe

ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("get_item", {"TableName": "t", "Key": {"pk": {"S": "p"}}}),
    "sqs": ("send_message", {"QueueUrl": "https://queue/1/q", "MessageBody": "b"}),
    "sesv2": ("get_account", {}),
    "pinpoint-sms-voice-v2": ("send_text_message", {"DestinationPhoneNumber": "+4412345678"}),
    "events": ("put_events", {"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}"}]}),
    "ssm": ("get_parameter", {"Name": "n"}),
}
"""One operation of each service, with arguments that do."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("models")
    models.write(written)
    return written


@pytest.fixture
def session(folder: Path) -> botocore.session.Session:
    session = botocore.session.Session()
    describe(session, str(folder))
    return session


def client_of(session: botocore.session.Session, service: str, region: str = "eu-west-1") -> Any:
    return session.create_client(service, region, aws_access_key_id="x", aws_secret_access_key="x")


@pytest.mark.parametrize("service", sorted(models.USED))
def test_a_client_made_of_them_can_do_what_is_used_and_nothing_else(
    session: botocore.session.Session, service: str
) -> None:
    client = client_of(session, service)
    assert set(client.meta.service_model.operation_names) == set(models.USED[service])


def test_shapes_that_refer_to_themselves_come_along(session: botocore.session.Session) -> None:
    value = client_of(session, "dynamodb").meta.service_model.shape_for("AttributeValue")
    assert value.members["M"].value.name == "AttributeValue"


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1"])
@pytest.mark.parametrize("service", sorted(models.USED))
def test_a_request_goes_where_the_sdks_own_descriptions_send_it_and_is_signed_for_it(
    session: botocore.session.Session, service: str, region: str
) -> None:
    own = botocore.session.Session()
    assert _asked(client_of(session, service, region), service) == _asked(client_of(own, service, region), service)


def _asked(client: Any, service: str) -> tuple[str, str]:
    """The address asked, and the scope of the signature (service and region)."""
    seen: list[AWSPreparedRequest] = []

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        seen.append(request)
        return AWSResponse(request.url, 200, {}, _Body())

    client.meta.events.register("before-send", answer)
    operation, arguments = ASKED[service]
    getattr(client, operation)(**arguments)
    [request] = seen
    scope = str(request.headers["Authorization"]).split("Credential=x/")[1].split(",")[0]
    return str(request.url), scope.split("/", 1)[1]


class _Body:
    """An empty answer, as the SDK reads one."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield b"{}"


def test_nothing_is_read_from_the_sdks_own_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    load = JSONFileLoader.load_file
    monkeypatch.setattr(JSONFileLoader, "load_file", lambda self, path: read.append(path) or load(self, path))
    session = botocore.session.Session()
    describe(session, str(folder))
    client_of(session, "dynamodb")
    found = [path for path in read if JSONFileLoader().exists(path)]
    assert found
    assert all(path.startswith(str(folder)) for path in found)
