"""Solutions that were asked to be readable, documented, short or fast, and are.

The wish is a system prompt (`prompts/steering/`), one for each problem in turn. Whether the code
does what was wished is measured against the solution that was written without it; where it is not,
the example is refused. So is one that is that solution again: it would teach that a wish does
nothing.

Fast code may not pay with memory. Both are told in steps of a half of the plain solution's, and
only where the difference can be measured: a record must not depend on how busy a machine is.
"""

from __future__ import annotations

from codegen.prompt import render, solution_prompt
from codegen.records import ChatMessage, Example, Lineage, Steering
from codegen.synthesis.candidate import Candidate
from codegen.synthesis.derivation import metrics
from codegen.synthesis.derivation.made import Made, Parent, in_block
from codegen.synthesis.derivation.workshop import Workshop

STYLES = ("documented", "fast", "readable", "short")
MEASURED_S = 0.05
MEASURED_BYTES = 16 << 20
_NEXT = 1000  # candidates that are asked for a style have numbers of their own
_METRICS = {
    "documented": "comment_share",
    "fast": "relative_cpu",
    "readable": "nesting",
    "short": "tokens",
}


async def steered(workshop: Workshop) -> tuple[Example, ...]:
    """Ask for one solution in one style; none where the wish was not met."""
    parent = workshop.chosen("steering")
    style = STYLES[workshop.turn("style", len(STYLES))]
    wish = render(f"steering/{style}")
    prompt = solution_prompt(workshop.problem, parent.language)
    candidate = Candidate(parent.language, _NEXT, prompt, system=wish.text)
    verdict = await workshop.persevere(candidate)
    answer = in_block(parent.language, candidate.code)
    made = Made(
        messages=(
            ChatMessage("system", wish.text),
            ChatMessage("user", prompt.text),
            ChatMessage("assistant", answer, train=True),
        ),
        code=candidate.code,
        verdict=verdict,
        history=tuple(candidate.attempts),
        prompts={"solution": prompt.sha256, f"steering/{style}": wish.sha256},
        calls=tuple(candidate.calls),
        executions=verdict.executions if verdict else (),
    )
    if verdict is None or not verdict.passed:
        workshop.refuse("solution", parent.language, "steered_solution_failed", made)
        return ()
    steering = await _checked(workshop, parent, style, wish.sha256, candidate.code)
    if not steering.met:
        workshop.refuse("solution", parent.language, f"not_{style}", made)
        return ()
    lineage = Lineage("steered_from", parent.example.id, parent.language.name)
    return (workshop.example("solution", parent, lineage, made, steering=steering),)


async def _checked(
    workshop: Workshop, parent: Parent, style: str, sha256: str, code: str
) -> Steering:
    changed = code.split() != parent.code.split()
    if style == "fast":
        # both without linters, whose time is none of the program's
        plain = (await workshop.judge(parent.language, parent.code)).resources
        found = (await workshop.judge(parent.language, code)).resources
        time = _relative(plain.run_cpu_s, found.run_cpu_s, MEASURED_S)
        memory = _relative(plain.peak_memory_bytes, found.peak_memory_bytes, MEASURED_BYTES)
        said = metrics.comment_share(parent.language, code) > 0  # the complexity, as it was asked
        met = changed and said and time <= 1.0 and memory <= 1.0
        return Steering(style, sha256, _METRICS[style], 1.0, time, met, memory)
    measure = {
        "documented": metrics.comment_share,
        "readable": metrics.complexity,
        "short": metrics.token_count,
    }[style]
    before, after = measure(parent.language, parent.code), measure(parent.language, code)
    met = changed and (after > before if style == "documented" else after <= before)
    return Steering(style, sha256, _METRICS[style], before, after, met)


def _relative(before: float, after: float, measured: float) -> float:
    """Return what was used as a multiple of what was before, where the difference is `measured`."""
    if abs(after - before) < measured:
        return 1.0
    return max(0.5, round(after / max(before, measured) * 2) / 2)
