"""The SDK's descriptions of services in the layer: less of them, and enough."""

from __future__ import annotations

from pathlib import Path

import botocore.session
import pytest

from cli import models


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> botocore.session.Session:
    models.write(tmp_path)
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    return botocore.session.Session()


@pytest.mark.parametrize("service", sorted(models.USED))
def test_a_client_made_of_them_can_do_what_is_used_and_nothing_else(
    session: botocore.session.Session, service: str
) -> None:
    client = session.create_client(service, "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    assert set(client.meta.service_model.operation_names) == set(models.USED[service])


def test_shapes_that_refer_to_themselves_come_along(session: botocore.session.Session) -> None:
    client = session.create_client("dynamodb", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    value = client.meta.service_model.shape_for("AttributeValue")
    assert value.members["M"].value.name == "AttributeValue"
