//! Takes a picture of every state of the widget, in every theme and four languages, on a desk's screen and a narrow one, from a
//! real collector in headless Chromium, and writes the page that shows them.
//!
//! Run it by `cargo xtask gallery`, which builds the collector, finds the browser and names the folder.

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
#[path = "../tests/e2e/host_page.rs"]
mod host_page;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/kept.rs"]
mod kept;
#[cfg(not(target_arch = "wasm32"))]
#[path = "gallery/page.rs"]
mod page;
#[cfg(not(target_arch = "wasm32"))]
#[path = "gallery/pictures.rs"]
mod pictures;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/process.rs"]
mod process;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/programs.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod programs;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/states.rs"]
mod states;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/visitor.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod visitor;

#[cfg(not(target_arch = "wasm32"))]
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    use anyhow::Context as _;

    let folder = std::env::args_os().nth(1).context("say into which folder, or run `cargo xtask gallery`")?;
    let folder = std::path::Path::new(&folder);
    let pictures = pictures::take_all(folder).await?;
    page::write(folder, &pictures)
}
