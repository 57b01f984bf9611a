"""What the servers of a model say that they serve, asked once before a run depends on it.

Not here: when to ask (`codegen.model.openai`, `codegen.model.embedding`).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from codegen.errors import ModelError
from codegen.model import wire
from codegen.model.exchange import Target
from codegen.model.replica import Replica
from codegen.model.wire import Kind, ServedModel

CHECK_S = 10.0
_PAUSE_S = 0.5
_NO_LIST = (404, 405)  # of a server that does not list its models


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What was found at one base URL. `models` is empty where the server lists none."""

    url: str
    models: tuple[ServedModel, ...]
    seconds: float


async def endpoints_of(
    target: Target, timeout_s: float, *, all_of_them: bool = True
) -> tuple[Endpoint, ...]:
    """Ask every server of a model for what it serves.

    Unless `all_of_them` must answer, one that does not is left out, and says why.

    Raises:
        ModelError: a server cannot be reached within `timeout_s`, or refuses the key; or, where
            not all must answer, none of them does.
    """
    replicas = target.replicas.all
    found = await asyncio.gather(
        *(endpoint_of(target, replica, timeout_s) for replica in replicas), return_exceptions=True
    )
    errors = [error for error in found if isinstance(error, BaseException)]
    endpoints = tuple(one for one in found if isinstance(one, Endpoint))
    if errors and (all_of_them or not endpoints):
        raise errors[0]
    for replica, one in zip(replicas, found, strict=True):
        if isinstance(one, ModelError):
            replica.out = str(one)
        elif isinstance(one, BaseException):
            raise one
    return endpoints


def roots_of(name: str, endpoints: tuple[Endpoint, ...]) -> list[str]:
    """Return what servers serve under a model's name (vLLM's `root`), each once, sorted.

    Raises:
        ModelError: one of them does not list the model.
    """
    return sorted({root_of(name, endpoint) for endpoint in endpoints})


def common_root(name: str, roots: list[str]) -> str:
    """Return the one that all servers serve.

    Raises:
        ModelError: there are several.
    """
    if len(roots) > 1:
        raise ModelError(
            f"the servers of {name} serve different models: {', '.join(roots)}; "
            "leave some out, or give the revision that all of them stand for"
        )
    return roots[0]


async def endpoint_of(target: Target, replica: Replica, timeout_s: float) -> Endpoint:
    """Ask one server for what it serves.

    Raises:
        ModelError: it cannot be reached within `timeout_s`, or refuses the key.
    """
    started, attempts = time.monotonic(), 0
    while True:
        attempts += 1
        left_s = started + timeout_s - time.monotonic()
        answer = await target.client.fetch(replica, "/models", None, left_s)
        spent_s = time.monotonic() - started
        if isinstance(answer, bytes):
            return Endpoint(replica.url, wire.models(answer), spent_s)
        if answer.status in _NO_LIST:
            return Endpoint(replica.url, (), spent_s)
        pause_s = _PAUSE_S if answer.wait_s is None else answer.wait_s
        lasting = answer.kind in (Kind.REFUSED, Kind.HOPELESS)
        if lasting or spent_s + pause_s >= timeout_s:
            raise target.error(f"GET {replica.url}/models", answer, attempts, spent_s)
        await asyncio.sleep(pause_s)


def root_of(name: str, endpoint: Endpoint) -> str:
    """Return what a server serves under a model's name.

    Raises:
        ModelError: it does not list the model.
    """
    if not endpoint.models:
        return name
    for model in endpoint.models:
        if model.id == name:
            return model.root
    listed = ", ".join(model.id for model in endpoint.models[:10])
    raise ModelError(f"{endpoint.url} does not serve the model {name!r}; it serves: {listed}")
