"""The builtin teacher through its public interface and the real prompts."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen import prompt as prompts
from codegen.answer import extract_json
from codegen.errors import UsageError
from codegen.language import get, names
from codegen.model.builtin import BuiltinTeacher, Mistakes, families, problem_count, truth
from codegen.model.builtin.knowledge import all_families, recognise
from codegen.model.contract import Message, Purpose, Reply, Request, Sampling
from codegen.records import Case, Comparator, Problem, Seed, Signature, canonical, from_json
from codegen.types import mismatch, parse

LANGUAGES = names()
RIGHT = BuiltinTeacher(mistakes=Mistakes.none())
FAMILY_NAMES = [name for name, _ in families()]


def ask(
    teacher: BuiltinTeacher, purpose: Purpose, *turns: str, seed: int = 0, n: int = 1
) -> list[Reply]:
    messages = tuple(
        Message("assistant" if index % 2 else "user", text) for index, text in enumerate(turns)
    )
    request = Request(purpose, messages, Sampling(seed=seed), n)
    return list(asyncio.run(teacher.complete(request)))


def problem_from(text: str) -> Problem:
    content: dict[str, Any] = extract_json(text)
    return Problem(
        id="p",
        title=content["title"],
        statement=content["statement"],
        signature=from_json(Signature, content["signature"]),
        examples=tuple(
            Case(str(i), tuple(e["arguments"]), e["expected"])
            for i, e in enumerate(content["examples"])
        ),
        tags=tuple(content["tags"]),
        comparator=Comparator(content["comparator"]),
        constraints=content["constraints"],
    )


def prompt_for(topic: str = "", text: str = "", *, kind: str = "taxonomy") -> str:
    seed = Seed(kind, text, topic=topic, skill="")  # type: ignore[arg-type]
    return prompts.problem_prompt(seed, [get(name) for name in LANGUAGES]).text


def problem_about(name: str, seed: int = 0, teacher: BuiltinTeacher = RIGHT) -> Problem:
    """Have the teacher write down one problem of a family, as one that exists already."""
    family = next(f for f in all_families() if f.name == name)
    statement = family.text("statement", family.draw(Random(seed)))
    (reply,) = ask(teacher, "problem", prompt_for(text=statement, kind="problem"))
    return problem_from(reply.text)


def test_there_are_many_families_over_many_topics() -> None:
    assert len(families()) >= 32
    assert len({topics[0] for _, topics in families()}) >= 10
    assert all(family.size >= 50 for family in all_families())
    assert problem_count() == sum(family.size for family in all_families())


def test_the_signatures_use_the_whole_type_language() -> None:
    text = " ".join(canonical(family.signature()) for family in all_families())
    for kind in ("int", "float", "str", "map[", "tuple[", "optional[", "list[list[int]]"):
        assert kind in text


@pytest.mark.parametrize("name", FAMILY_NAMES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_statement_gives_its_parameters_back(name: str, data: st.DataObject) -> None:
    family = next(f for f in all_families() if f.name == name)
    parameters = {
        key: data.draw(st.sampled_from(list(values))) for key, values in family.domains.items()
    }
    text = f"Title\n\n{family.text('statement', parameters)}\n\nConstraints: none\n"
    assert recognise(text) == (family, parameters)
    assert "$" not in family.text("title", parameters) + text


@pytest.mark.parametrize("name", FAMILY_NAMES)
def test_problems_are_well_typed_and_their_examples_true(name: str) -> None:
    for seed in range(4):
        problem = problem_about(name, seed)
        assert problem.title and problem.constraints and problem.tags
        assert 2 <= len(problem.examples) <= 4
        kinds = [parse(p.type) for p in problem.signature.parameters]
        for example in problem.examples:
            assert not any(map(mismatch, example.arguments, kinds))
            assert not mismatch(example.expected, parse(problem.signature.returns))
            assert truth(problem, example.arguments) == example.expected


@pytest.mark.parametrize("name", FAMILY_NAMES)
def test_inputs_are_valid_distinct_and_as_many_as_asked_for(name: str) -> None:
    problem = problem_about(name)
    kinds = [parse(p.type) for p in problem.signature.parameters]
    for count in (5, 24):
        (reply,) = ask(RIGHT, "tests", prompts.tests_prompt(problem, count).text)
        inputs = extract_json(reply.text)["inputs"]
        assert len(inputs) == count == len({canonical(row) for row in inputs})
        for row in inputs:
            assert not any(map(mismatch, row, kinds))
            assert not mismatch(truth(problem, row), parse(problem.signature.returns))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_solution_repeats_the_declaration(language: str) -> None:
    spelled = get(language)
    for name in FAMILY_NAMES:
        problem = problem_about(name)
        (reply,) = ask(RIGHT, "solution", prompts.solution_prompt(problem, spelled).text)
        declaration = spelled.declaration(problem.signature)
        flat = "".join(reply.text.replace(";", "").split())
        assert "".join(declaration.replace(";", "").split()) in flat
        assert f"```{spelled.fence}\n" in reply.text


def test_answers_depend_on_nothing_but_the_request() -> None:
    prompt = prompt_for("graphs")
    first = ask(BuiltinTeacher(), "problem", prompt, seed=3, n=4)
    ask(RIGHT, "problem", prompt, seed=9)
    assert ask(BuiltinTeacher(), "problem", prompt, seed=3, n=4) == first
    assert ask(BuiltinTeacher(), "problem", prompt, seed=3, n=2) == first[:2]
    assert ask(BuiltinTeacher(), "problem", prompt, seed=4, n=4) != first
    assert ask(BuiltinTeacher(seed=1), "problem", prompt, seed=3, n=4) != first


def test_the_inspiration_decides_the_topic() -> None:
    texts = [r.text for r in ask(RIGHT, "problem", prompt_for("dates and calendars"), n=8)]
    assert all("dates" in problem_from(text).tags for text in texts)
    code = "def merge(intervals):\n    return sorted(intervals)"
    (reply,) = ask(RIGHT, "problem", prompt_for(text=code, kind="code"))
    assert {"intervals", "merging", "sorting"} & set(problem_from(reply.text).tags)


def test_successive_problems_differ() -> None:
    prompt = prompt_for("something that nobody has heard of")
    found = {ask(RIGHT, "problem", prompt, seed=seed)[0].text for seed in range(200)}
    assert len(found) > 190


@pytest.mark.parametrize("purpose", ["problem", "tests", "solution", "repair"])
def test_what_it_does_not_know_gets_a_polite_answer_without_code(purpose: Purpose) -> None:
    stranger = Problem("x", "Other", "Add one.", Signature("f", (), "int"), ())
    asked = (
        prompts.solution_prompt(stranger, get("rust")).text,
        prompts.tests_prompt(stranger, 5).text,
        prompt_for(text="Add one to a number.", kind="problem"),
        "Hello?",
        "",
        "## Problem\n## Signature\n```\n```",
    )
    for prompt in asked:
        for reply in ask(RIGHT, purpose, prompt) + ask(RIGHT, purpose):
            assert "sorry" in reply.text and "```" not in reply.text


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["problem", "tests", "solution", "repair"]),
    st.lists(st.text(max_size=200), max_size=5),
)
def test_no_conversation_makes_it_fail(purpose: Purpose, turns: list[str]) -> None:
    assert ask(BuiltinTeacher(), purpose, *turns)[0].text


def test_tokens_are_counted_and_limited() -> None:
    prompt = prompt_for("strings")
    replies = ask(RIGHT, "problem", prompt, n=3)
    assert [r.prompt_tokens > 0 for r in replies] == [True, False, False]
    assert all(r.completion_tokens >= len(r.text) // 4 for r in replies)
    request = Request("problem", (Message("user", prompt),), Sampling(max_tokens=10))
    (cut,) = asyncio.run(RIGHT.complete(request))
    assert cut.finish_reason == "length" and len(cut.text) == 40


def test_the_revision_tells_teachers_apart() -> None:
    assert RIGHT.name == "builtin"
    assert BuiltinTeacher().revision == BuiltinTeacher(mistakes=Mistakes()).revision
    revisions = {t.revision for t in (RIGHT, BuiltinTeacher(), BuiltinTeacher(seed=1))}
    assert len(revisions) == 3


def test_truth_refuses_strangers() -> None:
    stranger = Problem("x", "Other", "Add one.", Signature("f", (), "int"), ())
    with pytest.raises(UsageError, match=r"Other"):
        truth(stranger, (1,))


def test_an_answer_takes_less_than_a_millisecond_and_importing_is_free() -> None:
    asked = [prompt_for(topic) for _, topics in families() for topic in topics[:2]]
    ask(BuiltinTeacher(), "problem", asked[0])
    messages = [(Message("user", prompt),) for prompt in asked]

    async def run() -> float:
        start = time.process_time()
        for seed in range(3):
            for one in messages:
                await RIGHT.complete(Request("problem", one, Sampling(seed=seed)))
        return (time.process_time() - start) / (3 * len(messages))

    assert asyncio.run(run()) < 0.003  # twice what is measured on a busy machine
    heavy = (
        "import sys, codegen.model.builtin; print([m for m in sys.modules if 'catalogue.' in m])"
    )
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


DRAWN = """
from hashlib import sha256
from random import Random
from codegen.model.builtin.knowledge import all_families
for family in all_families():
    rng = Random(family.name)
    drawn = [family.draw(rng) for _ in range(8)]
    made = [(p, family.edges(p), family.inputs(rng, p), family.inputs(rng, p)) for p in drawn]
    print(family.name, sha256(repr(made).encode()).hexdigest())
"""


def test_what_is_drawn_is_the_same_in_every_process() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", DRAWN],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for seed in ("1", "2")
    ]
    assert len(told[0]) > 30
    assert [one for one in told[0] if one not in told[1]] == []
