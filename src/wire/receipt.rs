//! Receipts, out of JSON.

use corvee_protocol::{PriceMeasure, Receipt};
use wasm_bindgen::JsValue;

use super::{Misfit, Read, id, list, text, whole};

impl Read for Receipt {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        Ok(Self {
            code: id(value, "code")?,
            solve_ms: whole(value, "solve_ms")?,
            gold_tiles: whole(value, "gold_tiles")?,
            votes: whole(value, "votes")?,
            final_labels: whole(value, "final_labels")?,
            requester: text(value, "requester")?,
            data_set: text(value, "data_set")?,
            data_set_language: text(value, "data_set_language")?,
            licence: text(value, "licence")?,
            prices: list(value, "prices", PriceMeasure::read)?,
            prices_language: text(value, "prices_language")?,
        })
    }
}

impl Read for PriceMeasure {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        Ok(Self {
            measure: text(value, "measure")?,
            usd_micros: whole(value, "usd_micros")?,
            formula: text(value, "formula")?,
            source: text(value, "source")?,
            as_of: text(value, "as_of")?,
        })
    }
}
