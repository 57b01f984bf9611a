"""How the teacher's answers read: a few sentences, then a fenced block.

Not here: which program or which inputs stand in the block (`codegen.model.builtin.teacher`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random

from codegen.model.builtin import lines
from codegen.model.builtin.conversation import Task
from codegen.model.builtin.edits import Variant
from codegen.model.builtin.family import Arguments, Family, Parameters
from codegen.model.builtin.knowledge import draw_examples
from codegen.records import Interface, Json, to_json

_OPENINGS = (
    "The edges decide this one, so they come first.",
    "A direct approach is enough here.",
    "Before the code, the idea in short.",
    "Let me restate what is asked, then solve it.",
    "The main point is to get the limits right.",
)
_FIXED = {
    "syntax": "A token was missing, so the file did not parse; it is back in its place.",
    "undefined": "A name was used that nothing defines or imports; that is mended.",
    "unused": "Something was declared and never used; it is gone.",
    "wrong_type": "The value returned had the wrong type; now it has the declared one.",
    "endless_loop": "A loop never came to its end; its condition is right now.",
    "boundary": "The failing case shows a wrong boundary; the condition is corrected.",
    "crash": "The failing case shows an edge that was not handled; it is handled now.",
    "no_code": "The last answer held no code; here is the whole file.",
}
_APOLOGIES = (
    "I am sorry, I cannot see from this report what is wrong, so the code stays as it was.",
    "Apologies: the report does not show me the cause. The file is unchanged.",
)
_STANDINGS = (
    "I have gone through this against the statement again. I stand by it: the code is unchanged.",
    "The reported failure does not follow from the statement. I stand by this solution, unchanged.",
)


def refusal() -> str:
    """Return the answer to what the teacher does not know. It holds no code."""
    return (
        "I am sorry, I cannot help with this one: it is not a problem that I know, "
        "and I would rather give no answer than a made-up one."
    )


def problem(
    family: Family,
    parameters: Parameters,
    rng: Random,
    *,
    wrong_example: bool,
    ambiguous: float = 0.0,
    interface: Interface = "function",
    **more: Json,
) -> str:
    """Return a problem as the JSON object that the prompt asks for, with what `more` it asks for.

    At the rate `ambiguous` its statement lacks the last sentence, where a family allows for that.
    """
    examples = draw_examples(family, parameters, rng)
    if wrong_example:
        # Not every answer can be mistaken without changing its type: null cannot.
        of_class = bool(family.signature().methods)
        slip = distorted_results if of_class else distorted
        fit = [i for i, (_, answer) in enumerate(examples) if slip(answer) != answer]
        for place in fit and [rng.choice(fit)]:
            arguments, answer = examples[place]
            examples[place] = (arguments, slip(answer))
    clipped = family.text("clipped", parameters) if rng.random() < ambiguous else ""
    used = _run(family, examples) if interface == "program" else _called(family, examples)
    content = {
        "title": family.text("title", parameters),
        "statement": clipped or family.text("statement", parameters),
        "constraints": family.text("constraints", parameters),
        **used,
        "tags": list(family.topics),
        "comparator": family.comparator(),
        **more,
    }
    intro = f"Here is a problem about {family.topics[0]}; I worked the examples out by hand."
    return f"{intro}\n\n{_block('json', json.dumps(content, indent=1, ensure_ascii=False))}"


def not_reversible(reason: str) -> str:
    """Return that there is no problem which a function answers."""
    return _block("json", json.dumps({"not_reversible": reason}))


def _called(family: Family, examples: list[tuple[Arguments, Json]]) -> dict[str, Json]:
    return {
        "signature": to_json(family.signature()),
        "examples": [{"arguments": a, "expected": e} for a, e in examples],
    }


def _run(family: Family, examples: list[tuple[Arguments, Json]]) -> dict[str, Json]:
    signature = family.signature()
    return {
        "interface": "program",
        "input": lines.input_grammar(signature),
        "output": lines.output_grammar(signature),
        "examples": [
            {
                "stdin": lines.stdin_of(signature, arguments),
                "expected": lines.written([answer], [signature.returns]),
            }
            for arguments, answer in examples
        ],
    }


def critique(ambiguities: list[Json]) -> str:
    """Return what a critic found, as the JSON object that the prompt asks for."""
    intro = "One thing is open." if ambiguities else "I read it twice; every answer is decided."
    content = json.dumps({"ambiguities": ambiguities}, ensure_ascii=False)
    return f"{intro}\n\n{_block('json', content)}"


def revised(content: Json) -> str:
    """Return a revised problem as the JSON object that the prompt asks for."""
    text = json.dumps(content, indent=1, ensure_ascii=False)
    return f"The statement says it now.\n\n{_block('json', text)}"


def tests(inputs: Sequence[Json], rng: Random) -> str:
    """Return test inputs as the JSON object that the prompt asks for."""
    intro = rng.choice(
        (
            "The edges come first, then ordinary inputs.",
            "Small and telling inputs, then larger ones.",
        )
    )
    rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in inputs)
    return f"{intro}\n\n" + _block("json", f'{{"inputs": [\n  {rows}\n]}}')


def native_tests(task: Task, file: str, rng: Random) -> str:
    """Return a file of native tests."""
    intro = rng.choice(
        (
            "The expected values follow from the statement, case by case.",
            "I went through the statement and worked each value out by hand.",
        )
    )
    return f"{intro}\n\n{_block(task.fence, file)}"


def invalid_input(
    family: Family, parameters: Parameters, valid: Arguments, rng: Random
) -> Arguments:
    """Return arguments that break the constraints, or the signature where the family has none."""
    if family.invalid is not None:
        return family.invalid(rng, parameters)
    return rng.choice(([*valid, 0], [None, *valid[1:]]))


def solution(task: Task, variant: Variant, rng: Random, *, chatty: bool) -> str:
    """Return a solution: reasons, then the file; `chatty` adds a second, smaller block."""
    opening = rng.choice(_OPENINGS)
    approach = task.family.text("approach", task.parameters)
    if variant.kind == "no_code":
        return (
            f"{opening} {approach} From there the code follows directly, so this outline will do."
        )
    answer = f"{opening} {approach}\n\n{_block(task.fence, variant.code)}"
    if not chatty:
        return answer
    sketch = f"input  -> {task.family.signature().name}\nresult -> checked against the examples"
    outline = f"In outline it works like this:\n\n{_block('text', sketch)}"
    return f"{answer}\n\n{outline}\n\nI hope that this helps!"


def repaired(task: Task, variant: Variant, kind: str, rng: Random) -> str:
    """Return the corrected file."""
    cause = _FIXED.get(kind, "The report shows that this went wrong, so I wrote it again.")
    opening = rng.choice(("You are right.", "Thank you for the report.", "I see the cause."))
    return f"{opening} {cause}\n\n{_block(task.fence, variant.code)}"


def apology(task: Task, variant: Variant, rng: Random) -> str:
    """Return the same code again, for want of information."""
    text = rng.choice(_APOLOGIES)
    return f"{text}\n\n{_block(task.fence, variant.code)}" if variant.code else text


def stands_by(task: Task, variant: Variant, rng: Random) -> str:
    """Return the same code again, because it is right."""
    return f"{rng.choice(_STANDINGS)}\n\n{_block(task.fence, variant.code)}"


def _block(fence: str, text: str) -> str:
    return f"```{fence}\n{text.rstrip()}\n```"


def distorted_results(results: Json) -> Json:
    """Return the results of operations with a slip in the first that can have one."""
    others = [distorted(one) for one in results]
    place = next((i for i, one in enumerate(others) if one != results[i]), 0)
    return [*results[:place], *others[place : place + 1], *results[place + 1 :]]


def distorted(answer: Json) -> Json:  # noqa: PLR0911 - one return per kind of value
    """Return another value of the same type, as a slip of the hand would give it."""
    if answer is None:
        return None
    if isinstance(answer, bool):
        return not answer
    if isinstance(answer, int | float):
        return answer + 1
    if isinstance(answer, str):
        return answer[:-1] if answer else "?"
    if not answer:
        return answer
    if all(isinstance(item, list) for item in answer):
        return answer[:-1]
    return [distorted(answer[0]), *answer[1:]]
