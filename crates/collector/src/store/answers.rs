//! Answers becoming facts: nonce spent, votes, posteriors, receipt, ledger and token in one transaction, many at a time.
//!
//! The posterior of every touched item has the bits of a replay of all its votes by the consensus crate.

use std::collections::{BTreeMap, BTreeSet};

use corvee_consensus::{Crowd, Decision, Probability, StopRule};

use super::ballots::Ballots;
use super::campaigns::CampaignId;
use super::database::Transaction;
use super::database::statement::{Statement, Value, sql, together};
use super::items::{self, ItemId, ItemState};
use super::sites::SiteId;
use super::statistics::{Counts, Heading, Statistics};
use super::tallies::{self, Served};
use super::tokens::{self, NewToken};
use super::visits::Visits;
use super::{StoreError, moves, to_sql};

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
    /// Screens the visit answered.
    pub screens: u64,
    /// Milliseconds on all of them.
    pub solve_ms: u64,
    /// Gold tiles answered in the visit.
    pub gold_answers: u64,
    /// Votes of the visit.
    pub votes: u64,
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
    let touched: BTreeSet<ItemId> = fresh.iter().flat_map(|settlement| settlement.items()).collect();
    let now_ms = fresh.iter().map(|settlement| settlement.now_ms).max().unwrap_or_default();
    let mut ballots = Ballots::new(&fresh);
    // Receipts before items: the order in which everybody takes them.
    let asked = [Visits::opened(&fresh), items::locked(transaction, &touched), ballots.tallied(), ballots.heard()];
    let [opened, _locked, tallied, heard] = together(transaction, asked).await?;
    let visits = Visits::read(&opened)?;
    ballots.read(transaction, &visits, &tallied, &heard).await?;

    let (votes, cast) = ballots.cast(&fresh, &visits);
    let standings = ballots.standings(now_ms);
    let moved: BTreeMap<ItemId, MovedItem> =
        standings.iter().map(|standing| (standing.moved.id, standing.moved)).collect();
    let sums = Visits::sums(&fresh, &cast);
    let counted = count(&fresh, &visits, &cast);
    let minted: Vec<&NewToken> = fresh.iter().filter_map(|settlement| settlement.token.as_ref()).collect();
    let changes = [
        votes,
        tallies::written(&standings, &served(&fresh)),
        visits.added(&sums),
        ledgers(&counted),
        tokens::inserted(&minted),
        moves::noted(transaction, &touched, now_ms),
    ];
    together(transaction, changes).await?;
    for (heading, counts) in counted {
        *statistics.entry(heading).or_default() += counts;
    }
    let receipts = visits.told(transaction, sums).await?;
    Ok(outcomes(batch, &fresh, &receipts, &moved))
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

/// How often every item of the screens was served, and what good visitors said of it if it is gold.
fn served(fresh: &[&Settlement]) -> BTreeMap<ItemId, Served> {
    let mut items: BTreeMap<ItemId, Served> = BTreeMap::new();
    for settlement in fresh {
        for vote in &settlement.votes {
            items.entry(vote.item).or_default().screens += 1;
        }
        for answer in &settlement.gold {
            let served = items.entry(answer.item).or_default();
            served.screens += 1;
            served.agreed += i64::from(answer.audit == Some(true));
            served.disagreed += i64::from(answer.audit == Some(false));
        }
    }
    items
}

/// What these answers amount to, by hour, site and campaign.
fn count(fresh: &[&Settlement], visits: &Visits, cast: &[Vec<ItemId>]) -> Statistics {
    let mut new_visits = visits.new_ones().clone();
    let mut counted = Statistics::new();
    for (settlement, items) in fresh.iter().zip(cast) {
        let heading = Heading::new(settlement.now_ms, Some(settlement.site), Some(settlement.campaign.id));
        *counted.entry(heading).or_default() += Counts {
            screens: 1,
            visits: u64::from(new_visits.remove(&settlement.visit)),
            passed: u64::from(settlement.token.is_some()),
            failed: u64::from(settlement.decision == Decision::Refuse),
            visitor_ms: settlement.screen_ms,
            gold_answers: u64::try_from(settlement.gold.len()).unwrap_or(0),
            votes: u64::try_from(items.len()).unwrap_or(0),
            ..Counts::default()
        };
    }
    counted
}

/// Adds that to the campaigns' ledgers.
fn ledgers(counted: &Statistics) -> Statement {
    let mut campaigns: BTreeMap<CampaignId, Counts> = BTreeMap::new();
    for (heading, counts) in counted {
        if let Some(campaign) = heading.campaign() {
            *campaigns.entry(campaign).or_default() += *counts;
        }
    }
    let row = |(campaign, counts): (CampaignId, Counts)| {
        let Counts { screens, visits, passed, visitor_ms, gold_answers, votes, .. } = counts;
        let [screens, visits, passed, visitor_ms, gold_answers, votes] =
            [screens, visits, passed, visitor_ms, gold_answers, votes].map(|count| Value::from(to_sql(count)));
        [campaign.0.into(), screens, visits, passed, visitor_ms, gold_answers, votes]
    };
    sql("with counted (id, screens, visits, passed, visitor_ms, gold_answers, votes) as (")
        .push_rows(campaigns.into_iter().map(row))
        .push(
            ") update campaigns set screens = campaigns.screens + counted.screens, visits = campaigns.visits + counted.visits, \
             passed = campaigns.passed + counted.passed, visitor_ms = campaigns.visitor_ms + counted.visitor_ms, \
             gold_answers = campaigns.gold_answers + counted.gold_answers, votes = campaigns.votes + counted.votes \
             from counted where campaigns.id = counted.id",
        )
}

/// One outcome a settlement of the batch, in order.
fn outcomes(
    batch: &[Settlement],
    fresh: &[&Settlement],
    receipts: &BTreeMap<[u8; 16], Recorded>,
    moved: &BTreeMap<ItemId, MovedItem>,
) -> Vec<Settled> {
    let mut outstanding: BTreeSet<[u8; 16]> = fresh.iter().map(|settlement| settlement.nonce).collect();
    let outcome = |settlement: &Settlement| {
        if !outstanding.remove(&settlement.nonce) {
            return Settled::AlreadySpent;
        }
        let mut recorded = receipts.get(&settlement.visit).cloned().unwrap_or_default();
        recorded.moved = settlement.votes.iter().filter_map(|vote| moved.get(&vote.item)).copied().collect();
        recorded.served_gold = settlement.gold.iter().map(|answer| answer.item).collect();
        Settled::Recorded(recorded)
    };
    batch.iter().map(outcome).collect()
}
