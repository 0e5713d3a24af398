//! What leaves the browser, what stays in it, and how much a first visit fetches.

use anyhow::ensure;
use serde_json::json;

use super::browser::{DESKTOPS, Engine, Sent, in_each};
use super::collector::Collector;
use super::comment_page;
use super::host_page::HostPage;
use super::visitor::Visitor;

/// Requests that a page may cost its visitor until the widget works.
const REQUESTS_MAX: usize = 6;

/// Whatever a page can leave behind in a browser.
const LEFT_BEHIND: &str = "Promise.all([indexedDB.databases(), caches.keys(), navigator.serviceWorker.getRegistrations()])
    .then((lists) => done([document.cookie, localStorage.length, sessionStorage.length, ...lists.map((list) => list.length)]))
    .catch((error) => done(String(error)));";

/// What a document says that it fetched.
const FETCHED: &str = "performance.getEntriesByType('resource').map(({ name }) => name)";

/// Requests that go anywhere; `data:` addresses and the browser's own pages do not.
fn outward(sent: &[Sent]) -> impl Iterator<Item = &Sent> {
    sent.iter().filter(|sent| sent.url.starts_with("http") || sent.url.starts_with("ws"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_leaves_the_collector_and_nothing_stays_in_the_browser() -> anyhow::Result<()> {
    in_each(DESKTOPS, async |browser| {
        let collector = Collector::start()?;
        browser.goto(&collector.url("/")).await?;
        comment_page::fill(&browser).await?;
        let visitor = Visitor::arrive(&browser, &collector).await?;
        visitor.pass().await?;
        visitor.open_receipt().await?;
        visitor.close_receipt().await?;
        let in_frame: Vec<String> = browser.read(FETCHED).await?;
        let nothing = json!(["", 0, 0, 0, 0, 0]);
        let left = browser.run_async(LEFT_BEHIND).await?;
        ensure!(left == nothing, "the frame leaves behind {left}");

        browser.leave_frame().await?;
        comment_page::publish(&browser).await?;
        let left = browser.run_async(LEFT_BEHIND).await?;
        ensure!(left == nothing, "the page leaves behind {left}");
        let mut sent: Vec<String> = browser.read(FETCHED).await?;
        sent.extend(in_frame);
        // Chromium also tells what pages cannot see: every cookie, and every request, whoever caused it.
        if browser.device().engine == Engine::Chromium {
            let cookies = browser.chromium()?.cookies().await?;
            ensure!(cookies == json!([]), "cookies: {cookies}");
            let traffic: Vec<Sent> = browser.chromium()?.traffic().await?;
            ensure!(
                outward(&traffic).any(|sent| sent.url.ends_with("/v1/answers")),
                "the browser's record misses the frame: {traffic:?}"
            );
            sent.extend(outward(&traffic).map(|sent| sent.url.clone()));
        }
        ensure!(sent.iter().any(|url| url.ends_with("/v1/answers")), "the frame's record misses the answer: {sent:?}");
        let home = format!("{}/", collector.origin());
        for url in sent {
            ensure!(url.starts_with(&home), "a request went to {url}");
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the figures are for whoever reads the test's output")]
async fn a_first_visit_asks_six_times_at_most_before_the_widget_works() -> anyhow::Result<()> {
    in_each(DESKTOPS, async |browser| {
        let collector = Collector::start()?;
        let (sitekey, origin) = (collector.site_keys()?.sitekey, collector.origin());
        let body = format!(
            "<script src=\"{origin}/api.js\" async defer></script><div class=\"corvee\" data-sitekey=\"{sitekey}\"></div>"
        );
        let page = HostPage::serve("en", &body).await?;
        let own = page.origin("127.0.0.1");
        browser.goto(&own).await?;
        Visitor::arrive(&browser, &collector).await?;
        let mut asked: Vec<String> = browser.read(FETCHED).await?;
        browser.leave_frame().await?;
        asked.extend(browser.read::<Vec<String>>(FETCHED).await?);
        // A page lists the document in its frame as fetched by itself, so the two lists together are all of it; Chromium's
        // own record is the proof of that.
        if browser.device().engine == Engine::Chromium {
            let traffic: Vec<Sent> = browser.chromium()?.traffic().await?;
            let recorded: Vec<&Sent> = outward(&traffic).filter(|sent| !sent.url.starts_with(&own)).collect();
            for Sent { url, bytes } in &recorded {
                println!("{bytes:>8} bytes  {url}");
            }
            ensure!(recorded.len() == asked.len(), "the documents tell of {asked:?}, the browser of {recorded:?}");
        }
        ensure!(asked.iter().any(|url| url.contains("/assets/frame-")), "the frame's record is empty: {asked:?}");
        ensure!(asked.len() <= REQUESTS_MAX, "{} requests: {asked:?}", asked.len());
        Ok(())
    })
    .await
}
