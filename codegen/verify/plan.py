"""From a checked request to one job: compile, lint and run in a single round trip.

Expected values never enter the job. Native tests come on disk with the last compile command.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from codegen.language import Language, fill
from codegen.records import Signature
from codegen.sandbox.contract import Job, Step
from codegen.schema import Form, Tool
from codegen.types import parse
from codegen.verify import scaffold
from codegen.verify.request import Checked
from codegen.verify.scaffold import declared
from codegen.verify.scaffold.unit import Unit

_RESTARTS = 8
F = TypeVar("F", bound=Form)


@dataclass(frozen=True, slots=True)
class Plan:
    """A job and what is needed to judge its execution.

    `stages` names the stage of each step before the run, with the tool. `tests` are the names to be
    attested with `nonce`; empty where cases are called. `bound` are names that the tests give to
    the solution's scope.
    """

    request: Checked
    job: Job
    stages: tuple[tuple[Literal["compile", "lint"], Tool], ...]
    oracle: Literal["call", "unit"]
    tests: tuple[str, ...] = ()
    nonce: str = ""
    bound: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Run:
    frames: tuple[bytes, ...]
    replies: int
    restarts: int


def plan(request: Checked, key: bytes, *, lean: bool = False) -> Plan:
    """Return the job of a request. `key` seeds the nonce of native tests' attestations.

    A `lean` plan leaves out the compile commands that only check: a program that answers has been
    compiled. It is for requests without linters.

    Raises:
        UsageError: the tests hold no test.
    """
    if request.tests is None:
        return _call(request, lean=lean)
    return _unit(request, request.tests, key, lean=lean)


def _call(request: Checked, *, lean: bool) -> Plan:
    language, signature = request.language, request.signature
    assert signature is not None
    call = language.call
    marks = _marks(request, signature)
    files = dict(scaffold.sources(language, request.solution))
    for name in call.glue:
        files[name] = fill(language.harness(name).decode(), marks).encode()
    files.update(declared.made(language, call.form.templates, marks))
    late = declared.made(language, call.form.late, marks)
    frames = tuple(json.dumps(list(case.arguments)).encode() for case in request.cases)
    run = _Run(frames, len(frames), min(len(frames) - 1, _RESTARTS))
    steps, stages = _steps(request, _leaner(call.form, lean), files, late, marks, run)
    return Plan(request, Job(language.environment, steps), stages, "call")


def _marks(request: Checked, signature: Signature) -> dict[str, str]:
    language, call = request.language, request.language.call
    kinds = [parse(parameter.type) for parameter in signature.parameters]
    returns = parse(signature.returns)
    spelled = [{"index": str(i), "type": language.spell(k)} for i, k in enumerate(kinds)]
    function = language.function_name(signature)
    return {
        **declared.marks(language, request.solution, function=function),
        "function": function,
        "arguments": "\n".join(fill(call.argument, one) for one in spelled),
        "names": ", ".join(fill(call.name, one) for one in spelled),
        "returns": language.spell(returns),
        "types": json.dumps([str(kind) for kind in (*kinds, returns)]),
    }


def _unit(request: Checked, tests: str, key: bytes, *, lean: bool) -> Plan:
    language = request.language
    entry = language.function_name(request.signature) if request.signature else ""
    nonce = _nonce(key, request.solution, tests)
    found: Unit = scaffold.unit(language, request.solution, tests, entry, nonce)
    told = {} if found.sealed else {"nonce": nonce}
    frame = json.dumps({**told, "tests": found.tests}).encode()
    run = _Run((frame,), len(found.tests) + 1, 0)
    form = _leaner(language.unit[found.form], lean)
    steps, stages = _steps(request, form, found.files, found.late, found.marks, run)
    job = Job(language.environment, steps)
    return Plan(request, job, stages, "unit", found.tests, nonce, found.names)


def _leaner(form: F, lean: bool) -> F:
    kept = tuple(tool for tool in form.compile if not tool.checks)
    return replace(form, compile=kept) if lean else form


def _nonce(key: bytes, solution: str, tests: str) -> str:
    said = json.dumps([solution, tests]).encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()


def _steps(
    request: Checked,
    form: Form,
    files: Mapping[str, bytes],
    late: Mapping[str, bytes],
    marks: Mapping[str, str],
    run: _Run,
) -> tuple[tuple[Step, ...], tuple[tuple[Literal["compile", "lint"], Tool], ...]]:
    language = request.language
    harness = {name: language.harness(name) for name in form.files}
    last = len(form.compile) - 1
    compiling = [
        Step(
            name=f"compile:{tool.name}",
            argv=_argv(tool.argv, marks),
            files={**({**harness, **files} if i == 0 else {}), **(late if i == last else {})},
            limits=language.compile_limits,
            preloaded=tool.preloaded,
        )
        for i, tool in enumerate(form.compile)
    ]
    tools = () if request.lint == "off" else language.lint.tools
    linting = [_lint(language, tool, first=i == 0) for i, tool in enumerate(tools)]
    running = Step(
        name="run",
        argv=_argv(form.run, marks),
        files={} if compiling else {**harness, **files, **late},
        limits=request.limits,
        preloaded=form.preloaded,
        frames=run.frames,
        replies=run.replies,
        restarts=run.restarts,
        bare=form.bare,
    )
    stages = (*(("compile", t) for t in form.compile), *(("lint", t) for t in tools))
    return (*compiling, *linting, running), stages  # type: ignore[return-value]  # the literals widen


def _argv(argv: tuple[str, ...], marks: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(fill(word, marks) for word in argv)


def _lint(language: Language, tool: Tool, *, first: bool) -> Step:
    files = {name: language.harness(name) for name in language.lint.files} if first else {}
    return Step(
        name=f"lint:{tool.name}",
        argv=tool.argv,
        files=files,
        limits=language.lint.limits,
        keep_going=True,
        keep_bytes=1 << 20,
        preloaded=tool.preloaded,
    )
