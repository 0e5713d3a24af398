//! Pages written for somebody else's widget, or for ours in every form it has: what they are given by the loader alone.

#[path = "dialects/contracts.rs"]
mod contracts;
#[path = "dialects/element.rs"]
mod element;
#[path = "dialects/invisible.rs"]
mod invisible;
#[path = "dialects/life.rs"]
mod life;
#[path = "dialects/surroundings.rs"]
mod surroundings;

use anyhow::ensure;
use serde_json::Value;

use super::browser::{Browser, DESKTOPS, Device, in_each};
use super::collector::Collector;
use super::host_page::HostPage;
use super::visitor::Visitor;

/// Shows a page of the site, in which `SITEKEY` and `COLLECTOR` stand for the site's key and the collector's origin.
async fn show(body: &str, visit: impl AsyncFn(&Browser, &Collector) -> anyhow::Result<()>) -> anyhow::Result<()> {
    show_in(DESKTOPS, "", body, visit).await
}

/// The same, under a Content Security Policy.
async fn show_under(
    policy: &str,
    body: &str,
    visit: impl AsyncFn(&Browser, &Collector) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    show_in(DESKTOPS, policy, body, visit).await
}

/// The same, in these browsers, each with a collector of its own.
async fn show_in(
    devices: &[Device],
    policy: &str,
    body: &str,
    visit: impl AsyncFn(&Browser, &Collector) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    in_each(devices, async |browser| {
        let collector = Collector::start()?;
        let sitekey = collector.site_keys()?.sitekey;
        let fill = |text: &str| text.replace("SITEKEY", &sitekey).replace("COLLECTOR", collector.origin());
        let page = HostPage::serve_under(&fill(policy), "en", &fill(body)).await?;
        browser.goto(&page.origin("localhost")).await?;
        visit(&browser, &collector).await
    })
    .await
}

/// Makes sure that a JavaScript expression has this value on the present page.
async fn is(browser: &Browser, expression: &str, expected: Value) -> anyhow::Result<()> {
    let value: Value = browser.read(expression).await?;
    ensure!(value == expected, "{expression} is {value}, not {expected}");
    Ok(())
}

/// Makes sure that a JavaScript expression comes to have this value.
async fn becomes(browser: &Browser, expression: &str, expected: Value) -> anyhow::Result<()> {
    browser.until(&format!("JSON.stringify({expression}) === JSON.stringify({expected})")).await?;
    Ok(())
}

/// Waits until the page's first frame takes commands; the browser speaks to the page again.
async fn ready(browser: &Browser, collector: &Collector) -> anyhow::Result<()> {
    Visitor::arrive(browser, collector).await?;
    browser.leave_frame().await
}

/// Passes in the page's first frame, begun by the visitor.
async fn pass(browser: &Browser, collector: &Collector) -> anyhow::Result<()> {
    Visitor::arrive(browser, collector).await?.pass().await?;
    browser.leave_frame().await
}

/// Passes in the page's first frame, begun by the page.
async fn pass_begun(browser: &Browser, collector: &Collector) -> anyhow::Result<()> {
    let visitor = Visitor::arrive(browser, collector).await?;
    visitor.pass_chosen().await?;
    browser.leave_frame().await
}

/// Has the page's first frame say what it says only after minutes, or only to a visitor who leaves.
async fn says(browser: &Browser, message: &str) -> anyhow::Result<()> {
    browser.enter_frame().await?;
    browser.run(&format!("parent.postMessage({{ corvee: 1, {message} }}, '*')")).await?;
    browser.leave_frame().await
}
