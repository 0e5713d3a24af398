//! Fills a campaign with many items and votes by bulk SQL, for measurements. Its pictures are those that are there already.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Parser;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

/// The database's file inside the data folder.
const DATABASE_FILE: &str = "corvee.sqlite";
/// Votes of one visit.
const VOTES_A_VISIT: u32 = 6;

/// Many items and votes.
#[derive(Parser)]
struct Arguments {
    /// The data folder of a collector that is not running.
    #[arg(long)]
    data: PathBuf,
    /// A campaign that has some pictures.
    #[arg(long)]
    campaign: String,
    /// Items to add: one in twenty gold, of the others half settled.
    #[arg(long)]
    items: u32,
    /// Votes on each of them.
    #[arg(long)]
    votes_an_item: u32,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    // Nothing of it need survive a power cut.
    let options = SqliteConnectOptions::new()
        .filename(arguments.data.join(DATABASE_FILE))
        .synchronous(SqliteSynchronous::Off)
        .pragma("cache_size", "-400000")
        .busy_timeout(Duration::from_secs(20));
    let mut connection = options.connect().await.context("there is no database in this folder")?;
    let mut transaction = connection.begin().await?;
    let campaign: i64 = sqlx::query_scalar("select id from campaigns where name = $1")
        .bind(&arguments.campaign)
        .fetch_one(&mut *transaction)
        .await
        .context("there is no such campaign")?;
    let (first_item, n_pictures): (i64, i64) =
        sqlx::query_as("select max(id), count(*) from items where campaign_id = $1")
            .bind(campaign)
            .fetch_one(&mut *transaction)
            .await?;
    ensure!(n_pictures > 0, "the campaign has no picture yet");
    items(&mut transaction, campaign, first_item, n_pictures, arguments.items).await?;
    votes(&mut transaction, campaign, first_item, arguments.items, arguments.votes_an_item).await?;
    transaction.commit().await?;
    sqlx::query("pragma wal_checkpoint(truncate)").execute(&mut connection).await?;
    sqlx::query("analyze").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

async fn items(
    connection: &mut SqliteConnection,
    campaign: i64,
    first_item: i64,
    n_pictures: i64,
    n_items: u32,
) -> anyhow::Result<()> {
    let import: i64 = sqlx::query_scalar(
        "insert into imports (campaign_id, started_ms, completed_ms) values ($1, 1, 1) returning id",
    )
    .bind(campaign)
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < $1) \
         insert into items (id, campaign_id, import_id, file, digest, image, gold, state, log_odds, n_votes, servings) \
         select $2 + i, $3, $4, 'filled-' || i, cast(printf('%032d', i) as blob), pictures.image, \
         case when i % 20 = 0 then i % 40 = 0 end, \
         case when i % 20 = 0 then 'gold' when i % 2 = 0 then 'final' else 'open' end, -1.0, 0, 0 \
         from n join items pictures on pictures.id = $2 - i % $5",
    )
    .bind(n_items)
    .bind(first_item)
    .bind(campaign)
    .bind(import)
    .bind(n_pictures)
    .execute(connection)
    .await?;
    Ok(())
}

async fn votes(
    connection: &mut SqliteConnection,
    campaign: i64,
    first_item: i64,
    n_items: u32,
    votes_an_item: u32,
) -> anyhow::Result<()> {
    let n_votes = i64::from(n_items) * i64::from(votes_an_item);
    let n_visits = n_votes / i64::from(VOTES_A_VISIT);
    ensure!(n_visits > i64::from(votes_an_item), "so few items cannot have so many votes");
    let first_visit: i64 =
        sqlx::query_scalar("select coalesce(max(id), 0) from receipts").fetch_one(&mut *connection).await?;
    sqlx::query(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < $1) \
         insert into receipts (id, visit, code_digest, campaign_id, created_ms, screens, solve_ms, gold_answers, votes, passed) \
         select $2 + i, cast(printf('%016d', i) as blob), cast(printf('%032d', i) as blob), $3, 1, 1, 9000, 3, $4, true from n",
    )
    .bind(n_visits)
    .bind(first_visit)
    .bind(campaign)
    .bind(VOTES_A_VISIT)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "with recursive n (i) as (select 0 union all select i + 1 from n where i + 1 < $1) \
         insert into votes (item_id, receipt_id, picked, human, over_exposed_gold, new_prefix, created_ms) \
         select $2 + 1 + i / $3, $4 + 1 + i % $5, i % 5 = 0, 0.97, false, true, 1 from n",
    )
    .bind(n_votes)
    .bind(first_item)
    .bind(votes_an_item)
    .bind(first_visit)
    .bind(n_visits)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "update campaigns set screens = screens + $1, visits = visits + $1, passed = passed + $1, votes = votes + $2, \
         visitor_ms = visitor_ms + 9000 * $1, gold_answers = gold_answers + 3 * $1 where id = $3",
    )
    .bind(n_visits)
    .bind(n_votes)
    .bind(campaign)
    .execute(&mut *connection)
    .await?;
    sqlx::query("update items set n_votes = $1 where id > $2 and gold is null")
        .bind(votes_an_item)
        .bind(first_item)
        .execute(connection)
        .await?;
    Ok(())
}
