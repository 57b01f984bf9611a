"""The content address of a model call and of an execution: what must be equal for the answer to be.

Not here: the digest of a toolchain (`codegen.sandbox`), which covers supervisor and harness.
"""

from __future__ import annotations

from codegen.journal import codec
from codegen.model.contract import Request
from codegen.records import content_id
from codegen.sandbox.contract import Job


def call_key(model: str, revision: str, request: Request) -> str:
    """Return the key of a call: 64 hexadecimal digits.

    It covers the model's name and revision, and the whole request: purpose, messages, sampling
    with its seed, the number of answers and the prompt's version.
    """
    return content_id({"call": request, "model": model, "revision": revision})


def embedding_key(model: str, revision: str, text: str) -> str:
    """Return the key of a text's vector under a model: 64 hexadecimal digits."""
    return content_id({"embedding": text, "model": model, "revision": revision})


def execution_key(digest: str, job: Job, *, rerun: int = 0) -> str:
    """Return the key of an execution: 64 hexadecimal digits.

    It covers the toolchain's digest and the whole job: steps, file contents, limits. `rerun`
    counts deliberate repetitions of the same job, so that each is executed and kept.
    """
    return execution_key_of(digest, codec.text(job, {}), rerun=rerun)


def execution_key_of(digest: str, job_text: str, *, rerun: int = 0) -> str:
    """Return the key of an execution, given its job as `codec.text` writes it."""
    return content_id({"digest": digest, "execution": job_text, "rerun": rerun})
