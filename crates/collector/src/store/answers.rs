//! Answers becoming facts: nonce spent, votes, posteriors, receipt, ledger and token in one transaction, many at a time.
//!
//! The posterior of every touched item is replayed from all its votes by the consensus crate, never adjusted in place.

use std::collections::{BTreeMap, BTreeSet};

use corvee_consensus::{Crowd, Decision, Probability, StopRule};

use super::ballots::{cast_votes, load_ballots, replay_items};
use super::campaigns::CampaignId;
use super::database::Transaction;
use super::database::statement::{Value, sql};
use super::items::{self, ItemId, ItemState};
use super::sites::SiteId;
use super::statistics::{Counts, Heading, Statistics};
use super::tokens::{self, NewToken};
use super::{StoreError, from_sql, moves, to_sql};

/// Everything one answered screen changes.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// Spent by this answer.
    pub nonce: [u8; 16],
    /// Until when the spent nonce must be remembered.
    pub nonce_expires_ms: u64,
    /// What is needed to reply the same again; kept as long as the nonce. Empty when nothing is.
    pub reply: Vec<u8>,
    /// Now.
    pub now_ms: u64,
    /// The site whose page it was on.
    pub site: SiteId,
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
    /// What comes of it for the visitor.
    pub decision: Decision,
    /// The token, when the visit passed.
    pub token: Option<NewToken>,
}

impl Settlement {
    /// The items of its screen.
    fn items(&self) -> impl Iterator<Item = ItemId> {
        self.votes.iter().map(|vote| vote.item).chain(self.gold.iter().map(|answer| answer.item))
    }
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

/// Settles a batch inside the caller's transaction, and counts what it did; one outcome a settlement, in order.
pub(super) async fn settle(
    transaction: &mut Transaction,
    batch: &[Settlement],
    statistics: &mut Statistics,
) -> Result<Vec<Settled>, StoreError> {
    let nonces =
        batch.iter().map(|settlement| (settlement.nonce, settlement.nonce_expires_ms, settlement.reply.as_slice()));
    let spent_now = spend_nonces(transaction, nonces).await?;
    let fresh: Vec<&Settlement> = {
        // Two answers to one challenge may share a batch: the first one counts.
        let mut remaining = spent_now;
        batch.iter().filter(|settlement| remaining.remove(&settlement.nonce)).collect()
    };
    if fresh.is_empty() {
        return Ok(vec![Settled::AlreadySpent; batch.len()]);
    }
    let receipts = upsert_receipts(transaction, &fresh).await?;
    let touched: BTreeSet<ItemId> = fresh.iter().flat_map(|settlement| settlement.items()).collect();
    items::lock(transaction, &touched).await?;
    let mut ballots = load_ballots(transaction, &fresh).await?;
    let cast = cast_votes(transaction, &fresh, &receipts, &mut ballots).await?;
    let moved = replay_items(transaction, &fresh, &ballots).await?;
    serve_gold(transaction, &fresh).await?;
    count_servings(transaction, &fresh).await?;
    add_to_receipts(transaction, &fresh, &receipts, &cast).await?;
    let counted = count(&fresh, &receipts, &cast);
    add_to_ledgers(transaction, &counted).await?;
    for (heading, counts) in counted {
        *statistics.entry(heading).or_default() += counts;
    }
    let minted: Vec<&NewToken> = fresh.iter().filter_map(|settlement| settlement.token.as_ref()).collect();
    tokens::insert(transaction, &minted).await?;
    let now_ms = fresh.iter().map(|settlement| settlement.now_ms).max().unwrap_or_default();
    moves::note(transaction, &touched, now_ms).await?;
    report(transaction, batch, &fresh, &receipts, &moved).await
}

/// Rows of the receipts by visit, with whether the visit is new.
pub(super) struct Receipts {
    pub(super) rows: BTreeMap<[u8; 16], i64>,
    new_visits: BTreeSet<[u8; 16]>,
}

/// Spends nonces, each remembered until the time beside it, with what was replied. The result holds those that were spent
/// only now.
pub(super) async fn spend_nonces<'a>(
    transaction: &mut Transaction,
    nonces: impl Iterator<Item = ([u8; 16], u64, &'a [u8])>,
) -> Result<BTreeSet<[u8; 16]>, StoreError> {
    // In one order everywhere, so that two collectors that spend the same nonces wait for each other and never in a circle.
    let mut nonces: Vec<([u8; 16], u64, &[u8])> = nonces.collect();
    // The first of two answers to one challenge is the one whose reply is kept: their order stays.
    nonces.sort_by_key(|(nonce, ..)| *nonce);
    let row = |(nonce, expires_ms, reply): &([u8; 16], u64, &[u8])| {
        [nonce.into(), to_sql(*expires_ms).into(), Value::from((!reply.is_empty()).then(|| reply.to_vec()))]
    };
    let rows = sql("insert into spent_challenges (nonce, expires_ms, reply) ")
        .push_rows(nonces.iter().map(row))
        .push(" on conflict do nothing returning nonce")
        .all(transaction)
        .await?;
    let mut spent = BTreeSet::new();
    for row in rows {
        let nonce: Vec<u8> = row.read(0)?;
        spent.extend(<[u8; 16]>::try_from(nonce));
    }
    Ok(spent)
}

async fn upsert_receipts(transaction: &mut Transaction, fresh: &[&Settlement]) -> Result<Receipts, StoreError> {
    let visits: BTreeMap<[u8; 16], &Settlement> =
        fresh.iter().rev().map(|settlement| (settlement.visit, *settlement)).collect();
    let row = |settlement: &&Settlement| {
        [
            settlement.visit.as_slice().into(),
            settlement.code_digest.as_slice().into(),
            settlement.campaign.id.0.into(),
            to_sql(settlement.now_ms).into(),
            Value::from(0_i64),
            Value::from(0_i64),
            Value::from(0_i64),
            Value::from(0_i64),
            Value::from(false),
        ]
    };
    let rows = sql(
        "insert into receipts (visit, code_digest, campaign_id, created_ms, screens, solve_ms, gold_answers, votes, passed) ",
    )
    .push_rows(visits.values().map(row))
    // The update changes nothing: it makes the row of an older visit come back as well.
    .push(" on conflict (visit) do update set screens = receipts.screens returning id, visit, screens")
    .all(transaction)
    .await?;
    let mut receipts = Receipts { rows: BTreeMap::new(), new_visits: BTreeSet::new() };
    for row in rows {
        let visit: Vec<u8> = row.read(1)?;
        let Ok(visit) = <[u8; 16]>::try_from(visit) else {
            continue;
        };
        receipts.rows.insert(visit, row.read(0)?);
        if row.read::<i64>(2)? == 0 {
            receipts.new_visits.insert(visit);
        }
    }
    Ok(receipts)
}

async fn serve_gold(transaction: &mut Transaction, fresh: &[&Settlement]) -> Result<(), StoreError> {
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
    let rows = served.into_iter().map(|(item, (agreed, disagreed))| [item.0.into(), agreed.into(), disagreed.into()]);
    sql("with served (id, agreed, disagreed) as (")
        .push_rows(rows)
        .push(
            ") update items set gold_agreed = items.gold_agreed + served.agreed, \
             gold_disagreed = items.gold_disagreed + served.disagreed from served where items.id = served.id",
        )
        .execute(transaction)
        .await?;
    Ok(())
}

async fn count_servings(transaction: &mut Transaction, fresh: &[&Settlement]) -> Result<(), StoreError> {
    let mut servings: BTreeMap<ItemId, i64> = BTreeMap::new();
    for settlement in fresh {
        for item in settlement.items() {
            *servings.entry(item).or_default() += 1;
        }
    }
    sql("with served (id, n) as (")
        .push_rows(servings.into_iter().map(|(item, n)| [item.0.into(), n.into()]))
        .push(") update items set servings = items.servings + served.n from served where items.id = served.id")
        .execute(transaction)
        .await?;
    Ok(())
}

async fn add_to_receipts(
    transaction: &mut Transaction,
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
    let row = |(receipt, (screens, solve_ms, gold_answers, votes, passed)): (i64, (i64, u64, i64, u64, bool))| {
        [
            receipt.into(),
            screens.into(),
            to_sql(solve_ms).into(),
            gold_answers.into(),
            to_sql(votes).into(),
            Value::from(passed),
        ]
    };
    sql("with done (id, screens, solve_ms, gold_answers, votes, passed) as (")
        .push_rows(sums.into_iter().map(row))
        .push(
            ") update receipts set screens = receipts.screens + done.screens, \
             solve_ms = receipts.solve_ms + done.solve_ms, gold_answers = receipts.gold_answers + done.gold_answers, \
             votes = receipts.votes + done.votes, passed = (receipts.passed or done.passed) \
             from done where receipts.id = done.id",
        )
        .execute(transaction)
        .await?;
    Ok(())
}

/// What these answers amount to, by hour, site and campaign.
fn count(fresh: &[&Settlement], receipts: &Receipts, cast: &[u64]) -> Statistics {
    let mut new_visits = receipts.new_visits.clone();
    let mut counted = Statistics::new();
    for (settlement, n_cast) in fresh.iter().zip(cast) {
        let heading = Heading::new(settlement.now_ms, Some(settlement.site), Some(settlement.campaign.id));
        *counted.entry(heading).or_default() += Counts {
            screens: 1,
            visits: u64::from(new_visits.remove(&settlement.visit)),
            passed: u64::from(settlement.token.is_some()),
            failed: u64::from(settlement.decision == Decision::Refuse),
            visitor_ms: settlement.screen_ms,
            gold_answers: u64::try_from(settlement.gold.len()).unwrap_or(0),
            votes: *n_cast,
            ..Counts::default()
        };
    }
    counted
}

async fn add_to_ledgers(transaction: &mut Transaction, counted: &Statistics) -> Result<(), StoreError> {
    let mut campaigns: BTreeMap<CampaignId, Counts> = BTreeMap::new();
    for (heading, counts) in counted {
        if let Some(campaign) = heading.campaign() {
            *campaigns.entry(campaign).or_default() += *counts;
        }
    }
    for (campaign, counts) in campaigns {
        sql("update campaigns set screens = screens + $1, visits = visits + $2, passed = passed + $3, \
             visitor_ms = visitor_ms + $4, gold_answers = gold_answers + $5, votes = votes + $6 where id = $7")
        .bind(to_sql(counts.screens))
        .bind(to_sql(counts.visits))
        .bind(to_sql(counts.passed))
        .bind(to_sql(counts.visitor_ms))
        .bind(to_sql(counts.gold_answers))
        .bind(to_sql(counts.votes))
        .bind(campaign.0)
        .execute(&mut *transaction)
        .await?;
    }
    Ok(())
}

async fn report(
    transaction: &mut Transaction,
    batch: &[Settlement],
    fresh: &[&Settlement],
    receipts: &Receipts,
    moved: &BTreeMap<ItemId, MovedItem>,
) -> Result<Vec<Settled>, StoreError> {
    let statement = sql(
        "select receipts.id, solve_ms, gold_answers, votes, (select count(*) from votes join items on items.id = votes.item_id \
         where votes.receipt_id = receipts.id and items.state = 'final') from receipts where receipts.id in (",
    )
    .push_list(receipts.rows.values().copied())
    .push(")");
    let mut sums = BTreeMap::new();
    for row in statement.all(transaction).await? {
        let recorded = Recorded {
            solve_ms: from_sql(row.read(1)?),
            gold_answers: from_sql(row.read(2)?),
            votes: from_sql(row.read(3)?),
            final_labels: from_sql(row.read(4)?),
            ..Recorded::default()
        };
        sums.insert(row.read::<i64>(0)?, recorded);
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
