"""`codegen synthesize --dry-run`: the prompts of one problem, without calling anything."""

from __future__ import annotations

import click

from codegen.prompt import Prompt, problem_prompt, solution_prompt, tests_prompt
from codegen.records import PROGRAM, Case, Parameter, Problem, Signature
from codegen.synthesis.settings import Settings
from codegen.synthesis.tasks import tasks_of
from codegen.traits import interface_of

_SAMPLE = Problem(
    id="sample",
    title="Longest run",
    statement="Return the length of the longest run of equal neighbours in `values`; 0 if empty.",
    signature=Signature("longest_run", (Parameter("values", "list[int]"),), "int"),
    examples=(Case("example-1", ([1, 1, 2],), 2, "specification"),),
)
_PROGRAM = Problem(
    id="sample",
    title="Longest run",
    statement="Print the length of the longest run of equal neighbours; 0 if there are no numbers."
    "\n\n### Input\nOne line of integers.\n\n### Output\nOne line with the length.",
    signature=PROGRAM,
    examples=(Case("example-1", ("1 1 2\n",), "2\n", "specification"),),
)


def print_prompts(settings: Settings) -> None:
    """Print what the model would be asked for the first problem.

    Where the problem is still to be written, a sample stands in for it in the later prompts. Below
    a prompt comes the schema of its answer, where one is sent.
    """

    def show(name: str, prompt: Prompt) -> None:
        click.echo(f"{'=' * 8} {name} {'=' * 8}\n{prompt.text}")
        if settings.json_schemas and prompt.schema:
            click.echo(f"{'-' * 8} schema of the answer {'-' * 8}\n{prompt.schema}\n")

    task = next(tasks_of(settings).listed, None)
    if task is None:
        click.echo("there is no problem to ask for")
        return
    if task.problem is None:
        show("problem", problem_prompt(task.seed, settings.languages))
    sample = _PROGRAM if interface_of(task.seed.traits) == "program" else _SAMPLE
    problem = task.problem or sample
    note = "" if task.problem else " (for a sample problem)"
    if not task.cases:
        show("tests" + note, tests_prompt(problem, settings.inputs))
    for language in settings.languages:
        show(f"solution in {language.title}{note}", solution_prompt(problem, language))
