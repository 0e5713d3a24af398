//! What leaves the browser, what stays in it, and how much a first visit fetches.

use anyhow::ensure;
use serde_json::{Value, json};

use super::browser::{Browser, Sent};
use super::collector::Collector;
use super::comment_page;
use super::host_page::HostPage;
use super::visitor::Visitor;

/// Requests that a page may cost its visitor until the checkbox works.
const REQUESTS_MAX: usize = 6;

/// Whatever a page can leave behind in a browser.
const LEFT_BEHIND: &str = "Promise.all([indexedDB.databases(), caches.keys(), navigator.serviceWorker.getRegistrations()])
    .then((lists) => done([document.cookie, localStorage.length, sessionStorage.length, ...lists.map((list) => list.length)]))
    .catch((error) => done(String(error)));";

/// Requests that go anywhere; `data:` addresses and the browser's own pages do not.
fn outward(sent: &[Sent]) -> impl Iterator<Item = &Sent> {
    sent.iter().filter(|sent| sent.url.starts_with("http") || sent.url.starts_with("ws"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_leaves_the_collector_and_nothing_stays_in_the_browser() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    Browser::open(async |browser| {
        browser.goto(&collector.url("/")).await?;
        comment_page::fill(&browser).await?;
        let visitor = Visitor::arrive(&browser, &collector).await?;
        visitor.pass().await?;
        browser.click(".to-receipt").await?;
        browser.until("document.querySelector('.payslip')").await?;
        browser.click(".payslip .button.is-quiet").await?;
        let in_frame: Vec<String> =
            browser.read("performance.getEntriesByType('resource').map(({ name }) => name)").await?;
        let nothing = json!(["", 0, 0, 0, 0, 0]);
        let left = browser.run_async(LEFT_BEHIND).await?;
        ensure!(left == nothing, "the frame leaves behind {left}");

        browser.leave_frame().await?;
        comment_page::publish(&browser).await?;
        let left = browser.run_async(LEFT_BEHIND).await?;
        ensure!(left == nothing, "the page leaves behind {left}");
        let cookies: Value = browser.cookies().await?;
        ensure!(cookies == json!([]), "cookies: {cookies}");

        let traffic = browser.traffic().await?;
        let sent: Vec<&str> = outward(&traffic).map(|sent| sent.url.as_str()).collect();
        ensure!(sent.iter().any(|url| url.ends_with("/v1/answers")), "the browser's record misses the frame: {sent:?}");
        let home = format!("{}/", collector.origin());
        for url in sent.into_iter().chain(in_frame.iter().map(String::as_str)) {
            ensure!(url.starts_with(&home), "a request went to {url}");
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the figures are for whoever reads the test's output")]
async fn a_first_visit_asks_six_times_at_most_before_the_checkbox_works() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let (sitekey, origin) = (collector.site_keys()?.sitekey, collector.origin());
    let body = format!(
        "<script src=\"{origin}/api.js\" async defer></script><div class=\"corvee\" data-sitekey=\"{sitekey}\"></div>"
    );
    let page = HostPage::serve("en", &body).await?;
    Browser::open(async |browser| {
        let own = page.origin("127.0.0.1");
        browser.forget_cache().await?;
        browser.goto(&own).await?;
        Visitor::arrive(&browser, &collector).await?;
        let traffic = browser.traffic().await?;
        let asked: Vec<&Sent> = outward(&traffic).filter(|sent| !sent.url.starts_with(&own)).collect();
        for Sent { url, bytes } in &asked {
            println!("{bytes:>8} bytes  {url}");
        }
        ensure!(
            asked.iter().any(|sent| sent.url.contains("/assets/frame-")),
            "the browser's record misses the frame: {asked:?}"
        );
        ensure!(asked.len() <= REQUESTS_MAX, "{} requests: {asked:?}", asked.len());
        Ok(())
    })
    .await
}
