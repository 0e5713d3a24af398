//! Which form of a noun goes with a number, by language. In a browser its own tables decide. Knows no nouns.

/// A form of a noun; languages with more forms add them here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    /// As with 1 in English; with 0 and 1 in French.
    One,
    /// All other numbers.
    Other,
}

/// The category of `count` in the language `tag`, by the browser's `Intl.PluralRules`.
#[cfg(target_arch = "wasm32")]
pub(super) fn category(tag: &str, count: u32) -> Category {
    let rules = js_sys::Intl::PluralRules::new(&js_sys::Array::of1(&tag.into()), &js_sys::Object::new());
    if rules.select(f64::from(count)) == "one" { Category::One } else { Category::Other }
}

/// The category of `count` in the language `tag` where there is no browser: Unicode CLDR 47, cardinal rules.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn category(tag: &str, count: u32) -> Category {
    match (tag, count) {
        ("fr", 0 | 1) | (_, 1) => Category::One,
        _ => Category::Other,
    }
}
