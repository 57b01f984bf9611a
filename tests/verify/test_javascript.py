"""What is peculiar to JavaScript: tests run as strict code only where that makes no difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codegen.records import Outcome

if TYPE_CHECKING:
    from codegen.verify.verifier import Verifier

pytestmark = pytest.mark.slow
SOLUTION = "let counter = 0;\nfunction twice(x) {\n  counter += 1;\n  return 2 * x;\n}\n"
SLOPPY = {
    "undeclared": "got = twice(2);\nassert.equal(got, 4);",
    "undeclared-step": "globalThis.n = 1;\nn++;\nassert.equal(n, 2);",
    "frozen": "const o = Object.freeze({ a: 1 });\no.a = twice(1);\nassert.equal(o.a, 1);",
    "loop": "for (x of [1, 2]) assert.equal(twice(x), x + x);",
    "pattern": "[a, b] = [twice(1), twice(2)];\nassert.equal(a + b, 6);",
    "this": "function self() { return this === globalThis; }\nassert.ok(self());",
    "octal": "assert.equal(twice(010), 16);",
    "octal-escape": "assert.equal('\\101' + twice(1), 'A2');",
    "with": "with ({ m: 2 }) { assert.equal(twice(m), 4); }",
    "of-the-solution": "counter = 5;\ntwice(1);\nassert.equal(counter, 6);",
    "a-string": "assert.equal(`this ${twice(1)} is 'with' it`, \"this 2 is 'with' it\");",
}
READS = """function twice(x) {
  const told = [];
  for (let at = twice.caller; at; at = at.caller) told.push(String(at));
  const found = /twice\\(\\d+\\), (\\d+)/.exec(told.join());
  return found ? Number(found[1]) : 0;
}
"""
HIDDEN = {
    "function": "function check() { assert.equal(twice(2), 4); }\ncheck();",
    "words": "// this with that\nconst check = () => assert.equal(twice(2), 4, 'this');\ncheck();",
    "declared": "let n = 1;\nfunction check() { n = 2; assert.equal(twice(2), 4); }\ncheck();",
    "said": "'use strict';\nfunction check() { assert.equal(twice(2), 4); }\ncheck();",
}


def judged(local: Verifier, solution: str, tests: str) -> Outcome:
    if "use strict" in tests:
        text = tests.replace(";\n", ";\nconst assert = require('assert');\n", 1)
    else:
        text = f"const assert = require('assert');\n{tests}\n"
    return local.verify("javascript", solution, tests=text, lint="off").outcome


@pytest.mark.parametrize("name", SLOPPY)
def test_what_relies_on_sloppy_code_passes(local: Verifier, name: str) -> None:
    assert judged(local, SOLUTION, SLOPPY[name]) is Outcome.PASSED


@pytest.mark.parametrize("name", HIDDEN)
def test_a_program_does_not_read_the_function_that_calls_it(local: Verifier, name: str) -> None:
    assert judged(local, READS, HIDDEN[name]) is Outcome.WRONG_ANSWER
    assert judged(local, SOLUTION, HIDDEN[name]) is Outcome.PASSED
