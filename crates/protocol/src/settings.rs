//! What the widget is told before anything is asked: in the frame's document, and by `GET /v1/settings` for Yew sites.

use serde::{Deserialize, Serialize};

use crate::dialect::Dialect;
use crate::disclosure::Disclosure;
use crate::ids::{Action, CustomData, Hostname, Language, SiteKey, Token};
use crate::words::Words;

/// Everything the widget must know beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The site.
    pub sitekey: SiteKey,
    /// Host name of the page that shows the widget.
    pub hostname: Hostname,
    /// Origin of that page, such as `https://example.org`: the only one that is told anything.
    pub origin: String,
    /// The language that was asked for: the question comes in it when the campaign has it.
    pub language: Language,
    /// What the widget says, in the nearest language to it.
    pub words: Words,
    /// How it looks.
    pub theme: Theme,
    /// How much room it takes.
    pub size: Size,
    /// Whose contract the page speaks.
    #[serde(default)]
    pub dialect: Dialect,
    /// What the page says the visitor is about to do; comes back from `siteverify` in Turnstile's dialect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// The page's own data; comes back from `siteverify` in Turnstile's dialect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cdata: Option<CustomData>,
    /// What the visitor may choose between.
    pub offer: Offer,
    /// For whom and what for.
    pub disclosure: Disclosure,
    /// What happens when a token dies unredeemed.
    #[serde(default)]
    pub renewal: Renewal,
    /// Set for the vendors' published test keys: nothing is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testing: Option<Testing>,
    /// Origin of the collector without a slash at the end; empty where the page itself comes from it, as the frame does.
    #[serde(default)]
    pub collector: String,
    /// Path of the widget's style sheet.
    #[serde(default)]
    pub style: String,
    /// Path of the script that computes on the visitor's device.
    pub worker: String,
    /// Path of the same challenge without script.
    pub plain: String,
}

/// How the widget looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the visitor's system has it.
    #[default]
    Auto,
    /// Ink on paper.
    Light,
    /// Paper on ink.
    Dark,
    /// Black, white and one accent.
    Contrast,
}

/// How much room the closed widget takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    /// 304 × 78 CSS pixels.
    #[default]
    Normal,
    /// 164 × 144 CSS pixels.
    Compact,
    /// All of the page's width, 78 CSS pixels high.
    Flexible,
    /// None until the page asks for a token.
    Invisible,
}

/// What the visitor may choose between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Offer {
    /// Label pictures, or let the device compute.
    #[default]
    Both,
    /// Let the device compute; nobody is asked to label.
    Machine,
}

/// What happens when a token dies before it was redeemed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Renewal {
    /// A fresh one takes its place.
    #[default]
    Auto,
    /// The visitor asks for a fresh one with one press, and does no work again.
    Manual,
    /// The visitor begins anew.
    Never,
}

/// A vendor's published test key: what it does instead of asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Testing {
    /// Passes with this token.
    Passes(Token),
    /// Passes with this token, after a press.
    Asks(Token),
    /// Never passes.
    Blocks,
}

macro_rules! names {
    ($($type:ident { $($variant:ident = $name:literal),* $(,)? })*) => {$(
        impl $type {
            /// Its name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What has this name.
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    )*};
}

names! {
    Theme { Auto = "auto", Light = "light", Dark = "dark", Contrast = "contrast" }
    Size { Normal = "normal", Compact = "compact", Flexible = "flexible", Invisible = "invisible" }
    Offer { Both = "both", Machine = "machine" }
    Renewal { Auto = "auto", Manual = "manual", Never = "never" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_wire() {
        assert_eq!(serde_json::to_value(Theme::Contrast).unwrap(), Theme::Contrast.as_str());
        assert_eq!(serde_json::to_value(Size::Invisible).unwrap(), Size::Invisible.as_str());
        assert_eq!(serde_json::to_value(Offer::Machine).unwrap(), Offer::Machine.as_str());
        assert_eq!(serde_json::to_value(Renewal::Never).unwrap(), Renewal::Never.as_str());
        assert_eq!(Size::named("compact"), Some(Size::Compact));
        assert_eq!(Theme::named("Dark"), None);
    }
}
