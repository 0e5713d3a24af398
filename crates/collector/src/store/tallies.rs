//! What the votes on an item amount to: kept beside the item as exact sums, so that one more vote need not read all that
//! came before. Going on from the sums has the bits of a replay; where they are absent, or were made under other rules or by
//! a collector that did not know them, the votes are replayed. Knows no visitor.

use std::collections::BTreeMap;

use corvee_consensus::streaming::{Exact, Sums};
use corvee_consensus::{Crowd, ItemPosterior, Probability, State, Vote};
use sha2::{Digest as _, Sha256};

use super::StoreError;
use super::answers::{CampaignRules, MovedItem};
use super::database::Transaction;
use super::database::statement::{Row, Statement, Value, nothing, sql};
use super::items::{ItemId, ItemState};
use super::to_sql;

/// Fingerprint of the crowd, evidence for negative and positive, effective votes, votes, prefixes.
const BYTES: usize = 40;

/// Where an item stands after its votes changed.
pub(super) struct Standing {
    pub(super) moved: MovedItem,
    effective_votes: f64,
    tally: Vec<u8>,
    now_ms: u64,
}

/// What answered screens do to an item besides.
#[derive(Clone, Copy, Default)]
pub(super) struct Served {
    pub(super) screens: i64,
    /// Answers of good visitors for and against the known answer.
    pub(super) agreed: i64,
    pub(super) disagreed: i64,
}

impl Standing {
    /// Where these votes put an item at `now_ms`.
    pub(super) fn new(id: ItemId, rules: &CampaignRules, posterior: &ItemPosterior, now_ms: u64) -> Self {
        let state = match rules.stop.state(posterior) {
            State::Open => ItemState::Open,
            State::Final { .. } => ItemState::Final,
            State::Ambiguous => ItemState::Ambiguous,
        };
        let moved = MovedItem { id, state, log_odds: posterior.log_odds(), n_votes: posterior.votes() };
        let tally = encode(&rules.crowd, &posterior.sums());
        Self { moved, effective_votes: posterior.effective_votes(), tally, now_ms }
    }
}

/// Asks for what the votes on these items amount to.
pub(super) fn asked(rules: &BTreeMap<ItemId, &CampaignRules>) -> Statement {
    if rules.is_empty() {
        return nothing();
    }
    sql("select id, tally, log_odds, n_votes, effective_votes from items where id in (")
        .push_list(rules.keys().map(|item| item.0))
        .push(")")
}

/// The posteriors of items, of the rows that [`asked`] gave, that nobody else may change until the transaction ends.
pub(super) async fn posteriors(
    transaction: &mut Transaction,
    rules: &BTreeMap<ItemId, &CampaignRules>,
    rows: &[Row],
) -> Result<BTreeMap<ItemId, ItemPosterior>, StoreError> {
    let mut posteriors = BTreeMap::new();
    for row in rows {
        let item = ItemId(row.read(0)?);
        let Some(rules) = rules.get(&item) else { continue };
        let posterior = match told(row, rules)? {
            Some(posterior) => posterior,
            None => replayed(transaction, item, rules).await?,
        };
        posteriors.insert(item, posterior);
    }
    Ok(posteriors)
}

/// What the row of an item says of its votes, if it can be gone on from.
fn told(row: &Row, rules: &CampaignRules) -> Result<Option<ItemPosterior>, StoreError> {
    let (log_odds, n_votes, effective_votes) = (row.read::<f64>(2)?, row.read::<i64>(3)?, row.read::<f64>(4)?);
    if n_votes == 0 {
        return Ok(Some(ItemPosterior::new(rules.prior)));
    }
    let sums = row.read::<Option<Vec<u8>>>(1)?.and_then(|tally| decode(&rules.crowd, &tally));
    let posterior = sums.map(|sums| ItemPosterior::resume(rules.prior, &sums));
    // A collector of an earlier version on the same database casts votes and leaves the sums as they were.
    Ok(posterior.filter(|posterior| {
        i64::from(posterior.votes()) == n_votes
            && posterior.log_odds().to_bits() == log_odds.to_bits()
            && posterior.effective_votes().to_bits() == effective_votes.to_bits()
    }))
}

/// The replay of all votes on an item.
pub(super) async fn replayed(
    transaction: &mut Transaction,
    item: ItemId,
    rules: &CampaignRules,
) -> Result<ItemPosterior, StoreError> {
    let rows = sql("select picked, human, new_prefix from votes where item_id = $1 order by id")
        .bind(item.0)
        .all(transaction)
        .await?;
    let vote = |row: &Row| {
        Ok(Vote { picked: row.read(0)?, human: Probability::saturating(row.read(1)?), new_prefix: row.read(2)? })
    };
    let votes = rows.iter().map(vote).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(ItemPosterior::replay(&rules.crowd, rules.prior, votes))
}

/// Writes where items stand, with how often they were served meanwhile. Gold that was served stands where it stood.
pub(super) fn written(standings: &[Standing], served: &BTreeMap<ItemId, Served>) -> Statement {
    let mut rows: BTreeMap<ItemId, (Option<&Standing>, Served)> = BTreeMap::new();
    for standing in standings {
        rows.entry(standing.moved.id).or_default().0 = Some(standing);
    }
    for (item, served) in served {
        rows.entry(*item).or_default().1 = *served;
    }
    if rows.is_empty() {
        return nothing();
    }
    let row = |(item, (standing, served)): (ItemId, (Option<&Standing>, Served))| {
        let moved = standing.map(|standing| standing.moved);
        [
            Value::from(item.0),
            moved.map(|moved| moved.state.word()).into(),
            moved.map(|moved| moved.log_odds).into(),
            moved.map(|moved| i64::from(moved.n_votes)).into(),
            standing.map(|standing| standing.effective_votes).into(),
            standing.map(|standing| standing.tally.clone()).into(),
            standing.map(|standing| to_sql(standing.now_ms)).into(),
            served.screens.into(),
            served.agreed.into(),
            served.disagreed.into(),
        ]
    };
    sql("with moved (id, state, log_odds, n_votes, effective_votes, tally, now_ms, served, agreed, disagreed) as (")
        .push_rows(rows.into_iter().map(row))
        .push(
            ") update items set state = coalesce(moved.state, items.state), log_odds = coalesce(moved.log_odds, items.log_odds), \
             n_votes = coalesce(moved.n_votes, items.n_votes), tally = coalesce(moved.tally, items.tally), \
             effective_votes = coalesce(moved.effective_votes, items.effective_votes), \
             settled_ms = case when moved.state is null or items.state = moved.state then items.settled_ms \
             when moved.state = 'open' then null else moved.now_ms end, servings = items.servings + moved.served, \
             gold_agreed = items.gold_agreed + moved.agreed, gold_disagreed = items.gold_disagreed + moved.disagreed \
             from moved where items.id = moved.id",
        )
}

fn encode(crowd: &Crowd, sums: &Sums) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(BYTES);
    bytes.extend(fingerprint(crowd));
    for exact in sums.evidence.iter().chain([&sums.effective]) {
        bytes.extend(exact.steps().to_le_bytes());
    }
    for count in [sums.answers, sums.clusters] {
        bytes.extend(count.to_le_bytes());
    }
    bytes
}

/// The sums, if they were made under the assumptions of this crowd.
fn decode(crowd: &Crowd, bytes: &[u8]) -> Option<Sums> {
    let bytes: &[u8; BYTES] = bytes.try_into().ok()?;
    let (words, _) = bytes.as_chunks::<8>();
    let [made_under, negative, positive, effective, counts] = *words else { return None };
    let [a, c] = *counts.as_chunks::<4>().0 else { return None };
    let exact = |word| Exact::from_steps(i64::from_le_bytes(word));
    (made_under == fingerprint(crowd)).then(|| Sums {
        evidence: vec![exact(negative), exact(positive)],
        answers: u32::from_le_bytes(a),
        clusters: u32::from_le_bytes(c),
        effective: exact(effective),
    })
}

/// Tells crowds apart: what is assumed of people may change with a version, and then every vote says something else.
fn fingerprint(crowd: &Crowd) -> [u8; 8] {
    let Crowd {
        true_positive,
        false_positive,
        gold_true_positive: _,
        gold_false_positive: _,
        human_share: _,
        assumed_hostile_share,
        repeated_prefix_weight,
    } = crowd;
    let mut hash = Sha256::new();
    for assumed in [true_positive, false_positive, assumed_hostile_share, repeated_prefix_weight] {
        hash.update(assumed.value().to_le_bytes());
    }
    let [word, ..] = *hash.finalize().as_chunks::<8>().0 else { return [0; 8] };
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_come_back_as_they_were_and_only_under_the_same_assumptions() {
        let crowd = Crowd::default();
        let votes = [(true, 0.3), (false, 0.97), (true, 1.0)].map(|(picked, human)| Vote {
            picked,
            human: Probability::saturating(human),
            new_prefix: picked,
        });
        let sums = ItemPosterior::replay(&crowd, Probability::HALF, votes).sums();
        let bytes = encode(&crowd, &sums);
        assert_eq!((bytes.len(), sums.answers, sums.clusters), (BYTES, 3, 2));
        assert_eq!(decode(&crowd, &bytes), Some(sums));
        let other = Crowd { assumed_hostile_share: Probability::saturating(0.2), ..crowd };
        assert_eq!(decode(&other, &bytes), None);
        assert_eq!(decode(&crowd, &bytes[1..]), None);
    }
}
