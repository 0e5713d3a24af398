//! Measures what a page keeps of widgets that are gone: ten are created and removed a thousand times, and listeners, nodes,
//! frames and the heap are counted after a hundred rounds and at the end. With `--enforce` it fails when they have grown.
//!
//! Run it by `cargo xtask bench leaks`, which builds the collector and finds the browser. In every round one of the ten is
//! dropped with its element and never removed. The frames are removed before their documents have come, but for every
//! hundredth round: that waits until all ten have answered, since ten thousand whole frames would take an hour.

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
    use std::time::Instant;

    use anyhow::{Context as _, ensure};
    use serde_json::{Value, json};

    use crate::browser::{Browser, Device};
    use crate::collector::Collector;
    use crate::host_page::HostPage;

    const COUNTED: [&str; 4] = ["JSEventListeners", "Nodes", "Frames", "JSHeapUsedSize"];
    /// A heap of the same things differs by this much from one collection to the next.
    const HEAP_NOISE_BYTES: f64 = 200_000.0;
    /// Rounds of ten widgets.
    const ROUNDS: u32 = 1000;
    const FIRST_COUNT: u32 = 100;

    /// One round: ten widgets, all answering where `whole`; nine removed, one dropped.
    const ROUND: &str = "
        window.round = async (whole) => {
            const places = Array.from({ length: 10 }, () => document.createElement('div'));
            app.append(...places);
            const ids = places.map((place) => corvee.render(place, { sitekey, callback: () => place }));
            if (whole) {
                const waits = new Set(places.map((place) => place.querySelector('iframe').contentWindow));
                await new Promise((resolve) => {
                    const hear = ({ source, data }) => {
                        if (data && data.kind === 'ready') waits.delete(source);
                        if (waits.size) return;
                        removeEventListener('message', hear);
                        resolve();
                    };
                    addEventListener('message', hear);
                });
            }
            ids.slice(1).forEach((id) => corvee.remove(id));
            app.textContent = '';
        };";

    async fn count(browser: &Browser) -> anyhow::Result<Vec<f64>> {
        // A dropped widget waits 20 s for its frame before it forgets it.
        browser.run_async("setTimeout(done, 21000)").await?;
        for _ in 0..3 {
            browser.chromium()?.send("HeapProfiler.collectGarbage", json!({})).await?;
        }
        let metrics = browser.chromium()?.send("Performance.getMetrics", json!({})).await?;
        let metrics = metrics.get("metrics").and_then(Value::as_array).context("the browser has no metrics")?;
        let named =
            |name: &str| metrics.iter().find(|metric| metric.get("name") == Some(&json!(name)))?.get("value")?.as_f64();
        COUNTED.iter().map(|name| named(name).with_context(|| format!("the browser does not count {name}"))).collect()
    }

    /// Measures and prints.
    #[tokio::main]
    #[expect(clippy::print_stdout, reason = "printing is its purpose")]
    pub(crate) async fn main() -> anyhow::Result<()> {
        let collector = Collector::start()?;
        let (sitekey, origin) = (collector.site_keys()?.sitekey, collector.origin());
        let body = format!(
            "<div id=\"app\"></div><script>sitekey = '{sitekey}';</script><script src=\"{origin}/api.js?render=explicit\"></script>"
        );
        let page = HostPage::serve("en", &body).await?;
        let own = page.origin("127.0.0.1");
        let begin = Instant::now();
        let (early, late) = Browser::open(Device::CHROMIUM, async |browser| {
            browser.goto(&own).await?;
            browser.chromium()?.send("Performance.enable", json!({})).await?;
            browser.run(ROUND).await?;
            let mut early = Vec::new();
            for round in (0..ROUNDS).step_by(25) {
                if round == FIRST_COUNT {
                    early = count(&browser).await?;
                }
                let whole = round % 100 == 0;
                browser
                    .run_async(&format!(
                        "(async () => {{ for (let at = 0; at < 25; at += 1) await round({whole} && at === 0); }})().then(done, done)"
                    ))
                    .await?;
            }
            Ok((early, count(&browser).await?))
        })
        .await?;

        println!("ten widgets created and removed, {ROUNDS} times, in {:.0} s", begin.elapsed().as_secs_f64());
        println!("{:<18}{:>14}{:>14}", "", format!("after {FIRST_COUNT}"), format!("after {ROUNDS}"));
        let mut grown = Vec::new();
        for ((name, early), late) in COUNTED.iter().zip(early).zip(late) {
            println!("{name:<18}{early:>14.0}{late:>14.0}");
            let noise = if *name == "JSHeapUsedSize" { HEAP_NOISE_BYTES } else { 0.0 };
            if late > early + noise {
                grown.push(*name);
            }
        }
        let enforced = std::env::args().any(|argument| argument == "--enforce");
        ensure!(!enforced || grown.is_empty(), "grown between {FIRST_COUNT} and {ROUNDS} rounds: {grown:?}");
        Ok(())
    }
}
