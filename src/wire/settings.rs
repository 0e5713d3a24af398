//! Settings, out of JSON.

use corvee_protocol::{Dialect, Offer, Renewal, Settings, Size, Testing, Theme, Word, Words};
use wasm_bindgen::JsValue;

use super::{Misfit, Read, field, id, id_if_any, list, named, read, text};

impl Read for Settings {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        let testing = field(value, "testing");
        Ok(Self {
            sitekey: id(value, "sitekey")?,
            hostname: id(value, "hostname")?,
            origin: text(value, "origin")?,
            language: id(value, "language")?,
            words: read(value, "words")?,
            theme: named(value, "theme", Theme::named)?,
            size: named(value, "size", Size::named)?,
            dialect: named(value, "dialect", Dialect::named)?,
            action: id_if_any(value, "action")?,
            cdata: id_if_any(value, "cdata")?,
            offer: named(value, "offer", Offer::named)?,
            disclosure: read(value, "disclosure")?,
            renewal: named(value, "renewal", Renewal::named)?,
            testing: if testing.is_undefined() { None } else { Some(Testing::read(&testing)?) },
            collector: text(value, "collector")?,
            style: text(value, "style")?,
            worker: text(value, "worker")?,
            plain: text(value, "plain")?,
        })
    }
}

impl Read for Testing {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        if value.as_string().is_some_and(|name| name == "blocks") {
            return Ok(Self::Blocks);
        }
        match id(value, "passes") {
            Ok(token) => Ok(Self::Passes(token)),
            Err(Misfit) => id(value, "asks").map(Self::Asks),
        }
    }
}

impl Read for Words {
    fn read(value: &JsValue) -> Result<Self, Misfit> {
        let templates = list(value, "templates", |template| template.as_string().ok_or(Misfit))?;
        // Their places mean what they mean in one version only.
        if templates.len() != Word::IN_WIDGET {
            return Err(Misfit);
        }
        Ok(Self { tag: text(value, "tag")?, rtl: field(value, "rtl").is_truthy(), templates })
    }
}
