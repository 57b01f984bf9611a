"""One of those that are alike is kept, the best; what is made of one problem is no duplicate."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.curation.generated import generated, write_questions
from benchmarks.curation.records import record, write_run
from codegen import language as languages
from codegen.contamination.policy import Decontamination
from codegen.curate.curation import How, curate
from codegen.curate.dataset import Dataset
from codegen.curate.duplicates import alike
from codegen.curate.neighbours import Neighbours, likeness
from codegen.curate.normal import normal_program, normal_text
from codegen.curate.passes import passes_of
from codegen.curate.scratch import Item
from codegen.curate.selection import EVERYTHING
from codegen.curate.settings import CurationSettings, Duplicates
from codegen.errors import UsageError
from codegen.similarity import sketch

PLAIN = generated(1, 0)
OTHER = replace(generated(1, 1), title="other")
WORDS = PLAIN.statement.split()


def run_of(folder, *problems):
    return write_run(folder, [record(n, one) for n, one in enumerate(problems)])


def curated(out, *runs, **changes):
    chosen = CurationSettings(duplicates=Duplicates(**changes))
    curate(runs, out, chosen, passes_of(chosen), how=How(force=True))
    with Dataset.open(out) as dataset:
        return list(dataset.rows(EVERYTHING))


def reasons(rows):
    return [(row.index, row.kind, row.language, row.reason) for row in rows if row.reason]


def reworded(problem, count=1):
    words = problem.statement.split()
    words[3 : 3 + count] = [f"other{n}" for n in range(count)]
    return replace(problem, statement=" ".join(words))


def with_examples(problem, *examples):
    return replace(problem, examples=examples)


SOLUTION = PLAIN.examples[0]
UNLIKE = OTHER.examples[0]


def test_unlike_problems_are_all_kept(tmp_path):
    assert reasons(curated(tmp_path / "out", run_of(tmp_path / "run", PLAIN, OTHER))) == []


def test_a_run_that_is_given_twice_under_two_names_is_kept_once(tmp_path):
    runs = [run_of(tmp_path / name, PLAIN, OTHER) for name in ("one", "two")]
    rows = curated(tmp_path / "out", *runs)
    assert [row.run for row in rows if row.reason == "duplicate"] == [1] * 8
    assert [row.run for row in rows if row.status == "kept"] == [0] * 8
    kept = {row.id[:12] for row in rows if row.status == "kept"}
    assert {row.detail.split()[-1] for row in rows if row.reason} == kept


def test_another_problems_statement_takes_its_examples_of_kind_and_language(tmp_path):
    # the second has a language that the first lacks; it is kept
    one = with_examples(PLAIN, *PLAIN.examples[:2])
    two = with_examples(reworded(PLAIN), UNLIKE, *OTHER.examples[1:])
    rows = curated(tmp_path / "out", run_of(tmp_path / "run", one, two))
    dropped = {(row.language, row.reason) for row in rows if row.reason}
    assert dropped == {(name, "near_duplicate_statement") for name in ("go", "python")}
    assert {row.language for row in rows if row.kind == "explanation" and not row.reason} == {
        "python"
    }


def test_the_same_program_under_other_names_is_a_duplicate(tmp_path):
    renamed = SOLUTION.code.replace("item", "entry").replace("solve", "answer")
    two = with_examples(OTHER, replace(SOLUTION, code=renamed))
    rows = curated(tmp_path / "out", run_of(tmp_path / "run", with_examples(PLAIN, SOLUTION), two))
    assert [row.reason for row in rows].count("near_duplicate_code") == 1


@pytest.mark.parametrize(
    "worse",
    [{"level": "L3"}, {"killed": 4}, {"attempts": 3}],
    ids=["level", "mutation score", "attempts"],
)
@pytest.mark.parametrize("first", [True, False])
def test_the_better_is_kept_whatever_the_order(tmp_path, worse, first):
    good = with_examples(PLAIN, SOLUTION)
    bad = with_examples(reworded(PLAIN), replace(SOLUTION, **worse))
    rows = curated(
        tmp_path / "out", run_of(tmp_path / "run", *([bad, good] if first else [good, bad]))
    )
    (dropped,) = (row for row in rows if row.reason)
    assert dropped.index == (0 if first else 1)
    (kept,) = (row for row in rows if not row.reason)
    assert dropped.detail.endswith(kept.id[:12])


def test_thresholds_are_those_of_the_settings_and_nothing_is_an_error(tmp_path):
    two = with_examples(reworded(PLAIN, 30), UNLIKE)
    run = run_of(tmp_path / "run", with_examples(PLAIN, SOLUTION), two)
    assert reasons(curated(tmp_path / "out", run)) == []
    assert len(reasons(curated(tmp_path / "out", run, statements=0.2))) == 1
    same = run_of(tmp_path / "same", PLAIN, PLAIN)
    assert reasons(curated(tmp_path / "out", same, exact=False, statements=0.0, code=0.0)) == []


def test_references_are_compared_and_never_kept(tmp_path):
    rows = tmp_path / "known.jsonl"
    rows.write_text(
        json.dumps({"statement": reworded(PLAIN).statement})
        + "\n\n"
        + json.dumps({"code": UNLIKE.code.replace("item", "other"), "language": "py"})
        + "\n"
    )
    run = run_of(tmp_path / "run", PLAIN, with_examples(OTHER, *OTHER.examples[:2]))
    found = curated(tmp_path / "out", run, reference=(str(rows),))
    assert [row.reason for row in found] == [
        *["near_duplicate_statement"] * 4,
        "near_duplicate_code",
        "",
    ]
    assert found[0].detail.endswith(f"line 1 of {rows}")
    assert found[4].detail.endswith(f"line 3 of {rows}")


def test_a_dataset_as_reference_takes_its_own_kinds_and_languages_alone(tmp_path):
    curated(tmp_path / "before", run_of(tmp_path / "one", with_examples(PLAIN, SOLUTION)))
    found = curated(
        tmp_path / "out", run_of(tmp_path / "two", PLAIN), reference=(str(tmp_path / "before"),)
    )
    assert [(row.kind, row.language) for row in found if row.reason] == [("solution", "python")]
    with Dataset.open(tmp_path / "out") as dataset:
        (reference,) = dataset.manifest["passes"]["duplicates"]["references"]
    assert reference["rows"] == 1 and len(reference["sha256"]) == 64


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1: is not JSON"),
        ("[" * 100_000, "line 1: is not usable JSON"),
        ("[]", "no JSON object"),
        ('{"other": 1}', "needs a text"),
        ("\n", "holds no row"),
    ],
)
def test_a_reference_that_cannot_be_used_is_named(tmp_path, text, said):
    (tmp_path / "bad.jsonl").write_text(text)
    run = run_of(tmp_path / "run", PLAIN)
    with pytest.raises(UsageError, match=said):
        curated(tmp_path / "out", run, reference=(str(tmp_path / "bad.jsonl"),))
    assert not (tmp_path / "out").exists()


POOL = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=25, unique=True
)


def items(pairs):
    """Sets of strings around a few centres, as sketches, the best (by their names) first."""
    found = []
    for centre, step in sorted(pairs):
        words = [f"{centre}/{n}" for n in range(60)]
        words[:step] = [f"{centre}/{step}/{n}" for n in range(step)]
        position = centre * 10 + step
        found.append(Item(position, position, sketch(words)))
    return found


@settings(deadline=None)
@given(POOL)
def test_what_is_kept_is_unlike_and_what_is_dropped_is_like_what_it_names(pairs):
    given_items = items(pairs)
    by_position = {item.position: item for item in given_items}
    dropped = {item.position: (kept, share) for item, kept, share in alike(given_items, index())}
    kept = [item for item in given_items if item.position not in dropped]
    for position, (other, share) in dropped.items():
        assert other not in dropped
        assert share == likeness(by_position[position].sketch, by_position[other].sketch) >= 0.8
    assert list(alike(kept, index())) == []


def index():
    return Neighbours(0.8, 30)


@settings(deadline=None, max_examples=6)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_examples_does_not_matter(tmp_path_factory, chance):
    folder = tmp_path_factory.mktemp("order")
    problems = [PLAIN, reworded(PLAIN), reworded(PLAIN, 4), OTHER, PLAIN, reworded(OTHER, 2)]
    plain = curated(folder / "out", run_of(folder / "one", *problems))
    chance.shuffle(problems)
    mixed = curated(folder / "out", run_of(folder / "two", *problems))
    assert sorted(kept_ids(plain)) == sorted(kept_ids(mixed))


def kept_ids(rows):
    return [row.id for row in rows if row.status == "kept"]


def test_curating_again_what_was_kept_drops_nothing_more(tmp_path):
    problems = [generated(3, n) for n in range(60)]
    rows = curated(tmp_path / "out", run_of(tmp_path / "run", *problems))
    kept = {(row.index, row.kind, row.language) for row in rows if row.status == "kept"}
    left = [
        replace(
            one,
            examples=tuple(e for e in one.examples if (n, e.kind, e.language) in kept),
        )
        for n, one in enumerate(problems)
    ]
    assert len(kept) < len(rows)
    assert reasons(curated(tmp_path / "again", run_of(tmp_path / "left", *left))) == []


@given(st.text())
def test_a_normal_text_is_normal(text):
    assert normal_text(normal_text(text)) == normal_text(text)


@given(st.text(alphabet="ab \t", max_size=20), st.integers(1, 3))
def test_white_space_that_nobody_sees_does_not_matter(text, count):
    spaced = "".join(line + " " * count + "\r\n" for line in text.split("\n"))
    assert normal_text(spaced) == normal_text(text)


PROGRAMS = [
    ("python", "def f(a, b):\n    # c\n    return min(a, b)\n", "a b", "x y"),
    ("go", "package p\n\nfunc f(a, b int) int { return min(a, b) }\n", "a b", "x y"),
    ("rust", "fn f(a: i64, b: i64) -> i64 { let c = a.min(b); c }\n", "a b c", "x y z"),
    ("java", "class S { static long f(long a, long b) { return Math.min(a, b); } }", "a b", "x y"),
    ("cpp", "long f(long a, long b) { return std::min(a, b); }", "a b", "x y"),
    (
        "javascript",
        "function f(a, b) { const [c] = [a]; return Math.min(c, b); }",
        "a b c",
        "x y z",
    ),
    ("typescript", "function f(a: number, b: number) { return Math.min(a, b); }", "a b", "x y"),
]


def renamed(code, old, new):
    for one, other in zip(old.split(), new.split(), strict=True):
        code = code.replace(f"{one},", f"{other},").replace(f" {one} ", f" {other} ")
        for before in "( [":
            for behind in ",):;]. ":
                code = code.replace(f"{before}{one}{behind}", f"{before}{other}{behind}")
    return code


@pytest.mark.parametrize(("language", "code", "old", "new"), PROGRAMS, ids=lambda x: str(x)[:10])
def test_names_do_not_count_and_what_they_do_does(language, code, old, new):
    found = languages.get(language)
    normal = normal_program(found, code)
    other = renamed(code, old, new)
    assert other != code and normal_program(found, other) == normal
    assert normal_program(found, code.replace("min", "max")) != normal


def test_one_that_is_alike_is_found_among_many_that_share_much():
    found = Neighbours(0.9, 1_001)
    common = [f"common {n}" for n in range(60)]
    made = [sketch([*common, *(f"{n}/{k}" for k in range(30))]) for n in range(1_000)]
    for one in made:
        found.add(one)
    own = [f"own {n}" for n in range(90)]
    number = found.add(sketch(own))
    assert found.find(sketch(own[1:])) == (number, pytest.approx(0.97, abs=0.05))
    assert found.find(sketch(own[1:]), unless=lambda n: n == number) is None
    assert found.find(made[500]) == (500, 1.0)


def test_the_command_says_what_became_of_the_examples(tmp_path):
    run = run_of(tmp_path / "run", PLAIN, reworded(PLAIN), OTHER)
    command = [sys.executable, "-m", "codegen", "curate", str(run), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "near_duplicate_statement    -3" in done.stdout
    again = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=60)
    assert again.returncode == 0, again.stderr
    made = json.loads(again.stdout)
    assert (made["examples"], made["kept"], made["dropped"]) == (
        12,
        8,
        {"near_duplicate_statement": 3, "duplicate": 1},
    )
    assert made["made_by"] == "codegen curate" and made["sources"][0]["kept"] == 8


def test_what_another_program_made_is_replaced_on_demand_alone(tmp_path):
    run = run_of(tmp_path / "run", PLAIN)
    place = tmp_path / "out"
    place.mkdir()
    (place / "letter.txt").write_text("dear all")
    with pytest.raises(UsageError, match="not made by this"):
        curate([run], place, CurationSettings(), passes_of(CurationSettings()), how=How(force=True))
    assert (place / "letter.txt").exists()


def test_annotations_stay_when_a_dataset_is_made_again(tmp_path):
    run, out = run_of(tmp_path / "run", PLAIN), tmp_path / "out"
    for _ in range(2):
        curate([run], out, CurationSettings(), passes_of(CurationSettings()))
        (out / "annotations.sqlite").write_bytes(b"mine")
    curate([run], out, CurationSettings(), passes_of(CurationSettings()))
    assert (out / "annotations.sqlite").read_bytes() == b"mine"


def test_several_processes_find_what_one_does(tmp_path):
    problems = [generated(5, n) for n in range(200)]
    run, found = run_of(tmp_path / "run", *problems), []
    write_questions(tmp_path / "rows.jsonl", 5)
    looked_for = Decontamination(targets=(str(tmp_path / "rows.jsonl"),), off=("behaviour",))
    for workers in (1, 2):
        chosen = CurationSettings(decontamination=looked_for)
        made = curate(
            [run],
            tmp_path / "out",
            chosen,
            passes_of(chosen, workers=workers),
            how=How(workers=workers),
        )
        with Dataset.open(tmp_path / "out") as dataset:
            found.append([(row.id, row.reason, row.detail) for row in dataset.rows(EVERYTHING)])
        assert made["examples"] == 800
        reasons_found = {"stub", "secret", "near_duplicate_code", "duplicate", "contaminated"}
        assert reasons_found <= set(made["dropped"])
    assert found[0] == found[1]


@pytest.mark.parametrize("language", languages.names())
def test_an_order_of_names_counts(language):
    code = {
        "python": "def f(a, b):\n    return a - b\n",
        "go": "package p\n\nfunc f(a, b int) int { return a - b }\n",
        "rust": "fn f(a: i64, b: i64) -> i64 { a - b }\n",
    }.get(language, "long f(long a, long b) { return a - b; }")
    found = languages.get(language)
    assert normal_program(found, code) != normal_program(found, code.replace("a - b", "b - a"))
