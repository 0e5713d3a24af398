//! The votes on the items a batch touches: loaded, cast, and replayed into posteriors by the consensus crate.

use std::collections::{BTreeMap, BTreeSet};

use corvee_consensus::{ItemPosterior, Probability, State, Vote};

use super::answers::{CampaignRules, MovedItem, Receipts, Settlement};
use super::database::Transaction;
use super::database::statement::{Value, sql};
use super::items::{ItemId, ItemState};
use super::{StoreError, to_sql};

/// The votes on an item, in the order they were cast.
#[derive(Default)]
pub(super) struct Ballot {
    votes: Vec<Vote>,
    receipts: BTreeSet<i64>,
    prefixes: BTreeSet<[u8; 8]>,
}

/// The votes on every item the settlements touch.
pub(super) async fn load_ballots(
    transaction: &mut Transaction,
    fresh: &[&Settlement],
) -> Result<BTreeMap<ItemId, Ballot>, StoreError> {
    let touched: BTreeSet<ItemId> =
        fresh.iter().flat_map(|settlement| settlement.votes.iter().map(|vote| vote.item)).collect();
    let mut ballots: BTreeMap<ItemId, Ballot> = touched.iter().map(|item| (*item, Ballot::default())).collect();
    if touched.is_empty() {
        return Ok(ballots);
    }
    let statement = sql("select item_id, receipt_id, picked, human, new_prefix, prefix from votes where item_id in (")
        .push_list(touched.iter().map(|item| item.0))
        .push(") order by id");
    for row in statement.all(transaction).await? {
        let Some(ballot) = ballots.get_mut(&ItemId(row.read(0)?)) else {
            continue;
        };
        ballot.receipts.insert(row.read(1)?);
        ballot.votes.push(Vote {
            picked: row.read(2)?,
            human: Probability::saturating(row.read(3)?),
            new_prefix: row.read(4)?,
        });
        let prefix: Option<Vec<u8>> = row.read(5)?;
        ballot.prefixes.extend(prefix.and_then(|prefix| <[u8; 8]>::try_from(prefix).ok()));
    }
    Ok(ballots)
}

/// Casts the votes and returns how many each settlement cast. A visit votes once on an item.
pub(super) async fn cast_votes(
    transaction: &mut Transaction,
    fresh: &[&Settlement],
    receipts: &Receipts,
    ballots: &mut BTreeMap<ItemId, Ballot>,
) -> Result<Vec<u64>, StoreError> {
    let mut cast = Vec::with_capacity(fresh.len());
    let mut rows = Vec::new();
    for settlement in fresh {
        let mut n_cast = 0;
        for vote in &settlement.votes {
            let (Some(ballot), Some(receipt)) = (ballots.get_mut(&vote.item), receipts.rows.get(&settlement.visit))
            else {
                continue;
            };
            if !ballot.receipts.insert(*receipt) {
                continue;
            }
            let new_prefix = ballot.prefixes.insert(settlement.prefix);
            ballot.votes.push(Vote { picked: vote.picked, human: vote.human, new_prefix });
            rows.push([
                vote.item.0.into(),
                (*receipt).into(),
                vote.picked.into(),
                vote.human.value().into(),
                settlement.over_exposed_gold.into(),
                new_prefix.into(),
                settlement.prefix.as_slice().into(),
                Value::from(to_sql(settlement.now_ms)),
            ]);
            n_cast += 1;
        }
        cast.push(n_cast);
    }
    if !rows.is_empty() {
        sql("insert into votes (item_id, receipt_id, picked, human, over_exposed_gold, new_prefix, prefix, created_ms) ")
            .push_rows(rows)
            .execute(transaction)
            .await?;
    }
    Ok(cast)
}

/// Replays every touched item from all its votes and writes where it stands.
pub(super) async fn replay_items(
    transaction: &mut Transaction,
    fresh: &[&Settlement],
    ballots: &BTreeMap<ItemId, Ballot>,
) -> Result<BTreeMap<ItemId, MovedItem>, StoreError> {
    let mut rules: BTreeMap<ItemId, (&CampaignRules, u64)> = BTreeMap::new();
    for settlement in fresh {
        rules.extend(settlement.votes.iter().map(|vote| (vote.item, (&settlement.campaign, settlement.now_ms))));
    }
    let replayed: Vec<(MovedItem, f64, u64)> = rules
        .iter()
        .filter_map(|(item, (rules, now_ms))| {
            let ballot = ballots.get(item)?;
            let (moved, effective_votes) = replay(*item, rules, ballot.votes.iter().copied());
            Some((moved, effective_votes, *now_ms))
        })
        .collect();
    write_standings(transaction, &replayed).await?;
    Ok(replayed.into_iter().map(|(moved, ..)| (moved.id, moved)).collect())
}

/// Where an item stands after these votes, and their effective number.
pub(super) fn replay(id: ItemId, rules: &CampaignRules, votes: impl IntoIterator<Item = Vote>) -> (MovedItem, f64) {
    let posterior = ItemPosterior::replay(&rules.crowd, rules.prior, votes);
    let state = match rules.stop.state(&posterior) {
        State::Open => ItemState::Open,
        State::Final { .. } => ItemState::Final,
        State::Ambiguous => ItemState::Ambiguous,
    };
    let moved = MovedItem { id, state, log_odds: posterior.log_odds(), n_votes: posterior.votes() };
    (moved, posterior.effective_votes())
}

/// Writes where items stand: (item, effective votes, now).
pub(super) async fn write_standings(
    transaction: &mut Transaction,
    items: &[(MovedItem, f64, u64)],
) -> Result<(), StoreError> {
    if items.is_empty() {
        return Ok(());
    }
    let row = |(moved, effective_votes, now_ms): &(MovedItem, f64, u64)| {
        [
            moved.id.0.into(),
            moved.state.word().into(),
            moved.log_odds.into(),
            i64::from(moved.n_votes).into(),
            (*effective_votes).into(),
            Value::from(to_sql(*now_ms)),
        ]
    };
    sql("with moved (id, state, log_odds, n_votes, effective_votes, now_ms) as (")
        .push_rows(items.iter().map(row))
        .push(
            ") update items set state = moved.state, log_odds = moved.log_odds, n_votes = moved.n_votes, \
             effective_votes = moved.effective_votes, settled_ms = case when moved.state = 'open' then null \
             when items.state = moved.state then items.settled_ms else moved.now_ms end \
             from moved where items.id = moved.id",
        )
        .execute(transaction)
        .await?;
    Ok(())
}
