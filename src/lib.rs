//! The widget of Corvée: a CAPTCHA that labels a data set, and says so. One Yew component, and the frame around it.
//!
//! A Yew site uses [`Captcha`] in its own process; every other site embeds the frame through the loader `api.js`. It
//! knows the wire types of `corvee-protocol` and nothing of how the collector scores, stores or counts.
//!
//! A Yew site also needs `widget.css`, and an entry in its Content Security Policy for the collector's images and calls.

pub mod captcha;
pub mod collector_client;
pub mod effects;
pub mod frame;
pub mod grid;
pub mod hooks;
pub mod kinds;
pub mod machines_turn;
pub mod message;
pub mod session;
pub mod site;
pub mod trouble;
pub mod views;
pub mod wire;

pub use captcha::{Captcha, CaptchaProps, Command, Given, News, Purpose, Room};
pub use corvee_protocol::{Settings, SiteKey};
pub use site::{Site, SiteProps};
pub use trouble::Trouble;
