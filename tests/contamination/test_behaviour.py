"""Which questions solutions answer: by what they do, in any language and as whole programs."""

import pytest

from codegen.contamination.answers import Subject
from codegen.contamination.asserts import Call
from codegen.contamination.behaviour import Behaviour, Runner
from codegen.contamination.questions import Question
from codegen.records import PROGRAM, Case, Comparator, Limits, Parameter, Signature
from codegen.verify.verifier import Verifier

DOUBLE = Signature("twice", (Parameter("value", "int"),), "int")
ASKED = Question("q, line 1,", "", calls=tuple(Call((n,), 2 * n) for n in (3, 10, -4)))


@pytest.fixture
async def runner():
    async with Verifier("local", slots=1) as verifier:
        yield Runner(verifier, Limits(cpu_s=1.0, wall_s=20.0))


def subject(*solutions, signature=DOUBLE, cases=(), comparator=Comparator.EXACT):
    return Subject(signature, comparator, solutions, cases)


async def test_a_solution_in_any_language_answers_what_it_gives(runner):
    behaviour = Behaviour([ASKED], runner)
    rust = ("rust", "fn twice(value: i64) -> i64 {\n    value + value\n}\n")
    python = ("python", "def twice(value):\n    return value * 2\n")
    wrong = ("python", "def twice(value):\n    return value * 2 if value > 0 else 0\n")
    assert (await behaviour.answered(subject(rust))).question == 0
    assert (await behaviour.answered(subject(python))).question == 0
    assert (await behaviour.answered(subject(wrong))).question is None


async def test_a_program_is_asked_by_its_input(runner):
    question = Question(
        "q, line 1,", "", inputs=(("3 4\n", "7\n"), ("10 -2\n", "8"), ("5 5", "10"))
    )
    behaviour = Behaviour([question, ASKED], runner)
    adds = ("python", "print(sum(map(int, input().split())))\n")
    takes = ("python", "a, b = map(int, input().split())\nprint(a - b)\n")
    assert (await behaviour.answered(subject(adds, signature=PROGRAM))).question == 0
    assert (await behaviour.answered(subject(takes, signature=PROGRAM))).question is None


async def test_what_types_or_known_cases_rule_out_is_not_run(runner):
    text = Signature("twice", (Parameter("value", "str"),), "str")
    code = ("python", "def twice(value):\n    return value * 2\n")
    known = (Case("0", (10,), 11, "specification"),)
    few = Question("q, line 1,", "", calls=(Call((1,), True), Call((2,), False)))
    boolean = Signature("f", (Parameter("value", "int"),), "bool")
    for asked, one in (
        (ASKED, subject(code, signature=text)),
        (ASKED, subject(code, cases=known)),
        (few, subject(code, signature=boolean)),
    ):
        answer = await Behaviour([asked], runner).answered(one)
        assert answer.question is None and answer.decided
    assert runner.runs == 0


async def test_one_run_asks_many_questions_and_a_slow_one_hides_no_other(runner):
    slow = Question("s, line 1,", "", calls=tuple(Call((n,), n) for n in (10**6, 10**7, 10**8)))
    others = [
        Question(f"o, line {k},", "", calls=tuple(Call((n,), n * n + k) for n in (2, 3, 5)))
        for k in range(50)
    ]
    code = (
        "def twice(value):\n    while value > 1000:\n        pass\n    return value * value + 37\n"
    )
    answer = await Behaviour([slow, *others], runner).answered(subject(("python", code)))
    assert answer.question == 1 + 37
    assert runner.runs <= 8


async def test_nothing_is_decided_where_nothing_runs(runner):
    answer = await Behaviour([ASKED], runner).answered(subject(("python", "def twice(:\n")))
    assert answer.question is None
    assert not answer.decided


async def test_lists_are_compared_as_the_problem_says(runner):
    kinds = Signature("g", (Parameter("values", "list[int]"),), "list[int]")
    calls = (Call(([3, 1, 1],), [1, 3]), Call(([5, 2, 9],), [2, 5, 9]))
    code = ("python", "def g(values):\n    return sorted(set(values), reverse=True)\n")
    behaviour = Behaviour([Question("q, line 1,", "", calls=calls)], runner)
    loose = subject(code, signature=kinds, comparator=Comparator.UNORDERED)
    assert (await behaviour.answered(loose)).question == 0
    assert (await behaviour.answered(subject(code, signature=kinds))).question is None


STACK = Signature(
    "bounded_stack",
    (Parameter("capacity", "int"),),
    "",
    methods=(
        Signature("push", (Parameter("value", "int"),), "bool"),
        Signature("pop", (), "optional[int]"),
        Signature("size", (), "int"),
    ),
)
STACK_CODE = """
class BoundedStack:
    def __init__(self, capacity):
        self.capacity, self.values = capacity, []

    def push(self, value):
        if len(self.values) >= self.capacity:
            return False
        self.values.append(value)
        return True

    def pop(self):
        return self.values.pop() if self.values else None

    def size(self):
        return len(self.values)
"""
SKELETON = """
class LimitedPile:
    def __init__(self, most):
        pass

    def push(self, value):
        pass

    def pop(self):
        pass
"""
IN_A_ROW = """
pile = LimitedPile(1)
assert pile.push(4)
assert not pile.push(5)
assert pile.pop() == 4
assert pile.pop() is None
"""
CANDIDATE = """
def check(candidate):
    pile = candidate(1)
    assert pile.push(4)
    assert not pile.push(5)
    assert pile.pop() == 4
"""
CASES = """
import unittest


class LimitedPileTestPop(unittest.TestCase):
    def setUp(self):
        self.pile = LimitedPile(1)

    def test_pop(self):
        self.assertTrue(self.pile.push(4))
        self.assertFalse(self.pile.push(5))
        self.assertEqual(self.pile.pop(), 4)

    def test_pop_of_nothing(self):
        self.assertIsNone(LimitedPile(1).pop())
"""


@pytest.mark.parametrize("tests", [IN_A_ROW, CANDIDATE, CASES], ids=["row", "check", "unittest"])
async def test_a_class_answers_what_its_objects_are_asked(runner, tests):
    question = Question("q, line 1,", SKELETON, language="python", tests=tests)
    behaviour = Behaviour([ASKED, question], runner)
    right = subject(("python", STACK_CODE), signature=STACK)
    wrong = subject(("python", STACK_CODE.replace(">=", ">")), signature=STACK)
    assert (await behaviour.answered(right)).question == 1
    assert (await behaviour.answered(wrong)).question is None


async def test_a_class_that_cannot_be_asked_is_not_run(runner):
    few = "pile = LimitedPile(1)\npile.push(3)\nassert pile.pop() == 3\n"
    for tests in (
        IN_A_ROW.replace("pop", "take"),
        IN_A_ROW.replace("LimitedPile(1)", "LimitedPile()"),
        IN_A_ROW.replace("LimitedPile", "Unknown"),
        few,
        "pile = (",
    ):
        question = Question("q, line 1,", SKELETON, language="python", tests=tests)
        one = subject(("python", STACK_CODE), signature=STACK)
        assert (await Behaviour([question], runner).answered(one)).question is None
    assert runner.runs == 0
