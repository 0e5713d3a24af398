//! Protocol types out of what the browser's own JSON parser made. Knows that something does not fit, never why.
//!
//! A general deserializer explains every misfit, and for that brings the formatting of floating-point numbers: with
//! `serde-wasm-bindgen` a first visit weighs 12 kB more. Nobody reads those words inside a widget: the collector's tests pin the same types.

use std::fmt;

use js_sys::{Array, JSON, Object, Reflect};
use serde::de::value::{StrDeserializer, StringDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer as _, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
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

impl Error for Misfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

fn misfit<Reason>(_: Reason) -> Misfit {
    Misfit
}

/// Reads JSON text.
///
/// # Errors
/// [`Misfit`] when it is no JSON, or not of this type.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Misfit> {
    read(JSON::parse(text).map_err(misfit)?)
}

/// Reads a value that came out of JSON.
///
/// # Errors
/// [`Misfit`] when it is not of this type.
pub fn read<T: DeserializeOwned>(value: JsValue) -> Result<T, Misfit> {
    T::deserialize(Value(value))
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

/// A value out of JSON.
struct Value(JsValue);

impl<'de> Deserializer<'de> for Value {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if let Some(text) = self.0.as_string() {
            visitor.visit_string(text)
        } else if let Some(number) = self.0.as_f64() {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a lossy result is refused")]
            let whole = number as u64;
            if (whole as f64).total_cmp(&number).is_eq() { visitor.visit_u64(whole) } else { Err(Misfit) }
        } else if let Some(flag) = self.0.as_bool() {
            visitor.visit_bool(flag)
        } else if let Ok(list) = self.0.dyn_into::<Array>() {
            visitor.visit_seq(List { list, at: 0 })
        } else {
            Err(Misfit)
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.0.is_null() || self.0.is_undefined() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let object = self.0.dyn_into::<Object>().map_err(misfit)?;
        visitor.visit_map(Fields { object, names: fields.iter(), present: JsValue::UNDEFINED })
    }

    /// A variant without content is its name; one with content is an object whose only field has its name.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        if let Some(name) = self.0.as_string() {
            return visitor.visit_enum(Variant { name, content: JsValue::UNDEFINED });
        }
        let object = self.0.dyn_into::<Object>().map_err(misfit)?;
        let name = Object::keys(&object).get(0).as_string().ok_or(Misfit)?;
        let content = Reflect::get(&object, &name.as_str().into()).map_err(misfit)?;
        visitor.visit_enum(Variant { name, content })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

/// The elements of a list that are still to come.
struct List {
    list: Array,
    at: u32,
}

impl<'de> SeqAccess<'de> for List {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        if self.at == self.list.length() {
            return Ok(None);
        }
        let element = self.list.get(self.at);
        self.at += 1;
        seed.deserialize(Value(element)).map(Some)
    }
}

/// The fields of a struct that are still to come; those that are absent are passed over.
struct Fields {
    object: Object,
    names: std::slice::Iter<'static, &'static str>,
    /// Content of the field whose name was asked for last.
    present: JsValue,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        for name in self.names.by_ref() {
            self.present = Reflect::get(&self.object, &(*name).into()).map_err(misfit)?;
            if !self.present.is_undefined() {
                let name: StrDeserializer<'_, Misfit> = (*name).into_deserializer();
                return seed.deserialize(name).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        seed.deserialize(Value(self.present.clone()))
    }
}

/// A variant of an enum.
struct Variant {
    name: String,
    content: JsValue,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Misfit;
    type Variant = Content;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content), Misfit> {
        let name: StringDeserializer<Misfit> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, Content(self.content)))
    }
}

/// What a variant holds.
struct Content(JsValue);

impl<'de> VariantAccess<'de> for Content {
    type Error = Misfit;

    fn unit_variant(self) -> Result<(), Misfit> {
        if self.0.is_undefined() { Ok(()) } else { Err(Misfit) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Misfit> {
        seed.deserialize(Value(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        Value(self.0).deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Misfit> {
        Value(self.0).deserialize_struct("", fields, visitor)
    }
}
