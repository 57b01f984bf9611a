"""A command whose start is shared: forked where its addon is there, started by itself where not."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

import pytest

from codegen.sandbox import environment as environments
from codegen.sandbox.contract import Job, Status, Step
from codegen.sandbox.slot import Slot

if TYPE_CHECKING:
    from codegen.sandbox.contract import StepResult
    from codegen.sandbox.environment import Environment
    from codegen.sandbox.pool import Pool

pytestmark = pytest.mark.slow
JAVASCRIPT = environments.load("javascript")
RUST = environments.load("rust")
LOOK = "process.stdout.write(require('fs').readFileSync('/proc/self/cmdline', 'utf8'))"
SOLUTION = f"{LOOK};\nfunction f(x) {{ return x + 1; }}\n".encode()


async def ran(
    sandbox: Pool, step: Step, addon: str = "", environment: Environment = JAVASCRIPT
) -> StepResult:
    """Return what came of a step in a slot of its own."""
    if addon:
        warm = tuple(dataclasses.replace(one, addon=addon) for one in environment.warm)
        environment = dataclasses.replace(environment, warm=warm)
    slot = Slot(type(sandbox._backend)(), environment)  # one that nobody has closed
    await slot.start()
    try:
        return (await slot.run(Job(environment.name, (step,))))[0]
    finally:
        await asyncio.to_thread(slot.kill)


def calling(solution: bytes) -> Step:
    argv = (*JAVASCRIPT.warm[0].command, "call", "f", '["int", "int"]')
    return Step("run", argv, files={"solution.js": solution}, frames=(b"[1]", b"[2]"))


@pytest.mark.parametrize(("addon", "forked"), [("", True), ("/no/such", False)])
async def test_it_answers_forked_or_started(sandbox: Pool, addon: str, forked: bool) -> None:
    result = await ran(sandbox, calling(SOLUTION), addon)
    assert result.status is Status.ANSWERED, result
    assert (b"--single-threaded" in result.stdout) is forked
    assert [reply.payload for reply in result.replies] == [b'{"value":2}', b'{"value":3}']


async def test_an_addon_that_does_not_load_is_as_none(sandbox: Pool) -> None:
    result = await ran(sandbox, calling(SOLUTION), addon="/etc/passwd")
    assert result.status is Status.ANSWERED, result
    assert b"--single-threaded" not in result.stdout


async def test_a_fork_has_nothing_of_the_process_that_it_is_from(sandbox: Pool) -> None:
    look = (
        b"const fs = require('fs');\n"
        b"const open = fs.readdirSync('/proc/self/fd').map((n) => {\n"
        b"  try { return fs.readlinkSync(`/proc/self/fd/${n}`); } catch { return ''; } });\n"
        b"const status = fs.readFileSync('/proc/self/status', 'utf8');\n"
        b"process.stdout.write(JSON.stringify({ open, status }));\n"
        b"function f(x) { return x; }\n"
    )
    result = await ran(sandbox, calling(look))
    told = result.stdout.decode()
    assert "socket:" not in told
    assert "CapEff:\\t0000000000000000" in told
    assert "CapPrm:\\t0000000000000000" in told
    assert "NoNewPrivs:\\t1" in told
    assert "Seccomp:\\t2" in told


PROBE = b"""
const STATUS: &str = include_str!("/proc/self/status");
const ENV: (Option<&str>, Option<&str>) = (option_env!("GIVEN"), option_env!("LD_PRELOAD"));
const _: () = assert!(matches!(ENV, (Some(_), None)), "the environment");
const _: () = panic!("{}", STATUS);
"""


@pytest.mark.parametrize("addon", ["", "/no/such"], ids=["forked", "started"])
async def test_a_forked_compiler_is_as_one_that_is_started(sandbox: Pool, addon: str) -> None:
    argv = ("rustc", "--crate-type=lib", "--emit=metadata", "-o", "probe.rmeta", "probe.rs")
    step = Step("compile", argv, files={"probe.rs": PROBE}, env={"GIVEN": "yes"})
    result = await ran(sandbox, step, addon, RUST)
    told = " ".join(result.stderr.decode().split())
    assert (result.status, result.code) == (Status.EXITED, 1), result
    assert "the environment" not in told
    for line in ("CapEff", "CapPrm"):
        assert f"{line}: 0000000000000000" in told
    assert "NoNewPrivs: 1" in told
    assert "Seccomp: 2" in told
    assert result.cpu_s > 0
    assert result.peak_memory_bytes > 10 << 20
