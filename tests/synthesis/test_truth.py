"""No accepted solution is wrong: the teacher knows the truth, the test asks it, the loop cannot."""

from dataclasses import replace

import pytest

from benchmarks.quality.__main__ import counted
from benchmarks.quality.figures import Share
from benchmarks.quality.labels import LEVELS
from codegen.model.builtin import BuiltinTeacher, Mistakes
from codegen.sandbox.local import LocalBackend
from codegen.sandbox.pool import Pool


@pytest.mark.slow
async def test_nothing_wrong_is_accepted_from_a_teacher_that_errs_half_the_time(
    synthesize, tmp_path
):
    teacher = BuiltinTeacher(mistakes=Mistakes.at(0.5), seed=3)
    records, statistics = await synthesize(
        teacher, langs="py,rs,go", limit=None, target=10, inputs=8, folder=tmp_path / "run"
    )
    assert statistics.accepted == 10 and statistics.wrong_at_first > 5
    sandbox = Pool(LocalBackend(), slots=2)
    try:
        count = await counted(tmp_path / "run", sandbox)
    finally:
        await sandbox.close()
    assert count.complaints == []
    examples = sum(len(record.examples) for record in records)
    labels = [count.figures.of("labels", f"wrong at {level}") for level in LEVELS]
    assert sum(labels, Share()) == Share(0, examples)
    assert examples >= 20


class WithoutFeedback:
    """The same teacher behind a loop whose feedback is broken: repairs are asked for in vain."""

    def __init__(self, teacher):
        self.teacher = teacher
        self.name, self.revision = teacher.name, teacher.revision

    async def complete(self, request):
        if request.purpose == "repair":
            blank = replace(request.messages[-1], content="That is wrong. Try again.")
            request = replace(request, messages=(*request.messages[:-1], blank))
        return await self.teacher.complete(request)

    async def close(self):
        pass


@pytest.mark.slow
async def test_a_broken_feedback_loop_shows_as_fewer_repairs(synthesize, tmp_path):
    teacher = BuiltinTeacher(mistakes=Mistakes.at(0.6), seed=4)
    settings = {"langs": "py", "limit": 8, "inputs": 6}
    _, told = await synthesize(teacher, folder=tmp_path / "told", **settings)
    _, blind = await synthesize(WithoutFeedback(teacher), folder=tmp_path / "blind", **settings)
    assert told.repaired > blind.repaired
