//! The product from outside: a real collector as a process, a real browser, the pages of sites. Knows no code of either.
#![cfg(not(target_arch = "wasm32"))]

#[path = "e2e/axe.rs"]
mod axe;
#[path = "e2e/browser.rs"]
mod browser;
#[path = "e2e/collector.rs"]
mod collector;
#[path = "e2e/comment_page.rs"]
mod comment_page;
#[path = "e2e/demonstration.rs"]
mod demonstration;
#[path = "e2e/host_page.rs"]
mod host_page;
#[path = "e2e/kept.rs"]
mod kept;
#[path = "e2e/line.rs"]
mod line;
#[path = "e2e/process.rs"]
mod process;
#[path = "e2e/programs.rs"]
mod programs;
#[path = "e2e/screenshots.rs"]
mod screenshots;
#[path = "e2e/states.rs"]
mod states;
#[path = "e2e/visitor.rs"]
mod visitor;

#[path = "e2e/accessibility.rs"]
mod accessibility;
#[path = "e2e/dialects.rs"]
mod dialects;
#[path = "e2e/embedding.rs"]
mod embedding;
#[path = "e2e/keyboard.rs"]
mod keyboard;
#[path = "e2e/labelling.rs"]
mod labelling;
#[path = "e2e/plain.rs"]
mod plain;
#[path = "e2e/privacy.rs"]
mod privacy;
#[path = "e2e/screen_reader.rs"]
mod screen_reader;
