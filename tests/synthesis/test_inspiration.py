"""Problems as seeds: what they show, where they come from, and that they are the same each time."""

import itertools
import json

import pytest

from codegen.errors import UsageError
from codegen.language import get
from codegen.model.builtin import BuiltinTeacher, Mistakes
from codegen.model.builtin.knowledge import recognise
from codegen.prompt import problem_prompt
from codegen.synthesis.allowance import Allowance
from codegen.synthesis.inspiration import (
    CHANGES,
    accepted_problems,
    evolution_seeds,
    self_instruct_seeds,
)

PLAIN = {"langs": "py", "inputs": 4, "derive": (), "reference": False, "mutants": 0}


def file_of(tmp_path, count=5):
    path = tmp_path / "mine.jsonl"
    rows = (
        {"statement": f"Return the {n}-th largest value.", "licence": "MIT"} for n in range(count)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_seeds_show_a_few_of_the_user_s_problems_in_an_order_of_their_own(tmp_path):
    path = file_of(tmp_path)
    seeds = list(itertools.islice(self_instruct_seeds(path, 1), 50))
    assert seeds == list(itertools.islice(self_instruct_seeds(path, 1), 50))
    assert seeds != list(itertools.islice(self_instruct_seeds(path, 2), 50))
    assert {len(seed.parents) for seed in seeds} == {3} and seeds[0].licence == "MIT"
    assert len({seed.sha256 for seed in seeds}) > 20
    text = problem_prompt(seeds[0], [get("py")]).text
    assert text.count("-th largest value.") == 3 and "Topic:" not in text
    with pytest.raises(UsageError):
        self_instruct_seeds(tmp_path / "none.jsonl", 0)


@pytest.mark.slow
async def test_another_run_s_problems_are_evolved_in_every_way(synthesize, tmp_path):
    teacher = BuiltinTeacher(mistakes=Mistakes.none())
    first, _ = await synthesize(teacher, folder=tmp_path / "a", **{**PLAIN, "limit": 3})
    parents = accepted_problems(tmp_path / "a")
    assert [one.id for one in parents] == [
        one.problem.id for one in first if one.status == "accepted"
    ]
    seeds = list(itertools.islice(evolution_seeds(parents, 0, "a"), 8))
    asked = {problem_prompt(seed, [get("py")]).text for seed in seeds}
    assert len(asked) == min(8, 4 * len(parents)) and {seed.change for seed in seeds} == set(
        CHANGES
    )
    records, _ = await synthesize(
        teacher, folder=tmp_path / "b", evolve=tmp_path / "a", **{**PLAIN, "limit": 3}
    )
    by_id = {one.id: one for one in parents}
    for record in records:
        (parent,) = record.seed.parents
        assert (record.seed.kind, record.seed.source) == ("evolution", "a")
        if record.problem is not None:
            family, _ = recognise(record.problem.statement)
            assert family is recognise(by_id[parent].statement)[0]
    with pytest.raises(UsageError, match="no folder of a run"):
        accepted_problems(tmp_path / "none")


@pytest.mark.slow
async def test_a_run_evolves_its_own_problems_and_is_the_same_in_pieces(synthesize, tmp_path):
    teacher = BuiltinTeacher(mistakes=Mistakes.at(0.2), seed=5)
    asked = {**PLAIN, "limit": 10, "evolve_share": 0.6, "window": 2}
    whole, _ = await synthesize(teacher, folder=tmp_path / "whole", **asked)
    for tokens in (6_000, 14_000, 10**9):
        pieces, _ = await synthesize(
            teacher,
            folder=tmp_path / "pieces",
            concurrency=7,
            allowance=Allowance(tokens=tokens),
            **asked,
        )
    assert pieces == whole
    evolved = [one for one in whole if one.seed.kind == "evolution"]
    assert len(evolved) >= 3
    for record in evolved:
        earlier = {r.problem.id for r in whole[: record.index - 2] if r.status == "accepted"}
        assert set(record.seed.parents) <= earlier
