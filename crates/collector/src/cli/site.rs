//! `corvee site`.

mod table;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{ArgGroup, Args, Subcommand};
use corvee_protocol::site::{CreatedSite, NewSite, Site as ListedSite, SiteChange, Turn};
use corvee_protocol::{CampaignName, Hostname, SiteKey, SiteWords};

use super::Context;
use crate::campaign::sites;
use crate::store::Store;
use crate::store::sites::SiteRow;

/// Sites that show the widget.
#[derive(Subcommand)]
pub(super) enum Site {
    /// Creates a site and prints its keys in every dialect's spelling; the secrets are shown this once.
    Create(Create),
    /// Lists sites with their site keys, without secrets.
    List,
    /// Changes a site; a running collector notices within a second.
    Change(Change),
    /// Gives a site fresh secrets, in every dialect's spelling; the old ones are worth nothing from then on.
    Rotate {
        /// The site's key, in any spelling.
        key: SiteKey,
    },
}

/// Arguments of `corvee site create`.
#[derive(Args)]
pub(super) struct Create {
    /// What people call it.
    #[arg(long)]
    name: String,
    /// Host name its pages live on, without scheme and port; may be given several times.
    #[arg(long = "hostname", required = true, value_name = "HOSTNAME")]
    hostnames: Vec<Hostname>,
    /// Campaign its visitors work for; may be given several times. Not needed with `--turn machine`.
    #[arg(long = "campaign", value_name = "CAMPAIGN")]
    campaigns: Vec<CampaignName>,
    /// What visitors are offered: `both` (they choose), `after-failures:N` (the device computes; networks with N failures
    /// in the hour may label instead) or `machine` (nobody is asked to label).
    #[arg(long, default_value_t)]
    turn: Turn,
    /// JSON file of visitors' strings in the site's own words: `{"en": {"label_pictures": "…"}}`.
    #[arg(long, value_name = "FILE")]
    words: Option<PathBuf>,
}

/// Arguments of `corvee site change`; what is not given stays.
#[derive(Args)]
#[command(group(ArgGroup::new("changes").required(true).multiple(true).args([
    "name", "add_hostnames", "remove_hostnames", "add_campaigns", "remove_campaigns", "turn", "words",
])))]
pub(super) struct Change {
    /// The site's key, in any spelling.
    key: SiteKey,
    /// What people call it.
    #[arg(long)]
    name: Option<String>,
    /// Host name its pages live on as well; may be given several times.
    #[arg(long = "add-hostname", value_name = "HOSTNAME")]
    add_hostnames: Vec<Hostname>,
    /// Host name its pages no longer live on.
    #[arg(long = "remove-hostname", value_name = "HOSTNAME")]
    remove_hostnames: Vec<Hostname>,
    /// Campaign its visitors work for as well; may be given several times.
    #[arg(long = "add-campaign", value_name = "CAMPAIGN")]
    add_campaigns: Vec<CampaignName>,
    /// Campaign its visitors no longer work for.
    #[arg(long = "remove-campaign", value_name = "CAMPAIGN")]
    remove_campaigns: Vec<CampaignName>,
    /// What visitors are offered: `both`, `after-failures:N` or `machine`.
    #[arg(long)]
    turn: Option<Turn>,
    /// JSON file of visitors' strings in the site's own words; takes the place of all earlier ones (`{}` removes them).
    #[arg(long, value_name = "FILE")]
    words: Option<PathBuf>,
}

impl Site {
    pub(super) async fn run(self, context: Context) -> anyhow::Result<()> {
        let store = context.store().await?;
        match self {
            Self::Create(Create { name, hostnames, campaigns, turn, words }) => {
                let words = words.map(|file| read_words(&file)).transpose()?.unwrap_or_default();
                let site = NewSite { name, hostnames, campaigns, turn, words };
                let created = sites::found_site(&store, &context.chance, site, context.clock.now_ms()).await?;
                context.output.print(&created, || secrets("created", &created))
            }
            Self::List => {
                let campaigns = store.campaigns().await?;
                let listed: Vec<_> = store.sites().await?.into_iter().map(|row| sites::site(row, &campaigns)).collect();
                context.output.print(&listed, || {
                    if listed.is_empty() {
                        return "No site yet: create one with `corvee site create`.".to_owned();
                    }
                    listed.iter().map(description).collect::<Vec<_>>().join("\n\n")
                })
            }
            Self::Change(change) => {
                let row = find(&store, &change.key).await?;
                let change = SiteChange {
                    name: change.name,
                    add_hostnames: change.add_hostnames,
                    remove_hostnames: change.remove_hostnames,
                    add_campaigns: change.add_campaigns,
                    remove_campaigns: change.remove_campaigns,
                    turn: change.turn,
                    words: change.words.map(|file| read_words(&file)).transpose()?,
                };
                let site = sites::change_site(&store, &row, &change).await?;
                context.output.print(&site, || description(&site))
            }
            Self::Rotate { key } => {
                let row = find(&store, &key).await?;
                let site = sites::rotate_site(&store, &context.chance, row).await?;
                context.output.print(&site, || secrets("has fresh secrets", &site))
            }
        }
    }
}

async fn find(store: &Store, key: &SiteKey) -> anyhow::Result<SiteRow> {
    let found = sites::find_site(store, key).await?;
    found.context("no site has this key: `corvee site list` shows all of them")
}

fn read_words(file: &std::path::Path) -> anyhow::Result<SiteWords> {
    let json = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    serde_json::from_slice(&json)
        .with_context(|| format!("{} is not an object of objects of texts such as {{\"en\": {{…}}}}", file.display()))
}

fn secrets(what_happened: &str, created: &CreatedSite) -> String {
    format!(
        "Site {} {what_happened}.\n\n{}\n\nThe secrets are not shown again. Paths are the collector's. In a page:\n\n  \
         <script src=\"https://YOUR-COLLECTOR/api.js\" async defer></script>\n  \
         <div class=\"corvee\" data-sitekey=\"{}\"></div>",
        created.site.name,
        table::keys(&created.keys),
        created.sitekey
    )
}

fn description(site: &ListedSite) -> String {
    let hostnames: Vec<&str> = site.site.hostnames.iter().map(Hostname::as_str).collect();
    let campaigns: Vec<&str> = site.site.campaigns.iter().map(CampaignName::as_str).collect();
    let campaigns = if campaigns.is_empty() { "no campaign".to_owned() } else { campaigns.join(", ") };
    format!(
        "{}  on {}  for {campaigns}  turn {}\n{}",
        site.site.name,
        hostnames.join(", "),
        site.site.turn,
        table::keys(&site.keys)
    )
}
