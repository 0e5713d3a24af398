//! An operator with a fresh data folder: runs the collector's commands and serves it. Knows no crowd.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use corvee_protocol::{CampaignName, Hostname, SiteKey};
use corvee_seal::KeyRing;
use corvee_simulate::Target;
use serde::Deserialize;
use tempfile::TempDir;
use tokio::process::Command;

use super::server::Server;

/// The host name of the site's pages.
const HOSTNAME: &str = "127.0.0.1";

/// A data folder that goes when this is dropped, and the program that works on it.
pub(crate) struct Operator {
    corvee: PathBuf,
    data: TempDir,
}

#[derive(Deserialize)]
struct Site {
    sitekey: SiteKey,
    secret: String,
}

impl Operator {
    /// An operator with an empty data folder.
    pub(crate) fn new(corvee: &Path) -> anyhow::Result<Self> {
        let corvee = corvee.canonicalize().with_context(|| format!("there is no program {}", corvee.display()))?;
        Ok(Self { corvee, data: tempfile::tempdir().context("no folder for the data")? })
    }

    /// A path in the data folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    /// Runs `corvee --data … --json` with these arguments and returns what it printed.
    pub(crate) async fn call<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> anyhow::Result<String> {
        let mut command = self.command();
        command.arg("--json").args(arguments);
        let shown = format!("{:?}", command.as_std());
        let output = command.output().await.with_context(|| format!("cannot start {shown}"))?;
        if !output.status.success() {
            let said = [output.stdout, output.stderr].concat();
            bail!("{shown} ended with {}:\n{}", output.status, String::from_utf8_lossy(&said));
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Serves on a free port; this machine's `X-Forwarded-For` is believed.
    pub(crate) async fn serve(&self) -> anyhow::Result<Server> {
        let mut command = self.command();
        command.args(["serve", "--listen", "127.0.0.1:0", "--trusted-proxy", "127.0.0.0/8"]);
        Server::start(command, &self.path("serve.log")).await
    }

    /// Creates a site that asks for the campaign.
    pub(crate) async fn create_site(&self, campaign: &str) -> anyhow::Result<SiteAccess> {
        let arguments = ["site", "create", "--name", "test", "--hostname", HOSTNAME, "--campaign", campaign];
        let Site { sitekey, secret } = serde_json::from_str(&self.call(arguments).await?)?;
        Ok(SiteAccess { sitekey, secret, campaign: campaign.parse()? })
    }

    /// The served collector as a crowd's target.
    pub(crate) fn target(&self, server: &Server, site: &SiteAccess) -> anyhow::Result<Target> {
        let read = |name| std::fs::read_to_string(self.path(name)).with_context(|| format!("{name} cannot be read"));
        Ok(Target {
            url: server.url.clone(),
            sitekey: site.sitekey.clone(),
            hostname: HOSTNAME.parse::<Hostname>()?,
            secret: Some(site.secret.clone()),
            campaign: site.campaign.clone(),
            keys: KeyRing::from_text(&read("sealing.keys")?)?,
            requester_key: read("requester.key")?.trim().to_owned(),
            labels: None,
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.corvee);
        command.arg("--data").arg(self.data.path());
        command
    }
}

/// A site and what its server and its pages know.
pub(crate) struct SiteAccess {
    sitekey: SiteKey,
    secret: String,
    campaign: CampaignName,
}
