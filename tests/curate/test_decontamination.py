"""Problems that a benchmark asks are dropped, however they are told, named or written."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from benchmarks.curation.generated import generated, question
from benchmarks.curation.records import record as made_record
from benchmarks.curation.records import write_run
from codegen import language as languages
from codegen.contamination.policy import Decontamination
from codegen.contamination.targets import digest_of
from codegen.curate.collect import collect
from codegen.curate.curation import curate
from codegen.curate.dataset import Dataset
from codegen.curate.decontamination import DecontaminationPass
from codegen.curate.draft import drafted
from codegen.curate.opened import opened
from codegen.curate.passes import passes_of
from codegen.curate.selection import EVERYTHING, Selection
from codegen.curate.settings import CurationSettings
from codegen.errors import UsageError
from codegen.types import parse
from codegen.verify.native.literals import Writer

UNLIKE = "Solve the riddle of the third gate as the old book asks."
FORMS = {
    "python": ("def check(candidate):\n{lines}", "    assert candidate({given}) == {wanted}\n"),
    "rust": (
        "}}\n\nfn main() {{\n    let candidate = riddle;\n{lines}}}\n",
        "    assert_eq!(candidate({given}), {wanted});\n",
    ),
    "go": (
        "func T(t *testing.T) {{\n\tcandidate := riddle\n\ttests := []test{{\n{lines}\t}}\n}}\n",
        "\t\t{{ actual: candidate({given}), expected: {wanted} }},\n",
    ),
    "javascript": (
        "function test() {{\n  let candidate = riddle;\n{lines}}}\n\ntest();\n",
        "  assert.deepEqual(candidate({given}), {wanted});\n",
    ),
}


@pytest.fixture(scope="module")
def problems(small_run):
    """The accepted problems of the run, each with its cases and its solution in Python."""
    with opened(small_run) as dataset:
        found = [one.index for _, one in dataset.problems(statuses=("accepted",))]
        records = [dataset.problem(0, index) for index in found]
    # an example's cases have the values that were agreed upon
    return [replace(one, cases=one.examples[0].cases) for one in records]


def solution(record, language="python"):
    return next(
        one.code for one in record.examples if one.kind == "solution" and one.language == language
    )


def written(record, name, *, swapped=False):
    """A benchmark's row that asks the record's problem in a language, in words of its own."""
    language = languages.get(name)
    writer = Writer(language, language.literals)
    kinds = [parse(one.type) for one in record.problem.signature.parameters]
    returns = parse(record.problem.signature.returns)
    whole, line = FORMS[name]
    lines = []
    for case in record.cases[:8]:
        pairs = list(zip(case.arguments, kinds, strict=True))
        given = [writer.write(value, kind, "argument") for value, kind in pairs]
        lines.append(
            line.format(
                given=", ".join(given[::-1] if swapped else given),
                wanted=writer.write(case.expected, returns),
            )
        )
    return {
        "task_id": "Riddle/1",
        "language": name,
        "prompt": UNLIKE,
        "entry_point": "riddle",
        "test": whole.format(lines="".join(lines)),
    }


def benchmark(folder, *rows, name="bench.jsonl"):
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def decontaminated(folder, run, *targets, change=lambda _: None, **settings):
    """Make a dataset by the pass alone; return what it dropped, by problem, and its figures."""
    texts = tuple(map(str, targets))
    made = Decontamination(targets=texts, sandbox="local", **settings)
    one = DecontaminationPass(made, 2, memory=folder / "memory.sqlite")
    with drafted(folder / "data", force=True) as draft:
        collect([run], draft)
        change(draft)
        figures = one.run(draft)
        draft.finish({})
    with Dataset.open(folder / "data") as dataset:
        rows = list(dataset.rows(EVERYTHING))
    dropped = {}
    for row in rows:
        if row.status == "dropped":
            assert row.reason == "contaminated"
            dropped.setdefault(row.index, []).append(row.detail)
    for index in dropped:
        assert all(row.status == "dropped" for row in rows if row.index == index)
    return dropped, figures


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_question_in_other_words_and_another_language_is_found_by_what_solutions_do(
    tmp_path, small_run, problems, name
):
    # the solutions are in Python and JavaScript: two of these are translations to them
    target = benchmark(tmp_path, *(written(one, name) for one in problems))
    dropped, figures = decontaminated(tmp_path, small_run, target)
    assert sorted(dropped) == [one.index for one in problems]
    assert all("behaviour: bench.jsonl, line " in one[0] for one in dropped.values())
    assert figures["methods"] == {"behaviour": len(problems)}
    (row,) = figures["targets"]
    assert row["rows_matched"] == row["rows_read_whole"] == len(problems)
    assert row["sha256"] == digest_of(target)


def test_only_the_problem_that_is_asked_is_dropped_and_parameters_may_be_in_another_order(
    tmp_path, small_run, problems
):
    for record in problems:
        target = benchmark(tmp_path, written(record, "python", swapped=True))
        dropped, figures = decontaminated(tmp_path, small_run, target)
        assert list(dropped) == [record.index]
        assert figures["problems"] == len(problems)


def test_an_answer_that_differs_once_is_another_question(tmp_path, small_run, problems):
    rows = []
    for record in problems:
        *known, last = record.cases[:8]
        other = next(one.expected for one in record.cases if one.expected != last.expected)
        changed = replace(record, cases=(*known, replace(last, expected=other)))
        rows.append(written(changed, "python"))
    dropped, figures = decontaminated(tmp_path, small_run, benchmark(tmp_path, *rows))
    assert not dropped
    assert figures["methods"] == {}


def test_tests_with_loops_are_run_as_they_are(tmp_path, small_run, problems):
    record = problems[0]
    language = languages.get("python")
    writer = Writer(language, language.literals)
    row = written(record, "python")
    kinds = [parse(one.type) for one in record.problem.signature.parameters]
    known = [
        "(({},), {})".format(
            ", ".join(writer.write(v, k) for v, k in zip(case.arguments, kinds, strict=True)),
            writer.write(case.expected, parse(record.problem.signature.returns)),
        )
        for case in record.cases[:6]
    ]
    names = ", ".join(f"a{i}" for i in range(len(kinds)))
    row["test"] = (
        f"KNOWN = [{', '.join(known)}]\n\n\ndef check(candidate):\n"
        "    for given, wanted in KNOWN:\n        assert candidate(*given) == wanted\n"
    )
    row["canonical_solution"] = f"def riddle({names}):\n    return None\n"
    dropped, _ = decontaminated(tmp_path, small_run, benchmark(tmp_path, row))
    assert list(dropped) == [record.index]
    assert "its own tests" in dropped[record.index][0]
    wrong = {**row, "test": row["test"].replace("== wanted", "!= wanted")}
    assert not decontaminated(tmp_path, small_run, benchmark(tmp_path, wrong))[0]


def test_a_statement_of_a_benchmark_is_found_by_its_words(tmp_path, small_run, problems):
    record = problems[1]
    words = record.problem.statement.upper().split()
    target = benchmark(tmp_path, {"question": f"{UNLIKE} {' '.join(words[-20:])} {UNLIKE}"})
    dropped, figures = decontaminated(tmp_path, small_run, target, off=("behaviour",))
    assert record.index in dropped
    assert set(figures["methods"]) == {"ngram"}
    assert figures["behaviour"]["programs_run"] == 0
    off = ("ngram", "behaviour")
    assert not decontaminated(tmp_path, small_run, target, off=off)[0]


@pytest.mark.parametrize("renamed", [False, True])
def test_a_reference_is_found_in_a_solution_whatever_things_are_called(
    tmp_path, small_run, problems, renamed
):
    record = max(problems, key=lambda one: len(solution(one)))
    code = solution(record)
    if renamed:
        for number, name in enumerate(sorted(names_in(code), key=len, reverse=True)):
            code = code.replace(name, f"zz{number}")
    row = {"text": UNLIKE, "code": code, "language": "python"}
    dropped, figures = decontaminated(tmp_path, small_run, benchmark(tmp_path, row))
    assert record.index in dropped
    assert figures["methods"] == {"renamed" if renamed else "code": len(dropped)}
    off = ("code", "renamed", "behaviour")
    assert not decontaminated(tmp_path, small_run, benchmark(tmp_path, row), off=off)[0]


def names_in(code):
    import ast

    tree = ast.parse(code)
    given = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return {one for one in given | bound if len(one) > 3}


def test_a_duplicate_that_was_dropped_still_says_what_its_problem_is(tmp_path):
    row = question(1, 0)
    made = []
    for number in range(2):
        python, *others, text = generated(1, number).examples
        answer = row["canonical_solution"]
        examples = (replace(python, code=answer), *others, replace(text, code=answer))
        made.append(made_record(number, replace(generated(1, number), examples=examples)))
    run = write_run(tmp_path / "run", made)
    target = benchmark(tmp_path, row)
    chosen = CurationSettings(decontamination=Decontamination((str(target),), off=("behaviour",)))
    found = curate([run], tmp_path / "out", chosen, passes_of(chosen))
    # of each kind in Python one is a duplicate; in the other languages nothing is alike
    assert found["dropped"] == {"contaminated": 6, "near_duplicate_code": 2}
    assert found["passes"]["decontamination"]["problems"] == 2
    assert found["kept"] == 0


def test_what_is_only_recorded_stays_and_is_a_finding(tmp_path, small_run, problems):
    target = benchmark(tmp_path, written(problems[0], "python"))
    dropped, figures = decontaminated(tmp_path, small_run, target, record=("behaviour",))
    assert not dropped
    assert figures["matches"][0]["index"] == problems[0].index
    with Dataset.open(tmp_path / "data") as dataset:
        assert dataset.noticed()["contaminated"] == len(problems[0].examples)


def test_nothing_is_run_twice_and_a_limit_is_told(tmp_path, small_run, problems):
    target = benchmark(tmp_path, written(problems[0], "python"))
    first, figures = decontaminated(tmp_path, small_run, target)
    assert figures["behaviour"]["programs_run"] > 0
    again, figures = decontaminated(tmp_path, small_run, target)
    assert again == first
    assert figures["behaviour"]["programs_run"] == 0
    assert figures["behaviour"]["remembered"] == len(problems)
    other = benchmark(tmp_path, written(problems[0], "javascript"))
    none, figures = decontaminated(tmp_path, small_run, other, behavioural_limit=0)
    assert not none
    assert figures["behaviour"]["beyond_limit"] == len(problems)


def test_what_was_dropped_before_is_not_looked_at(tmp_path, small_run, problems):
    def drop(draft):
        one = Selection(problems=(problems[0].index,))
        positions = [row.position for row in draft.rows(one)]
        draft.drop(positions, "unwanted", [""] * len(positions))

    target = benchmark(tmp_path, written(problems[1], "python"))
    _, figures = decontaminated_after(tmp_path, small_run, target, drop)
    assert figures["problems"] == len(problems) - 1


def decontaminated_after(folder, run, target, change):
    made = Decontamination(targets=(str(target),), behavioural_limit=0)
    with drafted(folder / "data", force=True) as draft:
        collect([run], draft)
        change(draft)
        figures = DecontaminationPass(made, 1, folder / "memory.sqlite").run(draft)
        draft.finish({})
    return None, figures


def test_columns_have_other_names_where_they_are_named(tmp_path, small_run, problems):
    row = written(problems[0], "python")
    odd = {"q": row["prompt"], "checks": row["test"], "what": "riddle", "in": "py"}
    target = benchmark(tmp_path, odd)
    named = f"{target}:prompt=q,tests=checks,entry_point=what,language=in"
    assert list(decontaminated(tmp_path, small_run, named)[0]) == [problems[0].index]
    fixed = f"{target}:prompt=q,tests=checks,entry_point=what,language=py"
    assert list(decontaminated(tmp_path, small_run, fixed)[0]) == [problems[0].index]
    for wrong, said in (
        ("prompt=q,checks=tests", "unknown column 'checks'"),
        ("prompt=q,tests=nothing", "has no column 'nothing' for tests"),
        ("tests=checks", "needs a text in one of"),
    ):
        with pytest.raises(UsageError, match=said):
            DecontaminationPass(Decontamination(targets=(f"{target}:{wrong}",)), 1)


def test_cases_may_be_given_as_values(tmp_path, small_run, problems):
    cases = [
        {"input": "\n".join(map(json.dumps, case.arguments)), "output": json.dumps(case.expected),
         "testtype": "functional"}
        for case in problems[2].cases[:8]
    ]  # fmt: skip
    row = {"question_content": UNLIKE, "public_test_cases": json.dumps(cases)}
    target = benchmark(tmp_path, row)
    assert list(decontaminated(tmp_path, small_run, target)[0]) == [problems[2].index]


def test_the_command_names_targets_and_tells_what_became_of_them(tmp_path, small_run, problems):
    target = benchmark(tmp_path, written(problems[0], "rust"))
    command = [sys.executable, "-m", "codegen", "curate", str(small_run), "--json"]
    command += ["--out", str(tmp_path / "data"), "--sandbox", "local"]
    command += ["--decontaminate", str(target), "--behavioural-limit", "100"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["dropped"]["contaminated"] > 0
    assert made["settings"]["decontamination"]["behavioural_limit"] == 100
    (found,) = made["passes"]["decontamination"]["matches"]
    assert found["place"] == "bench.jsonl, line 1"
    assert found["method"] == "behaviour"
    missing = [*command, "--decontaminate", str(tmp_path / "none.jsonl")]
    refused = subprocess.run(missing, capture_output=True, text=True, timeout=300, env=environment)
    assert refused.returncode == 2
    assert "none.jsonl cannot be read" in refused.stderr
    assert "Traceback" not in refused.stderr
