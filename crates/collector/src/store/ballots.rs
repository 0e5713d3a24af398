//! The votes that a batch casts: each counted once a visit and heard once a network, and added to what their items' votes
//! amount to.

use std::collections::{BTreeMap, BTreeSet};

use corvee_consensus::{ItemPosterior, Vote};

use super::answers::{CampaignRules, MovedItem, Settlement};
use super::database::Transaction;
use super::database::statement::{Value, sql};
use super::items::ItemId;
use super::tallies::{self, Standing};
use super::visits::Visits;
use super::{StoreError, to_sql};

/// What has to be known of the items that a batch votes on.
pub(super) struct Ballots<'a> {
    rules: BTreeMap<ItemId, &'a CampaignRules>,
    posteriors: BTreeMap<ItemId, ItemPosterior>,
    /// Which receipts have voted on which item.
    voted: BTreeSet<(ItemId, i64)>,
    /// Which networks have voted on which item.
    heard: BTreeSet<(ItemId, [u8; 8])>,
}

impl<'a> Ballots<'a> {
    /// What is known of the items that the settlements vote on.
    pub(super) async fn load(
        transaction: &mut Transaction,
        fresh: &[&'a Settlement],
        visits: &Visits,
    ) -> Result<Self, StoreError> {
        let asks =
            fresh.iter().flat_map(|settlement| settlement.votes.iter().map(move |vote| (*settlement, vote.item)));
        let (mut rules, mut asked) = (BTreeMap::new(), BTreeSet::new());
        for (settlement, item) in asks {
            rules.insert(item, &settlement.campaign);
            asked.insert((item, settlement.prefix));
        }
        let posteriors = tallies::posteriors(transaction, &rules).await?;
        let voted = voted(transaction, visits).await?;
        let heard = heard(transaction, &asked).await?;
        Ok(Self { rules, posteriors, voted, heard })
    }

    /// Casts the votes and returns the items that each settlement cast one on. A visit votes once on an item.
    pub(super) async fn cast(
        &mut self,
        transaction: &mut Transaction,
        fresh: &[&Settlement],
        visits: &Visits,
    ) -> Result<Vec<Vec<ItemId>>, StoreError> {
        let mut cast = Vec::with_capacity(fresh.len());
        let mut rows = Vec::new();
        for settlement in fresh {
            let mut items = Vec::with_capacity(settlement.votes.len());
            for vote in &settlement.votes {
                let (Some(posterior), Some(receipt)) =
                    (self.posteriors.get_mut(&vote.item), visits.receipt(settlement.visit))
                else {
                    continue;
                };
                if !self.voted.insert((vote.item, receipt)) {
                    continue;
                }
                let new_prefix = self.heard.insert((vote.item, settlement.prefix));
                let counted = Vote { picked: vote.picked, human: vote.human, new_prefix };
                posterior.add(&settlement.campaign.crowd, counted);
                rows.push([
                    vote.item.0.into(),
                    receipt.into(),
                    vote.picked.into(),
                    vote.human.value().into(),
                    settlement.over_exposed_gold.into(),
                    new_prefix.into(),
                    settlement.prefix.as_slice().into(),
                    Value::from(to_sql(settlement.now_ms)),
                ]);
                items.push(vote.item);
            }
            cast.push(items);
        }
        if !rows.is_empty() {
            sql("insert into votes (item_id, receipt_id, picked, human, over_exposed_gold, new_prefix, prefix, created_ms) ")
                .push_rows(rows)
                .execute(transaction)
                .await?;
        }
        Ok(cast)
    }

    /// Writes where the items stand now.
    pub(super) async fn settle(
        &self,
        transaction: &mut Transaction,
        now_ms: u64,
    ) -> Result<BTreeMap<ItemId, MovedItem>, StoreError> {
        let standing = |(item, posterior): (&ItemId, &ItemPosterior)| {
            Some(Standing::new(*item, self.rules.get(item)?, posterior, now_ms))
        };
        let standings: Vec<Standing> = self.posteriors.iter().filter_map(standing).collect();
        tallies::write(transaction, &standings).await?;
        Ok(standings.into_iter().map(|standing| (standing.moved.id, standing.moved)).collect())
    }
}

/// What the batch's older visits have voted on; a new one has voted on nothing.
async fn voted(transaction: &mut Transaction, visits: &Visits) -> Result<BTreeSet<(ItemId, i64)>, StoreError> {
    let mut voted = BTreeSet::new();
    let older: Vec<i64> = visits.older().collect();
    if older.is_empty() {
        return Ok(voted);
    }
    let statement = sql("select item_id, receipt_id from votes where receipt_id in (").push_list(older).push(")");
    for row in statement.all(transaction).await? {
        voted.insert((ItemId(row.read(0)?), row.read(1)?));
    }
    Ok(voted)
}

/// Which of these networks have voted on the item beside it.
async fn heard(
    transaction: &mut Transaction,
    asked: &BTreeSet<(ItemId, [u8; 8])>,
) -> Result<BTreeSet<(ItemId, [u8; 8])>, StoreError> {
    let mut heard = BTreeSet::new();
    if asked.is_empty() {
        return Ok(heard);
    }
    let rows = asked.iter().map(|(item, prefix)| [Value::from(item.0), prefix.as_slice().into()]);
    let statement = sql("with asked (item_id, prefix) as (").push_rows(rows).push(
        ") select item_id, prefix from asked where exists \
         (select 1 from votes where votes.item_id = asked.item_id and votes.prefix = asked.prefix)",
    );
    for row in statement.all(transaction).await? {
        let prefix: Vec<u8> = row.read(1)?;
        if let Ok(prefix) = <[u8; 8]>::try_from(prefix) {
            heard.insert((ItemId(row.read(0)?), prefix));
        }
    }
    Ok(heard)
}
