//! `corvee demo`: a data folder with drawn pictures, a collector, a protected page, and on request a crowd.

mod campaign;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use corvee_protocol::CampaignName;
use corvee_protocol::site::{CreatedSite, NewSite, SiteWords, Turn};
use corvee_simulate::{Crowd, Pace, Target};
use ipnet::IpNet;

use super::serve::{self, Prepared, Wishes};
use super::{Context, progress};
use crate::campaign::{founding, sites};
use crate::config::listen_address;
use crate::http::demo_site::DemoSite;
use crate::http::{self, demo_site};
use crate::import::{ImportOptions, import};
use crate::{observe, sample_folder};

const SITE_FILE: &str = "demo-site.json";
const GOLD_SHARE: f64 = 0.2;

/// Arguments of `corvee demo`.
#[derive(Args)]
pub(super) struct Demo {
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080", value_parser = listen_address)]
    listen: SocketAddr,
    /// Sends so many simulated visitors, one in ten a random clicker.
    #[arg(long, value_name = "N")]
    visitors: Option<u32>,
    /// Seconds over which the simulated visitors come.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    over: u64,
    /// Pictures drawn for a new data folder.
    #[arg(long, default_value_t = 360, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    pictures: u32,
}

impl Demo {
    pub(super) async fn run(self, context: Context, json: bool) -> anyhow::Result<()> {
        observe::start(json)?;
        let site = self.site(&context).await?;
        // Simulated visitors come from this machine and say which network they stand for.
        let trusted: Vec<IpNet> = match self.visitors {
            Some(_) => {
                vec![IpNet::from(IpAddr::from([127, 0, 0, 1])), IpNet::from(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]))]
            }
            None => Vec::new(),
        };
        let prepared =
            serve::prepare(&context, Wishes { listen: Some(self.listen), trusted_proxies: trusted, metrics: None })
                .await?;
        let Prepared { service, listener, address, app, lock, figures } = prepared;
        let url = format!("http://{address}");
        let demo_site = DemoSite {
            sitekey: site.sitekey.clone(),
            secret: site.secret.clone(),
            collector: url.clone(),
            campaign: campaign::NAME.parse()?,
            question: campaign::terms(campaign::NAME.parse()?)?.question,
            client: reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?,
        };
        let router = demo_site::router(demo_site).merge(http::router(app));
        context.output.line(&format!(
            "\n  The protected page: {url}/\n  Ctrl-C stops it; the data stays in {}.\n",
            context.data.path().display()
        ))?;
        let crowd = match self.visitors {
            Some(visitors) => Some(tokio::spawn(crowd(Self::target(&context, &site, url).await, visitors, self.over))),
            None => None,
        };
        let served = service.run(listener, router, figures).await;
        if let Some(crowd) = crowd {
            crowd.abort();
        }
        drop(lock);
        served
    }

    /// The demonstration's site; campaign, pictures and site are made on the first start.
    async fn site(&self, context: &Context) -> anyhow::Result<CreatedSite> {
        let remembered = context.data.path().join(SITE_FILE);
        match std::fs::read(&remembered) {
            Ok(json) => {
                return serde_json::from_slice(&json).with_context(|| {
                    format!("{} is damaged: delete the data folder to begin anew", remembered.display())
                });
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", remembered.display())),
        }
        let store = context.store().await?;
        let now_ms = context.clock.now_ms();
        let campaign = self.campaign(context, &store).await?;
        let site = NewSite {
            name: "demonstration".to_owned(),
            hostnames: vec!["127.0.0.1".parse()?, "localhost".parse()?],
            campaigns: vec![campaign],
            turn: Turn::default(),
            words: SiteWords::new(),
        };
        let site = sites::found_site(&store, &context.chance, site, now_ms).await?;
        store.close().await;
        // Written last: a start that was killed half-way begins anew, and finds campaign and pictures where they are.
        context.data.write_secret(SITE_FILE, &serde_json::to_string_pretty(&site)?)?;
        Ok(site)
    }

    async fn campaign(&self, context: &Context, store: &crate::store::Store) -> anyhow::Result<CampaignName> {
        let name: CampaignName = campaign::NAME.parse()?;
        if store.campaign(&name).await?.is_none() {
            let terms = campaign::terms(name.clone())?;
            founding::found_campaign(store, &terms, context.clock.now_ms()).await?;
        }
        let row = store.campaign(&name).await?.context("the campaign was just created")?;
        if store.item_counts(row.id).await?.items == 0 {
            let folder = tempfile::tempdir().context("no temporary folder can be made")?;
            let bar = progress::bar(u64::from(self.pictures), "drawing");
            sample_folder::write(folder.path(), campaign::TARGET, self.pictures, 1, &|_| bar.inc(1))?;
            bar.finish_and_clear();
            let options = ImportOptions {
                folder: folder.path().to_owned(),
                labels: None,
                gold_share: GOLD_SHARE,
                seed: 1,
                skip_refused: false,
            };
            let tiles = context.shelf()?;
            import(store, &tiles, &row, options, context.clock.now_ms(), &|_| {}).await?;
        }
        Ok(name)
    }

    async fn target(context: &Context, site: &CreatedSite, url: String) -> anyhow::Result<Target> {
        Ok(Target {
            url,
            sitekey: site.sitekey.clone(),
            hostname: "127.0.0.1".parse()?,
            secret: Some(site.secret.clone()),
            campaign: campaign::NAME.parse()?,
            keys: context.sealing_keys().await?,
            requester_key: context.data.requester_key_text()?,
            labels: None,
        })
    }
}

/// Sends the crowd; what came of it goes to the log.
async fn crowd(target: anyhow::Result<Target>, visitors: u32, over_seconds: u64) {
    let crowd = Crowd { visitors, pace: Pace::Spread { over: Duration::from_secs(over_seconds) }, ..Crowd::default() };
    let bar = progress::bar(u64::from(visitors), "visiting");
    let report = match target {
        Ok(target) => corvee_simulate::run(&target, &crowd, &bar).await.map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    bar.finish_and_clear();
    match report {
        Ok(report) => tracing::info!("the simulated visitors have gone\n{report}"),
        Err(error) => tracing::error!(error = format!("{error:#}"), "the simulated visitors gave up"),
    }
}
