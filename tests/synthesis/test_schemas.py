"""Schemas of answers: which turns have one, what they let through, and how a run asks with them."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from codegen.answer import AnswerError, extract_json, extract_solution
from codegen.language import get
from codegen.model.builtin import BuiltinTeacher, Mistakes
from codegen.model.contract import Message, Purpose, Reply, Request, Sampling
from codegen.prompt import (
    Prompt,
    asked_in,
    problem_prompt,
    render,
    render_for,
    solution_prompt,
)
from codegen.prompt import (
    tests_prompt as prompt_for_tests,
)
from codegen.records import Problem, Seed, Traits
from codegen.resources import folder
from codegen.synthesis.critic import critic_prompt, parse_critique, revision_prompt
from codegen.synthesis.derivation.review import comments_in, numbered
from codegen.synthesis.problems import parse_inputs, parse_more_inputs, parse_problem
from codegen.synthesis.proof import more_tests_prompt
from codegen.template import schema_of
from tests.synthesis.test_derivation import Playing

PROMPTS = folder("prompts")
NAMES = sorted(str(p.relative_to(PROMPTS))[: -len(".md.j2")] for p in PROMPTS.rglob("*.md.j2"))
SHOWN = re.compile(r"^## Answer\n.*?^```json\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
TEACHER = BuiltinTeacher(mistakes=Mistakes.none())
AMBIGUOUS = BuiltinTeacher(mistakes=replace(Mistakes.none(), ambiguous_statement=1.0))


def said(prompt: Prompt, purpose: Purpose, seed: int) -> str:
    request = Request(purpose, (Message("user", prompt.text),), Sampling(seed=seed))
    (reply,) = asyncio.run(TEACHER.complete(request))
    return reply.text


def fits(text: str, prompt: Prompt) -> bool:
    jsonschema.validate(extract_json(text), json.loads(prompt.schema))
    return True


@pytest.mark.parametrize("name", NAMES)
def test_turns_answered_with_json_alone_have_a_schema_and_those_with_code_have_none(
    name: str,
) -> None:
    source = (PROMPTS / f"{name}.md.j2").read_text("utf-8")
    shown = SHOWN.search(source)
    if shown is None or "wrapper" in source:
        assert schema_of(name) == ""
    else:
        schema = json.loads(schema_of(name))
        jsonschema.Draft202012Validator.check_schema(schema)
        # what a prompt shows as an example keeps its schema, with its keys in the same order
        example = json.loads(shown[1])
        jsonschema.validate(example, schema)
        assert schema["required"] == list(schema["properties"]) == list(example)


def problem(seed: int, interface: Any) -> Problem:
    asked = Seed("taxonomy", "", traits=Traits(interface=interface))
    prompt = problem_prompt(asked, [get("py")])
    text = said(prompt, "problem", seed)
    assert fits(text, prompt)
    return parse_problem(text, interface or "function")


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1 << 30), interface=st.sampled_from(["", "program", "class"]))
def test_what_the_parsers_take_of_the_teacher_the_schemas_let_through(
    seed: int, interface: Any
) -> None:
    made = problem(seed, interface)
    prompt = prompt_for_tests(made, 8)
    text = said(prompt, "tests", seed)
    cases = parse_inputs(text, made)
    assert fits(text, prompt) and cases
    prompt = more_tests_prompt(made, cases, ["off by one"])
    text = said(prompt, "tests", seed)
    assert fits(text, prompt) and parse_more_inputs(text, made, cases)
    prompt = critic_prompt(made)
    text = said(prompt, "critic", seed)
    assert fits(text, prompt) and not parse_critique(text)
    outputs = [("A", made.examples[0].expected), ("B", "neither")]
    shown = {"problem": made, "arguments": made.examples[0].arguments, "outputs": outputs}
    prompt = render_for(made.interface, "arbitration", **shown)
    assert fits(said(prompt, "arbitration", seed), prompt)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1 << 30), interface=st.sampled_from(["", "program"]))
def test_what_is_said_about_a_program_keeps_its_schema(seed: int, interface: Any) -> None:
    made, language = problem(seed, interface), get("py")
    answer = said(solution_prompt(made, language), "solution", seed)
    try:
        code = extract_solution(language, answer, made.signature)
    except AnswerError:
        assume(False)
    prompt = asked_in(language, made, "review", numbered=numbered(code))
    text = said(prompt, "review", seed)
    assert fits(text, prompt) and comments_in(text) is not None
    about: dict[str, Any] = {"rubric": "The truer one.", "language": language, "code": code}
    prompt = render("judgement", first="It counts.", second="It adds.", **about)
    assert fits(said(prompt, "judgement", seed), prompt)
    prompt = render("faithfulness", text="It counts.", **about)
    assert fits(said(prompt, "judgement", seed), prompt)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1 << 30), interface=st.sampled_from(["", "class"]))
def test_a_revised_problem_keeps_the_schema_of_a_problem(seed: int, interface: Any) -> None:
    asked = Seed("taxonomy", "", traits=Traits(interface=interface))
    prompt = problem_prompt(asked, [get("py")])
    request = Request("problem", (Message("user", prompt.text),), Sampling(seed=seed))
    (reply,) = asyncio.run(AMBIGUOUS.complete(request))
    made = parse_problem(reply.text, interface or "function")
    found = parse_critique(said(critic_prompt(made), "critic", seed))
    assume(found)
    revision = revision_prompt(made, found)
    assert revision.schema == prompt.schema
    text = said(revision, "revision", seed)
    assert fits(text, revision) and parse_problem(text, interface or "function")


class HeldToSchemas:
    """What a server makes of a model: an answer under a schema is JSON and nothing around it."""

    name, revision = "held", "1"

    def __init__(self, model: Any) -> None:
        self.model = model
        self.requests: list[Request] = []

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        self.requests.append(request)
        (reply,) = await self.model.complete(request)
        if not request.schema:
            return (reply,)
        value = extract_json(reply.text)
        jsonschema.validate(value, json.loads(request.schema))
        return (replace(reply, text=json.dumps(value)),)

    async def close(self) -> None:
        pass


JSON_TURNS = {"problem", "critic", "tests", "review", "judgement"}


async def test_a_run_asks_for_json_under_schemas_and_never_for_code(
    synthesize: Any, scripted: Any, tmp_path: Any
) -> None:
    derive = ("explanation", "review")
    held = HeldToSchemas(Playing(scripted).model)
    (record,), _ = await synthesize(held, derive=derive, json_schemas=True, folder=tmp_path / "a")
    assert record.status == "accepted", record.detail
    asked = {request.purpose: bool(request.schema) for request in held.requests}
    assert {purpose for purpose, under in asked.items() if under} == JSON_TURNS
    assert {"solution", "explanation", "regeneration"} <= asked.keys() - JSON_TURNS
    free = Playing(scripted).model
    (other,), _ = await synthesize(free, derive=derive, folder=tmp_path / "b")
    assert not any(request.schema for request in free.requests)
    # a version tells how a turn was asked
    with_them, without = (one.examples[0].generation.prompts for one in (record, other))
    assert {turn for turn in without if without[turn] != with_them[turn]} == {
        *("problem", "critic", "tests")
    }
    # what is taught is answered in the form that its prompt asks for, schema or not
    taught = [
        next(one.messages for one in each.examples if one.kind == "review")
        for each in (record, other)
    ]
    assert taught[0] == taught[1] and taught[0][-1].content.startswith("```json\n")
