//! Answers becoming facts: nonce spent, votes, posteriors, receipt, ledger and token in one transaction, many at a time.
//!
//! The posterior of every touched item is replayed from all its votes by the consensus crate, never adjusted in place.

use std::collections::{BTreeMap, BTreeSet};

use corvee_consensus::{Crowd, Probability, StopRule};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::ballots::{cast_votes, load_ballots, replay_items};
use super::campaigns::CampaignId;
use super::items::{ItemId, ItemState};
use super::tokens::{self, NewToken};
use super::{StoreError, from_sql, to_sql};

/// Everything one answered screen changes.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// Spent by this answer.
    pub nonce: [u8; 16],
    /// Until when the spent nonce must be remembered.
    pub nonce_expires_ms: u64,
    /// Now.
    pub now_ms: u64,
    /// The campaign with what its posteriors need.
    pub campaign: CampaignRules,
    /// The visit.
    pub visit: [u8; 16],
    /// SHA-256 of the receipt's code.
    pub code_digest: [u8; 32],
    /// Milliseconds on this screen.
    pub screen_ms: u64,
    /// Answers on unknown items.
    pub votes: Vec<NewVote>,
    /// Answers on gold.
    pub gold: Vec<GoldAnswer>,
    /// Keyed hash of the address prefix.
    pub prefix: [u8; 8],
    /// Whether the gold of this screen had been seen too often.
    pub over_exposed_gold: bool,
    /// The token, when the visit passed.
    pub token: Option<NewToken>,
}

/// What the posteriors of a campaign's items need.
#[derive(Clone, Copy, Debug)]
pub struct CampaignRules {
    /// Its row.
    pub id: CampaignId,
    /// Where unknown items begin.
    pub prior: Probability,
    /// When they are final.
    pub stop: StopRule,
    /// What is assumed of people.
    pub crowd: Crowd,
}

/// An answer on an unknown item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewVote {
    /// The item.
    pub item: ItemId,
    /// Whether its tile was picked.
    pub picked: bool,
    /// P(human) from the other tiles.
    pub human: Probability,
}

/// An answer on gold: an audit of the gold when a good visitor gave it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GoldAnswer {
    /// The item.
    pub item: ItemId,
    /// Whether a good visitor agreed; `None` when the visitor does not count as an auditor.
    pub audit: Option<bool>,
}

/// What became of a settlement.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// The nonce was spent before: nothing was recorded.
    AlreadySpent,
    /// Recorded and on disk.
    Recorded(Recorded),
}

/// The visit's receipt so far, and the items that moved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// Milliseconds on all screens of the visit.
    pub solve_ms: u64,
    /// Gold tiles answered in the visit.
    pub gold_answers: u64,
    /// Votes of the visit.
    pub votes: u64,
    /// Items the visit voted on whose label is final now.
    pub final_labels: u64,
    /// Where the touched items stand.
    pub moved: Vec<MovedItem>,
    /// Gold items that were served.
    pub served_gold: Vec<ItemId>,
}

/// An item after its posterior was replayed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MovedItem {
    /// Its row.
    pub id: ItemId,
    /// State.
    pub state: ItemState,
    /// Log-odds of positive.
    pub log_odds: f64,
    /// Votes.
    pub n_votes: u32,
}

/// Settles a batch inside the caller's transaction; one outcome a settlement, in order.
pub(super) async fn settle(
    connection: &mut SqliteConnection,
    batch: &[Settlement],
) -> Result<Vec<Settled>, StoreError> {
    let nonces = batch.iter().map(|settlement| (settlement.nonce, settlement.nonce_expires_ms));
    let spent_now = spend_nonces(connection, nonces).await?;
    let fresh: Vec<&Settlement> = {
        // Two answers to one challenge may share a batch: the first one counts.
        let mut remaining = spent_now;
        batch.iter().filter(|settlement| remaining.remove(&settlement.nonce)).collect()
    };
    if fresh.is_empty() {
        return Ok(vec![Settled::AlreadySpent; batch.len()]);
    }
    let receipts = upsert_receipts(connection, &fresh).await?;
    let mut ballots = load_ballots(connection, &fresh).await?;
    let cast = cast_votes(connection, &fresh, &receipts, &mut ballots).await?;
    let moved = replay_items(connection, &fresh, &ballots).await?;
    serve_gold(connection, &fresh).await?;
    count_servings(connection, &fresh).await?;
    add_to_receipts(connection, &fresh, &receipts, &cast).await?;
    add_to_ledgers(connection, &fresh, &receipts, &cast).await?;
    let minted: Vec<&NewToken> = fresh.iter().filter_map(|settlement| settlement.token.as_ref()).collect();
    tokens::insert(connection, &minted).await?;
    report(connection, batch, &fresh, &receipts, &moved).await
}

/// Rows of the receipts by visit, with whether the visit is new.
pub(super) struct Receipts {
    pub(super) rows: BTreeMap<[u8; 16], i64>,
    new_visits: BTreeSet<[u8; 16]>,
}

/// Spends nonces, each remembered until the time beside it. The result holds those that were spent only now.
pub(super) async fn spend_nonces(
    connection: &mut SqliteConnection,
    nonces: impl Iterator<Item = ([u8; 16], u64)>,
) -> Result<BTreeSet<[u8; 16]>, StoreError> {
    let mut statement = QueryBuilder::<Sqlite>::new("insert into spent_challenges (nonce, expires_ms) ");
    statement.push_values(nonces, |mut row, (nonce, expires_ms)| {
        row.push_bind(nonce.to_vec()).push_bind(to_sql(expires_ms));
    });
    statement.push(" on conflict do nothing returning nonce");
    let rows = statement.build().fetch_all(connection).await?;
    let mut spent = BTreeSet::new();
    for row in rows {
        let nonce: Vec<u8> = row.try_get(0)?;
        spent.extend(<[u8; 16]>::try_from(nonce));
    }
    Ok(spent)
}

async fn upsert_receipts(connection: &mut SqliteConnection, fresh: &[&Settlement]) -> Result<Receipts, StoreError> {
    let mut statement = QueryBuilder::<Sqlite>::new(
        "insert into receipts (visit, code_digest, campaign_id, created_ms, screens, solve_ms, gold_answers, votes, passed) ",
    );
    let visits: BTreeMap<[u8; 16], &Settlement> =
        fresh.iter().rev().map(|settlement| (settlement.visit, *settlement)).collect();
    statement.push_values(visits.values(), |mut row, settlement| {
        row.push_bind(settlement.visit.as_slice())
            .push_bind(settlement.code_digest.as_slice())
            .push_bind(settlement.campaign.id.0)
            .push_bind(to_sql(settlement.now_ms))
            .push("0, 0, 0, 0, false");
    });
    // The update changes nothing: it makes the row of an older visit come back as well.
    statement.push(" on conflict (visit) do update set screens = receipts.screens returning id, visit, screens");
    let rows = statement.build().fetch_all(connection).await?;
    let mut receipts = Receipts { rows: BTreeMap::new(), new_visits: BTreeSet::new() };
    for row in rows {
        let visit: Vec<u8> = row.try_get(1)?;
        let Ok(visit) = <[u8; 16]>::try_from(visit) else {
            continue;
        };
        receipts.rows.insert(visit, row.try_get(0)?);
        if row.try_get::<i64, _>(2)? == 0 {
            receipts.new_visits.insert(visit);
        }
    }
    Ok(receipts)
}

async fn serve_gold(connection: &mut SqliteConnection, fresh: &[&Settlement]) -> Result<(), StoreError> {
    let mut served: BTreeMap<ItemId, (i64, i64)> = BTreeMap::new();
    for answer in fresh.iter().flat_map(|settlement| &settlement.gold) {
        let (agreed, disagreed) = served.entry(answer.item).or_default();
        match answer.audit {
            Some(true) => *agreed += 1,
            Some(false) => *disagreed += 1,
            None => {}
        }
    }
    if served.is_empty() {
        return Ok(());
    }
    let mut statement = QueryBuilder::<Sqlite>::new("with served (id, agreed, disagreed) as (");
    statement.push_values(served, |mut row, (item, (agreed, disagreed))| {
        row.push_bind(item.0).push_bind(agreed).push_bind(disagreed);
    });
    statement.push(
        ") update items set gold_agreed = items.gold_agreed + served.agreed, \
         gold_disagreed = items.gold_disagreed + served.disagreed from served where items.id = served.id",
    );
    statement.build().execute(connection).await?;
    Ok(())
}

async fn count_servings(connection: &mut SqliteConnection, fresh: &[&Settlement]) -> Result<(), StoreError> {
    let mut servings: BTreeMap<ItemId, i64> = BTreeMap::new();
    for settlement in fresh {
        let gold = settlement.gold.iter().map(|answer| answer.item);
        for item in settlement.votes.iter().map(|vote| vote.item).chain(gold) {
            *servings.entry(item).or_default() += 1;
        }
    }
    let mut statement = QueryBuilder::<Sqlite>::new("with served (id, n) as (");
    statement.push_values(servings, |mut row, (item, n)| {
        row.push_bind(item.0).push_bind(n);
    });
    statement.push(") update items set servings = items.servings + served.n from served where items.id = served.id");
    statement.build().execute(connection).await?;
    Ok(())
}

async fn add_to_receipts(
    connection: &mut SqliteConnection,
    fresh: &[&Settlement],
    receipts: &Receipts,
    cast: &[u64],
) -> Result<(), StoreError> {
    let mut sums: BTreeMap<i64, (i64, u64, i64, u64, bool)> = BTreeMap::new();
    for (settlement, n_cast) in fresh.iter().zip(cast) {
        let Some(receipt) = receipts.rows.get(&settlement.visit) else {
            continue;
        };
        let sum = sums.entry(*receipt).or_default();
        sum.0 += 1;
        sum.1 += settlement.screen_ms;
        sum.2 += i64::try_from(settlement.gold.len()).unwrap_or(0);
        sum.3 += n_cast;
        sum.4 |= settlement.token.is_some();
    }
    let mut statement =
        QueryBuilder::<Sqlite>::new("with done (id, screens, solve_ms, gold_answers, votes, passed) as (");
    statement.push_values(sums, |mut row, (receipt, (screens, solve_ms, gold_answers, votes, passed))| {
        row.push_bind(receipt)
            .push_bind(screens)
            .push_bind(to_sql(solve_ms))
            .push_bind(gold_answers)
            .push_bind(to_sql(votes))
            .push_bind(passed);
    });
    statement.push(
        ") update receipts set screens = receipts.screens + done.screens, solve_ms = receipts.solve_ms + done.solve_ms, \
         gold_answers = receipts.gold_answers + done.gold_answers, votes = receipts.votes + done.votes, \
         passed = (receipts.passed or done.passed) from done where receipts.id = done.id",
    );
    statement.build().execute(connection).await?;
    Ok(())
}

async fn add_to_ledgers(
    connection: &mut SqliteConnection,
    fresh: &[&Settlement],
    receipts: &Receipts,
    cast: &[u64],
) -> Result<(), StoreError> {
    let mut new_visits = receipts.new_visits.clone();
    let mut campaigns: BTreeMap<CampaignId, [u64; 6]> = BTreeMap::new();
    for (settlement, n_cast) in fresh.iter().zip(cast) {
        let [screens, visits, passed, visitor_ms, gold_answers, votes] =
            campaigns.entry(settlement.campaign.id).or_default();
        *screens += 1;
        *visits += u64::from(new_visits.remove(&settlement.visit));
        *passed += u64::from(settlement.token.is_some());
        *visitor_ms += settlement.screen_ms;
        *gold_answers += u64::try_from(settlement.gold.len()).unwrap_or(0);
        *votes += n_cast;
    }
    for (campaign, [screens, visits, passed, visitor_ms, gold_answers, votes]) in campaigns {
        sqlx::query(
            "update campaigns set screens = screens + $1, visits = visits + $2, passed = passed + $3, \
             visitor_ms = visitor_ms + $4, gold_answers = gold_answers + $5, votes = votes + $6 where id = $7",
        )
        .bind(to_sql(screens))
        .bind(to_sql(visits))
        .bind(to_sql(passed))
        .bind(to_sql(visitor_ms))
        .bind(to_sql(gold_answers))
        .bind(to_sql(votes))
        .bind(campaign.0)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn report(
    connection: &mut SqliteConnection,
    batch: &[Settlement],
    fresh: &[&Settlement],
    receipts: &Receipts,
    moved: &BTreeMap<ItemId, MovedItem>,
) -> Result<Vec<Settled>, StoreError> {
    let mut statement = QueryBuilder::<Sqlite>::new(
        "select receipts.id, solve_ms, gold_answers, votes, (select count(*) from votes join items on items.id = votes.item_id \
         where votes.receipt_id = receipts.id and items.state = 'final') from receipts where receipts.id in (",
    );
    let mut list = statement.separated(", ");
    for receipt in receipts.rows.values() {
        list.push_bind(*receipt);
    }
    statement.push(")");
    let mut sums = BTreeMap::new();
    for row in statement.build().fetch_all(connection).await? {
        let recorded = Recorded {
            solve_ms: from_sql(row.try_get(1)?),
            gold_answers: from_sql(row.try_get(2)?),
            votes: from_sql(row.try_get(3)?),
            final_labels: from_sql(row.try_get(4)?),
            ..Recorded::default()
        };
        sums.insert(row.try_get::<i64, _>(0)?, recorded);
    }
    let mut outstanding: BTreeSet<[u8; 16]> = fresh.iter().map(|settlement| settlement.nonce).collect();
    let outcomes = batch.iter().map(|settlement| {
        if !outstanding.remove(&settlement.nonce) {
            return Settled::AlreadySpent;
        }
        let receipt = receipts.rows.get(&settlement.visit);
        let mut recorded = receipt.and_then(|receipt| sums.get(receipt)).cloned().unwrap_or_default();
        recorded.moved = settlement.votes.iter().filter_map(|vote| moved.get(&vote.item)).copied().collect();
        recorded.served_gold = settlement.gold.iter().map(|answer| answer.item).collect();
        Settled::Recorded(recorded)
    });
    Ok(outcomes.collect())
}
