//! Prints fresh tokens of a running collector, one a line: challenges passed truthfully with its operator's keys.
#![expect(clippy::print_stdout, reason = "printing tokens is the purpose")]

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use corvee_protocol::{Action, CampaignName, CustomData, Dialect, Hostname, SiteKey};
use corvee_seal::KeyRing;
use corvee_simulate::{Page, Target, tokens};

/// Fresh tokens, for tests of what a site's server does with them.
#[derive(Parser)]
struct Arguments {
    /// Where the collector listens, such as <http://127.0.0.1:8080>; must be this machine.
    collector: String,
    /// Its data folder.
    data: PathBuf,
    /// The site's key.
    sitekey: SiteKey,
    /// corvee, recaptcha, hcaptcha or turnstile.
    #[arg(long, default_value = "corvee", value_parser = dialect)]
    dialect: Dialect,
    /// What the page says the visitor is about to do.
    #[arg(long)]
    action: Option<Action>,
    /// What the page wants to have back with the token.
    #[arg(long)]
    cdata: Option<CustomData>,
    /// Host name of the page.
    #[arg(long, default_value = "127.0.0.1")]
    hostname: Hostname,
    /// The campaign the site asks for.
    #[arg(long, default_value = "bicycles")]
    campaign: CampaignName,
    /// How many.
    #[arg(long, default_value_t = 1)]
    count: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { collector, data, sitekey, dialect, action, cdata, hostname, campaign, count } = Arguments::parse();
    let read = |name| std::fs::read_to_string(data.join(name)).with_context(|| format!("{name} cannot be read"));
    let target = Target {
        url: collector,
        sitekey,
        hostname,
        secret: None,
        campaign,
        keys: KeyRing::from_text(&read("sealing.keys")?)?,
        requester_key: read("requester.key")?.trim().to_owned(),
        labels: None,
    };
    for token in tokens(&target, &Page { dialect, action, cdata }, count).await? {
        println!("{token}");
    }
    Ok(())
}

fn dialect(name: &str) -> Result<Dialect, String> {
    Dialect::named(name).ok_or_else(|| "one of corvee, recaptcha, hcaptcha, turnstile".to_owned())
}
