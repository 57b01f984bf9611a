"""A model that says what a test tells it to; everything behind it is real."""

import json
import re
from dataclasses import replace

import pytest

from codegen.engine.run import open_run
from codegen.language import get
from codegen.model.contract import Reply, Sampling
from codegen.records import Limits
from codegen.sandbox.local import LocalBackend
from codegen.sandbox.pool import Pool
from codegen.synthesis.settings import Settings

PROBLEM = {
    "title": "Count positives",
    "statement": "Return how many of `values` are greater than zero.",
    "constraints": "",
    "signature": {
        "name": "count_positive",
        "parameters": [{"name": "values", "type": "list[int]"}],
        "returns": "int",
    },
    "examples": [
        {"arguments": [[3, -1, 2]], "expected": 2},
        {"arguments": [[]], "expected": 0},
    ],
    "tags": ["counting"],
    "comparator": "exact",
}
INPUTS = {"inputs": [[[1]], [[0]], [[-5, -6]], [[0, 1, 0, 2]], [[7, 7, 7]], [[-1, 1]]]}


def fenced(value, language="json"):
    text = value if isinstance(value, str) else json.dumps(value)
    return f"Here it is.\n\n```{language}\n{text}\n```\n"


def truthful(prompt):
    """Decide a disputed value of PROBLEM by what its statement says."""
    values = json.loads(re.search(r"^## Input\n(.*)$", prompt, re.MULTILINE)[1])[0]
    outputs = dict(re.findall(r"^([A-H])\. (.*)$", prompt, re.MULTILINE))
    right = str(sum(value > 0 for value in values))
    letters = [letter for letter, value in outputs.items() if value == right]
    return fenced({"reason": "counted", "decision": letters[0] if letters else "none"})


class ScriptedModel:
    """Answers by purpose; solutions and repairs come from a function of the request."""

    name = "scripted"
    revision = "1"
    PROBLEM = PROBLEM

    def __init__(self, solve, problem=PROBLEM, inputs=INPUTS, arbitrate=truthful):
        self.solve = solve
        self.arbitrate = arbitrate
        self.problem = problem
        self.inputs = inputs
        self.requests = []

    async def complete(self, request):
        self.requests.append(request)
        return (Reply(self._answer(request), prompt_tokens=10, completion_tokens=5),)

    def _answer(self, request):
        if request.purpose == "problem":
            return fenced(self.problem) if isinstance(self.problem, dict) else self.problem
        if request.purpose == "critic":
            return fenced({"ambiguities": []})
        if request.purpose == "tests":
            return fenced(self.inputs) if isinstance(self.inputs, dict) else self.inputs
        if request.purpose == "arbitration":
            return self.arbitrate(request.messages[0].content)
        return self.solve(request)

    async def close(self):
        pass

    def count(self, purpose):
        return sum(request.purpose == purpose for request in self.requests)


@pytest.fixture
def scripted():
    return ScriptedModel


@pytest.fixture
def synthesize(tmp_path):
    """Run a model over real sandboxes and return (records, model)."""

    async def run(
        model, *, langs="py", folder=tmp_path / "run", second=None, embedder=None, **settings
    ):
        made = Settings(
            languages=tuple(get(name) for name in langs.split(",")),
            # what follows acceptance has tests of its own
            **{
                "derive": (),
                "reference": False,
                "limit": 1,
                "inputs": 6,
                "limits": Limits(cpu_s=3, wall_s=9),
                **settings,
            },
            sampling=replace(Sampling(), max_tokens=2048),
        )
        sandbox = Pool(LocalBackend(), slots=2)
        try:
            async with open_run(
                folder, made, model, sandbox, second=second, embedder=embedder
            ) as opened:
                await opened.loop.run()
                statistics = opened.statistics()
                opened.write(statistics, {})
                from codegen.synthesis.finished import problem_records

                return list(problem_records(opened.journal)), statistics
        finally:
            await sandbox.close()

    return run
