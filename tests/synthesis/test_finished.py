"""What a resumed run is told of its finished problems: the same, by the short way and the long."""

from __future__ import annotations

from pathlib import Path

from codegen.journal import Journal
from codegen.records import ProblemRecord, Seed, Usage, to_json
from codegen.synthesis.finished import Finished, finished
from codegen.synthesis.problems import parse_problem
from tests.synthesis.conftest import PROBLEM, fenced

USAGE = Usage(3, 100, 50, 20, 10)
WRITTEN = parse_problem(fenced(PROBLEM))


def record(index: int) -> ProblemRecord:
    problem = WRITTEN if index % 2 else None
    seed = Seed("taxonomy", "", topic="counting")
    return ProblemRecord(
        index, "accepted" if problem else "rejected", "", seed, problem, (), (), (), USAGE
    )


async def test_a_record_written_without_its_end_is_read_whole(tmp_path: Path) -> None:
    records = [record(index) for index in range(6)]
    with Journal.open(tmp_path) as journal:
        for one in reversed(records):
            end = None if one.index > 3 else Finished.of(one).to_json()
            await journal.record(one.index, one.status, to_json(one), end=end)
        found = list(finished(journal))
    assert found == [Finished.of(one) for one in records]
    assert [one.mix for one in found] == [{"topic": "counting"}] * 6
    assert found[1].problem == found[5].problem == WRITTEN
    assert found[1].asked is not None and found[1].asked.statement == WRITTEN.statement
    assert found[0].asked is None and found[0].problem is None
    assert {one.usage for one in found} == {USAGE}
