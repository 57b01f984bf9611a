//! Typed values to and from the encoding of codegen's type language.

use crate::json::{quote, Json};
use std::collections::HashMap;
use std::hash::Hash;

const MOST_NODES: usize = 2_000_000;
pub(crate) const MOST_BYTES: usize = 16 << 20;

/// Writes one result; `wrong` says why it cannot be written.
#[derive(Default)]
pub struct Encoder {
    pub out: String,
    pub wrong: Option<&'static str>,
    nodes: usize,
}

impl Encoder {
    fn node(&mut self) -> bool {
        self.nodes += 1;
        if self.nodes > MOST_NODES || self.out.len() > MOST_BYTES {
            self.wrong = Some("the result is too large");
        }
        self.wrong.is_none()
    }
}

/// A type of the type language.
pub trait Value: Sized {
    fn decode(json: &Json) -> Self;
    fn encode(&self, to: &mut Encoder);
}

fn number<T: std::str::FromStr>(json: &Json) -> T {
    let text = match json {
        Json::Number(text) | Json::Text(text) => text,
        other => panic!("codec: not a number: {other:?}"),
    };
    text.parse()
        .unwrap_or_else(|_| panic!("codec: not a number: {text}"))
}

fn items(json: &Json) -> &[Json] {
    match json {
        Json::Array(items) => items,
        other => panic!("codec: not an array: {other:?}"),
    }
}

impl Value for bool {
    fn decode(json: &Json) -> Self {
        matches!(json, Json::Bool(true))
    }
    fn encode(&self, to: &mut Encoder) {
        if to.node() {
            to.out.push_str(if *self { "true" } else { "false" });
        }
    }
}

impl Value for i64 {
    fn decode(json: &Json) -> Self {
        number(json)
    }
    fn encode(&self, to: &mut Encoder) {
        if to.node() {
            to.out.push_str(&self.to_string());
        }
    }
}

impl Value for f64 {
    fn decode(json: &Json) -> Self {
        number(json)
    }
    fn encode(&self, to: &mut Encoder) {
        if !to.node() {
            return;
        }
        if self.is_nan() {
            to.out.push_str("\"NaN\"");
        } else if self.is_infinite() {
            to.out.push_str(if *self > 0.0 {
                "\"Infinity\""
            } else {
                "\"-Infinity\""
            });
        } else {
            to.out.push_str(&format!("{self:?}"));
        }
    }
}

impl Value for String {
    fn decode(json: &Json) -> Self {
        match json {
            Json::Text(text) => text.clone(),
            other => panic!("codec: not a string: {other:?}"),
        }
    }
    fn encode(&self, to: &mut Encoder) {
        if to.node() {
            quote(&mut to.out, self);
        }
    }
}

impl<T: Value> Value for Option<T> {
    fn decode(json: &Json) -> Self {
        match json {
            Json::Null => None,
            other => Some(T::decode(other)),
        }
    }
    fn encode(&self, to: &mut Encoder) {
        match self {
            Some(value) => value.encode(to),
            None => to.out.push_str("null"),
        }
    }
}

impl<T: Value> Value for Vec<T> {
    fn decode(json: &Json) -> Self {
        items(json).iter().map(T::decode).collect()
    }
    fn encode(&self, to: &mut Encoder) {
        if !to.node() {
            return;
        }
        to.out.push('[');
        for (index, item) in self.iter().enumerate() {
            if to.wrong.is_some() {
                return;
            }
            if index > 0 {
                to.out.push(',');
            }
            item.encode(to);
        }
        to.out.push(']');
    }
}

/// Pairs are written in the order of their encoded keys, so that the same map is the same bytes.
impl<K: Value + Eq + Hash, V: Value> Value for HashMap<K, V> {
    fn decode(json: &Json) -> Self {
        items(json)
            .iter()
            .map(|pair| (K::decode(&items(pair)[0]), V::decode(&items(pair)[1])))
            .collect()
    }
    fn encode(&self, to: &mut Encoder) {
        if !to.node() {
            return;
        }
        let mut entries: Vec<(String, &V)> = Vec::new();
        for (key, value) in self {
            let mut inner = Encoder::default();
            key.encode(&mut inner);
            entries.push((inner.out, value));
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        to.out.push('[');
        for (index, (key, value)) in entries.into_iter().enumerate() {
            if index > 0 {
                to.out.push(',');
            }
            to.out.push('[');
            to.out.push_str(&key);
            to.out.push(',');
            value.encode(to);
            to.out.push(']');
        }
        to.out.push(']');
    }
}

macro_rules! tuple {
    ($($name:ident $index:tt),+) => {
        impl<$($name: Value),+> Value for ($($name,)+) {
            fn decode(json: &Json) -> Self {
                ($($name::decode(&items(json)[$index]),)+)
            }
            fn encode(&self, to: &mut Encoder) {
                if !to.node() {
                    return;
                }
                to.out.push('[');
                $(
                    if $index > 0 {
                        to.out.push(',');
                    }
                    self.$index.encode(to);
                )+
                to.out.push(']');
            }
        }
    };
}

tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
