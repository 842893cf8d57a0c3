"""The README's requests at the till, asked of the local stack: each is answered as it says there."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from cli.local.stack import LocalStack
from tests.functional.api import ask

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_each_request_of_the_readme_is_answered_as_it_says(stack: LocalStack) -> None:
    (shown,) = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    (order,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    stack.put_orders([json.dumps(json.loads(order)).encode()])
    stack.pump()
    requests = [part for part in shown.split("$ curl ") if part]
    assert len(requests) == 6
    for request in requests:
        command, _, expected = request.partition("\n")
        assert asked(stack, command) == json.loads(expected), command


def asked(stack: LocalStack, command: str) -> object:
    words = shlex.split(command)
    url, given = words.pop(), dict(zip(words[1::2], words[::2], strict=True))
    keys = [word.partition(": ")[2] for word in given if word.startswith("Idempotency-Key: ")]
    body = next((word for word, option in given.items() if option == "-d"), None)
    assert "Authorization: $TOKEN" in given
    path = url.removeprefix("$API/members/")
    return ask(stack, "GET" if body is None else "POST", path, body, keys[0] if keys else None).body
