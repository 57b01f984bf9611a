"""Claims in Python's native tests: honest programs pass in every form, wrong ones are told why."""

# ruff: noqa: E501 - the programs are data, a line each

from __future__ import annotations

import pytest

from codegen.verify.verifier import Verifier

pytestmark = pytest.mark.slow
GOOD = "def f(x):\n    return x + 1\n\n\ndef g(x):\n    return x / 4\n"
FORMS = {
    "message": "def test_f():\n    assert f(1) == 2, f'why {f(1)}'\n    assert (2 == f(1)), 'x'\n",
    "lines": "def test_f():\n    assert f(\n        1  # one\n    ) == \\\n        2\n    assert (\n        f(2)\n        == 3\n    )\n",
    "loop": "def test_f():\n    for x in (1, 1):\n        assert f(x) == 2\n    if f(1) > 5:\n        assert f(1) == 6\n",
    "early": "def test_f():\n    assert f(1) == 2\n    if f(1) == 2:\n        return\n    assert f(1) == 3\n",
    "expected": (
        "import pytest\ndef test_f():\n    with pytest.raises(AssertionError):\n        assert f(1) == 3\n"
        "    try:\n        assert f(1) == 4\n    except AssertionError:\n        pass\n    assert f(1) == 2\n"
    ),
    "twice": "def test_f():\n    assert f(1) == 9\ndef test_f():\n    assert f(1) == 2\n",
    "marks": (
        "import pytest\n@pytest.mark.xfail\ndef test_f():\n    assert f(1) == 5\n    assert f(1) == 2\n"
        "@pytest.mark.parametrize('x', [1, 2])\ndef test_g(x):\n    assert f(x) == x + 1\n"
        "@pytest.mark.parametrize('x', [])\ndef test_h(x):\n    assert f(x) == 2\n"
    ),
    "case": (
        "import unittest\nclass T(unittest.TestCase):\n    def setUp(self):\n        self.x = 1\n"
        "    def test_f(self):\n        self.assertEqual(f(self.x), 2)\n        self.assertEqual(2, f(1), 'm')\n"
        "        for x in (1, 1):\n            with self.subTest(x=x):\n                self.assertEqual(f(x), 2)\n"
        "    def test_near(self):\n        self.assertAlmostEqual(g(1), 0.25)\n"
        "        self.assertAlmostEqual(g(1), 0.25, places=3)\n        self.assertAlmostEqual(g(1), 0.2, delta=1)\n"
    ),
    "inner": (
        "def test_f():\n    seen = []\n    def visit(x):\n        assert f(x) == 2\n        seen.append(x)\n"
        "    list(map(visit, [1, 1]))\n    assert len(seen) == 2\n"
    ),
    "async": "import asyncio\ndef test_f():\n    async def main():\n        assert f(1) == 2\n    asyncio.run(main())\n",
    "near": (
        "import math\nfrom pytest import approx\ndef test_f():\n    assert abs(g(1) - 0.25) < 1e-9\n"
        "    assert math.isclose(g(1000), 250, rel_tol=1e-3, abs_tol=0.001)\n    assert g(2) == approx(0.5, abs=1e-3)\n"
        "    assert abs(g(1) - 1) < 5\n"
    ),
    "kinds": (
        "def test_f():\n    assert [f(1), 'a', None, (1.5, True)] == [2, 'a', None, (1.5, True)]\n"
        "    assert {'k': f(1)} == {'k': 2}\n    assert {f(1)} == {2}\n    assert list() == []\n    assert str() == ''\n"
        "    assert (f(1) == 2) == True\n    assert bytes([1]) == b'\\x01'\n    assert f(1) == 2 == f(1)\n"
    ),
    "script": "assert f(1) == 2\nfor x in (1, 1):\n    assert f(x) == 2\ndef check(c):\n    assert c(1) == 2\ncheck(f)\n",
}  # fmt: skip


@pytest.mark.parametrize("imported", [False, True], ids=["in-scope", "imported"])
@pytest.mark.parametrize("form", sorted(FORMS))
def test_honest_programs_pass(local: Verifier, form: str, imported: bool) -> None:
    tests = ("from solution import f, g\n" if imported else "") + FORMS[form]
    verdict = local.verify("py", GOOD, tests=tests, lint="off")
    assert verdict.passed, verdict


def test_a_failed_claim_is_told_as_it_was_written(local: Verifier) -> None:
    tests = "from solution import f\n\n\ndef test_f():\n    assert f(1) == 3, 'a reason'\n"
    verdict = local.verify("py", GOOD, tests=tests, lint="off")
    assert verdict.outcome == "wrong_answer"
    said = verdict.cases[0].message
    assert (
        "assert f(1) == 3, 'a reason'" in said and "got 2" in said and "test_solution.py:5" in said
    )
    assert "same_" not in said + verdict.stdout


@pytest.mark.parametrize("answer", range(-30, 30))
def test_a_wrong_answer_is_one_whatever_the_candidates_are(answer: int) -> None:
    from codegen.verify.judge_claims import judged
    from codegen.verify.scaffold.claims import Claim

    claims = (Claim("assert f() == 2", 2, "test_f", certain=True),)
    index = answer % 5
    assert bool(judged(claims, "test_f", [f"0:{index}"])) == (index != 2)
