//! Challenges and the replies to answers, out of JSON.

use corvee_protocol::kinds::select::SelectAsk;
use corvee_protocol::{AnswerReply, Ask, Challenge, Disclosure, Passed, Screen, SecondsSource};
use wasm_bindgen::JsValue;

use super::{Misfit, Read, field, id, named, read, text, whole};

impl Read for Challenge {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        Ok(Self {
            challenge: id(value, "challenge")?,
            screen: read(value, "screen")?,
            disclosure: read(value, "disclosure")?,
            lives_ms: whole(value, "lives_ms")?,
        })
    }
}

impl Read for Screen {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        Ok(Self {
            number: whole(value, "number")?,
            sprite: text(value, "sprite")?,
            ask: Ask::Select(read(&field(value, "ask"), "select")?),
        })
    }
}

impl Read for SelectAsk {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        Ok(Self {
            question: text(value, "question")?,
            language: text(value, "language")?,
            columns: whole(value, "columns")?,
            rows: whole(value, "rows")?,
        })
    }
}

impl Read for Disclosure {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        Ok(Self {
            requester: text(value, "requester")?,
            data_set: text(value, "data_set")?,
            licence: text(value, "licence")?,
            seconds: whole(value, "seconds")?,
            seconds_source: named(value, "seconds_source", SecondsSource::named)?,
        })
    }
}

/// An object whose only field says what became of the answer.
impl Read for AnswerReply {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        let has = |name| !field(value, name).is_undefined();
        match () {
            () if has("passed") => read(value, "passed").map(Self::Passed),
            () if has("more") => read(value, "more").map(Self::More),
            () if has("again") => read(value, "again").map(Self::Again),
            () => Err(Misfit),
        }
    }
}

impl Read for Passed {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        Ok(Self {
            token: id(value, "token")?,
            token_lives_ms: whole(value, "token_lives_ms")?,
            receipt: read(value, "receipt")?,
        })
    }
}
