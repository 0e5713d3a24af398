//! The votes on the items a batch touches: loaded, cast, and replayed into posteriors by the consensus crate.

use std::collections::{BTreeMap, BTreeSet};

use corvee_consensus::{ItemPosterior, Probability, State, Vote};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::answers::{CampaignRules, MovedItem, Receipts, Settlement};
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
    connection: &mut SqliteConnection,
    fresh: &[&Settlement],
) -> Result<BTreeMap<ItemId, Ballot>, StoreError> {
    let touched: BTreeSet<ItemId> =
        fresh.iter().flat_map(|settlement| settlement.votes.iter().map(|vote| vote.item)).collect();
    let mut ballots: BTreeMap<ItemId, Ballot> = touched.iter().map(|item| (*item, Ballot::default())).collect();
    if touched.is_empty() {
        return Ok(ballots);
    }
    let mut statement = QueryBuilder::<Sqlite>::new(
        "select item_id, receipt_id, picked, human, new_prefix, prefix from votes where item_id in (",
    );
    let mut list = statement.separated(", ");
    for item in &touched {
        list.push_bind(item.0);
    }
    statement.push(") order by id");
    for row in statement.build().fetch_all(connection).await? {
        let Some(ballot) = ballots.get_mut(&ItemId(row.try_get(0)?)) else {
            continue;
        };
        ballot.receipts.insert(row.try_get(1)?);
        ballot.votes.push(Vote {
            picked: row.try_get(2)?,
            human: Probability::saturating(row.try_get(3)?),
            new_prefix: row.try_get(4)?,
        });
        let prefix: Option<Vec<u8>> = row.try_get(5)?;
        ballot.prefixes.extend(prefix.and_then(|prefix| <[u8; 8]>::try_from(prefix).ok()));
    }
    Ok(ballots)
}

/// Casts the votes and returns how many each settlement cast. A visit votes once on an item.
pub(super) async fn cast_votes(
    connection: &mut SqliteConnection,
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
            rows.push((settlement, vote, *receipt, new_prefix));
            n_cast += 1;
        }
        cast.push(n_cast);
    }
    if !rows.is_empty() {
        let mut statement = QueryBuilder::<Sqlite>::new(
            "insert into votes (item_id, receipt_id, picked, human, over_exposed_gold, new_prefix, prefix, created_ms) ",
        );
        statement.push_values(rows, |mut row, (settlement, vote, receipt, new_prefix)| {
            row.push_bind(vote.item.0)
                .push_bind(receipt)
                .push_bind(vote.picked)
                .push_bind(vote.human.value())
                .push_bind(settlement.over_exposed_gold)
                .push_bind(new_prefix)
                .push_bind(settlement.prefix.as_slice())
                .push_bind(to_sql(settlement.now_ms));
        });
        statement.build().execute(connection).await?;
    }
    Ok(cast)
}

/// Replays every touched item from all its votes and writes where it stands.
pub(super) async fn replay_items(
    connection: &mut SqliteConnection,
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
    write_standings(connection, &replayed).await?;
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
    connection: &mut SqliteConnection,
    items: &[(MovedItem, f64, u64)],
) -> Result<(), StoreError> {
    if items.is_empty() {
        return Ok(());
    }
    let mut statement =
        QueryBuilder::<Sqlite>::new("with moved (id, state, log_odds, n_votes, effective_votes, now_ms) as (");
    statement.push_values(items, |mut row, (moved, effective_votes, now_ms)| {
        row.push_bind(moved.id.0)
            .push_bind(moved.state.word())
            .push_bind(moved.log_odds)
            .push_bind(i64::from(moved.n_votes))
            .push_bind(*effective_votes)
            .push_bind(to_sql(*now_ms));
    });
    statement.push(
        ") update items set state = moved.state, log_odds = moved.log_odds, n_votes = moved.n_votes, \
         effective_votes = moved.effective_votes, settled_ms = case when moved.state = 'open' then null \
         when items.state = moved.state then items.settled_ms else moved.now_ms end \
         from moved where items.id = moved.id",
    );
    statement.build().execute(connection).await?;
    Ok(())
}
