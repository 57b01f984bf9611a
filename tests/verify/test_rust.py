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


FORGED = """
use std::io::Write;
use std::os::fd::FromRawFd;

pub struct Test {
    pub name: &'static str,
    pub run: fn() -> Result<(), String>,
    pub should_panic: Option<&'static str>,
    pub ignored: bool,
    pub passed: [u8; 16],
    pub skipped: [u8; 16],
}

fn hex(seal: &[u8; 16]) -> String {
    seal.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn say(text: &str) {
    let mut out = std::mem::ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(4) });
    out.write_all(&(text.len() as u32).to_be_bytes()).unwrap();
    out.write_all(text.as_bytes()).unwrap();
}

pub fn forged(end: [u8; 16], _: &[fn(u8)], tests: &[Test]) {
    for test in tests {
        let (seal, name) = (hex(&test.passed), test.name);
        say(&format!(
            "{{\\"seal\\":\\"{seal}\\",\\"outcome\\":\\"passed\\",\\"name\\":\\"{name}\\",\\"message\\":\\"\\"}}"
        ));
    }
    say(&format!(
        "{{\\"seal\\":\\"{}\\",\\"end\\":true,\\"extra\\":[],\\"broken\\":\\"\\",\\"canary\\":\\"\\"}}",
        hex(&end)
    ));
    std::process::exit(0);
}

pub fn f(_: i64) -> i64 {
    0
}
"""


NAMED = {
    "attribute": '#[export_name = "SYMBOL"]\npub fn forged',
    "unsafe": '#[unsafe(export_name = "SYMBOL")]\npub fn forged',
    "raw": '#[r#export_name = "SYMBOL"]\npub fn forged',
    "spaced": '# [ export_name = "SYMBOL" ]\npub fn forged',
    "macro": """
macro_rules! named { ($name:ident, $as:literal, $item:item) => { #[$name = $as] $item }; }
named!(export_name, "SYMBOL", pub fn other(a: [u8; 16], b: &[fn(u8)], c: &[Test]) {
    forged(a, b, c)
});
pub fn forged""",
    "assembly": """
std::arch::global_asm!(".globl SYMBOL", "SYMBOL:", "jmp forgery");
#[no_mangle]
pub fn forgery(a: [u8; 16], b: &[fn(u8)], c: &[Test]) { forged(a, b, c) }
pub fn forged""",
}


TELLS = """
fn main() {
    let library = std::fs::read("/opt/codegen/rust/lib/libcodegen_codec.so").unwrap();
    let start = b"_ZN13codegen_codec4unit4main17h";
    let at = library.windows(start.len()).position(|one| one == start).unwrap();
    print!("{}", String::from_utf8_lossy(&library[at..at + start.len() + 17]));
}
"""


@pytest.mark.parametrize("where", [INSIDE, BESIDE], ids=["inside", "beside"])
@pytest.mark.parametrize("how", NAMED)
def test_nothing_takes_the_place_of_the_harness(verifier: Verifier, how: str, where: str) -> None:
    cases = [{"stdin": "", "expected": "its name"}]
    symbol = verifier.verify("rs", TELLS, cases=cases, lint="off").stdout
    assert symbol.startswith("_ZN13codegen_codec"), symbol
    forged = FORGED.replace("pub fn forged", NAMED[how]).replace("SYMBOL", symbol)
    verdict = verifier.verify("rs", forged, tests=where + TEST, lint="off")
    assert verdict.outcome is Outcome.COMPILE_ERROR, verdict
    assert "link" in verdict.message or "already defined" in verdict.message


ALONE = """
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let inside = std::fs::read_dir(folder).unwrap().map(|one| one.unwrap().path());
    inside.flat_map(|one| if one.is_dir() { files(&one) } else { vec![one] }).collect()
}
pub fn f(_: i64) -> i64 {
    (files(".".as_ref()) == [std::path::Path::new("./program")]) as i64
}
"""


@pytest.mark.parametrize("where", [INSIDE, BESIDE], ids=["inside", "beside"])
def test_nothing_but_the_program_is_there(verifier: Verifier, where: str) -> None:
    verdict = verifier.verify("rs", ALONE, tests=where + TEST, lint="off")
    assert verdict.passed, verdict


REPLACED = """
#[no_mangle]
pub unsafe fn memcmp(_: *const u8, _: *const u8, _: usize) -> i32 {
    0
}
#[no_mangle]
pub unsafe fn bcmp(_: *const u8, _: *const u8, _: usize) -> i32 {
    0
}
pub fn f(_: i64) -> String {
    String::from("abc")
}
"""


def test_a_comparison_that_is_replaced_is_asked_about(verifier: Verifier) -> None:
    tests = INSIDE + TEST.replace("assert_eq!(f(3), 1)", 'assert_eq!(f(3), "xyz")')
    verdict = verifier.verify("rs", REPLACED, tests=tests, lint="off")
    assert verdict.outcome is Outcome.TAMPERED, verdict
