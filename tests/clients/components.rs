//! The components that show the widget on a page, each on a page of its own in a real browser. Knows the widget's closed
//! card, and no component's code.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use corvee_protocol::Dialect;
use serde_json::{Value, json};

use super::browser::Browser;
use super::client::{Outcome, Told};
use super::installed;
use super::own_collector::{HOSTNAME, OwnCollector};
use super::pages::{Page, Pages};

/// How long a busy device may compute.
const COMPUTING: Duration = Duration::from_mins(3);

/// A component and the page that shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Component {
    /// Name of its page.
    pub(crate) page: &'static str,
    package: &'static str,
    written_for: &'static str,
    dialect: Dialect,
    loader: Option<&'static str>,
}

const RECAPTCHA: Option<&str> = Some("/recaptcha/api.js?render=explicit");
const TURNSTILE: Option<&str> = Some("/turnstile/v0/api.js?render=explicit");
/// The component asks for the script itself.
const BY_ITSELF: Option<&str> = None;

/// All of them, in the order of the table.
pub(crate) const COMPONENTS: &[Component] = &[
    component("react-google-recaptcha", "react-google-recaptcha", "React", Dialect::Recaptcha, RECAPTCHA),
    component("reaptcha", "reaptcha", "React", Dialect::Recaptcha, RECAPTCHA),
    component("react-hcaptcha", "@hcaptcha/react-hcaptcha", "React", Dialect::Hcaptcha, BY_ITSELF),
    component("vanilla-hcaptcha", "@hcaptcha/vanilla-hcaptcha", "web component", Dialect::Hcaptcha, BY_ITSELF),
    component("vue3-hcaptcha", "@hcaptcha/vue3-hcaptcha", "Vue", Dialect::Hcaptcha, BY_ITSELF),
    component("react-turnstile", "react-turnstile", "React", Dialect::Turnstile, TURNSTILE),
    component("marsidev-react-turnstile", "@marsidev/react-turnstile", "React", Dialect::Turnstile, TURNSTILE),
    component("vue-turnstile", "vue-turnstile", "Vue", Dialect::Turnstile, TURNSTILE),
];

const fn component(
    page: &'static str,
    package: &'static str,
    written_for: &'static str,
    dialect: Dialect,
    loader: Option<&'static str>,
) -> Component {
    Component { page, package, written_for, dialect, loader }
}

/// What every component goes through.
const CASES: &[&str] = &[
    "widgets after mounting",
    "token verified",
    "field holds the token",
    "field after a reset",
    "second token verified",
    "widgets after unmounting",
    "widgets after mounting again",
    "third token verified",
    "callbacks",
    "errors of the page",
    "asked of others",
];

impl Component {
    /// Shows the component and goes through its life.
    ///
    /// # Errors
    /// There is no page. What goes wrong on it is in the outcome.
    pub(crate) async fn run(&self, browser: &Browser, collector: &OwnCollector) -> anyhow::Result<Outcome> {
        let keys = collector.keys(self.dialect)?;
        let page = Page { name: self.page, collector: collector.origin(), sitekey: &keys.sitekey, loader: self.loader };
        let bundles = installed::pages()?;
        let pages = Pages::serve(&page, &bundles).await?;
        let mut checks = Vec::new();
        if let Err(error) = self.live(browser, &pages.url(), collector, &mut checks).await {
            let told = Value::Array(checks);
            let why = format!("{error:#}\nup to then: {told}\nthe collector said:\n{}", collector.said());
            return Ok(Outcome::broken(self.package, self.written_for, self.dialect, &why));
        }
        let told = json!({ "client": self.package, "version": self.version()?, "checks": checks });
        let told: Told = serde_json::from_value(told)?;
        let how = match self.loader {
            Some(_) => "mount, pass, reset, unmount; script on the page",
            None => "mount, pass, reset, unmount; loads the script",
        };
        Ok(Outcome::of(told, (self.written_for, self.dialect, how), CASES, ""))
    }

    async fn live(
        &self,
        browser: &Browser,
        url: &str,
        collector: &OwnCollector,
        checks: &mut Vec<Value>,
    ) -> anyhow::Result<()> {
        let mut check = |case: &str, expected: Value, got: Value| {
            checks.push(json!({ "case": case, "expected": expected, "got": got }));
        };
        // What the page before has asked for.
        browser.chromium()?.traffic().await?;
        browser.goto(url).await?;
        pass(browser).await?;
        check("widgets after mounting", json!(1), frames(browser).await?);
        let first = token(browser, 1).await?;
        check("field holds the token", json!(first), self.field(browser).await?);
        check("token verified", json!(true), self.verified(collector, &first).await?);

        browser.run("window.client.reset()").await?;
        check("field after a reset", json!(""), self.field(browser).await?);
        pass(browser).await?;
        let second = token(browser, 2).await?;
        check("second token verified", json!(true), self.verified(collector, &second).await?);

        browser.run("window.client.unmount()").await?;
        browser.until("!document.querySelector('iframe')").await?;
        check("widgets after unmounting", json!(0), frames(browser).await?);
        browser.run("window.client.mount()").await?;
        pass(browser).await?;
        check("widgets after mounting again", json!(1), frames(browser).await?);
        let third = token(browser, 3).await?;
        check("third token verified", json!(true), self.verified(collector, &third).await?);

        check("callbacks", json!([first, second, third]), browser.read("window.client.tokens").await?);
        check("errors of the page", json!([]), browser.read("window.errors").await?);
        let own = [url, collector.origin(), "data:", "blob:"];
        let others = browser.chromium()?.traffic().await?.into_iter().map(|sent| sent.url);
        let others: Vec<String> = others.filter(|asked| !own.iter().any(|own| asked.starts_with(own))).collect();
        check("asked of others", json!([]), json!(others));
        Ok(())
    }

    /// What the form would send.
    async fn field(&self, browser: &Browser) -> anyhow::Result<Value> {
        let name = match self.dialect {
            Dialect::Corvee => "corvee-response",
            Dialect::Recaptcha => "g-recaptcha-response",
            Dialect::Hcaptcha => "h-captcha-response",
            Dialect::Turnstile => "cf-turnstile-response",
        };
        browser.read(&format!("new FormData(document.forms[0]).get('{name}')")).await
    }

    /// Whether `siteverify` of the dialect accepts the token for this page.
    async fn verified(&self, collector: &OwnCollector, token: &str) -> anyhow::Result<Value> {
        let path = match self.dialect {
            Dialect::Recaptcha => "/recaptcha/api/siteverify",
            Dialect::Turnstile => "/turnstile/v0/siteverify",
            Dialect::Corvee | Dialect::Hcaptcha => "/siteverify",
        };
        let secret = collector.keys(self.dialect)?.secret;
        let form = [("secret", secret.as_str()), ("response", token)];
        let reply = reqwest::Client::new().post(format!("{}{path}", collector.origin())).form(&form).send().await?;
        let reply: Value = reply.json().await?;
        let accepted = reply.get("success") == Some(&json!(true)) && reply.get("hostname") == Some(&json!(HOSTNAME));
        Ok(if accepted { json!(true) } else { reply })
    }

    /// The version that is installed.
    fn version(&self) -> anyhow::Result<String> {
        let manifest = Path::new("tests/clients/browser/node_modules").join(self.package).join("package.json");
        let manifest: Value = serde_json::from_str(&fs::read_to_string(installed::repository(manifest))?)?;
        Ok(manifest.get("version").and_then(Value::as_str).context("the package has no version")?.to_owned())
    }
}

/// Lets the visitor's device compute, in the widget's frame.
async fn pass(browser: &Browser) -> anyhow::Result<()> {
    browser.until("window.client && document.querySelector('iframe')").await?;
    browser.enter_frame().await?;
    // What the collector painted beforehand does nothing yet; the live region comes with the widget's code.
    browser
        .until("document.querySelector('[role=status]') && document.querySelector('.card:not(.is-done) .way-machine')")
        .await?;
    browser.click(".way-machine").await?;
    computed(browser).await?;
    browser.leave_frame().await
}

/// Waits for the device, which computes for a second when it is free and for many beside a compiler.
async fn computed(browser: &Browser) -> anyhow::Result<()> {
    let begin = Instant::now();
    loop {
        let done = browser.until("document.querySelector('.card.is-done')").await;
        if done.is_ok() || begin.elapsed() > COMPUTING {
            return done.map(drop);
        }
    }
}

async fn frames(browser: &Browser) -> anyhow::Result<Value> {
    browser.read("document.querySelectorAll('iframe').length").await
}

/// What the component's own callback was given last, when it was called so often.
async fn token(browser: &Browser, count: usize) -> anyhow::Result<String> {
    let tokens = browser.until(&format!("window.client.tokens.length >= {count} && window.client.tokens")).await?;
    let tokens: Vec<String> =
        serde_json::from_value(tokens).context("the callback was given something else than a text")?;
    ensure!(tokens.len() == count, "the callback was called {} times instead of {count}: {tokens:?}", tokens.len());
    tokens.into_iter().next_back().context("no token")
}
