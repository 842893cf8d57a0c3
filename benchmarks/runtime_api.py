"""Lambda's Runtime API on this machine, in front of the real runtime client: cold starts as they are."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from msgspec import Struct


class Invocation(Struct):
    """What a process did: milliseconds from its start to its first request for work, its answers, its peak memory."""

    start_ms: float
    answers: list[bytes]
    peak_mb: float


class _Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        """The runtime asks for work: its initialisation is over."""
        self.server.asked.set()
        event = self.server.events.get()
        self._answer(
            200,
            json.dumps(event).encode(),
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": str(uuid.uuid4()),
                "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 60_000),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:123456789012:function:bench",
                "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
            },
        )

    def do_POST(self) -> None:
        """The runtime answers, or reports that it could not start."""
        length = self.headers["Content-Length"]
        body = self._chunks() if length is None else self.rfile.read(int(length))
        self.server.answers.put(body)
        if "/init/error" in self.path:
            self.server.asked.set()
        self._answer(202, b"", {})

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is killed at the end of a figure breaks its connection: nothing to tell."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Api)
        self.asked = threading.Event()
        self.events: queue.Queue[Any] = queue.Queue()
        self.answers: queue.Queue[bytes] = queue.Queue()


def invoke(python: str, handler: str, path: list[Path], events: list[Any], environment: dict[str, str]) -> Invocation:
    """Starts the runtime client with a handler found on ``path`` and hands it the events, one after the other."""
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    start = time.perf_counter()
    process = subprocess.Popen(
        [python, "-m", "awslambdaric", handler],
        env=_environment(server.server_port, handler, path, environment),
        cwd=path[0],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not server.asked.wait(0.001):
            if process.poll() is not None:
                raise RuntimeError(f"{handler} ended before it asked for work")
        started = (time.perf_counter() - start) * 1000
        answers = []
        for event in events:
            server.events.put(event)
            answers.append(server.answers.get(timeout=60))
        if not events and not server.answers.empty():
            raise RuntimeError(f"{handler} did not start: {server.answers.get().decode()}")
        return Invocation(started, answers, _peak_mb(process.pid))
    finally:
        process.kill()
        process.wait()
        server.shutdown()
        server.server_close()


def _environment(port: int, handler: str, path: list[Path], environment: dict[str, str]) -> dict[str, str]:
    name = handler.split(".")[0]
    return {
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        "_HANDLER": handler,
        "LAMBDA_TASK_ROOT": str(path[0]),
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
        "PYTHONPATH": os.pathsep.join(str(part) for part in path),
        "PYTHONDONTWRITEBYTECODE": "1",
        **environment,
    }


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024
