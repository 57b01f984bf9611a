"""Which languages work here: each is tried on its own proof before the service offers it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable

from codegen.errors import CodegenError
from codegen.language import Language
from codegen.sandbox.choose import ensure
from codegen.sandbox.contract import Job, Step
from codegen.sandbox.environment import load
from codegen.sandbox.pool import Pool
from codegen.serve.service import Available
from codegen.verify.verifier import Verifier

_VERSION = re.compile(r"\d+(?:\.\d+)+")


async def examined(language: Language, pool: Pool, tell: Callable[[str], None]) -> Available:
    """Return what a language comes to here. It leaves a warm slot."""
    named = (language.name, language.aliases, language.title)
    try:
        if pool.name == "docker":
            await ensure((language.environment,), on_event=tell)
        version = await _version(language, pool)
        problem = await _problem(language, pool)
        digest = await pool.digest(language.environment)
    except CodegenError as error:
        return Available(*named, "", problem=str(error))
    return Available(*named, digest, version, problem)


async def _version(language: Language, pool: Pool) -> str:
    command = load(language.environment).versions[0]
    (step,) = (await pool.run(Job(language.environment, (Step("version", command),)))).steps
    found = _VERSION.search((step.stdout + step.stderr).decode("utf-8", "replace"))
    return found[0] if found else "0"


async def _problem(language: Language, pool: Pool) -> str:
    """Verify the language's own program that must pass; say what is wrong, if anything is."""
    proofs = language.folder / "proofs"
    task = tomllib.loads((proofs / "task.toml").read_text("utf-8"))
    proof = tomllib.loads((proofs / "passed.toml").read_text("utf-8"))
    verdict = await Verifier(pool).averify(
        language.name,
        proof["solution"],
        cases=task["cases"],
        signature=task["signature"],
        lint="off",
    )
    return "" if verdict.passed else f"{verdict.outcome}: {verdict.message}"
