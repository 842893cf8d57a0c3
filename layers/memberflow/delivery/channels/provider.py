"""Asking a provider once. None of them takes an idempotency token, so the SDK must not try again by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
)

from memberflow.delivery.letters import Sent
from memberflow.store.models import client

# A second try may be a second message.
_ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=10)


@cache
def service(name: str) -> Any:
    """Made at the first message: a function that only withholds never pays for it."""
    return client(name, _ONCE)


def ask(call: Callable[[], str | None], states: Mapping[str, str]) -> Sent:
    """Calls once; ``states`` says what an error's code, or the reason beside it, means. Any other code: failed.

    A call that never reached the provider left nothing; one that broke off may have.
    """
    try:
        return Sent("sent", provider_id=call())
    except ClientError as error:
        return refused(error, states)
    except (ConnectTimeoutError, EndpointConnectionError) as error:
        return Sent("busy", type(error).__name__)
    except ParamValidationError as error:
        return Sent("failed", type(error).__name__)
    except BotoCoreError as error:
        return Sent("unknown", type(error).__name__)


def refused(error: ClientError, states: Mapping[str, str]) -> Sent:
    code = error.response["Error"]["Code"]
    reason = error.response.get("Reason") or code
    broken = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400) >= 500
    return Sent(states.get(reason) or states.get(code) or ("unknown" if broken else "failed"), reason)
