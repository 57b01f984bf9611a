"""What is peculiar to Rust: what a program is linked to, and what its tests are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codegen.records import Outcome, Parameter, Signature

if TYPE_CHECKING:
    from codegen.verify.verifier import Verifier

pytestmark = pytest.mark.slow
COUNTED = """
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, Ordering};

struct Counting;

static COUNT: AtomicI64 = AtomicI64::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::SeqCst);
        System.alloc(layout)
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        System.dealloc(place, layout)
    }
}

#[global_allocator]
static GLOBAL: Counting = Counting;

pub fn f(x: i64) -> i64 {
    let before = COUNT.load(Ordering::SeqCst);
    let words = String::from_utf8_lossy(&vec![b'a'; x as usize]).to_string() + "b";
    std::hint::black_box(words);
    (COUNT.load(Ordering::SeqCst) - before >= 2) as i64
}
"""
# what each has the linker look for: an answer of 1 for 3
LINKED = {
    "an allocator": COUNTED,
    "a library": """
#[link(name = "m")]
extern "C" {
    fn cbrt(x: f64) -> f64;
}
pub fn f(x: i64) -> i64 {
    unsafe { cbrt(x as f64) as i64 }
}
""",
    "the compiler's own functions": """
pub fn f(x: i64) -> i64 {
    let wide = (x as i128).checked_mul(i128::MAX / 4).unwrap();
    (wide / (i128::MAX / 4) % 2 + (u128::MAX / x as u128) as i128 % 1) as i64
}
""",
    "C's": """
extern "C" {
    fn labs(x: i64) -> i64;
}
pub fn f(x: i64) -> i64 {
    unsafe { labs(-x) - 2 + (x as f64).sin().floor() as i64 }
}
""",
    "a name that others see": """
#[no_mangle]
pub extern "C" fn f(x: i64) -> i64 {
    std::thread::spawn(move || x - 2).join().unwrap()
}
""",
}
INSIDE = "#[cfg(test)]\nmod tests {\n    use super::*;\n"
BESIDE = "mod tests {\n    use solution::f;\n"
TEST = "    #[test]\n    fn a() {\n        assert_eq!(f(3), 1);\n    }\n}\n"


@pytest.mark.parametrize("where", [INSIDE, BESIDE], ids=["inside", "beside"])
@pytest.mark.parametrize("name", LINKED)
def test_a_program_is_linked_to_what_it_names(verifier: Verifier, name: str, where: str) -> None:
    verdict = verifier.verify("rs", LINKED[name], tests=where + TEST, lint="off")
    assert verdict.passed, verdict


@pytest.mark.parametrize("name", LINKED)
def test_a_function_is_linked_to_what_it_names(verifier: Verifier, name: str) -> None:
    signature = Signature("f", (Parameter("x", "int"),), "int")
    cases = [{"arguments": [3], "expected": 1}]
    verdict = verifier.verify("rs", LINKED[name], signature=signature, cases=cases, lint="off")
    assert verdict.passed, verdict


@pytest.mark.parametrize("name", LINKED)
def test_a_whole_program_is_linked_to_what_it_names(verifier: Verifier, name: str) -> None:
    code = LINKED[name] + 'fn main() {\n    println!("{}", f(3));\n}\n'
    cases = [{"stdin": "", "expected": "1\n"}]
    verdict = verifier.verify("rs", code, cases=cases, lint="off")
    assert verdict.passed, verdict


def test_what_is_nowhere_is_said_by_the_linker(verifier: Verifier) -> None:
    code = 'extern "C" {\n    fn nowhere() -> i64;\n}\n'
    code += "pub fn f(_: i64) -> i64 {\n    unsafe { nowhere() }\n}\n"
    verdict = verifier.verify("rs", code, tests=INSIDE + TEST, lint="off")
    assert verdict.outcome is Outcome.COMPILE_ERROR, verdict
    (found,) = verdict.diagnostics
    assert (found.tool, found.message) == ("linker", "undefined symbol: nowhere")


@pytest.mark.parametrize(
    ("macro", "claim"),
    [
        ("assert_eq", "assert_eq!(f(3), 1)"),
        ("assert_ne", "assert_ne!(f(3), 0)"),
        ("assert", "assert!(f(3) == 1)"),
        ("panic", 'if f(3) != 1 { panic!("no") }'),
        ("unreachable", "if f(3) != 1 { unreachable!() }"),
    ],
)
def test_each_macro_that_the_tests_name_has_to_fail(
    local: Verifier, macro: str, claim: str
) -> None:
    tests = INSIDE + TEST.replace("assert_eq!(f(3), 1)", claim)
    wrong = "pub fn f(_: i64) -> i64 {\n    0\n}\n"
    assert local.verify("rs", wrong.replace("0", "1"), tests=tests, lint="off").passed
    plain = local.verify("rs", wrong, tests=tests, lint="off")
    assert plain.outcome in (Outcome.WRONG_ANSWER, Outcome.RUNTIME_ERROR), plain
    own = f"macro_rules! {macro} {{ ($($t:tt)*) => {{ () }}; }}\n"
    assert local.verify("rs", own + wrong, tests=tests, lint="off").outcome is Outcome.TAMPERED
