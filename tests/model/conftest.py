"""A chat and embedding server on this machine that behaves as vLLM does, or as its script says."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from codegen.model.openai import OpenAIModel

Action = Callable[["ChatServer", web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


class ChatServer:
    """Answers as vLLM 0.32 does; each request takes the next action of `script` first."""

    def __init__(self, model: str, root: str) -> None:
        self.model, self.root = model, root
        self.api_key: str | None = None
        self.script: list[Action | None] = []
        self.bodies: list[dict[str, Any]] = []
        self.most_choices = 1000
        self.most_characters = 100_000
        self.dimension = 16
        self.running = 0
        self.peak = 0
        self.aborted = 0
        self.well: bool | None = True
        self.context: int | None = 1024
        self.counts = True
        self.refuses_schemas = 0
        self.counted = 0
        self.cache: tuple[int, int] | None = None
        self.runner: web.AppRunner | None = None
        self.busy = asyncio.Event()
        self.url = ""

    async def chat(self, request: web.Request) -> web.StreamResponse:
        return await self.answer(request, self.completion)

    async def embeddings(self, request: web.Request) -> web.StreamResponse:
        return await self.answer(request, self.vectors)

    async def answer(
        self, request: web.Request, usual: Callable[[dict[str, Any]], web.Response]
    ) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.bodies.append(body)
        self.running += 1
        self.busy.set()
        self.peak = max(self.peak, self.running)
        try:
            action = self.script.pop(0) if self.script else None
            refused = self.refusal(request, body)
            if action is not None:
                return await action(self, request, body)
            return refused or usual(body)
        except asyncio.CancelledError:
            self.aborted += 1
            raise
        finally:
            self.running -= 1

    def refusal(self, request: web.Request, body: dict[str, Any]) -> web.Response | None:
        authorization = request.headers.get("Authorization", "")
        if self.api_key is not None and authorization != f"Bearer {self.api_key}":
            # Worse than vLLM, which does not echo it.
            return failure(401, f"Incorrect API key provided: {authorization}")
        if body["model"] != self.model:
            return failure(404, f"The model `{body['model']}` does not exist.")
        if any(len(text) > self.most_characters for text in body.get("input", ())):
            return failure(400, "This model's maximum context length is shorter.")
        if self.refuses_schemas and "response_format" in body:
            return failure(self.refuses_schemas, "response_format: json_schema is not supported")
        if body.get("n", 1) > 1 and body["temperature"] == 0:
            return failure(400, "n must be 1 when using greedy sampling, got 2.")
        return None

    def completion(self, body: dict[str, Any]) -> web.Response:
        n = min(body.get("n", 1), self.most_choices)
        texts = [f"answer of seed {body['seed'] + i}" for i in range(n)]
        if "prompt" in body:
            plain = [{"index": i, "text": t, "finish_reason": "stop"} for i, t in enumerate(texts)]
            return web.json_response(completion(plain))
        return web.json_response(completion([choice(i, t) for i, t in enumerate(texts)]))

    async def tokenize(self, request: web.Request) -> web.StreamResponse:
        self.counted += 1
        if not self.counts:
            return web.Response(status=404)
        body = json.loads(await request.read())
        length = sum(len(m["content"]) for m in body["messages"])
        return web.json_response({"count": length // 4, "max_model_len": self.context})

    def vectors(self, body: dict[str, Any]) -> web.Response:
        # in another order than asked for: only the index counts
        listed = [
            {"object": "embedding", "index": i, "embedding": meaning(text, self.dimension)}
            for i, text in reversed(list(enumerate(body["input"])))
        ]
        return web.json_response({"object": "list", "model": self.model, "data": listed})

    async def health(self, _: web.Request) -> web.StreamResponse:
        return web.Response(status=404 if self.well is None else 200 if self.well else 503)

    async def metrics(self, _: web.Request) -> web.StreamResponse:
        if self.cache is None:
            return web.Response(status=404)
        labels = 'engine="0",model_name="tiny"'
        lines = [
            "# TYPE vllm:prefix_cache_queries_total counter",
            f"vllm:prefix_cache_queries_total{{{labels}}} {float(self.cache[1])}",
            f"vllm:prefix_cache_hits_total{{{labels}}} {float(self.cache[0])}",
            f"vllm:prefix_cache_hits_created{{{labels}}} 1.7e9",
        ]
        return web.Response(text="\n".join(lines) + "\n")

    async def stop(self) -> None:
        assert self.runner is not None
        await self.runner.cleanup()

    async def models(self, request: web.Request) -> web.StreamResponse:
        if (refused := self.refusal(request, {"model": self.model})) is not None:
            return refused
        listed = {"id": self.model, "object": "model", "created": 1, "root": self.root}
        told = {**listed, **({"max_model_len": self.context} if self.context else {})}
        return web.json_response({"object": "list", "data": [told]})


def meaning(text: str, dimension: int) -> list[float]:
    """Count the words of a text in as many classes as a vector has numbers."""
    counts = [0.0] * dimension
    for word in text.casefold().split():
        counts[zlib.crc32(word.encode()) % dimension] += 1
    return counts if any(counts) else [1.0] * dimension


def choice(index: int, content: str | None, **message: Any) -> dict[str, Any]:
    reason = message.pop("finish_reason", "stop")
    made = {"role": "assistant", "content": content, **message}
    return {"index": index, "message": made, "finish_reason": reason}


def completion(choices: list[dict[str, Any]]) -> dict[str, Any]:
    usage = {"prompt_tokens": 7, "completion_tokens": 5 * len(choices), "total_tokens": 0}
    return {"id": "chatcmpl-1", "object": "chat.completion", "choices": choices, "usage": usage}


def failure(status: int, message: str, **headers: str) -> web.Response:
    body = {"error": {"message": message, "type": "error", "param": None, "code": status}}
    return web.json_response(body, status=status, headers=headers)


class Script:
    """The ways in which a server misbehaves, as actions of a script."""

    @staticmethod
    def says(status: int, message: str = "no", **headers: str) -> Action:
        async def action(*_: Any) -> web.StreamResponse:
            return failure(status, message, **headers)

        return action

    @staticmethod
    def body(data: bytes, status: int = 200) -> Action:
        async def action(*_: Any) -> web.StreamResponse:
            return web.Response(body=data, status=status)

        return action

    @staticmethod
    def choices(*found: dict[str, Any]) -> Action:
        return Script.body(json.dumps(completion(list(found))).encode())

    choice = staticmethod(choice)

    @staticmethod
    def slow(seconds: float) -> Action:
        async def action(server: ChatServer, _: web.Request, body: Any) -> web.StreamResponse:
            await asyncio.sleep(seconds)
            return server.completion(body)

        return action

    @staticmethod
    def drop() -> Action:
        async def action(_: ChatServer, request: web.Request, __: Any) -> web.StreamResponse:
            assert request.transport is not None
            request.transport.close()
            return web.Response()

        return action

    @staticmethod
    def break_off() -> Action:
        async def action(_: ChatServer, request: web.Request, __: Any) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b'{"choices": [')
            assert request.transport is not None
            request.transport.close()
            return response

        return action


Start = Callable[..., Awaitable[ChatServer]]


@pytest.fixture
def script() -> type[Script]:
    return Script


@pytest.fixture
async def start_server() -> AsyncIterator[Start]:
    runners: list[web.AppRunner] = []

    async def start(model: str = "tiny", root: str = "/models/tiny", port: int = 0) -> ChatServer:
        server = ChatServer(model, root)
        app = web.Application()
        app.router.add_post("/v1/chat/completions", server.chat)
        app.router.add_post("/v1/embeddings", server.embeddings)
        app.router.add_get("/v1/models", server.models)
        app.router.add_post("/v1/completions", server.chat)
        app.router.add_post("/tokenize", server.tokenize)
        app.router.add_get("/health", server.health)
        app.router.add_get("/metrics", server.metrics)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        runners.append(runner)
        server.runner = runner
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        host, bound = runner.addresses[0][:2]
        server.url = f"http://{host}:{bound}"
        return server

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def server(start_server: Start) -> ChatServer:
    return await start_server()


@pytest.fixture
async def connect(server: ChatServer) -> AsyncIterator[Callable[..., OpenAIModel]]:
    made: list[OpenAIModel] = []

    def _connect(*urls: str, **options: Any) -> OpenAIModel:
        options = {"timeout_s": 20.0, **options}
        made.append(OpenAIModel(options.pop("name", "tiny"), urls or (server.url,), **options))
        return made[-1]

    yield _connect
    for model in made:
        await model.close()
        await model.close()
