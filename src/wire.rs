//! Protocol types out of what the browser's own JSON parser made. Knows that something does not fit, never why.
//!
//! Written by hand, type by type: with serde's derived readers a first visit weighs 9 kB more, with `serde-wasm-bindgen`
//! another 12 kB. Nobody reads the reason of a misfit inside a widget: tests read what serde writes, and the collector's
//! own tests pin the same types.

mod challenge;
mod receipt;
mod settings;

use std::fmt;

use corvee_protocol::{Granted, Problem, Puzzle};
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};

/// The value is not of the wanted type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit;

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value is not of the wanted type")
    }
}

impl std::error::Error for Misfit {}

/// A type that can be read out of JSON.
pub trait Read: Sized {
    /// Reads a value that came out of JSON; fields it does not know are passed over.
    ///
    /// # Errors
    /// [`Misfit`] when it is not of this type.
    fn read(value: &JsValue) -> Result<Self, Misfit>;
}

/// Reads JSON text.
///
/// # Errors
/// [`Misfit`] when it is no JSON, or not of this type.
pub fn parse<T: Read>(text: &str) -> Result<T, Misfit> {
    match JSON::parse(text) {
        Ok(value) => T::read(&value),
        Err(_) => Err(Misfit),
    }
}

/// An object with these fields.
pub fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // A fresh plain object takes every property.
        Reflect::set(&object, &(*name).into(), value).ok();
    }
    object.into()
}

/// A field; undefined when there is none.
fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or_default()
}

/// A field that must be there, as a type of ours.
fn read<T: Read>(value: &JsValue, name: &str) -> Result<T, Misfit> {
    T::read(&field(value, name))
}

/// A field that holds text.
fn text(value: &JsValue, name: &str) -> Result<String, Misfit> {
    field(value, name).as_string().ok_or(Misfit)
}

/// A field that holds text of a certain form.
fn id<T: TryFrom<String>>(value: &JsValue, name: &str) -> Result<T, Misfit> {
    T::try_from(text(value, name)?).ok().ok_or(Misfit)
}

/// The same, where it may be absent.
fn id_if_any<T: TryFrom<String>>(value: &JsValue, name: &str) -> Result<Option<T>, Misfit> {
    if field(value, name).is_undefined() { Ok(None) } else { id(value, name).map(Some) }
}

/// A field that holds one of a few names.
fn named<T>(value: &JsValue, name: &str, of: fn(&str) -> Option<T>) -> Result<T, Misfit> {
    of(&text(value, name)?).ok_or(Misfit)
}

/// A field that holds a whole number from 0 on.
fn whole<T: TryFrom<u64>>(value: &JsValue, name: &str) -> Result<T, Misfit> {
    let number = field(value, name).as_f64().ok_or(Misfit)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a lossy result is refused")]
    let whole = number as u64;
    if (whole as f64).total_cmp(&number).is_eq() { T::try_from(whole).ok().ok_or(Misfit) } else { Err(Misfit) }
}

/// A field that holds a list.
fn list<T>(value: &JsValue, name: &str, read: fn(&JsValue) -> Result<T, Misfit>) -> Result<Vec<T>, Misfit> {
    let list: Array = field(value, name).dyn_into().ok().ok_or(Misfit)?;
    list.iter().map(|element| read(&element)).collect()
}

impl Read for Granted {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        Ok(Self { token: id(value, "token")?, token_lives_ms: whole(value, "token_lives_ms")? })
    }
}

impl Read for Puzzle {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        Ok(Self {
            puzzle: id(value, "puzzle")?,
            salt: text(value, "salt")?,
            memory_kib: whole(value, "memory_kib")?,
            passes: whole(value, "passes")?,
            solutions: whole(value, "solutions")?,
            threshold: whole(value, "threshold")?,
            lives_ms: whole(value, "lives_ms")?,
        })
    }
}

impl Read for Problem {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        Ok(Self {
            kind: named(value, "type", corvee_protocol::ProblemKind::named)?,
            title: text(value, "title")?,
            status: whole(value, "status")?,
            detail: text(value, "detail")?,
            field: id_if_any(value, "field")?,
        })
    }
}
