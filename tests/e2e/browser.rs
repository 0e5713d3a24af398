//! A headless Chromium under WebDriver: pages, frames, waiting, traffic, pictures. Knows nothing of the widget.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{Capabilities, WebDriverRunError};

use super::process::Process;
use super::programs;

/// How long something on a page may take to come.
const PATIENCE: Duration = Duration::from_secs(30);
const READY: &str = "was started successfully on port ";

/// The flags that make Chromium work without a window, a network or, as root, its sandbox.
const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--lang=en",
];

/// A browser with one window and an empty profile.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    driver: WebDriver,
}

/// One request that left the browser.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sent {
    /// Whole address.
    pub(crate) url: String,
    /// What came back, as it travelled: bytes with headers, compressed.
    pub(crate) bytes: f64,
}

impl Browser {
    /// Opens a browser, has `visit` use it, and closes it whatever comes of that.
    pub(crate) async fn open<T>(visit: impl AsyncFnOnce(Self) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let profile = tempfile::tempdir()?;
        let mut command = Command::new(programs::chromedriver()?);
        command.arg("--port=0");
        let (process, port) = Process::start(command, |line| {
            line.split_once(READY).and_then(|(_, port)| port.trim_end_matches('.').parse::<u16>().ok())
        })?;
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities(&profile)?).await;
        let driver = driver.with_context(|| format!("no browser; chromedriver said:\n{}", process.said()))?;
        let begin = async |driver: WebDriver| {
            driver.set_script_timeout(PATIENCE * 2).await?;
            driver.set_window_rect(0, 0, 1280, 900).await?;
            visit(Self { driver }).await
        };
        // Chromium outlives its driver unless the session is ended, whatever became of the visit.
        let outcome = driver.run_and_quit(begin).await;
        drop(process);
        outcome.map_err(|error| match error {
            WebDriverRunError::Body(error) | WebDriverRunError::BodyAndCleanup { body: error, .. } => error,
            other => other.into(),
        })
    }

    /// Goes to a page.
    pub(crate) async fn goto(&self, url: &str) -> anyhow::Result<()> {
        self.driver.goto(url).await.with_context(|| format!("{url} does not open"))
    }

    /// Speaks to the page again, after a frame.
    pub(crate) async fn leave_frame(&self) -> anyhow::Result<()> {
        Ok(self.driver.enter_default_frame().await?)
    }

    /// Speaks to the page's first frame from now on, once a document is in it.
    pub(crate) async fn enter_frame(&self) -> anyhow::Result<()> {
        let begin = Instant::now();
        loop {
            self.leave_frame().await?;
            self.until("document.querySelector('iframe')").await?;
            self.driver.enter_frame(0).await?;
            // A frame whose document is being exchanged answers with an error, or with the empty document it had before.
            let loaded = "location.href !== 'about:blank' && document.readyState === 'complete'";
            if self.read::<bool>(loaded).await.unwrap_or_default() {
                return Ok(());
            }
            ensure!(begin.elapsed() < PATIENCE, "the frame does not load");
        }
    }

    /// The value of a JavaScript expression.
    pub(crate) async fn read<T: DeserializeOwned>(&self, expression: &str) -> anyhow::Result<T> {
        let value = self.driver.execute(format!("return ({expression})"), vec![]).await;
        let value = value.with_context(|| format!("cannot read {expression}"))?;
        serde_json::from_value(value.json().clone()).with_context(|| format!("{expression} is {}", value.json()))
    }

    /// Runs JavaScript for its effect.
    pub(crate) async fn run(&self, script: &str) -> anyhow::Result<()> {
        self.driver.execute(script.to_owned(), vec![]).await.with_context(|| format!("cannot run {script}"))?;
        Ok(())
    }

    /// Runs JavaScript that calls `done` with its result.
    pub(crate) async fn run_async(&self, script: &str) -> anyhow::Result<Value> {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        Ok(self.driver.execute_async(script, vec![]).await?.json().clone())
    }

    /// The value of a JavaScript expression as soon as it is truthy.
    ///
    /// # Errors
    /// It stays falsy for half a minute; the error shows the text of the document.
    pub(crate) async fn until(&self, expression: &str) -> anyhow::Result<Value> {
        let patience_ms = PATIENCE.as_millis();
        // Written out, not handed over as text to be evaluated: the frame's policy permits no evaluation.
        let script = format!(
            "const done = arguments[arguments.length - 1], begin = performance.now();
             const look = () => {{
               const found = ({expression});
               if (found) return done({{ found: found instanceof Node ? true : found }});
               if (performance.now() - begin > {patience_ms}) return done({{ late: document.body.innerText }});
               setTimeout(look, 10);
             }};
             look();"
        );
        let value = self.driver.execute_async(script, vec![]).await;
        let value = value.with_context(|| format!("cannot wait for {expression}"))?.json().clone();
        match value.get("found") {
            Some(found) => Ok(found.clone()),
            None => bail!("never came: {expression}; the document says: {}", value.get("late").unwrap_or(&value)),
        }
    }

    /// The element a CSS selector finds in the present frame.
    pub(crate) async fn find(&self, selector: &str) -> anyhow::Result<WebElement> {
        let query = self.driver.query(By::Css(selector.to_owned())).nowait();
        query.first().await.with_context(|| format!("there is no {selector}"))
    }

    /// Clicks with the mouse.
    pub(crate) async fn click(&self, selector: &str) -> anyhow::Result<()> {
        self.find(selector).await?.click().await.with_context(|| format!("{selector} cannot be clicked"))
    }

    /// Presses one key, wherever the focus is.
    pub(crate) async fn press(&self, key: impl Into<char>) -> anyhow::Result<()> {
        let key = key.into();
        self.driver.action_chain().key_down(key).key_up(key).perform().await?;
        Ok(())
    }

    /// Shows the page as on a screen of this size.
    pub(crate) async fn resize(&self, width: u32, height: u32) -> anyhow::Result<()> {
        Ok(self.driver.cdp().emulation().set_device_metrics_override(width, height, 1.0, false).await?)
    }

    /// Answers `prefers-color-scheme`.
    pub(crate) async fn prefer(&self, scheme: &str) -> anyhow::Result<()> {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// Cuts the connection, or restores it.
    pub(crate) async fn connect(&self, connection: Connection) -> anyhow::Result<()> {
        let cdp = self.driver.cdp();
        cdp.send_raw("Network.enable", json!({})).await?;
        let offline = connection == Connection::Cut;
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        cdp.send_raw("Network.emulateNetworkConditions", conditions).await?;
        Ok(())
    }

    /// Every cookie of the whole profile.
    pub(crate) async fn cookies(&self) -> anyhow::Result<Value> {
        let all = self.driver.cdp().send_raw("Network.getAllCookies", json!({})).await?;
        Ok(all.get("cookies").cloned().unwrap_or_default())
    }

    /// Fetches everything anew from now on, as on a first visit.
    pub(crate) async fn forget_cache(&self) -> anyhow::Result<()> {
        self.driver.cdp().send_raw("Network.clearBrowserCache", json!({})).await?;
        Ok(())
    }

    /// A picture of the window.
    pub(crate) async fn screenshot(&self, path: &Path) -> anyhow::Result<()> {
        Ok(self.driver.screenshot(path).await?)
    }

    /// The requests since the last call, frames included, in the order in which they were sent.
    pub(crate) async fn traffic(&self) -> anyhow::Result<Vec<Sent>> {
        let mut order = Vec::new();
        let mut bytes: BTreeMap<String, f64> = BTreeMap::new();
        for entry in self.driver.get_log("performance").await? {
            let entry: Value = serde_json::from_str(&entry.message)?;
            let text = |path: &str| entry.pointer(path).and_then(Value::as_str).unwrap_or_default();
            let id = text("/message/params/requestId").to_owned();
            match text("/message/method") {
                "Network.requestWillBeSent" => order.push((id, text("/message/params/request/url").to_owned())),
                "Network.loadingFinished" => {
                    let length = entry.pointer("/message/params/encodedDataLength").and_then(Value::as_f64);
                    bytes.insert(id, length.unwrap_or_default());
                }
                _ => {}
            }
        }
        let sent = |(id, url): (String, String)| Sent { url, bytes: bytes.get(&id).copied().unwrap_or_default() };
        Ok(order.into_iter().map(sent).collect())
    }
}

/// Whether the browser reaches anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// It does not.
    Cut,
    /// It does.
    Whole,
}

fn capabilities(profile: &TempDir) -> anyhow::Result<Capabilities> {
    let mut flags: Vec<String> = FLAGS.map(str::to_owned).into();
    flags.push(format!("--user-data-dir={}", profile.path().display()));
    let capabilities = json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "binary": programs::chromium()?, "args": flags },
        "goog:loggingPrefs": { "performance": "ALL", "browser": "ALL" },
    });
    Ok(serde_json::from_value(capabilities)?)
}
