//! Runs test functions in this process, without libtest, and attests each on the private channel.

use crate::json::{quote, Json, Parser};
use crate::{cut, message, place, receive, send, watch};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// One test. `should_panic` holds the expected part of the message, empty where any panic will do.
pub struct Test {
    pub name: &'static str,
    pub run: fn() -> Result<(), String>,
    pub should_panic: Option<&'static str>,
    pub ignored: bool,
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
pub fn main(tests: &[Test]) {
    watch();
    let Some(frame) = receive() else { return };
    let nonce = match Parser::new(&frame).value() {
        Json::Object(order) => match order.get("nonce") {
            Some(Json::Text(nonce)) => nonce.clone(),
            _ => return,
        },
        _ => return,
    };
    for test in tests {
        let Found(outcome, told) = run(test);
        let mut out = format!("{{\"nonce\":\"{nonce}\",\"outcome\":\"{outcome}\",\"name\":");
        quote(&mut out, test.name);
        out.push_str(",\"message\":");
        quote(&mut out, &cut(&told));
        out.push('}');
        send(out.as_bytes());
    }
    send(
        format!(
            "{{\"nonce\":\"{nonce}\",\"end\":true,\"extra\":[],\"broken\":\"\",\"canary\":\"\"}}"
        )
        .as_bytes(),
    );
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
