//! Measures how a visitor begins, on this machine, in headless Chromium and Firefox: requests until the widget works,
//! milliseconds from the click to a grid that can be answered and, the other way, to the token that the device computed;
//! and the bytes of each further challenge. Fails when a bar is missed.
//!
//! Run it by `cargo xtask bench first-click`, which builds the collector and finds the browsers.

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/browser.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use more of it")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/collector.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod collector;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/demonstration.rs"]
mod demonstration;
#[cfg(not(target_arch = "wasm32"))]
#[path = "first_click/figures.rs"]
mod figures;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/host_page.rs"]
mod host_page;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/kept.rs"]
mod kept;
#[cfg(not(target_arch = "wasm32"))]
#[path = "first_click/measured.rs"]
mod measured;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/process.rs"]
mod process;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/programs.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod programs;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/visitor.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod visitor;

#[cfg(not(target_arch = "wasm32"))]
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    figures::print(&measured::all().await?)
}
