"""When a verdict is looked at again, and what a second look makes of it.

A limit of time that was passed on a busy machine does not count at once: the job runs again,
quietly.
Where that ends as the first run did, or comes near the limit without passing it, it is the verdict.
Where it ends otherwise and far from the limit it runs once more, and two quiet runs that disagree
are `flaky`. So are runs that differ where repetitions were asked for.

Not here: who runs the jobs (`codegen.verify.work`); how long a program waited for a CPU, which is
the kernel's account (`StepResult.waited_s`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from codegen.operations import result_type
from codegen.records import CaseResult, Outcome, Verdict
from codegen.sandbox import environment as environments
from codegen.sandbox.contract import Execution, Job, Status, Step, StepResult
from codegen.sandbox.environment import Environment
from codegen.verify.compare import matches
from codegen.verify.compare_text import same_text
from codegen.verify.plan import is_run
from codegen.verify.request import Checked

_TIMED = (Outcome.TIME_LIMIT, Outcome.IDLE_LIMIT, Outcome.COMPILE_ERROR, Outcome.LINT_ERROR)
_TIMES = (Status.CPU_LIMIT, Status.WALL_LIMIT)
_WAITED = 0.15  # of its time a program was ready to run and had no CPU: more is a disturbed run
_NEAR = 0.5  # of a limit


@dataclass(frozen=True, slots=True)
class Tried:
    """One run of a request: what was run, what came of it, and the verdict on it."""

    job: Job
    execution: Execution
    verdict: Verdict


def disturbed(step: StepResult) -> bool:
    """Return whether a step went over a limit of time while others had the CPU."""
    return step.status in _TIMES and step.waited_s >= _WAITED * step.wall_s


def doubted(tried: Tried) -> int | None:
    """Return the number of the step that makes a verdict doubtful, None where there is none."""
    if tried.verdict.outcome not in _TIMED:
        return None
    steps = tried.execution.steps
    return next((number for number, step in enumerate(steps) if disturbed(step)), None)


def counts(first: Tried, second: Tried, number: int) -> bool:
    """Return whether a quiet run that ends otherwise settles what the first left in doubt."""
    if number >= len(second.execution.steps):
        return False
    step, limits = second.execution.steps[number], first.job.steps[number].limits
    if first.execution.steps[number].status is Status.CPU_LIMIT:
        return step.cpu_s >= _NEAR * limits.cpu_s
    return step.wall_s >= _NEAR * limits.wall_s


def varied(job: Job, attempt: int) -> Job:
    """Return a job once more, with other seeds where a harness of ours pins them.

    The warm interpreter has the seed of its hashes from its start, so its scripts get a new one.
    """
    environment = environments.load(job.environment)
    steps = tuple(
        _varied(step, environment, str(attempt)) if is_run(step.name) else step
        for step in job.steps
    )
    return replace(job, steps=steps, attempt=attempt)


# what the slot does with our own scripts, in an interpreter that has just started
_AS_IN_A_SLOT = """
import importlib, sys
ours = {name: importlib.import_module(name[:-3]) for name in sys.argv[1].split()}
del sys.argv[:2]
for one in ours.values():
    getattr(one, "ahead", int)()
ours[sys.argv[0]].main()
"""


def _varied(step: Step, environment: Environment, seed: str) -> Step:
    env = {**step.env, "PYTHONHASHSEED": seed}
    if not step.preloaded:
        return replace(step, env=env)
    if environment.site:
        env["PYTHONPATH"] = ":".join(environment.site)
    scripts = environment.scripts
    if step.argv[0] in environment.template.scripts:
        scripts += environment.template.scripts  # what is dear to load, and few programs need
    if step.argv[0] not in scripts:
        argv = ("python3", "-s", "-B", *step.argv)
        return replace(step, argv=argv, preloaded=False, env=env)
    argv = ("python3", "-s", "-B", "-c", _AS_IN_A_SLOT, " ".join(scripts), *step.argv)
    given = {name: text.encode() for name, text in environment.texts(scripts).items()}
    return replace(step, argv=argv, preloaded=False, env=env, files={**step.files, **given})


def difference(request: Checked, first: Verdict, second: Verdict) -> str:
    """Return in which way two verdicts on one program differ; an empty text where in none."""
    if len(first.cases) == len(second.cases):
        for one, other in zip(first.cases, second.cases, strict=True):
            if one.outcome is not other.outcome:
                return f"{one.name} is {one.outcome}, then {other.outcome}"
            if not _same_answer(request, one, other):
                return f"{one.name} has another answer"
    if first.outcome is not second.outcome:
        return f"{first.outcome}, then {second.outcome}"
    return ""


def _same_answer(request: Checked, one: CaseResult, other: CaseResult) -> bool:
    if not (one.answered and other.answered):
        return one.answered is other.answered
    if request.inputs:
        return same_text(str(one.got).encode(), str(other.got).encode(), request.comparison)
    assert request.signature is not None
    kind = result_type(request.signature, one.arguments)
    return matches(one.got, other.got, kind, request.comparison)


def flaky(last: Verdict, seen: str) -> Verdict:
    """Return the verdict that there is none: runs of one program differ."""
    return replace(last, outcome=Outcome.FLAKY, message=f"runs differ: {seen}")


def joined(verdict: Verdict, earlier: Verdict) -> Verdict:
    """Return a verdict that names the executions before it too."""
    executions = dict.fromkeys((*earlier.executions, *verdict.executions))
    return replace(verdict, executions=tuple(executions))


def waited(verdict: Verdict, earlier: Verdict) -> Verdict:
    """Return the verdict of a later look; what the looks before it took is time it waited."""
    before = earlier.resources.wall_s + earlier.resources.queue_s
    queue_s = round(verdict.resources.queue_s + before, 6)
    return replace(verdict, resources=replace(verdict.resources, queue_s=queue_s))
