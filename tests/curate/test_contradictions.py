"""What is asked twice must be answered alike; many answers to one question are welcome."""

from dataclasses import replace

import pytest

from benchmarks.curation.generated import generated
from benchmarks.curation.records import record, write_run
from codegen.curate.contradictions import disputed
from codegen.curate.curation import curate
from codegen.curate.dataset import Dataset
from codegen.curate.passes import passes_of
from codegen.curate.selection import EVERYTHING
from codegen.curate.settings import Contradictions, CurationSettings, Duplicates
from codegen.records import Alternative, Case, Comparator, Outcome, Parameter, Signature, content_id
from codegen.records.problem import PROGRAM

PLAIN = generated(1, 0)
OTHER = replace(generated(1, 1), statement=PLAIN.statement)
NO_DUPLICATES = Duplicates(exact=False, statements=0.0, code=0.0)


def rows_of(tmp_path, *records, on=True):
    run = write_run(tmp_path / "run", records)
    chosen = CurationSettings(contradictions=Contradictions(on), duplicates=NO_DUPLICATES)
    curate([run], tmp_path / "out", chosen, passes_of(chosen))
    with Dataset.open(tmp_path / "out") as dataset:
        return list(dataset.rows(EVERYTHING))


def dropped(rows):
    return sorted({(row.index, row.reason) for row in rows if row.reason})


def records_of(*problems):
    return [record(n, one) for n, one in enumerate(problems)]


def test_several_answers_that_agree_are_kept(tmp_path):
    loud = replace(OTHER, statement=PLAIN.statement.upper().replace(" ", "  "))
    assert dropped(rows_of(tmp_path, *records_of(PLAIN, OTHER, loud))) == []


def test_without_a_majority_nobody_is_believed(tmp_path):
    rows = rows_of(tmp_path, *records_of(PLAIN, replace(OTHER, expected=(1, 5, 3))))
    assert dropped(rows) == [(0, "contradiction"), (1, "contradiction")]
    assert all(row.reason for row in rows)
    assert rows[0].detail.startswith("for [[1],1] it expects 2, and ")
    assert rows[0].detail.endswith(f"{rows[4].id[:12]} 5")


def test_a_majority_is_believed(tmp_path):
    wrong = replace(OTHER, expected=(1, 5, 3))
    rows = rows_of(tmp_path, *records_of(wrong, PLAIN, replace(OTHER, title="third")))
    assert dropped(rows) == [(0, "contradiction")]


def test_the_pass_can_be_left_out(tmp_path):
    rows = rows_of(tmp_path, *records_of(PLAIN, replace(OTHER, expected=(1, 5, 3))), on=False)
    assert dropped(rows) == []


@pytest.mark.parametrize(
    "other",
    [
        replace(OTHER, expected=(1, 5, 3), constraints="At most 7 values."),
        replace(OTHER, expected=(1, 5, 3), statement=PLAIN.statement + " But not today."),
        replace(OTHER, expected=(1, 2, 3, 4)),
    ],
    ids=["constraints", "statement", "more cases"],
)
def test_another_question_may_have_another_answer(tmp_path, other):
    assert dropped(rows_of(tmp_path, *records_of(PLAIN, other))) == []


def test_values_are_compared_as_their_type_and_comparator_say():
    one = record(0, PLAIN).examples[0]
    floats = replace(one.problem.signature, returns="float")
    problem = replace(one.problem, signature=floats, comparator=Comparator.FLOAT)
    examples = {
        n: replace(one, problem=problem, cases=tuple(replace(c, expected=v) for c in one.cases[:1]))
        for n, v in enumerate((1.0, 1 + 1e-9, 1))
    }
    assert disputed(examples) == {}


def test_outputs_of_programs_are_compared_as_text():
    one = record(0, PLAIN).examples[0]
    problem = replace(one.problem, signature=PROGRAM)
    case = Case("input-1", ("3 4",), "7\n", "consensus")
    said = {n: replace(case, expected=text) for n, text in enumerate(("7\n", "7  ", "8\n"))}
    examples = {n: replace(one, problem=problem, cases=(c,)) for n, c in said.items()}
    assert disputed({n: examples[n] for n in (0, 1)}) == {}
    assert list(disputed(examples)) == [2]


def test_results_of_operations_are_compared_by_their_methods():
    one = record(0, PLAIN).examples[0]
    methods = (Signature("add", (Parameter("n", "float"),), ""), Signature("total", (), "float"))
    problem = replace(one.problem, signature=Signature("adder", (), "", methods))
    case = Case("input-1", ([["add", [1]], ["total", []]],), [None, 1], "consensus")
    said = {n: replace(case, expected=[None, total]) for n, total in enumerate((1, 1.0, 2))}
    examples = {n: replace(one, problem=problem, cases=(c,)) for n, c in said.items()}
    assert list(disputed(examples)) == [2]


def test_pairs_that_prefer_the_opposite_go_both(tmp_path):
    def pair(index, better, worse):
        made = record(index, replace(PLAIN, title=f"pair {index}"))
        example = made.examples[0]
        turns = (example.messages[0], replace(example.messages[1], content=better))
        alternative = Alternative(worse, worse, Outcome.PASSED, 3, 3, 0.0, 1.0)
        example = replace(
            example, id="", kind="preference", messages=turns, alternative=alternative
        )
        return replace(made, examples=(replace(example, id=content_id(example)),))

    long, short = "the longer way to the answer", "the short way to it"
    rows = rows_of(
        tmp_path, pair(0, long, short), pair(1, short, long), pair(2, long, "none at all")
    )
    assert dropped(rows) == [(0, "contradictory_pair"), (1, "contradictory_pair")]
    assert rows[0].detail.endswith(rows[1].id[:12])
