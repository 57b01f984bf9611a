"""Opens a model in this process and says what became of a few requests, as JSON.

    python offline.py MODEL ARGUMENTS...

Runs in the environment of vLLM, with codegen on its path.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import replace

from codegen.errors import ModelError
from codegen.model.contract import Message, Request, Sampling
from codegen.model.offline import OfflineModel

SCHEMA = """{
  "type": "object",
  "properties": {"score": {"enum": [1, 2]}},
  "required": ["score"],
  "additionalProperties": false
}"""


def request(text: str, n: int = 1, **sampling) -> Request:
    return Request("solution", (Message("user", text),), Sampling(**sampling), n=n)


async def refusal(model: OfflineModel, asked: Request) -> str:
    try:
        await model.complete(asked)
    except ModelError as error:
        return f"{type(error).__name__}: {error}"
    return ""


async def main(name: str, *arguments: str) -> None:
    model = OfflineModel(name, arguments=arguments)
    cancelled = asyncio.create_task(model.complete(request("Never.", max_tokens=900)))
    await asyncio.sleep(0.2)
    cancelled.cancel()
    with suppress(asyncio.CancelledError):
        await cancelled
    asked = [request(f"Write program {i}.", n=2, seed=100 * i, max_tokens=24) for i in range(8)]
    replies = await asyncio.gather(*map(model.complete, asked))
    formed = replace(request("Hi.", n=2, max_tokens=60), schema=SCHEMA)
    said = {
        "name": model.name,
        "answers": [[reply.text for reply in each] for each in replies],
        "tokens": [[reply.prompt_tokens for reply in each] for each in replies],
        "greedy": [
            r.text for r in await model.complete(request("Hi.", n=2, temperature=0.0, max_tokens=8))
        ],
        "formed": [r.text for r in await model.complete(formed)],
        "long": await refusal(model, request("word " * 1500)),
    }
    await model.close()
    await model.close()
    said["closed"] = await refusal(model, request("Hi."))
    print(json.dumps(said))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
