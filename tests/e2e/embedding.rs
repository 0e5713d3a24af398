//! Pages of other sites around the widget: what they are given, what they are refused.

use anyhow::{Context as _, ensure};
use serde_json::json;

use super::browser::{Browser, DESKTOPS, EVERYWHERE, in_each};
use super::collector::Collector;
use super::host_page::HostPage;
use super::visitor::Visitor;

/// Everything a page can read of its token, by every name it has.
const TOKEN_EVERYWHERE: &str = "[
    document.querySelector('[name=\"g-recaptcha-response\"]').value,
    document.querySelector('[name=\"corvee-response\"]').value,
    corvee.getResponse(),
    grecaptcha.getResponse(),
]";

/// Passes on the present page and makes sure that the site gets its token by every way, redeems it, and can begin anew.
async fn pass_and_reset(browser: &Browser, collector: &Collector) -> anyhow::Result<()> {
    let visitor = Visitor::arrive(browser, collector).await?;
    visitor.pass().await?;
    browser.leave_frame().await?;
    browser.until("window.tokens.length").await?;
    let tokens: Vec<String> = browser.read("window.tokens").await?;
    ensure!(tokens.len() == 1, "the callback was called with {tokens:?}");
    let token = tokens.concat();
    let everywhere: Vec<String> = browser.read(TOKEN_EVERYWHERE).await?;
    ensure!(everywhere.iter().all(|value| *value == token) && token.len() == 43, "{token} is not {everywhere:?}");
    let reply = collector.siteverify(&token).await?;
    ensure!(
        reply.get("success") == Some(&json!(true)) && reply.get("hostname") == Some(&json!("localhost")),
        "{reply}"
    );

    browser.run("corvee.reset()").await?;
    let everywhere: Vec<String> = browser.read(TOKEN_EVERYWHERE).await?;
    ensure!(everywhere.concat().is_empty(), "after a reset the page still holds {everywhere:?}");
    Visitor::arrive(browser, collector).await?.is_new().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_gets_the_token_by_callback_and_in_both_fields() -> anyhow::Result<()> {
    in_each(EVERYWHERE, async |browser| {
        let collector = Collector::start()?;
        let (sitekey, origin) = (collector.site_keys()?.sitekey, collector.origin());
        let page = HostPage::serve(
            "en",
            &format!(
                "<script>tokens = []; passed = (token) => tokens.push(token);</script>
                 <script src=\"{origin}/api.js\" async defer></script>
                 <script src=\"{origin}/api.js\" async defer></script>
                 <form><div class=\"corvee\" data-sitekey=\"{sitekey}\" data-callback=\"passed\"></div></form>"
            ),
        )
        .await?;
        browser.goto(&page.origin("localhost")).await?;
        Visitor::arrive(&browser, &collector).await?;
        browser.leave_frame().await?;
        let frames: u32 = browser.read("document.querySelectorAll('iframe').length").await?;
        ensure!(frames == 1, "a script that is loaded twice rendered {frames} widgets");
        let fields: u32 = browser.read("document.querySelectorAll('form textarea').length").await?;
        ensure!(fields == 2, "the form has {fields} fields for one token");
        pass_and_reset(&browser, &collector).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_renders_where_and_when_it_wants_and_in_its_colours() -> anyhow::Result<()> {
    in_each(DESKTOPS, async |browser| {
        let collector = Collector::start()?;
        let (sitekey, origin) = (collector.site_keys()?.sitekey, collector.origin());
        let page = HostPage::serve(
            "en",
            &format!(
                "<div class=\"corvee\" data-sitekey=\"{sitekey}\" id=\"place\"></div>
                 <script>
                   tokens = [];
                   begin = () => corvee.render('place', {{
                     sitekey: '{sitekey}', theme: 'dark', hl: 'fr', callback: (token) => tokens.push(token),
                   }});
                 </script>
                 <script src=\"{origin}/api.js?render=explicit&onload=ready\" async defer></script>
                 <script>ready = () => {{ loaded = true; }};</script>"
            ),
        )
        .await?;
        browser.goto(&page.origin("localhost")).await?;
        browser.until("window.loaded").await?;
        let frames: u32 = browser.read("document.querySelectorAll('iframe').length").await?;
        ensure!(frames == 0, "with render=explicit nothing is rendered unasked");
        ensure!(browser.read::<u32>("begin()").await? == 0, "the first widget has the id 0");
        Visitor::arrive(&browser, &collector).await?;
        let paper: String = browser.read("getComputedStyle(document.querySelector('.card')).backgroundColor").await?;
        ensure!(paper == "rgb(22, 21, 20)", "a dark widget has paper of {paper}");
        ensure!(browser.read::<String>("document.documentElement.lang").await? == "fr");
        browser.leave_frame().await?;
        pass_and_reset(&browser, &collector).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_not_the_sites_is_told_so_and_gets_no_widget() -> anyhow::Result<()> {
    in_each(DESKTOPS, async |browser| {
        let collector = Collector::start()?;
        let (sitekey, origin) = (collector.site_keys()?.sitekey, collector.origin());
        let page = HostPage::serve(
            "en",
            &format!(
                "<script>troubles = []; trouble = (code) => troubles.push(code);</script>
                 <script src=\"{origin}/api.js\" async defer></script>
                 <div class=\"corvee\" data-sitekey=\"{sitekey}\" data-error-callback=\"trouble\"></div>"
            ),
        )
        .await?;
        // Every name under localhost leads to this machine, and this one is none of the site's.
        browser.goto(&page.origin("elsewhere.localhost")).await?;
        browser.enter_frame().await?;
        let words: String = browser.read("document.body.innerText").await?;
        ensure!(words.contains("host name is not one of the site"), "the frame says {words:?}");
        ensure!(!browser.read::<bool>("!!document.querySelector('#corvee')").await?, "there is a widget all the same");
        browser.leave_frame().await?;
        super::screenshots::keep(&browser, "refused-page").await?;
        browser.until("window.troubles.length").await?;
        let troubles: Vec<String> = browser.read("window.troubles").await?;
        ensure!(troubles == ["hostname-refused"], "the page is told {troubles:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_claims_to_be_the_sites_is_refused_by_the_browser() -> anyhow::Result<()> {
    in_each(DESKTOPS, async |browser| {
        let collector = Collector::start()?;
        let (sitekey, origin) = (collector.site_keys()?.sitekey, collector.origin());
        let body = format!("<iframe src=\"{origin}/frame?sitekey={sitekey}&origin={origin}\"></iframe>");
        let page = HostPage::serve("en", &body).await?;
        browser.goto(&page.origin("elsewhere.localhost")).await?;
        browser.enter_frame().await?;
        let address: String = browser.read("document.URL").await?;
        let refused = address.starts_with("chrome-error:") || address.starts_with("about:neterror");
        ensure!(refused, "the frame shows {address}");
        // The same frame on a page of the site is shown: it is the page that is refused.
        browser.goto(&page.origin("localhost")).await?;
        browser.enter_frame().await?;
        Visitor::arrive(&browser, &collector).await?.is_new().await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_script_runs_and_one_of_another_hash_is_refused() -> anyhow::Result<()> {
    in_each(DESKTOPS, async |browser| {
        let collector = Collector::start()?;
        let pinned = collector.embedded(&["--pinned"])?;
        ensure!(pinned.contains("integrity=\"sha384-") && !pinned.contains("/api.js"), "{pinned}");
        let page = HostPage::serve("en", &pinned).await?;
        browser.goto(&page.origin("localhost")).await?;
        Visitor::arrive(&browser, &collector).await?.is_new().await?;

        let watch = "<script>addEventListener('error', ({ target }) => { refused = target.src; }, true);</script>";
        // Another hash of the same length: one that is no hash at all would not be looked at.
        let (before, hash) = pinned.split_once("sha384-").context("no hash")?;
        let first = if hash.starts_with('A') { 'B' } else { 'A' };
        let other = format!("{before}sha384-{first}{}", hash.get(1..).unwrap_or_default());
        let page = HostPage::serve("en", &format!("{watch}{other}")).await?;
        browser.goto(&page.origin("localhost")).await?;
        browser.until("window.refused").await?;
        let runs: bool = browser.read("!!window.corvee || !!document.querySelector('iframe')").await?;
        ensure!(!runs, "a script with another hash than the page's runs");
        Ok(())
    })
    .await
}
