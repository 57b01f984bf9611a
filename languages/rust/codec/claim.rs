//! What assertions are asked beyond what they say: whether the solution's own types hold for anything.

use std::any::type_name_of_val;

use crate::unit::{differs, tried};

/// Whether a value's type is of the program, hence its operators are.
fn own<T: ?Sized>(value: &T) -> bool {
    let name = type_name_of_val(value);
    ["program::", "solution::", "dyn "]
        .iter()
        .any(|part| name.contains(part))
}

/// Both sides of a comparison, and how far another value is from one of them.
pub struct Sides<'a, L: ?Sized, R: ?Sized>(pub &'a L, pub &'a R, pub u8);

impl<L: ?Sized, R: ?Sized> Sides<'_, L, R> {
    fn own(&self) -> bool {
        own(self.0) || own(self.1)
    }
}

/// Asks with another right side, where one can be made.
pub trait Right<R: ?Sized> {
    fn right(&self, ask: impl FnOnce(&R) -> bool) -> bool;
}

/// Asks with another left side, where one can be made.
pub trait Left<L: ?Sized> {
    fn left(&self, ask: impl FnOnce(&L) -> bool) -> bool;
}

impl<L: ?Sized, R: Vary> Right<R> for Sides<'_, L, R> {
    fn right(&self, ask: impl FnOnce(&R) -> bool) -> bool {
        let other = if self.own() { self.1.vary(self.2) } else { None };
        other.is_some_and(|other| tried(|| ask(&other)))
    }
}

impl<L: Vary, R: ?Sized> Left<L> for Sides<'_, L, R> {
    fn left(&self, ask: impl FnOnce(&L) -> bool) -> bool {
        let other = if self.own() { self.0.vary(self.2) } else { None };
        other.is_some_and(|other| tried(|| ask(&other)))
    }
}

// what is found only where none of the above is: it takes one more reference

impl<L: ?Sized, R: ?Sized> Right<R> for &Sides<'_, L, R> {
    fn right(&self, _: impl FnOnce(&R) -> bool) -> bool {
        false
    }
}

impl<L: ?Sized, R: ?Sized> Left<L> for &Sides<'_, L, R> {
    fn left(&self, _: impl FnOnce(&L) -> bool) -> bool {
        false
    }
}

/// Takes note where a value of a type of its own is taken from a number: that may be next to any.
pub fn apart<A: ?Sized, B: ?Sized>(one: &A, other: &B) {
    differs(own(one) != own(other));
}

/// Takes note of what is no bool, and can be negated.
pub fn truth<T: ?Sized>(value: &T) {
    differs(own(value));
}

/// Takes note of what says `is_ok` or `is_some` of itself, and is no result or option.
pub fn told<T: ?Sized>(value: &T) -> &T {
    let name = type_name_of_val(value);
    differs(own(value) && !name.contains("::Result<") && !name.contains("::Option<"));
    value
}

/// Another value of the same type, where one is found.
pub trait Vary: Sized {
    fn vary(&self, by: u8) -> Option<Self>;
}

macro_rules! whole {
    ($($type:ty)*) => {
        $(impl Vary for $type {
            fn vary(&self, by: u8) -> Option<Self> {
                Some(self.wrapping_add(by as $type))
            }
        })*
    };
}
whole!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

macro_rules! real {
    ($($type:ty)*) => {
        $(impl Vary for $type {
            fn vary(&self, by: u8) -> Option<Self> {
                let other = if self.is_finite() { self / 2.0 + <$type>::from(by) } else { by.into() };
                (other != *self).then_some(other)
            }
        })*
    };
}
real!(f32 f64);

impl Vary for bool {
    fn vary(&self, _: u8) -> Option<Self> {
        Some(!self)
    }
}

impl Vary for char {
    fn vary(&self, by: u8) -> Option<Self> {
        let turned = |first: u8, count: u8| (first + (*self as u8 - first + 1 + by % (count - 1)) % count) as char;
        Some(match self {
            '0'..='9' => turned(b'0', 10),
            'a'..='z' => turned(b'a', 26),
            'A'..='Z' => turned(b'A', 26),
            _ => 'k',
        })
    }
}

impl Vary for String {
    fn vary(&self, by: u8) -> Option<Self> {
        let mut all: Vec<char> = self.chars().collect();
        match all.iter().position(char::is_ascii_alphanumeric) {
            Some(at) => all[at] = all[at].vary(by)?,
            None => all.push('k'),
        }
        Some(all.into_iter().collect())
    }
}

impl Vary for &str {
    fn vary(&self, by: u8) -> Option<Self> {
        Some(Box::leak(self.to_string().vary(by)?.into_boxed_str()))
    }
}

impl<T: Vary> Vary for &T {
    fn vary(&self, by: u8) -> Option<Self> {
        Some(Box::leak(Box::new((**self).vary(by)?)))
    }
}

impl<T: Vary + Clone> Vary for Vec<T> {
    fn vary(&self, by: u8) -> Option<Self> {
        let mut all = self.clone();
        let at = usize::from(by).checked_rem(all.len())?;
        all[at] = all[at].vary(by)?;
        Some(all)
    }
}

impl<T: Vary + Clone> Vary for &[T] {
    fn vary(&self, by: u8) -> Option<Self> {
        Some(Box::leak(self.to_vec().vary(by)?.into_boxed_slice()))
    }
}

impl<T: Vary + Clone, const N: usize> Vary for [T; N] {
    fn vary(&self, by: u8) -> Option<Self> {
        self.to_vec().vary(by)?.try_into().ok()
    }
}

impl<T: Vary> Vary for Option<T> {
    fn vary(&self, by: u8) -> Option<Self> {
        self.as_ref()?.vary(by).map(Some)
    }
}

impl<T: Vary, E: Vary> Vary for Result<T, E> {
    fn vary(&self, by: u8) -> Option<Self> {
        match self {
            Ok(value) => value.vary(by).map(Ok),
            Err(error) => error.vary(by).map(Err),
        }
    }
}

impl<A: Vary + Clone, B: Clone> Vary for (A, B) {
    fn vary(&self, by: u8) -> Option<Self> {
        Some((self.0.vary(by)?, self.1.clone()))
    }
}

impl<A: Vary + Clone, B: Clone, C: Clone> Vary for (A, B, C) {
    fn vary(&self, by: u8) -> Option<Self> {
        Some((self.0.vary(by)?, self.1.clone(), self.2.clone()))
    }
}
