//! Carries typed values between the verifier and a Rust function, and attests native tests.
//!
//! Nothing here knows an expected value. A panic is caught and told; its message and place are kept by a
//! panic hook, and where the program replaced the hook the payload alone is used.

pub mod claim;
mod json;
/// By a name that a solution cannot give to anything of its own, as it could to `core`.
pub use std::include;
pub mod unit;
mod value;

use json::{quote, Json, Parser};
use std::any::Any;
use std::cell::RefCell;
use std::fs::File;
use std::io::{Read, Write};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::panic::{catch_unwind, AssertUnwindSafe};
pub use value::{Encoder, Value};

thread_local! {
    static PLACE: RefCell<(String, u32)> = const { RefCell::new((String::new(), 0)) };
}

/// The values of one frame, taken in order. Where an object is asked, `at` says for what.
pub struct Arguments {
    values: std::vec::IntoIter<Json>,
    at: String,
}

impl Arguments {
    /// Notes what an object is asked for, for the message where that fails.
    pub fn at(&mut self, what: &str) {
        self.at = what.to_string();
    }

    /// Asks for the operations that the frame names, one after another; returns the list of results.
    pub fn results(&mut self, mut ask: impl FnMut(&str, &mut Arguments) -> String) -> String {
        const VALUE: &str = "{\"value\":";
        const MISMATCH: &str = "{\"mismatch\":\"";
        let operations: Vec<String> = self.take();
        let mut out = format!("{VALUE}[");
        for (number, operation) in operations.iter().enumerate() {
            self.at = format!("operation {}, {operation}", number + 1);
            let result = ask(operation, self);
            if let Some(reason) = result.strip_prefix(MISMATCH) {
                return format!("{MISMATCH}{}: {reason}", self.at);
            }
            if out.len() > value::MOST_BYTES {
                return format!("{MISMATCH}the results are too large\"}}");
            }
            if number > 0 {
                out.push(',');
            }
            out.push_str(&result[VALUE.len()..result.len() - 1]);
        }
        out.push_str("]}");
        out
    }

    pub fn take<T: Value>(&mut self) -> T {
        T::decode(
            &self
                .values
                .next()
                .expect("codec: a frame with too few arguments"),
        )
    }
}

/// The answer to one frame.
pub fn returned<T: Value>(value: &T) -> String {
    let mut encoder = Encoder::default();
    value.encode(&mut encoder);
    match encoder.wrong {
        Some(reason) => format!("{{\"mismatch\":\"{reason}\"}}"),
        None => format!("{{\"value\":{}}}", encoder.out),
    }
}

/// What a method returned that returns nothing.
pub fn nothing(_: &()) -> String {
    "{\"value\":null}".to_string()
}

/// Answers each frame with a call.
pub fn serve(call: fn(&mut Arguments) -> String) {
    watch();
    while let Some(frame) = receive() {
        let values = match Parser::new(&frame).value() {
            Json::Array(items) => items.into_iter(),
            _ => return,
        };
        let at = String::new();
        let mut arguments = Arguments { values, at };
        let reply = match catch_unwind(AssertUnwindSafe(|| call(&mut arguments))) {
            Ok(reply) => reply,
            Err(payload) => failure(payload.as_ref(), &arguments.at),
        };
        send(reply.as_bytes());
    }
}

fn failure(payload: &(dyn Any + Send), at: &str) -> String {
    let (_, line) = place();
    let mut out = String::from("{\"error\":{\"type\":\"panic\",\"message\":");
    quote(&mut out, &cut(&message(payload)));
    out.push_str(&format!(",\"line\":{line}"));
    if !at.is_empty() {
        out.push_str(",\"at\":");
        quote(&mut out, at);
    }
    out.push_str("}}");
    out
}

pub(crate) fn cut(text: &str) -> String {
    text.chars().take(2000).collect()
}

pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_string()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_string()
    }
}

/// Remembers where the last panic of this thread began.
pub(crate) fn watch() {
    std::panic::set_hook(Box::new(|info| {
        let found = info
            .location()
            .map_or((String::new(), 0), |at| (at.file().to_string(), at.line()));
        let _ = PLACE.try_with(|place| {
            if let Ok(mut place) = place.try_borrow_mut() {
                *place = found;
            }
        });
    }));
}

/// Returns the place of the last panic in the program's own files, else an unknown one.
pub(crate) fn place() -> (String, u32) {
    let (file, line) = PLACE.with(|place| place.replace((String::new(), 0)));
    match file.rsplit('/').next() {
        Some(name @ ("solution.rs" | "test_solution.rs")) => (name.to_string(), line),
        _ => (String::new(), 0),
    }
}

fn descriptor(number: i32) -> ManuallyDrop<File> {
    // SAFETY: the sandbox opened it for this process; it is never closed here.
    ManuallyDrop::new(unsafe { File::from_raw_fd(number) })
}

/// Returns the next frame, or None after the last.
pub(crate) fn receive() -> Option<Vec<u8>> {
    let mut input = descriptor(3);
    let mut head = [0; 4];
    input.read_exact(&mut head).ok()?;
    let mut frame = vec![0; u32::from_be_bytes(head) as usize];
    input.read_exact(&mut frame).ok()?;
    Some(frame)
}

/// Answers the frame.
pub(crate) fn send(payload: &[u8]) {
    let mut data = (payload.len() as u32).to_be_bytes().to_vec();
    data.extend_from_slice(payload);
    let _ = descriptor(4).write_all(&data);
}
