//! A real collector with the demonstration's pictures, and its operator's knowledge: keys, truth, ledger. Knows no browser.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, ensure};
use corvee_protocol::ledger::Ledger;
use corvee_protocol::sealed_state::{CHALLENGE_BYTES, CHALLENGE_PURPOSE, SealedState};
use corvee_seal::{KeyRing, Sealer};
use serde_json::Value;
use tempfile::TempDir;

use super::process::Process;
use super::{demonstration, programs};

/// A running collector on a data folder of its own.
#[derive(Debug)]
pub(crate) struct Collector {
    process: Mutex<Option<Process>>,
    data: TempDir,
    /// Such as `http://127.0.0.1:40123`.
    origin: String,
    client: reqwest::Client,
}

/// What the site's owner was given.
#[derive(Clone, Debug)]
pub(crate) struct SiteKeys {
    /// Into the page.
    pub(crate) sitekey: String,
    /// Into the site's server.
    pub(crate) secret: String,
}

impl Collector {
    /// A collector as `corvee demo` starts it.
    pub(crate) fn start() -> anyhow::Result<Self> {
        Self::start_with("")
    }

    /// The same, with these settings in `corvee.toml`.
    pub(crate) fn start_with(settings: &str) -> anyhow::Result<Self> {
        let data = demonstration::fresh()?;
        fs::write(data.path().join("corvee.toml"), settings)?;
        let (process, origin) = demonstration::serve(data.path(), "127.0.0.1:0")?;
        Ok(Self { process: Mutex::new(Some(process)), data, origin, client: reqwest::Client::new() })
    }

    /// Its origin, such as `http://127.0.0.1:40123`.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// An address on it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&self) {
        *self.process() = None;
    }

    /// Starts it again on the port it had.
    pub(crate) fn start_again(&self) -> anyhow::Result<()> {
        let listen = self.origin.trim_start_matches("http://").to_owned();
        let (process, _) = demonstration::serve(self.data.path(), &listen)?;
        *self.process() = Some(process);
        Ok(())
    }

    /// What it has written to its outputs.
    pub(crate) fn said(&self) -> String {
        self.process().as_ref().map(Process::said).unwrap_or_default()
    }

    fn process(&self) -> MutexGuard<'_, Option<Process>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys of the demonstration's site.
    pub(crate) fn site_keys(&self) -> anyhow::Result<SiteKeys> {
        let text = fs::read_to_string(self.data.path().join("demo-site.json"))?;
        let site: Value = serde_json::from_str(&text)?;
        let field = |name: &str| site.get(name).and_then(Value::as_str).map(str::to_owned);
        let (sitekey, secret) = field("sitekey").zip(field("secret")).context("demo-site.json holds no keys")?;
        Ok(SiteKeys { sitekey, secret })
    }

    /// What `corvee embed` prints for the demonstration's site, with these arguments besides: a script and an element.
    pub(crate) fn embedded(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = Command::new(programs::corvee()?);
        command.arg("--data").arg(self.data.path()).args(["embed", &self.site_keys()?.sitekey]);
        let output = command.args(["--collector", &self.origin]).args(arguments).output()?;
        ensure!(output.status.success(), "no HTML: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Which tiles of a sealed challenge show the thing, row by row: what only the operator can know.
    pub(crate) async fn truth(&self, sealed: &str) -> anyhow::Result<Vec<bool>> {
        let keys = KeyRing::from_text(&fs::read_to_string(self.data.path().join("sealing.keys"))?)?;
        let opened = Sealer::new(keys, CHALLENGE_PURPOSE, CHALLENGE_BYTES).open(sealed)?;
        let state: SealedState = postcard::from_bytes(&opened)?;
        let items = self.items().await?;
        let known = |item| items.get(&item).copied().with_context(|| format!("item {item} has no known truth"));
        state.tiles.iter().map(|tile| known(tile.item)).collect()
    }

    /// What visitors gave so far.
    pub(crate) async fn ledger(&self) -> anyhow::Result<Ledger> {
        let reply = self.client.get(self.url("/v1/campaigns/bicycles/ledger")).send().await?;
        let ledger: Ledger = reply.error_for_status()?.json().await?;
        ensure!(ledger.items.reconciles(), "the ledger does not add up: {ledger:?}");
        Ok(ledger)
    }

    /// What `siteverify` says of a token to the site's server.
    pub(crate) async fn siteverify(&self, token: &str) -> anyhow::Result<Value> {
        let secret = self.site_keys()?.secret;
        let form = [("secret", secret.as_str()), ("response", token)];
        Ok(self.client.post(self.url("/siteverify")).form(&form).send().await?.json().await?)
    }

    /// Every item and whether it shows the thing: gold's own answer, else the label kept for evaluation.
    async fn items(&self) -> anyhow::Result<BTreeMap<i64, bool>> {
        let key = fs::read_to_string(self.data.path().join("requester.key"))?;
        let request = self.client.get(self.url("/v1/campaigns/bicycles/items?limit=1000")).bearer_auth(key.trim());
        let page: Value = request.send().await?.error_for_status()?.json().await?;
        let items = page.get("items").and_then(Value::as_array).context("the list of items has no items")?;
        let truth = |item: &Value| {
            let gold = item.get("gold").and_then(Value::as_bool);
            let hidden = || item.get("hidden_label").and_then(Value::as_str).map(|label| label == "bicycle");
            Some((item.get("id")?.as_i64()?, gold.or_else(hidden)?))
        };
        Ok(items.iter().filter_map(truth).collect())
    }
}
