"""`python -m benchmarks.null_server [--delay S]`: a chat server that answers at once, or after S.

It prints its URL and serves until its standard input ends. It reads no more of a request than where
it ends, and every answer is the same 2 KB: what is measured against it is the client.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import threading

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
MODEL = "null"


def _response(value: object) -> bytes:
    body = json.dumps(value).encode()
    head = ("HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode() + body


def completion() -> bytes:
    """Return the one answer, as vLLM words it."""
    message = {"role": "assistant", "content": "def f(x):\n    return x\n" * 80, "reasoning": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    usage = {"prompt_tokens": 600, "completion_tokens": 640, "total_tokens": 1240}
    return _response(
        {
            "id": "chatcmpl-0",
            "object": "chat.completion",
            "created": 0,
            "model": MODEL,
            "choices": [choice],
            "usage": {**usage, "prompt_tokens_details": {"cached_tokens": 512}},
        }
    )


class Connection(asyncio.Protocol):
    """One connection: requests come one after the other, each is answered after the delay."""

    def __init__(self, answer: bytes, models: bytes, delay_s: float) -> None:
        self.answer, self.models, self.delay_s = answer, models, delay_s
        self.data = bytearray()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self.data, 0, end)
            size = end + 4 + (int(length[1]) if length else 0)
            if len(self.data) < size:
                return
            chat = self.data.startswith(b"POST")
            del self.data[:size]
            if chat and self.delay_s:
                asyncio.get_running_loop().call_later(self.delay_s, self.send, self.answer)
            else:
                self.send(self.answer if chat else self.models)

    def send(self, response: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(response)


async def serve(delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    answer = completion()
    models = _response({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
    server = await loop.create_server(
        lambda: Connection(answer, models, delay_s), "127.0.0.1", 0, backlog=4096
    )
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    over = asyncio.Event()

    def wait() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(over.set)

    threading.Thread(target=wait, daemon=True).start()
    await over.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.null_server", description=__doc__)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before an answer")
    asyncio.run(serve(parser.parse_args().delay))
