"""A program that is forked from a warm node is as one that node was started for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codegen.records import Outcome

if TYPE_CHECKING:
    from codegen.verify.verifier import Verifier

pytestmark = pytest.mark.slow
SOLUTION = "function twice(x) {\n  return 2 * x;\n}\n"
HEAD = "const assert = require('assert');\nconst test = require('node:test');\n"
WORKS = {
    "timers": """
test('a', async () => {
  const said = [];
  setTimeout(() => said.push(2), 1);
  process.nextTick(() => said.push(0));
  await null;
  said.push(1);
  await new Promise((r) => setTimeout(r, 20));
  assert.deepEqual(said, [1, 0, 2]);
});
""",
    "child": """
const { execFileSync } = require('child_process');
test('a', () => {
  assert.equal(String(execFileSync('echo', ['hi'])), 'hi\\n');
});
""",
    "signal": """
test('a', async () => {
  const got = new Promise((r) => process.once('SIGUSR2', r));
  process.kill(process.pid, 'SIGUSR2');
  assert.equal(await got, 'SIGUSR2');
});
""",
    "pool": """
const { pbkdf2, createHash } = require('crypto');
test('a', async () => {
  assert.equal(createHash('sha256').update('a').digest('hex').length, 64);
  const key = await new Promise((r) =>
  pbkdf2('a', 'b', 9, 8, 'sha1', (e, k) => r(k)));
  assert.equal(key.length, 8);
});
""",
    "files": """
const { readFile } = require('fs/promises');
test('a', async () => {
  assert.ok((await readFile('/job/solution.js', 'utf8')).includes('twice'));
});
""",
    "garbage": """
test('a', () => {
  let kept = [];
  for (let i = 0; i < 2e6; i++) {
    kept.push({ i });
    if (kept.length > 5e4) kept = [];
  }
  assert.ok(kept.length > 0);
  assert.equal(Buffer.alloc(64 << 20, 1)[9], 1);
});
""",
    "recursion": """
test('a', () => {
  let depth = 0;
  const down = () => {
    depth++;
    down();
  };
  assert.throws(down, RangeError);
  assert.ok(depth > 5000);
});
""",
    "wait": """
test('a', () => {
  const cell = new Int32Array(new SharedArrayBuffer(8));
  assert.equal(Atomics.wait(cell, 0, 0, 20), 'timed-out');
});
""",
    "wasm": """
test('a', async () => {
  const code = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  const { instance } = await WebAssembly.instantiate(code);
  assert.ok(instance);
});
""",
    "itself": """
test('a', () => {
  assert.equal(process.pid, Number(require('fs').readlinkSync('/proc/self')));
  assert.ok(!process.execArgv.includes('--single-threaded'));
  assert.equal(process.cwd(), '/job');
});
""",
}


@pytest.mark.parametrize("name", WORKS)
def test_a_program_is_as_in_a_node_of_its_own(verifier: Verifier, name: str) -> None:
    verdict = verifier.verify("javascript", SOLUTION, tests=HEAD + WORKS[name], lint="off")
    assert verdict.outcome is Outcome.PASSED, verdict


def test_each_program_draws_other_numbers(verifier: Verifier) -> None:
    drawing = SOLUTION + "console.log(Math.random());\n"
    tests = f"{HEAD}assert.equal(twice(2), 5);"
    said = {verifier.verify("javascript", drawing, tests=tests, lint="off").stdout for _ in "abcd"}
    assert len(said) == 4


@pytest.mark.parametrize(
    ("line", "signal"),
    [("process.kill(process.pid, 'SIGTERM');", 15), ("process.abort();", 6)],
)
def test_a_signal_ends_it(verifier: Verifier, line: str, signal: int) -> None:
    verdict = verifier.verify("javascript", SOLUTION + line, tests=f"{HEAD}twice(2);", lint="off")
    assert (verdict.outcome, verdict.signal) == (Outcome.RUNTIME_ERROR, signal)
