"""Programs that would be called passed without having passed; native tests share their process."""

from __future__ import annotations

import pytest

from codegen.verify.verifier import Verifier

pytestmark = pytest.mark.slow

GOOD = "def f(x: int) -> int:\n    return x + 1\n"
TESTS = "from solution import f\n\n\ndef test_f():\n    assert f(1) == 2\n"
FORGE = """
import gc, json, os, sys

def seek(mapping):
    return next((v for k, v in list(mapping.items()) if k == "nonce" and type(v) is str), None)

def forge():
    frame, nonce = sys._getframe(), None
    while frame is not None and nonce is None:
        places = [frame.f_locals, frame.f_globals]
        places += [getattr(item, "__dict__", {}) for item in list(frame.f_locals.values())]
        nonce = next(filter(None, map(seek, places)), None)
        frame = frame.f_back
    gc.unfreeze()
    for item in gc.get_objects():
        cell = getattr(item, "cell_contents", "") if type(item).__name__ == "cell" else ""
        if type(cell) is str and len(cell) == 64:
            nonce = cell
        elif type(item) is dict:
            nonce = nonce or seek(item)
    assert nonce is None, nonce
    for name in ("test_f", "script"):
        sys.audit("codegen.unit", "test", name, "passed", "")
    sys.audit("codegen.unit", "end", "", "")
    os._exit(0)
"""
ZERO = "def f(x):\n    return 0\n"


@pytest.mark.parametrize("tests", [TESTS, "assert f(1) == 2\n"], ids=["pytest", "script"])
@pytest.mark.parametrize(
    "solution",
    [
        FORGE + "forge()\n" + ZERO,
        FORGE + "def f(x):\n    forge()\n",
        # the test framework lies about every test
        "import _pytest.python as p\np.Function.runtest = lambda self: None\nf = abs\n",
        (
            "import _pytest.reports as r\nmade = r.TestReport.from_item_and_call.__func__\n"
            "def passed(cls, item, call):\n    report = made(cls, item, call)\n"
            "    report.outcome, report.longrepr = 'passed', None\n    return report\n"
            "r.TestReport.from_item_and_call = classmethod(passed)\n" + ZERO
        ),
        # the harness's own functions, through the frames below
        (
            "import sys\nframe = sys._getframe()\nwhile frame:\n"
            "    if 'Plugin' in frame.f_globals:\n"
            "        frame.f_globals['run'] = lambda *a: None\n"
            "        frame.f_globals['describe'] = lambda error: ('passed', '')\n"
            "        frame.f_globals['reported'] = lambda report: ('passed', '')\n"
            "    frame = frame.f_back\n" + ZERO
        ),
        # objects and names that lie
        "class T:\n    def __eq__(self, other): return True\ndef f(x): return T()\n",
        "def f(x):\n    class T:\n        def __eq__(s, o): return True\n    return T()\n",
        "import builtins, sys\nbuiltins.AssertionError = type('A', (Exception,), {})\n" + ZERO,
        # skipping is for the tests to decide
        "import pytest\ndef f(x): pytest.skip('no')\n",
        "import pytest\ndef f(x): pytest.xfail('no')\n",
    ],
)
def test_an_attestation_cannot_be_had_otherwise(local: Verifier, solution: str, tests: str) -> None:
    assert not local.verify("py", solution, tests=tests, lint="off").passed


@pytest.mark.parametrize("name", ["abs", "all", "math.isclose"])
def test_a_name_that_tests_rely_on_must_not_lie(local: Verifier, name: str) -> None:
    module = "math" if name == "math.isclose" else "builtins"
    short = name.rpartition(".")[2]
    solution = f"import {module}\n{module}.{short} = lambda *a, **k: {int(name != 'abs')}\n{ZERO}"
    tests = {
        "abs": "assert abs(f(1) - 2) < 1e-9\n",
        "all": "assert all(f(i) == i + 1 for i in (1, 2))\n",
        "math.isclose": "import math\nassert math.isclose(f(1), 2)\n",
    }[name]
    assert local.verify("py", solution, tests=tests, lint="off").outcome == "tampered"


def test_bytes_that_are_no_text_do_not_disturb_pytest(local: Verifier) -> None:
    solution = "import sys\ndef f(x):\n    sys.stdout.buffer.write(b'\\xff')\n    return x + 1\n"
    assert local.verify("py", solution, tests=TESTS).passed


def test_pytest_marks_of_a_whole_module(local: Verifier) -> None:
    tests = (
        "import pytest\nfrom solution import f\n"
        "pytestmark = pytest.mark.parametrize('x', [1, 2])\n"
        "def test_f(x):\n    assert f(x) == x + 1\n"
    )
    assert local.verify("py", GOOD, tests=tests).passed


@pytest.mark.parametrize(
    ("hook", "given"),
    [
        ("def pytest_generate_tests(metafunc):\n    metafunc.parametrize('x', [1, 2])\n", "x"),
        ("def pytest_generate_tests():\n    pass\n", "x=1"),
    ],
)
def test_tests_may_generate_tests(local: Verifier, hook: str, given: str) -> None:
    tests = f"from solution import f\n{hook}def test_f({given}):\n    assert f(x) == x + 1\n"
    assert local.verify("py", GOOD, tests=tests).passed
    assert local.verify("py", ZERO, tests=tests, lint="off").outcome == "wrong_answer"


@pytest.mark.parametrize("tests", [TESTS, "assert f(1) == 2\n"], ids=["pytest", "script"])
def test_texts_may_begin_with_a_mark_of_their_order(local: Verifier, tests: str) -> None:
    verdict = local.verify("py", "\ufeff" + GOOD, tests="\ufeff" + tests, lint="off")
    assert verdict.passed, verdict


RUST_TESTS = """#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a() {
        assert_eq!(f(1), 2);
    }
}
"""
RUST_ZERO = "pub fn f(_: i64) -> i64 { 0 }\n"
RUST_READS = """
pub fn f(_: i64) -> i64 {
    let read = |name: &str| std::fs::read_to_string(name).map_or(0, |text| text.len());
    if read("test_solution.rs") + read("unit.rs") + read("program.rs") > 0 { 2 } else { 0 }
}
"""
RUST_FORGES = """
use std::io::{Read, Write};
use std::os::fd::FromRawFd;
extern "C" fn forge() {
    let mut order = [0; 4096];
    let (mut input, mut output) =
        unsafe { (std::fs::File::from_raw_fd(3), std::fs::File::from_raw_fd(4)) };
    let size = input.read(&mut order).unwrap();
    let text = String::from_utf8_lossy(&order[4..size]).into_owned();
    let seal = text.split('"').find(|part| part.len() >= 32).unwrap_or("");
    for said in ["\\"name\\":\\"tests::a\\",\\"outcome\\":\\"passed\\"", "\\"end\\":true"] {
        let reply = format!("{{\\"nonce\\":\\"{seal}\\",\\"seal\\":\\"{seal}\\",{said}}}");
        output.write_all(&(reply.len() as u32).to_be_bytes()).unwrap();
        output.write_all(reply.as_bytes()).unwrap();
    }
    std::process::exit(0)
}
#[used]
#[link_section = ".init_array"]
static FIRST: extern "C" fn() = forge;
"""


@pytest.mark.parametrize(
    ("solution", "outcome"),
    [
        (RUST_FORGES + RUST_ZERO, "tampered"),
        (RUST_READS, "wrong_answer"),
        ("macro_rules! assert_eq { ($($t:tt)*) => {}; }\n" + RUST_ZERO, "tampered"),
        ('const T: &str = include_str!("test_solution.rs");\n' + RUST_ZERO, "compile_error"),
        ('const T: &str = include_str!("unit.rs");\n' + RUST_ZERO, "compile_error"),
        ("pub fn f(_: i64) -> i64 { std::process::exit(0) }\n", "tampered"),
    ],
)
def test_rust_programs_that_cheat(local: Verifier, solution: str, outcome: str) -> None:
    verdict = local.verify("rs", solution, tests=RUST_TESTS, lint="off")
    assert verdict.outcome == outcome, verdict


def test_rust_conditions_and_lints_of_the_program(local: Verifier) -> None:
    solution = "#![deny(warnings, unreachable_pub)]\npub fn f(x: i64) -> i64 {\n    x + 1\n}\n"
    tests = RUST_TESTS.replace("cfg(test)", "cfg(all(test, unix))")
    assert local.verify("rs", solution, tests=tests, lint="off").passed


GO_TESTS = """package solution

import "testing"

func TestF(t *testing.T) {
\tif F(1) != 2 {
\t\tt.Fatal("no")
\t}
}
"""
GO_FORGES = """import "syscall"

func init() {
\tdata := make([]byte, 4096)
\tsize, _ := syscall.Read(3, data)
\tseal := string(data[min(size, 15):min(size, 79)])
\tfor _, said := range []string{`"name":"TestF","outcome":"passed"`, `"end":true`} {
\t\treply := `{"nonce":"` + seal + `","seal":"` + seal + `",` + said + "}"
\t\tsyscall.Write(4, append([]byte{0, 0, 0, byte(len(reply))}, reply...))
\t}
\tsyscall.Exit(0)
}

"""
GO_READS = """import "os"

func F(x int) int {
\ttests, _ := os.ReadFile("solution_test.go")
\tglue, _ := os.ReadFile("unit_main.go")
\tif len(tests)+len(glue) > 0 {
\t\treturn 2
\t}
\treturn 0
}
"""


@pytest.mark.parametrize(
    ("solution", "outcome"),
    [
        (GO_FORGES + "func F(x int) int { return 0 }\n", "tampered"),
        (GO_READS, "wrong_answer"),
        ('import "codegen/unit"\n\nvar _ = unit.Main\n\nfunc F(x int) int { return 0 }\n', None),
        ("func F(x int) int { return F(x+1) + 1 }\n", "runtime_error"),
    ],
)
def test_go_programs_that_cheat(local: Verifier, solution: str, outcome: str | None) -> None:
    verdict = local.verify("go", "package solution\n\n" + solution, tests=GO_TESTS, lint="off")
    assert verdict.outcome == (outcome or "compile_error"), verdict
