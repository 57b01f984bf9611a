"""vLLM's asynchronous engine, as far as chats need it. Importing this imports vLLM.

Not here: the model contract, and what an error means (`codegen.model.offline`, which imports this
when a model is opened).
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any, NoReturn

from vllm import AsyncEngineArgs, AsyncLLMEngine, SamplingParams
from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionRequest
from vllm.exceptions import VLLMClientError
from vllm.reasoning import ReasoningParserManager
from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams
from vllm.utils.argparse_utils import FlexibleArgumentParser

from codegen.errors import UsageError
from codegen.model.contract import Message, Request
from codegen.model.launch import COMPACT_JSON
from codegen.model.wire import unicode

REFUSALS = (ValueError, VLLMClientError)
"""What the engine raises for a request that it will never answer."""

_GRACE_S = 15.0
_HALF = (None, "abort", "error")


class Engine:
    """One engine, with its model loaded."""

    def __init__(self, model: str, arguments: Sequence[str]) -> None:
        """Load a model. It needs a running event loop, and blocks it.

        Raises:
            UsageError: vLLM does not know an argument.
        """
        parser = AsyncEngineArgs.add_cli_args(_Parser(add_help=False))
        words = ["--model", model, *COMPACT_JSON, *arguments]
        parsed = AsyncEngineArgs.from_cli_args(parser.parse_args(words))
        named = parsed.reasoning_parser
        self._parser = ReasoningParserManager.get_reasoning_parser(named) if named else None
        self._engine = AsyncLLMEngine.from_engine_args(parsed)
        self.context: int = self._engine.model_config.max_model_len
        """The longest conversation, in tokens."""

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """Put a conversation into the form that the model was trained on."""
        tokens: list[int] = self._engine.get_tokenizer().apply_chat_template(
            [{"role": one.role, "content": unicode(one.content)} for one in messages],
            add_generation_prompt=True,
            return_dict=False,
        )
        return tokens

    async def generate(self, tokens: list[int], request: Request, n: int, identity: str) -> Any:
        """Return vLLM's output with `n` answers. Cancelling takes the request out."""
        last, asked, schema = None, request.sampling, request.schema
        sampling = SamplingParams(
            n=n,
            temperature=asked.temperature,
            top_p=asked.top_p,
            max_tokens=asked.max_tokens,
            seed=asked.seed,
            stop=list(asked.stop),
            structured_outputs=StructuredOutputsParams(json=schema) if schema else None,
            output_kind=RequestOutputKind.FINAL_ONLY,
        )
        outputs = self._engine.generate({"prompt_token_ids": tokens}, sampling, identity)
        async with contextlib.aclosing(outputs):
            async for output in outputs:
                last = output
        # an engine that goes down ends what is under way: half a text is no answer
        if last is None or any(one.finish_reason in _HALF for one in last.outputs):
            raise RuntimeError("the engine ended the request without an answer")
        return last

    def parted(self, text: str) -> tuple[str, str]:
        """Part thoughts from the answer behind them, where the model was said to have any."""
        if self._parser is None:
            return "", text
        asked = ChatCompletionRequest(messages=[])
        thoughts, rest = self._parser(self._engine.get_tokenizer()).extract_reasoning(text, asked)
        return thoughts or "", rest or ""

    def close(self) -> None:
        """End the engine's processes, which may take seconds."""
        self._engine.shutdown(timeout=_GRACE_S)


class _Parser(FlexibleArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"vLLM's arguments: {message}")
