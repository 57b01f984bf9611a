"""vLLM's engine in this process, behind the model contract: no server, no port, no key.

Requests flow into the engine one by one as they come, and it batches what is under way, as behind a
server. Sampling is what a request says and nothing else.

Not here: servers (`codegen.model.openai`, `codegen.model.managed`).
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codegen.errors import CodegenError, ModelError, ModelRefusal, UsageError
from codegen.model import wire
from codegen.model.context import fitted
from codegen.model.contract import Reply, Request

if TYPE_CHECKING:
    from codegen.model.vllm_engine import Engine

_ENVIRONMENT = {
    # its log goes where ours goes, and tells of trouble only; standard output is for results
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_NO_USAGE_STATS": "1",
    # a fork of a process with an event loop and connections would share them
    "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
}


class OfflineModel:
    """A model that this process has loaded; keeps the contract `codegen.model.contract.Model`."""

    def __init__(
        self, model: str, *, arguments: Sequence[str] = (), timeout_s: float = 600
    ) -> None:
        """Load a model, by its name or folder, within a running event loop, which this blocks.

        `arguments` are those of `vllm serve` that are the engine's, as `--max-model-len 8192`.
        `timeout_s` is the deadline of a call, in seconds.

        Raises:
            UsageError: vLLM is not installed, or does not know an argument.
            ModelError: the model cannot be loaded.
        """
        self._name = Path(model).resolve().name if Path(model).is_dir() else model
        self._revision = wire.revision_of(
            model, {"arguments": list(arguments)} if arguments else {}
        )
        self._timeout_s = timeout_s
        self._numbers = itertools.count()
        self._engine: Engine | None = _loaded(model, arguments)

    @property
    def name(self) -> str:
        """The model's name, or its folder's."""
        return self._name

    @property
    def revision(self) -> str:
        """The name or folder, with a hash of the engine's arguments if there are any."""
        return self._revision

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        """Return exactly `request.n` answers; at temperature 0 all are the same one.

        Cancelling the call takes it out of the engine.

        Raises:
            ModelRefusal: the engine will never answer this request: it is too long, say.
            ModelError: no answer in time, or the engine has failed.
        """
        asked = f"a {request.purpose!r} request for {self._name} in this process"
        if self._engine is None:
            raise ModelError(f"{asked}: the model is closed")
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._answers(self._engine, request)
        except TimeoutError:
            raise ModelError(f"{asked}: no answer in {self._timeout_s:.0f} s") from None
        except ModelError:
            raise
        except Exception as error:
            kind = ModelRefusal if isinstance(error, _refusals()) else ModelError
            raise kind(f"{asked}: {error}") from error

    async def close(self) -> None:
        """End the engine and free its memory. Safe to call twice."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    async def _answers(self, engine: Engine, request: Request) -> tuple[Reply, ...]:
        # vLLM refuses several answers at temperature 0; they would be the same one
        n = 1 if request.sampling.temperature == 0 else request.n
        tokens = engine.tokens(request.messages)
        room = fitted(self._name, request, len(tokens), engine.context)
        asked = replace(request, sampling=replace(request.sampling, max_tokens=room))
        output = await engine.generate(tokens, asked, n, f"codegen-{next(self._numbers)}")
        found = [_reply(engine, one) for one in sorted(output.outputs, key=lambda one: one.index)]
        first = wire.counted(
            found,
            {
                "prompt_tokens": len(tokens),
                "completion_tokens": sum(len(one.token_ids) for one in output.outputs),
                "prompt_tokens_details": {"cached_tokens": output.num_cached_tokens},
            },
        )
        return (first, *found[1:], *(found[0],) * (request.n - n))


def _reply(engine: Engine, output: Any) -> Reply:
    thoughts, text = engine.parted(output.text)
    return Reply(
        text=wire.unicode(text),
        finish_reason=output.finish_reason or "unknown",
        reasoning=wire.unicode(thoughts),
    )


def _loaded(model: str, arguments: Sequence[str]) -> Engine:
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        from codegen.model.vllm_engine import Engine  # noqa: PLC0415 - heavy and optional
    except ImportError as error:
        raise UsageError(
            f"loading {model} needs vLLM in this environment ({error}):"
            " pip install 'codegen-forge[vllm]', or name a server by --base-url"
        ) from error
    try:
        return Engine(model, arguments)
    except CodegenError:
        raise
    except Exception as error:
        raise ModelError(f"{model} cannot be loaded: {error}") from error


def _refusals() -> tuple[type[Exception], ...]:
    from codegen.model.vllm_engine import REFUSALS  # noqa: PLC0415 - as above

    return REFUSALS
