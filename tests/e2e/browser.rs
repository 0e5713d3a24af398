//! A headless browser under WebDriver: pages, frames, waiting, mouse, finger, keys, pictures. Knows nothing of the widget.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thirtyfour::WebDriverRunError;
use thirtyfour::common::command::{Actions, Command};
use thirtyfour::prelude::*;

#[path = "browser/chromium.rs"]
mod chromium;
#[path = "browser/engine.rs"]
mod engine;
#[path = "browser/matrix.rs"]
mod matrix;
#[path = "browser/profile.rs"]
mod profile;
#[path = "browser/wait.rs"]
mod wait;

pub(crate) use chromium::{Chromium, Connection, Sent, Viewport};
pub(crate) use engine::{Device, Engine, Form, Lack};
pub(crate) use matrix::{
    CHROMIUM_ONLY, DESKTOPS, EVERYWHERE, WITHOUT_PATIENCE, WITHOUT_SCRIPT, WITHOUT_WEBASSEMBLY, in_each,
};
pub(crate) use wait::Wait;

use wait::PATIENCE;

/// What JavaScript takes for true.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(value) => value.as_f64() != Some(0.0),
        Value::String(value) => !value.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// A browser with one window and a profile that has visited nothing.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    driver: WebDriver,
    device: Device,
}

impl Browser {
    /// Opens a browser, has `visit` use it, and closes it whatever comes of that.
    pub(crate) async fn open<T>(
        device: Device,
        visit: impl AsyncFnOnce(Self) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let profile = profile::fresh(device.engine).await?;
        Self::open_in(device, profile.path(), visit).await
    }

    /// The same, with the profile in this folder.
    async fn open_in<T>(
        device: Device,
        profile: &Path,
        visit: impl AsyncFnOnce(Self) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let (process, port) = device.engine.start_driver()?;
        let capabilities = device.engine.capabilities(device.form, device.lack, profile)?;
        let driver =
            WebDriver::builder(format!("http://127.0.0.1:{port}"), capabilities).request_timeout(PATIENCE * 6).await;
        let driver = driver.with_context(|| format!("no browser; its driver said:\n{}", process.said()))?;
        let begin = async |driver: WebDriver| {
            driver.set_script_timeout(PATIENCE * 2).await?;
            let browser = Self { driver, device };
            let (width, height) = device.form.size();
            // The page says how large it is, where it can say anything.
            if device.lack != Lack::Script {
                browser.resize(width, height).await?;
            }
            if device.lack == Lack::WebAssembly
                && let Ok(chromium) = browser.chromium()
            {
                chromium.forget_webassembly().await?;
            }
            visit(browser).await
        };
        // The browser outlives its driver unless the session is ended, whatever became of the visit.
        let outcome = driver.run_and_quit(begin).await;
        drop(process);
        outcome.map_err(|error| match error {
            WebDriverRunError::Body(error) | WebDriverRunError::BodyAndCleanup { body: error, .. } => error,
            other => other.into(),
        })
    }

    /// Which browser this is, and what it is held in.
    pub(crate) fn device(&self) -> Device {
        self.device
    }

    /// What only Chromium can do.
    ///
    /// # Errors
    /// This is another browser.
    pub(crate) fn chromium(&self) -> anyhow::Result<Chromium<'_>> {
        ensure!(
            self.device.engine == Engine::Chromium,
            "{} does not speak Chromium's protocol: keep this test to CHROMIUM_ONLY, or do without",
            self.device
        );
        Ok(Chromium { driver: &self.driver })
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
        self.enter_frame_with("location.href !== 'about:blank' && document.readyState === 'complete'").await
    }

    /// Speaks to the page's first frame from now on, once this is true in it.
    pub(crate) async fn enter_frame_with(&self, expression: &str) -> anyhow::Result<()> {
        let wait = Wait::begin();
        loop {
            self.leave_frame().await?;
            self.until("document.querySelector('iframe')").await?;
            self.driver.find(By::Css("iframe")).await?.enter_frame().await?;
            // A frame whose document is being exchanged answers with an error, or with the empty document it had before.
            if self.read::<bool>(expression).await.unwrap_or_default() {
                return Ok(());
            }
            ensure!(!wait.is_over(), "the frame does not load");
            wait.rest().await;
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
    /// It is asked for again and again from outside: what waits within a document is gone when another takes its place.
    ///
    /// # Errors
    /// It stays falsy for a minute; the error shows the text of the document, or why it cannot be asked.
    pub(crate) async fn until(&self, expression: &str) -> anyhow::Result<Value> {
        let wait = Wait::begin();
        // Written out, not handed over as text to be evaluated: the frame's policy permits no evaluation.
        let script = format!("const found = ({expression}); return found instanceof Node ? true : found;");
        loop {
            // A document that is being exchanged answers with an error.
            let refused = match self.driver.execute(script.clone(), vec![]).await {
                Ok(found) if is_truthy(found.json()) => return Ok(found.json().clone()),
                Ok(_) => None,
                Err(error) => Some(error),
            };
            if wait.is_over() {
                let text: String = self.read("document.body.innerText").await.unwrap_or_default();
                let refused = refused.map(|error| format!(": {error}")).unwrap_or_default();
                bail!("never came: {expression}{refused}; the document says: {text}");
            }
            wait.rest().await;
        }
    }

    /// Speaks to the page's first frame from now on; no script runs for it.
    pub(crate) async fn enter_frame_without_script(&self) -> anyhow::Result<()> {
        self.leave_frame().await?;
        Ok(self.driver.enter_frame(0).await?)
    }

    /// The HTML of the present document as soon as it contains `part`; no script of the page's runs for it.
    ///
    /// # Errors
    /// It does not for a minute; the error holds what there is.
    pub(crate) async fn source_with(&self, part: &str) -> anyhow::Result<String> {
        let wait = Wait::begin();
        loop {
            // A document that is being exchanged answers with an error.
            let source = self.driver.source().await.unwrap_or_default();
            if source.contains(part) {
                return Ok(source);
            }
            ensure!(!wait.is_over(), "there is no {part}: {source}");
            wait.rest().await;
        }
    }

    /// What has the focus in the present document; no script of the page's runs for it.
    pub(crate) async fn focused(&self) -> anyhow::Result<WebElement> {
        Ok(self.driver.active_element().await?)
    }

    /// Holds one key while another is pressed.
    pub(crate) async fn press_with(&self, held: impl Into<char>, key: char) -> anyhow::Result<()> {
        let held = held.into();
        self.driver.action_chain().key_down(held).key_down(key).key_up(key).key_up(held).perform().await?;
        Ok(())
    }

    /// The element a CSS selector finds in the present frame.
    pub(crate) async fn find(&self, selector: &str) -> anyhow::Result<WebElement> {
        let query = self.driver.query(By::Css(selector.to_owned())).nowait();
        query.first().await.with_context(|| format!("there is no {selector}"))
    }

    /// Clicks with the mouse, or touches with a finger where there is no mouse.
    pub(crate) async fn click(&self, selector: &str) -> anyhow::Result<()> {
        let element = self.find(selector).await?;
        match self.device.form {
            Form::Desktop => element.click().await.with_context(|| format!("{selector} cannot be clicked")),
            Form::Phone => self.touch(&element).await.with_context(|| format!("{selector} cannot be touched")),
        }
    }

    async fn touch(&self, element: &WebElement) -> anyhow::Result<()> {
        let uncovered = "const [element] = arguments;
            element.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
            const { left, top, width, height } = element.getBoundingClientRect();
            const there = document.elementFromPoint(left + width / 2, top + height / 2);
            return element.contains(there) || !!there?.contains(element);";
        let uncovered = self.driver.execute(uncovered, vec![element.to_json()?]).await?;
        ensure!(uncovered.json() == &Value::Bool(true), "something lies over it");
        let finger = json!([{
            "type": "pointer", "id": "finger", "parameters": { "pointerType": "touch" },
            "actions": [
                { "type": "pointerMove", "duration": 0, "x": 0, "y": 0, "origin": element.to_json()? },
                { "type": "pointerDown", "button": 0 },
                { "type": "pointerUp", "button": 0 },
            ],
        }]);
        self.driver.cmd(Command::PerformActions(Actions::from(finger))).await?;
        Ok(())
    }

    /// Presses one key, wherever the focus is.
    pub(crate) async fn press(&self, key: impl Into<char>) -> anyhow::Result<()> {
        let key = key.into();
        self.driver.action_chain().key_down(key).key_up(key).perform().await?;
        Ok(())
    }

    /// Gives the page this size in CSS pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) -> anyhow::Result<()> {
        if let Ok(chromium) = self.chromium() {
            let touch = self.device.form == Form::Phone;
            return chromium.show_as(Viewport { width, height, scale: 1, touch }).await;
        }
        // The window is larger than the page by what the browser draws around it, which only the page knows.
        self.driver.set_window_rect(0, 0, width, height).await?;
        let (inner_width, inner_height): (u32, u32) = self.read("[innerWidth, innerHeight]").await?;
        let (right, below) = (width.saturating_sub(inner_width), height.saturating_sub(inner_height));
        self.driver.set_window_rect(0, 0, width + right, height + below).await?;
        let resized = self.until(&format!("innerWidth === {width} && innerHeight === {height}")).await;
        resized.with_context(|| format!("the window does not become {width} by {height}"))?;
        Ok(())
    }

    /// A picture of the window; the browser must speak to the page, not to a frame.
    pub(crate) async fn screenshot(&self, path: &Path) -> anyhow::Result<()> {
        Ok(self.driver.screenshot(path).await?)
    }
}
