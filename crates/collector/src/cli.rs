//! The command line: what an operator, a site owner or a requester types. Parses, calls one domain operation, prints.

mod aggregate;
mod backup;
mod campaign;
mod demo;
mod doctor;
mod embed;
mod export;
mod import;
mod keys;
mod output;
mod progress;
mod samples;
mod serve;
mod simulate;
mod site;
mod stats;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use corvee_protocol::CampaignName;
use corvee_seal::KeyRing;

use self::output::Output;
use crate::chance::Chance;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, DatabaseUrl};
use crate::data::DataFolder;
use crate::images::shelf::Shelf;
use crate::keys::Keys;
use crate::store::Store;
use crate::store::campaigns::CampaignRow;

/// A CAPTCHA that labels a data set, and says so.
#[derive(Parser)]
#[command(name = "corvee", version, about, max_term_width = 110)]
struct Arguments {
    /// Folder of database, images, keys and settings.
    #[arg(long, global = true, env = "CORVEE_DATA", default_value = "corvee-data", value_name = "DIR")]
    data: PathBuf,
    /// PostgreSQL to keep everything in but pictures and keys, such as `postgres://corvee@db.example/corvee`.
    #[arg(long, global = true, env = "CORVEE_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database: Option<DatabaseUrl>,
    /// Prints JSON instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves widget, challenges and siteverify.
    Serve(serve::Serve),
    /// Shows the whole loop on one page, with drawn pictures.
    Demo(demo::Demo),
    /// Sites that show the widget.
    #[command(subcommand)]
    Site(site::Site),
    /// Prints the HTML that puts the widget on a page.
    Embed(embed::Embed),
    /// Questions that visitors are asked.
    #[command(subcommand)]
    Campaign(campaign::Campaign),
    /// Brings a folder of pictures into a campaign.
    Import(import::Import),
    /// Writes labels and votes of a campaign into a folder.
    Export(export::Export),
    /// Keys that challenges are sealed with.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Sends a simulated crowd to a running collector on this machine.
    Simulate(simulate::Simulate),
    /// Shows where campaigns stand.
    Stats(stats::Stats),
    /// Copies the data folder into a new one, while a collector serves it.
    Backup(backup::Backup),
    /// Looks settings, folder, database and machine over, and says what to do.
    Doctor(doctor::Doctor),
    /// Writes drawn street scenes with labels into a folder.
    Samples(samples::Samples),
    /// Labels, workers and agreement from a file of answers, wherever they come from.
    Aggregate(aggregate::Aggregate),
}

/// What every command may use.
struct Context {
    data: DataFolder,
    config: Config,
    clock: Arc<dyn Clock>,
    chance: Chance,
    output: Output,
}

/// Runs the command line of this process.
pub async fn run() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let chance = Chance::from_system().context("the operating system gives no randomness")?;
    let context = || -> anyhow::Result<Context> {
        let data = DataFolder::open(&arguments.data, &chance)?;
        let mut config = Config::load(data.path())?;
        config.database = arguments.database.clone().or(config.database);
        Ok(Context {
            data,
            config,
            clock: Arc::new(SystemClock),
            chance: chance.clone(),
            output: Output { json: arguments.json },
        })
    };
    match arguments.command {
        Command::Serve(serve) => serve.run(context()?, arguments.json).await,
        Command::Demo(demo) => demo.run(context()?, arguments.json).await,
        Command::Site(site) => site.run(context()?).await,
        Command::Embed(embed) => embed.run(context()?).await,
        Command::Campaign(campaign) => campaign.run(context()?).await,
        Command::Import(import) => import.run(context()?).await,
        Command::Export(export) => export.run(context()?).await,
        Command::Keys(keys) => keys.run(context()?).await,
        Command::Simulate(simulate) => simulate.run(context()?).await,
        Command::Stats(stats) => stats.run(context()?).await,
        Command::Backup(backup) => {
            doctor::check_folder(&arguments.data)?;
            backup.run(context()?).await
        }
        Command::Doctor(doctor) => {
            doctor::check_folder(&arguments.data)?;
            doctor.run(&arguments.data, arguments.database.as_ref(), Output { json: arguments.json }).await
        }
        Command::Samples(samples) => samples.run(Output { json: arguments.json }),
        Command::Aggregate(aggregate) => aggregate.run(Output { json: arguments.json }),
    }
}

impl Context {
    async fn store(&self) -> anyhow::Result<Store> {
        let Some(url) = &self.config.database else {
            let store = Store::open(self.data.path()).await;
            return store.with_context(|| format!("the database in {} cannot be opened", self.data.path().display()));
        };
        Store::connect(url.expose()).await.with_context(|| format!("the database {url} cannot be used"))
    }
}

impl Context {
    /// The pictures, wherever they are.
    fn shelf(&self) -> anyhow::Result<Shelf> {
        Ok(Shelf::open(self.data.path(), &self.config.images)?)
    }

    /// The sealing keys of now, wherever they are.
    async fn sealing_keys(&self) -> anyhow::Result<KeyRing> {
        let store = self.store().await?;
        let ring = Keys::new(self.data.clone(), store.clone()).ring(self.clock.now_ms()).await;
        store.close().await;
        ring
    }
}

/// The campaign of this name, or an error that names those there are.
async fn find_campaign(store: &Store, name: &CampaignName) -> anyhow::Result<CampaignRow> {
    if let Some(campaign) = store.campaign(name).await? {
        return Ok(campaign);
    }
    let known: Vec<String> = store.campaigns().await?.iter().map(|row| row.terms.name.to_string()).collect();
    if known.is_empty() {
        anyhow::bail!("there is no campaign yet: create one with `corvee campaign create`");
    }
    anyhow::bail!("there is no campaign {name}; there are: {}", known.join(", "))
}
