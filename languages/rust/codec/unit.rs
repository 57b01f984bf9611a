//! Runs test functions in this process, without libtest, and attests each on the private channel.

use crate::json::quote;
use crate::{cut, message, place, receive, send, watch};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};

/// One test. `should_panic` holds the expected part of the message, empty where any panic will do.
pub struct Test {
    pub name: &'static str,
    pub run: fn() -> Result<(), String>,
    pub should_panic: Option<&'static str>,
    pub ignored: bool,
    pub passed: Seal,
    pub skipped: Seal,
}

/// Proves an outcome; nobody else can make it.
pub type Seal = [u8; 16];

/// Has to panic, whatever it is called with: it asserts what is wrong, where and as the tests assert.
pub type Canary = fn(u8);

const CANARY_WAYS: u8 = 5;

static LIES: AtomicBool = AtomicBool::new(false);

/// Panics, in the place of an assertion that no test makes.
pub fn fail() -> ! {
    panic!("a canary")
}

/// Asks for what must not hold; a value that cannot be made tells nothing. There are many questions in a
/// program, and each costs what is generated for it alone.
pub fn asked(ask: &dyn Fn() -> bool) -> bool {
    tried(ask)
}

/// The same of what can be asked once.
pub(crate) fn tried(ask: impl FnOnce() -> bool) -> bool {
    matches!(catch_unwind(AssertUnwindSafe(ask)), Ok(true))
}

/// Takes note, after an assertion that held, of another that must not hold as well.
pub fn differs(equal: bool) {
    if equal {
        LIES.store(true, Ordering::SeqCst);
    }
}

/// What a test may return.
pub trait Report {
    fn report(self) -> Result<(), String>;
}

impl Report for () {
    fn report(self) -> Result<(), String> {
        Ok(())
    }
}

impl<T: Report, E: std::fmt::Debug> Report for Result<T, E> {
    fn report(self) -> Result<(), String> {
        self.map_err(|error| format!("Err({error:?})"))?.report()
    }
}

impl Report for std::process::ExitCode {
    fn report(self) -> Result<(), String> {
        if self == Self::SUCCESS {
            Ok(())
        } else {
            Err(String::from("returned a failing exit code"))
        }
    }
}

struct Found(&'static str, String);

/// Runs the tests one after another and answers for each; then says that this was the end.
pub fn main(end: Seal, canaries: &[Canary], tests: &[Test]) {
    watch();
    if receive().is_none() {
        return;
    }
    for test in tests {
        let Found(outcome, told) = run(test);
        let seal = hex(match outcome {
            "passed" => test.passed,
            "skipped" => test.skipped,
            _ => Seal::default(),
        });
        let mut out = format!("{{\"seal\":\"{seal}\",\"outcome\":\"{outcome}\",\"name\":");
        quote(&mut out, test.name);
        out.push_str(",\"message\":");
        quote(&mut out, &cut(&told));
        out.push('}');
        send(out.as_bytes());
    }
    let canary = broken(canaries);
    let end = hex(end);
    send(
        format!(
            "{{\"seal\":\"{end}\",\"end\":true,\"extra\":[],\"broken\":\"\",\"canary\":\"{canary}\"}}"
        )
        .as_bytes(),
    );
}

fn hex(seal: Seal) -> String {
    seal.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Says which assertion no longer fails.
fn broken(canaries: &[Canary]) -> &'static str {
    const NAMES: [&str; CANARY_WAYS as usize] =
        ["assert_eq", "assert_ne", "assert", "panic", "unreachable"];
    watch(); // the program may have a panic hook of its own
    if LIES.load(Ordering::SeqCst) {
        return "==";
    }
    for canary in canaries {
        for (way, name) in NAMES.iter().enumerate() {
            if catch_unwind(|| canary(way as u8)).is_ok() {
                return name;
            }
        }
    }
    ""
}

fn run(test: &Test) -> Found {
    if test.ignored {
        return Found("skipped", String::from("ignored"));
    }
    match catch_unwind(AssertUnwindSafe(test.run)) {
        Ok(Ok(())) if test.should_panic.is_none() => Found("passed", String::new()),
        Ok(Ok(())) => Found("failed", String::from("it did not panic, and should have")),
        Ok(Err(text)) => Found("failed", text),
        Err(payload) => panicked(test, &message(payload.as_ref())),
    }
}

fn panicked(test: &Test, text: &str) -> Found {
    let (file, line) = place();
    match test.should_panic {
        Some(part) if text.contains(part) => Found("passed", String::new()),
        Some(part) => Found(
            "failed",
            format!("it panicked with {text:?}, expected was {part:?}"),
        ),
        None => {
            let at = if file.is_empty() {
                String::new()
            } else {
                format!("\n  at {file}:{line}")
            };
            let asserted = text.starts_with("assertion") || file == "test_solution.rs";
            Found(
                if asserted { "failed" } else { "error" },
                format!("{text}{at}"),
            )
        }
    }
}
