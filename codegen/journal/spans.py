"""What a span says of a model call and of an execution.

Names are those of OpenTelemetry's conventions for generative AI where it has them. Texts and code
are never among them: they are in the journal, under `codegen.journal.key`.

Not here: what a span is (`codegen.telemetry`).
"""

from __future__ import annotations

from collections.abc import Sequence

from codegen.model.contract import Reply, Request
from codegen.records import Usage
from codegen.sandbox.contract import Execution
from codegen.telemetry import Facts

PURPOSE = "codegen.purpose"
FOUND = "codegen.journal.found"
ENVIRONMENT = "codegen.environment"
QUEUE_S = "codegen.queue_s"
WORK_S = "codegen.work_s"


def asked(model: str, request: Request) -> Facts:
    """Return what is known of a call before it is made."""
    sampling = request.sampling
    form: Facts = {"gen_ai.output.type": "json"} if request.schema else {}
    return {
        PURPOSE: request.purpose,
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": model,
        "gen_ai.request.temperature": sampling.temperature,
        "gen_ai.request.top_p": sampling.top_p,
        "gen_ai.request.max_tokens": sampling.max_tokens,
        "gen_ai.request.seed": sampling.seed,
        **form,
    }


def answered(replies: Sequence[Reply], *, found: bool) -> Facts:
    """Return what is known of a call afterwards; `found` ones cost nothing, and are told as such.

    Found are answers of the journal, and of an equal call that was under way.
    """
    return {
        FOUND: found,
        "codegen.journal.key": replies[0].call,
        "gen_ai.response.finish_reasons": [reply.finish_reason for reply in replies],
        **used(sum((reply.usage for reply in replies), Usage())),
    }


def used(usage: Usage) -> Facts:
    """Return tokens under their conventional names."""
    return {
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens,
    }


def executed(environment: str, execution: Execution, *, found: bool) -> Facts:
    """Return what is known of a job: where it ran, how it ended, and seconds in queue and at work.

    Of a `found` one the seconds are those of the time when it ran.
    """
    return {
        FOUND: found,
        "codegen.journal.key": execution.key,
        ENVIRONMENT: environment,
        QUEUE_S: execution.queue_s,
        WORK_S: sum(step.wall_s for step in execution.steps),
        "codegen.steps": [f"{step.name} {step.status}" for step in execution.steps],
    }
