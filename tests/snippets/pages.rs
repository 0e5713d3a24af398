//! Snippets that are pages: plain HTML, React, Vue, Yew. Knows where they were made, and what their sites allow them.

use std::path::PathBuf;

use super::browser::Browser;
use super::installed;
use super::own_collector::OwnCollector;
use super::site::{Content, Site};
use super::visit;

const FIELD: &str = "corvee-response";

#[tokio::test(flavor = "multi_thread")]
async fn the_plain_page_publishes_with_a_token() -> anyhow::Result<()> {
    let collector = OwnCollector::start()?;
    let content =
        Content::new(&collector)?.file(&installed::repository("docs/snippets/html/index.html"), &collector)?;
    published(content, &collector).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_react_component_publishes_with_a_token() -> anyhow::Result<()> {
    bundled("react").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vue_component_publishes_with_a_token() -> anyhow::Result<()> {
    bundled("vue").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_yew_component_publishes_with_a_token_under_a_strict_policy() -> anyhow::Result<()> {
    let collector = OwnCollector::start()?;
    let origin = collector.origin();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src {origin}; img-src {origin}; connect-src 'self' \
         {origin}; worker-src blob: {origin}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let mut content = Content::new(&collector)?.under(&policy);
    for name in ["index.html", "start.js", "yew_site.js", "yew_site_bg.wasm"] {
        content = content.file(&made("yew")?.join(name), &collector)?;
    }
    published(content, &collector).await
}

/// A component on a page of its own, bundled into one script.
async fn bundled(name: &str) -> anyhow::Result<()> {
    let collector = OwnCollector::start()?;
    let origin = collector.origin();
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{name}</title><link rel=\"icon\" \
         href=\"data:,\"></head><body><div id=\"place\"></div><script src=\"/{name}.js\"></script></body></html>"
    );
    let policy = format!(
        "default-src 'none'; script-src 'self' {origin}; frame-src {origin}; connect-src 'self'; img-src data:"
    );
    let content = Content::new(&collector)?.under(&policy).page(&html);
    let content = content.file(&made(&format!("{name}.js"))?, &collector)?;
    published(content, &collector).await
}

async fn published(content: Content, collector: &OwnCollector) -> anyhow::Result<()> {
    let site = Site::serve(content).await?;
    let visit =
        Browser::open(visit::CHROMIUM, async |browser| visit::publish(&browser, &site.url(), FIELD).await).await;
    visit.map_err(|error| error.context(format!("the collector said:\n{}", collector.said())))
}

/// Where `cargo xtask test --only clients` has put what it made of a snippet.
fn made(name: &str) -> anyhow::Result<PathBuf> {
    Ok(installed::snippets()?.join(name))
}
