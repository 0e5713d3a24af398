//! The snippets of `docs/embedding.md`: shown there as they are, and run as they are against the built collector, servers with
//! their frameworks and pages in a real browser. Knows their names and what they promise, not their code.
#![cfg(not(target_arch = "wasm32"))]

#[path = "e2e/browser.rs"]
#[expect(dead_code, unused_imports, reason = "the end-to-end tests use all of it")]
mod browser;
#[path = "e2e/demonstration.rs"]
mod demonstration;
#[path = "clients/installed.rs"]
#[expect(dead_code, reason = "the tests of other people's clients use the rest")]
mod installed;
#[path = "e2e/kept.rs"]
mod kept;
#[path = "clients/own_collector.rs"]
#[expect(dead_code, reason = "the tests of other people's clients use the rest")]
mod own_collector;
#[path = "e2e/process.rs"]
mod process;
#[path = "e2e/programs.rs"]
#[expect(dead_code, reason = "the end-to-end tests use all of it")]
mod programs;

#[path = "snippets/document.rs"]
mod document;
#[path = "snippets/pages.rs"]
mod pages;
#[path = "snippets/ruby.rs"]
mod ruby;
#[path = "snippets/servers.rs"]
mod servers;
#[path = "snippets/site.rs"]
mod site;
#[path = "snippets/visit.rs"]
mod visit;
