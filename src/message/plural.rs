//! Which plural goes with a number. In a browser its own tables decide. Knows no nouns.

use corvee_protocol::Category;

/// The category of `count` in the language `tag`, by the browser's `Intl.PluralRules`.
#[cfg(target_arch = "wasm32")]
pub(super) fn category(tag: &str, count: u32) -> Category {
    let rules = js_sys::Intl::PluralRules::new(&js_sys::Array::of1(&tag.into()), &js_sys::Object::new());
    Category::named(&String::from(rules.select(f64::from(count)))).unwrap_or(Category::Other)
}

/// The category of `count` in the language `tag` where there is no browser.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn category(tag: &str, count: u32) -> Category {
    Category::of(tag, count)
}
