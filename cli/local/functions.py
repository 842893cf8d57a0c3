"""The template's functions in this process: imported with their environment, called with Lambda's context, counted."""

from __future__ import annotations

import importlib
import io
import os
import sys
import threading
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
from botocore.client import BaseClient
from msgspec import Struct

from cli.local.gaps import Gaps
from cli.local.records import function_arn
from cli.local.wiring import BadWiring, Function
from memberflow import runtime
from memberflow.errors import MemberflowError


class FunctionFailed(MemberflowError):
    """A function raised an error; it is this one's cause."""


class Failure(Struct, frozen=True):
    """An error that a function raised."""

    function: str
    error: Exception


class Context(Struct, frozen=True):
    """What Lambda tells a function of its call."""

    function_name: str
    memory_limit_in_mb: int
    timeout_s: int
    aws_request_id: str

    @property
    def invoked_function_arn(self) -> str:
        return function_arn(self.function_name)

    def get_remaining_time_in_millis(self) -> int:
        return self.timeout_s * 1000


class Functions:
    """See LocalStack for ``requests``, ``requests_of``, ``failures`` and ``texts``.

    Threads may call at the same time. In Lambda each call has a process of its own; here they share one, so they take
    turns, and change over where one waits for AWS: between its requests anything may happen, as there.
    """

    def __init__(self, functions: dict[str, Function], quiet: bool) -> None:
        self.requests: Counter[str] = Counter()
        self.requests_of: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.failures: list[Failure] = []
        self._gaps = Gaps()
        self.texts = self._gaps.texts
        self._functions, self._quiet = functions, quiet
        self._handlers: dict[str, Callable[[Any, Any], Any]] = {}
        self._running = ""
        self._calls = 0
        self._turn = threading.Lock()
        self._whose = 0

    def load(self, folder: Path, programme_file: Path | None, now: Callable[[], int]) -> ExitStack:
        """Imports the handlers anew, since they read their environment then; closing the result undoes it all.

        The environment is one for all, as all run in one process. Raises BadWiring where two functions differ in it.
        """
        with ExitStack() as undo:
            undo.enter_context(mock.patch.dict(os.environ, self._environment()))
            if programme_file is not None:
                os.environ["PROGRAMME_FILE"] = str(programme_file)
            _prepare_runtime(undo, now)
            if self._quiet:
                _silence(undo)
            undo.enter_context(mock.patch.object(sys, "path", [str(folder), *sys.path]))
            for name, function in self._functions.items():
                module, _, handler = function.handler.rpartition(".")
                sys.modules.pop(module, None)
                undo.callback(sys.modules.pop, module, None)
                self._handlers[name] = getattr(importlib.import_module(module), handler)
            undo.enter_context(mock.patch.object(BaseClient, "_make_api_call", self._counted()))
            return undo.pop_all()

    def _environment(self) -> dict[str, str]:
        environment: dict[str, str] = {}
        for function in self._functions.values():
            for name, value in function.environment.items():
                if environment.setdefault(name, value) != value:
                    raise BadWiring(f"{name} is {environment[name]!r} for one function, {value!r} for {function.name}")
        environment.pop("SDK_DESCRIPTIONS", None)  # a folder that only the build makes: here the SDK has its own
        return environment

    def _counted(self) -> Callable[..., Any]:
        plain = BaseClient._make_api_call

        def counted(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
            request = f"{client.meta.service_model.service_name}.{operation}"
            if self._running:
                self.requests[request] += 1
                self.requests_of[self._running][request] += 1
            answer = self._gaps.answer(request, arguments)
            if answer is not None:
                return answer
            if self._whose != threading.get_ident():  # of a test, or of a thread that a function waits for
                return plain(client, operation, arguments)
            with self._others_turn():
                return plain(client, operation, arguments)

        return counted

    def call(self, name: str, event: dict[str, Any]) -> Any:
        """What the function returns; both ways go through JSON. Raises FunctionFailed."""
        if self._whose == threading.get_ident():  # a test calls one while another waits for what it asked
            with self._others_turn():
                return self.call(name, event)
        function = self._functions[name]
        self._calls += 1
        context = Context(name, function.memory_mb, function.timeout_s, f"local-{self._calls}")
        self._begin(name)
        try:
            return _through_json(self._handlers[name](_through_json(event), context))
        except Exception as error:
            self.failures.append(Failure(name, error))
            raise FunctionFailed(f"{name}: {error!r}") from error
        finally:
            self._running = ""
            self._end()

    def _begin(self, name: str) -> None:
        self._turn.acquire()
        self._running, self._whose = name, threading.get_ident()
        self._stdout = sys.stdout
        if self._quiet:
            sys.stdout = io.StringIO()

    def _end(self) -> None:
        self._whose = 0
        sys.stdout = self._stdout
        self._turn.release()

    @contextmanager
    def _others_turn(self) -> Iterator[None]:
        name = self._running
        self._end()
        try:
            yield
        finally:
            self._begin(name)


def _through_json(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def _prepare_runtime(undo: ExitStack, now: Callable[[], int]) -> None:
    """The layer's own state: its clock, and what it read of an earlier environment."""
    from memberflow.delivery.unsubscribe import link_key  # the store's models name their table when imported

    caches: Iterable[Any] = (runtime.settings, runtime.shipped, runtime.rules, link_key)
    for cached in caches:
        cached.cache_clear()
        undo.callback(cached.cache_clear)
    undo.enter_context(mock.patch.object(runtime, "clock", now))


def _silence(undo: ExitStack) -> None:
    """The logger holds the stdout that it was made with, so it is told; the metrics' warning goes past stdout."""
    undo.callback(runtime.logger.setLevel, runtime.logger.log_level)
    runtime.logger.setLevel("CRITICAL")
    undo.enter_context(warnings.catch_warnings())
    warnings.filterwarnings("ignore", message="No application metrics to publish")
