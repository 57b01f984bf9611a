"""A dataset in which everything happened that a report tells of, with hostile text in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegen.curate.draft import Draft, drafted
from codegen.records import (
    Arm,
    Attempt,
    ErrorClass,
    Generation,
    Outcome,
    ProblemRecord,
    Seed,
    Stage,
    Strength,
    Traits,
    Usage,
)
from codegen.view.annotations import Annotation, Mark
from codegen.view.notebook import Notebook
from tests.export import made

HOSTILE = "</script><script>document.title = 'owned'</script><img src=x onerror=alert(1)>"
PROBLEMS = 24
LOOKED_AT, BAD = 6, 3  # by each of two people; of both
REASONS = ("no_consensus", "unusable_tests", "near_duplicate_problem", "unstable")


def attempts(number: int) -> tuple[Attempt, ...]:
    """Return a candidate that is right at last; each third problem's was wrong at first."""
    code = made.right("python", number)
    right = Attempt(
        "python", 0, "solution", 0, code, Outcome.PASSED, Stage.RUN, usage=Usage(1, 9, 9)
    )
    if number % 3:
        return (right,)
    wrong = replace(right, outcome=Outcome.WRONG_ANSWER, error_class=ErrorClass.WRONG_ANSWER)
    return (wrong, replace(right, kind="repair", round=1, arm=Arm.REPAIR))


def accepted(number: int) -> ProblemRecord:
    """Return a problem with an example of every kind."""
    level = ("easy", "medium", "hard")[number % 3]
    traits = Traits(difficulty=level, natural_language="de" if number % 5 == 0 else "")
    problem = replace(made.problem_of(number), title=f"{number} {HOSTILE}", traits=traits)
    seed = Seed("code" if number % 2 else "taxonomy", "text", topic=f"topic {number % 4}")
    strength = Strength("python", 0.8, ("empty",), made=8, killed=8 - number % 3)
    examples = tuple(
        replace(
            one,
            problem=problem,
            seed=seed,
            strength=strength,
            generation=replace(_generation(number), usage=Usage(1, 20, 30 + number)),
        )
        for one in made.family(number)
    )
    return replace(
        made.record_of(number, examples),
        problem=problem,
        seed=seed,
        attempts=attempts(number),
        measured_difficulty=(number % 3) / 4,
    )


def _generation(number: int) -> Generation:
    model = "second/model" if number % 4 == 0 else "first/model"
    return Generation(model, "r1", 0.8, 0.95, 512, {}, ("c",), Usage(1, 2, 3))


def rejected(number: int) -> ProblemRecord:
    """Return a problem that was lost at one of the stages."""
    reason = REASONS[number % len(REASONS)]
    tried = attempts(number) if reason in ("no_consensus", "unstable") else ()
    record = replace(made.record_of(number, ()), attempts=tried, detail=f"detail {HOSTILE}")
    return replace(record, status="rejected", reason=reason, seed=Seed("taxonomy", "text"))


def fill(draft: Draft, run: int, *, numbers: range) -> None:
    """Add accepted problems, and one rejected for every two of them."""
    configuration: dict[str, Any] = {"model": "first/model", "languages": ["python", "rust", "go"]}
    models = [("first/model", "r1"), ("second/model", "r1")]
    draft.add_run(run, draft.folder / f"run-{run}", configuration, models)
    for number in numbers:
        draft.add(run, accepted(number))
        if number % 2:
            draft.add(run, rejected(1000 + number // 2))
    draft.flush()


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of two runs with dropped examples and splits."""
    out = tmp_path_factory.mktemp("data") / "verified"
    with drafted(out) as draft:
        fill(draft, 0, numbers=range(PROBLEMS))
        fill(draft, 1, numbers=range(PROBLEMS, 2 * PROBLEMS))
        rows = list(draft.rows())
        gone = [row.position for row in rows if row.kind == "conversation"]
        draft.drop(gone, "too_long", [f"why {HOSTILE}"] * len(gone))
        draft.set(
            "split", {row.position: "test" if row.index % 8 == 0 else "train" for row in rows}
        )
        draft.finish({"made_by": "a test"})
    notebook = Notebook(out)
    for number, row in enumerate(row for row in rows if row.kind == "solution"):
        if number < 2 * LOOKED_AT:
            name = "ada" if number % 2 else "bob"
            mark: Mark = "bad" if number < BAD else "good"
            notebook.put(Annotation(row.id, name, mark, score=1 + number % 5))
    return out
