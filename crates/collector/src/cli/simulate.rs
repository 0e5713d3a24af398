//! `corvee simulate`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use corvee_protocol::{CampaignName, Hostname, SiteKey};
use corvee_simulate::{ClickerModel, Crowd, Labels, Pace, PersonModel, Target};

use super::{Context, progress};

/// Arguments of `corvee simulate`. The data folder is the collector's: its keys are needed.
#[derive(Args)]
pub(super) struct Simulate {
    /// Address of the collector; must be this machine.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// Site key of the page.
    #[arg(long)]
    sitekey: SiteKey,
    /// Host name of the page.
    #[arg(long, default_value = "127.0.0.1")]
    hostname: Hostname,
    /// The site's secret; with it every token is redeemed.
    #[arg(long, env = "CORVEE_SITE_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// The campaign the site asks for.
    #[arg(long)]
    campaign: CampaignName,
    /// How many visitors come.
    #[arg(long, default_value_t = 600)]
    visitors: u32,
    /// Share of them that click at random.
    #[arg(long, default_value_t = 0.1)]
    random_share: f64,
    /// Another seed is another crowd.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seconds over which they come; as fast as they can when not given.
    #[arg(long, value_name = "SECONDS")]
    over: Option<u64>,
    /// Sessions under way at once.
    #[arg(long, default_value_t = 8)]
    concurrency: usize,
    /// P(picked | shows the thing) of people.
    #[arg(long, default_value_t = PersonModel::default().true_positive)]
    true_positive: f64,
    /// P(picked | does not show it) of people.
    #[arg(long, default_value_t = PersonModel::default().false_positive)]
    false_positive: f64,
    /// CSV with columns file and label, for items whose truth the collector does not hold.
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

impl Simulate {
    pub(super) async fn run(self, context: Context) -> anyhow::Result<()> {
        let shares = [self.random_share, self.true_positive, self.false_positive];
        anyhow::ensure!(
            shares.iter().all(|share| (0.0..=1.0).contains(share)),
            "--random-share, --true-positive and --false-positive must be from 0 to 1"
        );
        let labels = match &self.truth {
            Some(path) => {
                let text =
                    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
                Some(Labels::from_csv(&text).with_context(|| format!("{} is not valid", path.display()))?)
            }
            None => None,
        };
        let target = Target {
            url: self.url,
            sitekey: self.sitekey,
            hostname: self.hostname,
            secret: self.secret,
            campaign: self.campaign,
            keys: context.sealing_keys().await?,
            requester_key: context.data.requester_key_text()?,
            labels,
        };
        let crowd = Crowd {
            visitors: self.visitors,
            random_share: self.random_share,
            seed: self.seed,
            concurrency: self.concurrency,
            pace: self.over.map_or(Pace::AsFast, |seconds| Pace::Spread { over: Duration::from_secs(seconds) }),
            people: PersonModel { true_positive: self.true_positive, false_positive: self.false_positive },
            clicker: ClickerModel::default(),
            retries: 0,
        };
        let bar = progress::bar(u64::from(self.visitors), "visiting");
        let report = corvee_simulate::run(&target, &crowd, &bar).await;
        bar.finish_and_clear();
        let report = report?;
        context.output.print(&report, || report.to_string())
    }
}
