//! `corvee site`.

use clap::{Args, Subcommand};
use corvee_protocol::site::NewSite;
use corvee_protocol::{CampaignName, Hostname};

use super::Context;
use crate::campaign::founding;

/// Sites that show the widget.
#[derive(Subcommand)]
pub(super) enum Site {
    /// Creates a site and prints its two keys; the secret is shown this once.
    Create(Create),
    /// Lists sites, without secrets.
    List,
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
    /// Campaign its visitors work for; may be given several times.
    #[arg(long = "campaign", required = true, value_name = "CAMPAIGN")]
    campaigns: Vec<CampaignName>,
}

impl Site {
    pub(super) async fn run(self, context: Context) -> anyhow::Result<()> {
        let store = context.store().await?;
        match self {
            Self::Create(Create { name, hostnames, campaigns }) => {
                let site = NewSite { name, hostnames, campaigns };
                let created = founding::found_site(&store, &context.chance, site, context.clock.now_ms()).await?;
                context.output.print(&created, || {
                    format!(
                        "Site {} created.\n\n  site key (into the page):         {}\n  secret (into the site's server): {}\n\n\
                         The secret is not shown again. In the page:\n\n  \
                         <script src=\"https://YOUR-COLLECTOR/api.js\" async defer></script>\n  \
                         <div class=\"corvee\" data-sitekey=\"{}\"></div>",
                        created.site.name, created.sitekey, created.secret, created.sitekey
                    )
                })
            }
            Self::List => {
                let sites = founding::sites(store.sites().await?, &store.campaigns().await?);
                context.output.print(&sites, || {
                    if sites.is_empty() {
                        return "No site yet: create one with `corvee site create`.".to_owned();
                    }
                    let line = |site: &corvee_protocol::site::Site| {
                        let hostnames: Vec<&str> = site.site.hostnames.iter().map(Hostname::as_str).collect();
                        let campaigns: Vec<&str> = site.site.campaigns.iter().map(CampaignName::as_str).collect();
                        format!(
                            "{}  {}  on {}  for {}",
                            site.sitekey,
                            site.site.name,
                            hostnames.join(", "),
                            campaigns.join(", ")
                        )
                    };
                    sites.iter().map(line).collect::<Vec<_>>().join("\n")
                })
            }
        }
    }
}
