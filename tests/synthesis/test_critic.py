"""A statement is looked at before it is solved, mended once, or given up with what is open."""

import json

import pytest

from codegen.answer import AnswerError
from codegen.model.builtin import BuiltinTeacher, Mistakes
from codegen.model.builtin.knowledge import all_families, lacking, recognise
from codegen.model.contract import Message, Request, Sampling
from codegen.prompt import problem_prompt
from codegen.records import Seed
from codegen.synthesis.critic import critic_prompt, parse_critique, revision_prompt
from codegen.synthesis.problems import parse_problem

OPEN = {"about": "whether zero counts", "readings": ["it does", "it does not"]}
RIGHT = '''"""Counting."""


def count_positive(values: list[int]) -> int:
    """Count."""
    return sum(value > 0 for value in values)
'''


def said(value):
    return f"```json\n{json.dumps(value)}\n```"


def critical(scripted, *critiques, revised=None):
    """A model whose critic says these things in turn, and whose revision is `revised`."""

    class Critical(scripted):
        def _answer(self, request):
            if request.purpose == "critic":
                found = critiques[self.count("critic") - 1]
                return found if isinstance(found, str) else said({"ambiguities": found})
            if request.purpose == "revision":
                return said(revised or self.problem)
            return super()._answer(request)

    return Critical(lambda _: f"```python\n{RIGHT}```")


PLAIN = {"derive": (), "reference": False, "mutants": 0}


async def test_the_critic_sees_the_statement_and_no_solution(synthesize, scripted):
    model = critical(scripted, [])
    (record,), _ = await synthesize(model, **PLAIN)
    assert record.status == "accepted" and model.count("critic") == 1
    (asked,) = [r for r in model.requests if r.purpose == "critic"]
    assert scripted.PROBLEM["statement"] in asked.messages[0].content
    assert "def count_positive" not in asked.messages[0].content
    purposes = [request.purpose for request in model.requests]
    assert purposes.index("critic") < purposes.index("tests")


async def test_what_is_open_is_mended_once_and_the_revised_problem_is_solved(synthesize, scripted):
    mended = {**scripted.PROBLEM, "statement": "Return how many values exceed 0; 0 does not count."}
    model = critical(scripted, [OPEN], [], revised=mended)
    (record,), _ = await synthesize(model, **PLAIN)
    assert record.status == "accepted" and record.problem.statement == mended["statement"]
    (asked,) = [r for r in model.requests if r.purpose == "revision"]
    assert "whether zero counts" in asked.messages[0].content
    assert {"critic", "revision"} <= set(record.examples[0].generation.prompts)


async def test_what_stays_open_rejects_the_problem_before_it_costs_a_solution(synthesize, scripted):
    model = critical(scripted, [OPEN], [OPEN])
    (record,), statistics = await synthesize(model)
    assert (record.reason, statistics.rejected) == ("ambiguous_problem", {"ambiguous_problem": 1})
    assert "whether zero counts" in record.detail
    assert model.count("solution") == model.count("tests") == 0


async def test_a_critic_who_cannot_be_understood_is_asked_again_and_then_given_up(
    synthesize, scripted
):
    model = critical(scripted, "Fine by me.", "Fine.")
    (record,), _ = await synthesize(model)
    assert record.reason == "unusable_critic" and model.count("critic") == 2


async def test_without_a_critic_nobody_is_asked(synthesize, scripted):
    model = critical(scripted)
    (record,), _ = await synthesize(model, critic=False, **PLAIN)
    assert record.status == "accepted" and model.count("critic") == 0


@pytest.mark.parametrize("text", ["no", "[]", "{}", '{"ambiguities": [{"about": ""}]}', "null"])
def test_what_is_no_critique_is_refused(text):
    with pytest.raises(AnswerError):
        parse_critique(text)


def test_a_critique_is_read_and_cut():
    listed = [{"about": "a  b", "readings": ["c"]}, "plain"] + [OPEN] * 9
    found = parse_critique(json.dumps({"ambiguities": listed}))
    assert found[0].about == "a b" and found[1].about == "plain" and len(found) == 8


async def asked(teacher, purpose, text, seed=0):
    request = Request(purpose, (Message("user", text),), Sampling(seed=seed))
    (reply,) = await teacher.complete(request)
    return reply.text


async def test_the_builtin_teacher_leaves_out_finds_and_mends_a_deciding_sentence():
    sloppy = BuiltinTeacher(mistakes=Mistakes(ambiguous_statement=1, missed_ambiguity=0))
    blind = BuiltinTeacher(mistakes=Mistakes(missed_ambiguity=1))
    found = 0
    for seed in range(30):
        prompt = problem_prompt(Seed("taxonomy", "", topic="any", skill="any"), []).text
        problem = parse_problem(await asked(sloppy, "problem", prompt, seed))
        assert recognise(problem.statement) is not None
        if lacking(problem.statement) is None:
            continue
        found += 1
        critique = parse_critique(await asked(sloppy, "critic", critic_prompt(problem).text))
        assert len(critique) == 1 and critique[0].readings
        assert parse_critique(await asked(blind, "critic", critic_prompt(problem).text)) == ()
        answer = await asked(sloppy, "revision", revision_prompt(problem, critique).text)
        mended = parse_problem(answer)
        assert mended.statement.startswith(problem.statement) and not lacking(mended.statement)
        assert mended.examples == problem.examples and mended.signature == problem.signature
        assert parse_critique(await asked(sloppy, "critic", critic_prompt(mended).text)) == ()
    assert found > 20


def test_most_families_can_be_ambiguous_and_no_full_statement_is_taken_for_a_clipped_one():
    clipped = 0
    for family in all_families():
        parameters = {name: values[0] for name, values in family.domains.items()}
        full, part = family.text("statement", parameters), family.text("clipped", parameters)
        assert lacking(full) is None and recognise(full) == (family, parameters)
        if part:
            clipped += 1
            assert recognise(part) == (family, parameters) and full.startswith(part)
    assert clipped > len(all_families()) // 2
