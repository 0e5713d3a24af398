//! A visitor of a page with a form for a comment: lets the device compute and publishes. Knows the widget's closed card, and
//! no site.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use super::browser::{Browser, Device};

/// The browser that the snippets are shown in.
pub(crate) const CHROMIUM: Device = Device::CHROMIUM;
/// How long a busy device may compute.
const COMPUTING: Duration = Duration::from_mins(3);

/// What a snippet answers to a comment with a good token.
pub(crate) const PUBLISHED: &str = "Published.";
/// What it answers to any other.
pub(crate) const REFUSED: &str = "Please pass the check first.";

/// Opens the page, passes, and publishes; `field` is the name of the token in the form.
pub(crate) async fn publish(browser: &Browser, url: &str, field: &str) -> anyhow::Result<()> {
    browser.goto(url).await?;
    // What a policy refuses shows nowhere else.
    let watch = "window.refused = [];
        addEventListener('securitypolicyviolation', (event) => refused.push(`${event.violatedDirective}: ${event.blockedURI}`))";
    browser.run(watch).await?;
    pass(browser).await.with_context(|| format!("on {url}"))?;
    let token = format!("new FormData(document.forms[0]).get('{field}')");
    let token = browser.until(&token).await?;
    ensure!(token.as_str().is_some_and(|token| token.len() == 43), "the field {field} holds {token}");
    let refused: Vec<String> = browser.read("window.refused").await?;
    ensure!(refused.is_empty(), "the page's policy refused {refused:?}");
    browser.until("!document.querySelector('form button:not([type=button])').disabled").await?;
    browser.click("form > button").await?;
    browser.until(&format!("document.body && document.body.innerText.includes('{PUBLISHED}')")).await?;
    Ok(())
}

/// Lets the device compute, in the widget's frame or, where the page has none, in the page.
async fn pass(browser: &Browser) -> anyhow::Result<()> {
    let shown = "(document.querySelector('iframe') && 'frame') || (document.querySelector('.corvee-widget') && 'page')";
    if browser.until(shown).await? == "frame" {
        browser.enter_frame().await?;
    }
    // What the collector painted beforehand does nothing yet; the live region comes with the widget's code.
    browser
        .until("document.querySelector('.corvee-widget [role=status]') && document.querySelector('.card .way-machine')")
        .await?;
    browser.click(".way-machine").await?;
    let begin = Instant::now();
    loop {
        // A device computes for a second when it is free, and for many beside a compiler.
        let done = browser.until("document.querySelector('.card .is-given, .trouble')").await;
        if done.is_ok() {
            break;
        }
        ensure!(begin.elapsed() < COMPUTING, "the device does not come to an end: {done:?}");
    }
    let trouble: Option<String> = browser.read("document.querySelector('.trouble')?.innerText").await?;
    ensure!(trouble.is_none(), "the widget says {trouble:?}");
    browser.leave_frame().await
}
