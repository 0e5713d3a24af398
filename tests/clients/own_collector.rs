//! A real collector with the demonstration's pictures for clients to call: its keys in every spelling, and fresh tokens.
//! Knows no client.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, ensure};
use corvee_protocol::Dialect;
use serde_json::Value;
use tempfile::TempDir;

use super::process::Process;
use super::{demonstration, installed};

/// One visitor takes all tokens, and computes little for each: clients are tested here, not what their visitors' devices can do.
const SETTINGS: &str = "[budget]\nclean_challenges = 1000000\nclean_failures = 1000000\nchallenges = 1000000\n\
    [machine]\nbase_work = 400\n";

/// What the pages say of themselves, so that clients can check that it comes back.
pub(crate) const ACTION: &str = "login";
/// The same.
pub(crate) const CDATA: &str = "visit-7";
/// Where the pages live.
pub(crate) const HOSTNAME: &str = "127.0.0.1";

/// A running collector on a data folder of its own.
#[derive(Debug)]
pub(crate) struct OwnCollector {
    process: Process,
    data: TempDir,
    /// Such as `http://127.0.0.1:40123`.
    origin: String,
}

/// A site's two keys as one vendor's clients expect them to look.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    /// Into the page.
    pub(crate) sitekey: String,
    /// Into the site's server.
    pub(crate) secret: String,
}

impl Keys {
    /// A secret of the same shape that is nobody's.
    pub(crate) fn wrong_secret(&self) -> String {
        let mut wrong = self.secret.clone();
        let last = wrong.pop();
        // Of the alphabets of all spellings, hexadecimal included.
        wrong.push(if last == Some('0') { '1' } else { '0' });
        wrong
    }
}

impl OwnCollector {
    /// A collector as `corvee demo` starts it.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let data = demonstration::fresh()?;
        fs::write(data.path().join("corvee.toml"), SETTINGS)?;
        let (process, origin) = demonstration::serve(data.path(), "127.0.0.1:0")?;
        Ok(Self { process, data, origin })
    }

    /// Its origin, such as `http://127.0.0.1:40123`.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// What it has written to its outputs.
    pub(crate) fn said(&self) -> String {
        self.process.said()
    }

    /// The keys of the demonstration's site in a vendor's spelling.
    pub(crate) fn keys(&self, dialect: Dialect) -> anyhow::Result<Keys> {
        let site: Value = serde_json::from_str(&fs::read_to_string(self.data.path().join("demo-site.json"))?)?;
        let named = Value::from(dialect.as_str());
        let spelled = site.get("keys").and_then(Value::as_array);
        let spelled = spelled.and_then(|all| all.iter().find(|keys| keys.get("dialect") == Some(&named)));
        let keys = spelled.unwrap_or(&site);
        let field = |name: &str| keys.get(name).and_then(Value::as_str).map(str::to_owned);
        let (sitekey, secret) = field("sitekey").zip(field("secret")).context("demo-site.json holds no keys")?;
        Ok(Keys { sitekey, secret })
    }

    /// Fresh tokens of challenges that were passed on a page of this dialect.
    pub(crate) fn tokens(&self, dialect: Dialect, count: usize) -> anyhow::Result<Vec<String>> {
        let mut command = Command::new(installed::tokens()?);
        command.arg(&self.origin).arg(self.data.path()).arg(self.keys(dialect)?.sitekey);
        command.args(["--dialect", dialect.as_str(), "--count", &count.to_string()]);
        command.args(["--hostname", HOSTNAME, "--action", ACTION, "--cdata", CDATA]);
        let output = command.output().context("the example tokens does not start")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "no tokens: {said}\nthe collector said:\n{}", self.said());
        let tokens: Vec<String> = String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect();
        ensure!(tokens.len() == count, "{count} tokens were wanted, {} came", tokens.len());
        Ok(tokens)
    }
}
