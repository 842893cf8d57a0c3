"""From the SAM template to the CloudFormation that it stands for, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from boto3.session import Session
from samtranslator.metrics.metrics import DummyMetricsPublisher, Metrics
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

# The translator asks for packaged code; nothing ever fetches it from there.
_PACKAGED = "s3://packaged/code.zip"
_CODE = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}


def read(template: Path) -> dict[str, Any]:
    """The SAM template as written, its short intrinsics (``!Ref``) spelled out."""
    sam: dict[str, Any] = yaml_parse(template.read_text())
    return sam


def code_folder(template: Path) -> Path:
    """Where the functions' modules are: CodeUri of the template's globals."""
    return template.parent / str(read(template)["Globals"]["Function"]["CodeUri"])


def translate(template: Path, parameters: dict[str, str], region: str) -> dict[str, Any]:
    """What SAM makes of the template. Raises samtranslator's InvalidDocumentException where it can't."""
    sam = read(template)
    sam.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for resource in sam["Resources"].values():
        if resource["Type"] in _CODE:
            resource["Properties"][_CODE[resource["Type"]]] = _PACKAGED
    session = Session(region_name=region, aws_access_key_id="local", aws_secret_access_key="local")  # noqa: S106
    metrics = Metrics("memberflow", DummyMetricsPublisher())  # nowhere; unpublished they would end in a warning
    # No managed policies: each function names its own role, and asking for the list would call IAM.
    cloudformation: dict[str, Any] = Translator({}, Parser(), boto_session=session, metrics=metrics).translate(
        sam, parameters
    )
    metrics.publish()
    return cloudformation
