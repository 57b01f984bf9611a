"""Mutants: what is changed in which language, what never is, and that they come out the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import language as languages
from codegen.model.builtin.knowledge import all_families
from codegen.records import Mutant, Outcome, Parameter, Signature
from codegen.syntax import syntax_errors
from codegen.verify.mutants import mutants_of
from codegen.verify.verifier import Verifier
from tests.verify.right_programs import RightProgram, right_program

ALL = 10_000
COUNT = Signature("count_up", (Parameter("values", "list[int]"), Parameter("k", "int")), "int")
FAMILIES = ("merge_spans", "parse_settings", "to_base", "trimmed_mean")
NAMES = [one.name for one in all_families()]

# one program by hand in every language, with every kind of place; what is not to be changed says so
PROGRAMS = {
    "python": '''"""Keep 1 < 2 and True."""
from math import inf


def count_up(values: list[int], k: int) -> int:
    """Return 1 + 1."""
    # keep 1 < 2
    total = 0
    for value in values:
        if value < 0 and not k == 3:
            continue
        total += value * 2
    if k < 0:
        raise ValueError("keep 1 < 2")
    flag = True
    return total if flag else int(1.5) + len("ab")
''',
    "rust": """use std::cmp::max; // keep 1 < 2

pub fn count_up(values: Vec<i64>, k: i64) -> i64 {
    let mut total = 0;
    for value in values {
        if value < 0 && !(k == 3) {
            continue;
        }
        total += value * 2;
    }
    if k < 0 {
        panic!("keep 1 < 2 {}", 5 + 5);
    }
    let flag = true;
    let pair: [i64; 2] = [total, max(k, k)];
    if flag { pair[0] } else { 1.5 as i64 + "ab".len() as i64 }
}
""",
    "go": """package solution

import "strings"

// keep 1 < 2
func countUp(values []int, k int) int {
\ttotal := 0
\tfor _, value := range values {
\t\tif value < 0 && !(k == 3) {
\t\t\tcontinue
\t\t}
\t\ttotal += value * 2
\t}
\tif k < 0 {
\t\tpanic("keep 1 < 2")
\t}
\tflag := true
\tif flag {
\t\treturn total
\t}
\treturn int(1.5*float64(k)) + len(strings.ToUpper("ab"))
}
""",
    "javascript": """'use strict'; // keep 1 < 2

function countUp(values, k) {
  let total = 0;
  for (const value of values) {
    if (value < 0 && !(k === 3)) {
      continue;
    }
    total += value * 2;
  }
  if (k < 0) {
    throw new Error('keep 1 < 2');
  }
  const flag = true;
  return flag ? total : Math.floor(1.5 * k) + 'ab'.length;
}

module.exports = { countUp };
""",
    "typescript": """// keep 1 < 2
type Pair = [1, 2];

export function countUp(values: Array<number>, k: number): number {
  let total = 0;
  for (const value of values) {
    if (value < 0 && !(k === 3)) {
      continue;
    }
    total += value * 2;
  }
  if (k < 0) {
    throw new Error('keep 1 < 2');
  }
  const flag: boolean = true;
  return flag ? total : Math.floor(1.5 * k) + 'ab'.length;
}
""",
    "java": """import java.util.List; // keep 1 < 2

class Solution {
    public static long countUp(List<Long> values, long k) {
        long total = 0;
        for (long value : values) {
            if (value < 0 && !(k == 3)) {
                continue;
            }
            total += value * 2;
        }
        if (k < 0) {
            throw new IllegalStateException("keep 1 < 2");
        }
        boolean flag = true;
        return flag ? total : (long) (1.5 * k) + "ab".length();
    }
}
""",
    "cpp": """#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

// keep 1 < 2
std::int64_t count_up(std::vector<std::int64_t> values, std::int64_t k) {
    std::int64_t total = 0;
    for (std::int64_t value : values) {
        if (value < 0 && !(k == 3)) {
            continue;
        }
        total += value * 2;
    }
    if (k < 0) {
        throw std::runtime_error("keep 1 < 2");
    }
    bool flag = true;
    return flag ? total : static_cast<std::int64_t>(1.5 * k) + std::string("ab").size();
}
""",
}
# what a mutant of every one of them has in the place of another text
CHANGES = {
    ("boundary", "value < 0", "value <= 0"),
    ("comparison", "value < 0", "value >= 0"),
    ("comparison", "k == 3", "k != 3"),
    ("arithmetic", "value * 2", "value + 2"),
    ("arithmetic", "total += ", "total -= "),
    ("integer", "value * 2", "value * 3"),
    ("integer", "value * 2", "value * 1"),
    ("integer", "k == 3", "k == 4"),
    ("float", "1.5", "2.5"),
    ("jump", "continue", "break"),
}


def made_of(name: str, limit: int = ALL, seed: int = 0) -> tuple[tuple[Mutant, str], ...]:
    return mutants_of(languages.get(name), PROGRAMS[name], signature=COUNT, limit=limit, seed=seed)


def program_mutants(program: RightProgram, limit: int = ALL, seed: int = 0):
    return mutants_of(
        program.language, program.code, signature=program.signature, limit=limit, seed=seed
    )


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_kind_of_place_is_changed(name: str) -> None:
    found = {(m.operator, m.before, m.after) for m, _ in made_of(name)}
    for operator, before, after in CHANGES:
        plain = (
            (before, after)
            if name not in ("javascript", "typescript")
            else (
                before.replace("==", "==="),
                after.replace("==", "===").replace("!=", "!=="),
            )
        )
        assert any(
            o == operator and b.replace(*plain) == a for o, b, a in found if plain[0] in b
        ), (operator, plain)
    assert {m.operator for m, _ in made_of(name)} == {
        *("arithmetic", "comparison", "boundary", "logic", "jump", "negation", "condition"),
        *("integer", "float", "boolean", "string", "returned", "statement"),
    }


@pytest.mark.parametrize("name", PROGRAMS)
def test_comments_imports_types_and_messages_are_not_changed(name: str) -> None:
    kept = [line for line in PROGRAMS[name].split("\n") if "keep" in line or "Return 1" in line]
    kept += [line for line in PROGRAMS[name].split("\n") if line.startswith(("import", "from"))]
    assert kept
    for _, code in made_of(name):
        assert [line for line in kept if line not in code] == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_mutant_tells_its_lines(name: str) -> None:
    lines = PROGRAMS[name].split("\n")
    for mutant, code in made_of(name):
        assert lines[mutant.line - 1].strip() == mutant.before.split("\n")[0].strip()
        assert mutant.before != mutant.after
        assert mutant.after in code


@given(st.sampled_from(sorted(PROGRAMS)), st.sampled_from(NAMES), st.integers(0, 40), st.integers())
def test_mutants_parse_differ_and_are_the_same_each_time(
    language: str, family: str, limit: int, seed: int
) -> None:
    program = right_program(family, language)
    made = program_mutants(program, limit, seed)
    assert made == program_mutants(program, limit, seed)
    codes = [code for _, code in made]
    assert len(codes) == len({*codes, program.code}) - 1 <= limit
    assert len({mutant for mutant, _ in made}) == len(made)
    for code in codes:
        assert syntax_errors(program.language, code.encode()) == ()
    everything = program_mutants(program)
    assert set(made) <= set(everything)
    assert len(made) == min(limit, len(everything))


@pytest.mark.parametrize("name", PROGRAMS)
def test_few_mutants_are_of_many_kinds_and_half_of_boundaries(name: str) -> None:
    kinds = [mutant.operator for mutant, _ in made_of(name, 13)]
    there_are = sum(mutant.operator == "boundary" for mutant, _ in made_of(name, ALL))
    assert kinds.count("boundary") == min(6, there_are) > 0
    others = [kind for kind in kinds if kind != "boundary"]
    assert len(others) == len(set(others))
    assert len({mutant.line for mutant, _ in made_of(name, 8)}) >= 5
    assert made_of(name, 8, seed=1) != made_of(name, 8, seed=2)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("python", "def count_up(values, k):\n    if k > b:\n        b = k\n    return b\n"),
        ("go", "package s\nfunc countUp(values []int, k int) int { if b < k { b = k }; return b }"),
        ("cpp", "int count_up(int values, int k) { if (k > b) { b = k; } return b; }"),
        ("java", "class S { long countUp(long v, long k) { if (k > b) b = k; return b; } }"),
    ],
)
def test_the_boundary_of_an_extreme_is_left_alone(name: str, code: str) -> None:
    made = mutants_of(languages.get(name), code, signature=COUNT, limit=ALL)
    operators = {mutant.operator for mutant, _ in made}
    assert "comparison" in operators and "boundary" not in operators


def test_only_the_wanted_function_returns_something_of_its_type() -> None:
    code = (
        "def helper(k):\n    return k\n\n\n"
        "def count_up(values, k):\n    def inner():\n        return k\n    return inner()\n"
    )
    made = mutants_of(languages.get("python"), code, signature=COUNT, limit=ALL)
    assert {(m.line, m.after) for m, _ in made if m.operator == "returned"} == {
        (8, "return 0"),
        (8, "return (inner()) + 1"),
    }


def test_a_text_that_is_no_program_has_no_mutants() -> None:
    assert mutants_of(languages.get("go"), "func (1 +", signature=COUNT, limit=9) == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_most_mutants_compile(local: Verifier, name: str) -> None:
    verdicts = []
    for family in FAMILIES:
        program = right_program(family, name)
        for _, code in program_mutants(program, 12):
            verdicts.append(
                local.verify(
                    name,
                    code,
                    cases=program.cases[:1],
                    signature=program.signature,
                    comparator=program.comparator,
                    lint="off",
                    limits={"cpu_s": 2.0},
                ).outcome
            )
    assert len(verdicts) >= 30
    assert verdicts.count(Outcome.COMPILE_ERROR) <= 0.2 * len(verdicts)
