"""From a checked request to one job: compile, lint and run in a single round trip.

Expected values never enter the job. Native tests come on disk with the last compile command.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from typing import Literal

from codegen.records import Comparator, IoCase, Signature
from codegen.sandbox.contract import Job, Step
from codegen.schema import Form
from codegen.verify import driver, program, scaffold, steps
from codegen.verify.program import Input, Program
from codegen.verify.request import Checked
from codegen.verify.scaffold import declared
from codegen.verify.scaffold.claims import Claim
from codegen.verify.scaffold.unit import Unit
from codegen.verify.steps import Sources, Stages

_RESTARTS = 8
_KEPT = 64 << 20


@dataclass(frozen=True, slots=True)
class Plan:
    """A job and what is needed to judge its execution.

    `stages` names the stage of each step before the run, with the tool; where inputs are read there
    is a step of the run for each. `tests` are the names to be
    attested with `nonce`; empty where cases are called. `bound` are names that the tests give to
    the solution's scope, `claims` what they say that something equals; `refused` says why no
    attestation of theirs is believed.
    """

    request: Checked
    job: Job
    stages: Stages
    oracle: Literal["io", "call", "unit"]
    tests: tuple[str, ...] = ()
    nonce: str = ""
    bound: frozenset[str] = frozenset()
    claims: tuple[Claim, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class _Talk:
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
    if request.inputs:
        return _io(request, lean=lean)
    if request.tests is None:
        return _call(request, lean=lean)
    return _unit(request, request.tests, key, lean=lean)


def is_run(name: str) -> bool:
    """Whether a step of that name runs the program: once, or once for each input."""
    return name.partition(":")[0] == "run"


def _io(request: Checked, *, lean: bool) -> Plan:
    asked = Program(request.language, request.solution, request.limits, request.files)
    form = program.form_of(request.language, lean=lean)
    sources = program.sources(asked, form)
    inputs = tuple(Input(c.stdin.encode(), _kept(request, c)) for c in request.inputs)
    running = tuple(program.running(asked, form, sources, inputs, linted=_lints(request)))
    job, stages = _job(request, form, sources, running)
    return Plan(request, job, stages, "io")


def _kept(request: Checked, case: IoCase) -> int:
    """Return how many bytes of a run's output come back: what could still be right, and bounded.

    An output that is cut is a wrong one; a number may be written with many more digits.
    """
    wordy = 16 if request.comparison.name in (Comparator.FLOAT, Comparator.CHECKER) else 2
    share = max(_KEPT // len(request.inputs), 1 << 16)
    return min(share + wordy * len((case.expected or "").encode()), request.limits.output_bytes)


def _call(request: Checked, *, lean: bool) -> Plan:
    language, signature = request.language, request.signature
    assert signature is not None
    call = language.call
    marks = _marks(request, signature)
    files = dict(scaffold.sources(language, request.solution))
    glue = driver.glue(language) if signature.methods else {name: name for name in call.glue}
    files.update(declared.made(language, glue, marks))
    files.update(declared.made(language, call.form.templates, marks))
    late = declared.made(language, call.form.late, marks)
    frames = tuple(json.dumps(driver.frame(signature, one)).encode() for one in request.cases)
    talk = _Talk(frames, len(frames), min(len(frames) - 1, _RESTARTS))
    form = steps.leaner(call.form, lean)
    sources = Sources(files, late, marks, request.files)
    job, stages = _job(request, form, sources, (_run(request, form, sources, talk),))
    return Plan(request, job, stages, "call")


def _marks(request: Checked, signature: Signature) -> dict[str, str]:
    language = request.language
    function = language.function_name(signature)
    drawn = declared.marks(language, request.solution, function=function)
    return {**drawn, "function": function, **driver.marks(language, signature)}


def _unit(request: Checked, tests: str, key: bytes, *, lean: bool) -> Plan:
    language = request.language
    entry = language.function_name(request.signature) if request.signature else ""
    nonce = _nonce(key, request.solution, tests)
    found: Unit = scaffold.unit(language, request.solution, tests, entry, nonce)
    told = {} if found.sealed else {"nonce": nonce}
    frame = json.dumps({**told, **found.told, "tests": found.tests}).encode()
    talk = _Talk((frame,), len(found.tests) + 1, 0)
    form = steps.leaner(language.unit[found.form], lean)
    sources = Sources(found.files, found.late, found.marks, request.files)
    run = _run(request, form, sources, talk)
    # tests are in the program: what they expect is not to be read out of it
    program = run.argv[0].removeprefix("./") if run.argv[0].startswith("./") else ""
    run = replace(run, files={**run.files, **found.cover}, unreadable=program)
    job, stages = _job(request, form, sources, (run,))
    return Plan(
        request,
        job,
        stages,
        "unit",
        tests=found.tests,
        nonce=nonce,
        bound=found.names,
        claims=found.claims,
        refused=found.refused,
    )


def _nonce(key: bytes, solution: str, tests: str) -> str:
    said = json.dumps([solution, tests]).encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()


def _job(
    request: Checked, form: Form, sources: Sources, running: tuple[Step, ...]
) -> tuple[Job, Stages]:
    language = request.language
    tools = language.lint.tools if _lints(request) else ()
    built = steps.compiling(language, form, sources, language.compile_limits)
    linted = steps.linting(language, form, sources) if tools else ()
    job = Job(language.environment, (*built, *linted, *running))
    return job, steps.stages(form, tools)


def _lints(request: Checked) -> bool:
    return request.lint != "off" and bool(request.language.lint.tools)


def _run(request: Checked, form: Form, sources: Sources, talk: _Talk) -> Step:
    return Step(
        name="run",
        argv=steps.run_argv(form, sources.marks, request.limits),
        files=steps.run_files(request.language, form, sources, linted=_lints(request)),
        limits=request.limits,
        preloaded=form.preloaded,
        frames=talk.frames,
        replies=talk.replies,
        restarts=talk.restarts,
        bare=form.bare,
    )
