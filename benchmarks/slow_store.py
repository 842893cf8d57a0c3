"""A stand-in for DynamoDB that answers after a fixed time: keeps items by key, checks no conditions, costs little CPU.

Run as a process of its own (`python -m benchmarks.slow_store MILLISECONDS`); the first line it prints is its port.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from typing import Any

import msgspec

Key = tuple[str, str]
ITEMS: dict[Key, dict[str, Any]] = {}
DUE: dict[str, dict[Key, int]] = defaultdict(dict)


def put(item: dict[str, Any]) -> None:
    key = item["pk"]["S"], item["sk"]["S"]
    for shard in DUE.values():
        shard.pop(key, None)
    ITEMS[key] = item
    if "due_at" in item:
        DUE[item["due_shard"]["S"]][key] = int(item["due_at"]["N"])


def get_item(request: dict[str, Any]) -> dict[str, Any]:
    found = ITEMS.get(_key(request["Key"]))
    return {"Item": found} if found else {}


def batch_get_item(request: dict[str, Any]) -> dict[str, Any]:
    answers = {}
    for table, wanted in request["RequestItems"].items():
        answers[table] = [ITEMS[key] for key in map(_key, wanted["Keys"]) if key in ITEMS]
    return {"Responses": answers, "UnprocessedKeys": {}}


def transact_write_items(request: dict[str, Any]) -> dict[str, Any]:
    for write in request["TransactItems"]:
        put(write["Put"]["Item"])
    return {}


def put_item(request: dict[str, Any]) -> dict[str, Any]:
    put(request["Item"])
    return {}


def update_item(request: dict[str, Any]) -> dict[str, Any]:
    """Answers with the key alone: what a bench updates, it does not read back."""
    return {"Attributes": request["Key"]}


def query(request: dict[str, Any]) -> dict[str, Any]:
    """Of the due index: everything of a shard that is due."""
    values = request["ExpressionAttributeValues"].values()
    shard = next(value["S"] for value in values if "S" in value)
    until = next(int(value["N"]) for value in values if "N" in value)
    keys = [key for key, at in DUE[shard].items() if at <= until]
    found = [{name: ITEMS[key][name] for name in ("pk", "sk", "due_shard", "due_at")} for key in keys]
    return {"Items": found, "Count": len(found), "ScannedCount": len(found)}


ANSWERS = {
    "GetItem": get_item,
    "BatchGetItem": batch_get_item,
    "TransactWriteItems": transact_write_items,
    "PutItem": put_item,
    "UpdateItem": update_item,
    "Query": query,
}


def _key(key: dict[str, Any]) -> Key:
    return key["pk"]["S"], key["sk"]["S"]


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    while head := await _head(reader):
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        lower = {name.lower(): value for name, value in headers.items()}
        body = await reader.readexactly(int(lower["content-length"]))
        answer = ANSWERS[lower["x-amz-target"].split(".")[1]](msgspec.json.decode(body))
        await asyncio.sleep(delay)
        text = msgspec.json.encode(answer)
        lines = f"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(text)}\r\n\r\n"
        writer.write(lines.encode() + text)
        await writer.drain()


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except (asyncio.IncompleteReadError, ConnectionResetError):
        return ""


async def main(delay_ms: float) -> None:
    server = await asyncio.start_server(lambda r, w: _serve(r, w, delay_ms / 1000), "127.0.0.1", 0, limit=1 << 24)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
