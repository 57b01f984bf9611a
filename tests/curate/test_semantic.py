"""Statements that mean the same by an embedding model, over real HTTP."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from aiohttp import web

from benchmarks.curation.generated import generated
from benchmarks.curation.records import record, write_run

# what a text is about is its first word, and the rest hardly matters
TOPICS = {"rivers": [1.0, 0.0, 0.1], "streams": [1.0, 0.05, 0.1], "engines": [0.0, 1.0, 0.1]}


class Server:
    """Gives every text a vector by its topic; counts the texts."""

    def __init__(self):
        self.asked = []
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    def _serve(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._loop.run_forever()
        self._loop.run_until_complete(self._runner.cleanup())

    async def _start(self):
        app = web.Application()
        app.router.add_get("/v1/models", self.models)
        app.router.add_post("/v1/embeddings", self.embeddings)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        self._ready.set()

    async def models(self, _):
        return web.json_response({"data": [{"id": "tiny", "root": "tiny", "max_model_len": 512}]})

    async def embeddings(self, request):
        texts = (await request.json())["input"]
        self.asked += texts
        found = [TOPICS.get(text.split()[0], [0.1, 0.1, 1.0]) for text in texts]
        listed = [{"index": n, "embedding": vector} for n, vector in enumerate(found)]
        return web.json_response({"data": listed})


@pytest.fixture
def server():
    with Server() as made:
        yield made


def about(topic, number):
    made = generated(2, number)
    return replace(made, statement=f"{topic} {made.statement}", title=topic)


def curated(tmp_path, *more):
    command = [sys.executable, "-m", "codegen", "curate", str(tmp_path / "run")]
    command += ["--out", str(tmp_path / "out"), "--json", *more]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)


def test_other_words_for_the_same_go_and_no_text_is_paid_for_twice(tmp_path, server):
    topics = ("rivers", "engines", "streams")
    write_run(tmp_path / "run", [record(n, about(topic, n)) for n, topic in enumerate(topics)])
    model = ["--embedding-url", server.url, "--embedding-model", "tiny"]
    made = curated(tmp_path, *model)
    assert made.returncode == 0, made.stderr
    found = json.loads(made.stdout)
    assert found["dropped"] == {"semantic_duplicate": 4}
    assert {one["title"] for one in found["samples"]["semantic_duplicate"]} <= {"rivers", "streams"}
    assert "a cosine of 0.99" in found["samples"]["semantic_duplicate"][0]["detail"]
    asked = len(server.asked)
    again = curated(tmp_path, *model, "--embedding-threshold", "0.9999")
    assert json.loads(again.stdout)["dropped"] == {}
    # only the first vector of all, by which the server is looked at, is asked for again
    assert server.asked[asked:] == ["tiny"]


def test_a_server_that_does_not_answer_leaves_the_dataset_as_it_was(tmp_path, server):
    write_run(tmp_path / "run", [record(0, about("rivers", 0))])
    assert curated(tmp_path).returncode == 0
    before = (tmp_path / "out" / "curation.json").read_bytes()
    done = curated(tmp_path, "--embedding-url", server.url, "--embedding-model", "other")
    assert done.returncode == 3 and "other" in done.stderr and "Traceback" not in done.stderr
    assert (tmp_path / "out" / "curation.json").read_bytes() == before
    lone = curated(tmp_path, "--embedding-model", "tiny")
    assert lone.returncode == 2 and "need each other" in lone.stderr
