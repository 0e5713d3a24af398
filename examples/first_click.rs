//! Measures the first click: milliseconds from ticking the box to a grid that can be answered, on this machine, in
//! headless Chromium; and what a first visit fetches. With `--enforce` it fails when the median is above 400 ms.
//!
//! Run it by `cargo xtask bench first-click`, which builds the collector and finds the browser.

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/browser.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/collector.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod collector;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/host_page.rs"]
mod host_page;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/process.rs"]
mod process;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../tests/e2e/programs.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod programs;

#[cfg(not(target_arch = "wasm32"))]
use measured::main;

#[cfg(not(target_arch = "wasm32"))]
mod measured {
    use anyhow::{Context as _, ensure};

    use crate::browser::{Browser, Sent};
    use crate::collector::Collector;
    use crate::host_page::HostPage;

    const LOADS: usize = 15;
    const MEDIAN_MAX_MS: f64 = 400.0;

    /// Notes when the box was clicked, and when the pictures were there and a tile could take the focus, to one frame.
    const WATCH: &str = "
        let clicked_ms;
        document.querySelector('.tick-box').addEventListener('click', (event) => { clicked_ms = event.timeStamp; }, { capture: true });
        const look = () => {
            const part = document.querySelector('.part');
            const usable = part && part.complete && part.naturalWidth > 0
                && document.querySelector('.tile[tabindex=\"0\"]') && !document.querySelector('.grid[aria-busy]');
            if (usable) window.first_click_ms = performance.now() - clicked_ms;
            else requestAnimationFrame(look);
        };
        look();";

    /// Measures and prints.
    #[tokio::main]
    #[expect(clippy::print_stdout, reason = "printing is its purpose")]
    pub(crate) async fn main() -> anyhow::Result<()> {
        let collector = Collector::start()?;
        let (sitekey, origin) = (collector.site_keys()?.sitekey, collector.origin());
        let body = format!(
            "<script src=\"{origin}/api.js\" async defer></script><div class=\"corvee\" data-sitekey=\"{sitekey}\"></div>"
        );
        let page = HostPage::serve("en", &body).await?;
        let own = page.origin("127.0.0.1");
        let (mut clicks_ms, first_visit) = Browser::open(async |browser| {
            let mut clicks_ms = Vec::with_capacity(LOADS);
            let mut first_visit = Vec::new();
            for load in 0..LOADS {
                browser.forget_cache().await?;
                browser.goto(&own).await?;
                browser.enter_frame().await?;
                browser.until("document.querySelector('.corvee-widget [role=status]')").await?;
                if load == 0 {
                    first_visit = browser.traffic().await?;
                    first_visit.retain(|sent| sent.url.starts_with(origin));
                }
                browser.run(WATCH).await?;
                browser.click(".tick-box").await?;
                let elapsed_ms = browser.until("window.first_click_ms").await?;
                clicks_ms.push(elapsed_ms.as_f64().context("a time is no number")?);
            }
            Ok((clicks_ms, first_visit))
        })
        .await?;

        clicks_ms.sort_by(f64::total_cmp);
        let at = |position: usize| clicks_ms.get(position).copied().context("nothing was measured");
        let (least, median, most) = (at(0)?, at(LOADS / 2)?, at(LOADS - 1)?);
        println!(
            "from the click to a usable grid, {LOADS} fresh page loads: median {median:.0} ms, from {least:.0} to {most:.0} ms"
        );
        for Sent { url, bytes } in &first_visit {
            println!("{bytes:>8.0} bytes  {}", url.split('?').next().unwrap_or_default());
        }
        let bytes: f64 = first_visit.iter().map(|sent| sent.bytes).sum();
        println!("until the checkbox works: {} requests, {bytes:.0} bytes with headers", first_visit.len());
        let enforced = std::env::args().any(|argument| argument == "--enforce");
        ensure!(!enforced || median <= MEDIAN_MAX_MS, "the median is above {MEDIAN_MAX_MS} ms");
        Ok(())
    }
}
