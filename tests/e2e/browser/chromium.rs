//! What only Chromium's own protocol tells or pretends: its traffic to the byte, a cut connection, media features,
//! any size of screen. Knows no page.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::{Value, json};
use thirtyfour::WebDriver;

/// A browser known to be Chromium.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chromium<'a> {
    pub(super) driver: &'a WebDriver,
}

/// One request that left the browser.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sent {
    /// Whole address.
    pub(crate) url: String,
    /// What came back, as it travelled: bytes with headers, compressed.
    pub(crate) bytes: f64,
}

/// Whether the browser reaches anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// It does not.
    Cut,
    /// It does.
    Whole,
}

/// A screen as a page sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Viewport {
    /// CSS pixels.
    pub(crate) width: u32,
    /// CSS pixels.
    pub(crate) height: u32,
    /// Device pixels in a CSS pixel; 4 is what 400 % zoom makes of a plain screen.
    pub(crate) scale: u32,
    /// Whether it is touched.
    pub(crate) touch: bool,
}

impl Chromium<'_> {
    /// Shows the page as on this screen.
    pub(crate) async fn show_as(self, viewport: Viewport) -> anyhow::Result<()> {
        let Viewport { width, height, scale, touch } = viewport;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": touch });
        self.send("Emulation.setDeviceMetricsOverride", metrics).await?;
        self.send("Emulation.setTouchEmulationEnabled", json!({ "enabled": touch })).await?;
        Ok(())
    }

    /// Answers these media features, such as `("prefers-color-scheme", "dark")`, and no other.
    pub(crate) async fn prefer(self, features: &[(&str, &str)]) -> anyhow::Result<()> {
        let features: Vec<Value> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.send("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
        Ok(())
    }

    /// Cuts the connection, or restores it.
    pub(crate) async fn connect(self, connection: Connection) -> anyhow::Result<()> {
        self.send("Network.enable", json!({})).await?;
        let offline = connection == Connection::Cut;
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.send("Network.emulateNetworkConditions", conditions).await?;
        Ok(())
    }

    /// Takes WebAssembly from every document to come, those in frames of the page's own host name included.
    pub(crate) async fn forget_webassembly(self) -> anyhow::Result<()> {
        let script = json!({ "source": "delete globalThis.WebAssembly" });
        self.send("Page.addScriptToEvaluateOnNewDocument", script).await?;
        Ok(())
    }

    /// Every cookie of the whole profile.
    pub(crate) async fn cookies(self) -> anyhow::Result<Value> {
        let all = self.send("Network.getAllCookies", json!({})).await?;
        Ok(all.get("cookies").cloned().unwrap_or_default())
    }

    /// The requests since the last call, frames included, in the order in which they were sent.
    pub(crate) async fn traffic(self) -> anyhow::Result<Vec<Sent>> {
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

    /// Sends one command of the protocol; what it answers.
    pub(crate) async fn send(self, command: &str, parameters: Value) -> anyhow::Result<Value> {
        let answer = self.driver.cdp().send_raw(command, parameters).await;
        answer.with_context(|| format!("Chromium refuses {command}"))
    }
}
