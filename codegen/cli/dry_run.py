"""`codegen synthesize --dry-run`: the prompts of one problem, without calling anything."""

from __future__ import annotations

import click

from codegen.prompt import problem_prompt, solution_prompt, tests_prompt
from codegen.records import Case, Parameter, Problem, Signature
from codegen.synthesis.settings import Settings
from codegen.synthesis.tasks import tasks_of

_SAMPLE = Problem(
    id="sample",
    title="Longest run",
    statement="Return the length of the longest run of equal neighbours in `values`; 0 if empty.",
    signature=Signature("longest_run", (Parameter("values", "list[int]"),), "int"),
    examples=(Case("example-1", ([1, 1, 2],), 2, "specification"),),
)


def print_prompts(settings: Settings) -> None:
    """Print what the model would be asked for the first problem.

    Where the problem is still to be written, a sample stands in for it in the later prompts.
    """
    task = next(tasks_of(settings).listed, None)
    if task is None:
        click.echo("there is no problem to ask for")
        return
    if task.problem is None:
        _show("problem", problem_prompt(task.seed, settings.languages).text)
    problem = task.problem or _SAMPLE
    note = "" if task.problem else " (for a sample problem)"
    if not task.cases:
        _show("tests" + note, tests_prompt(problem, settings.inputs).text)
    for language in settings.languages:
        _show(f"solution in {language.title}{note}", solution_prompt(problem, language).text)


def _show(name: str, text: str) -> None:
    click.echo(f"{'=' * 8} {name} {'=' * 8}\n{text}")
