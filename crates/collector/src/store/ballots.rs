//! The votes that a batch casts: each counted once a visit and heard once a network, and added to what their items' votes
//! amount to.

use std::collections::{BTreeMap, BTreeSet};

use corvee_consensus::{ItemPosterior, Vote};

use super::answers::{CampaignRules, Settlement};
use super::database::Transaction;
use super::database::statement::{Row, Statement, Value, nothing, sql};
use super::items::ItemId;
use super::tallies::{self, Standing};
use super::visits::Visits;
use super::{StoreError, to_sql};

/// What has to be known of the items that a batch votes on.
pub(super) struct Ballots<'a> {
    rules: BTreeMap<ItemId, &'a CampaignRules>,
    /// Who votes now on what.
    asked: BTreeSet<(ItemId, [u8; 8])>,
    posteriors: BTreeMap<ItemId, ItemPosterior>,
    /// Which receipts have voted on which item.
    voted: BTreeSet<(ItemId, i64)>,
    /// Which networks have voted on which item.
    heard: BTreeSet<(ItemId, [u8; 8])>,
}

impl<'a> Ballots<'a> {
    /// Of the items that the settlements vote on, without what is known of them.
    pub(super) fn new(fresh: &[&'a Settlement]) -> Self {
        let (mut rules, mut asked) = (BTreeMap::new(), BTreeSet::new());
        for settlement in fresh {
            for vote in &settlement.votes {
                rules.insert(vote.item, &settlement.campaign);
                asked.insert((vote.item, settlement.prefix));
            }
        }
        Self { rules, asked, posteriors: BTreeMap::new(), voted: BTreeSet::new(), heard: BTreeSet::new() }
    }

    /// Asks for what the votes on the items amount to.
    pub(super) fn tallied(&self) -> Statement {
        tallies::asked(&self.rules)
    }

    /// Asks which of the networks have voted on the item that they vote on now.
    pub(super) fn heard(&self) -> Statement {
        if self.asked.is_empty() {
            return nothing();
        }
        let rows = self.asked.iter().map(|(item, prefix)| [Value::from(item.0), prefix.as_slice().into()]);
        sql("with asked (item_id, prefix) as (").push_rows(rows).push(
            ") select item_id, prefix from asked where exists \
             (select 1 from votes where votes.item_id = asked.item_id and votes.prefix = asked.prefix)",
        )
    }

    /// Takes in the rows that [`Ballots::tallied`] and [`Ballots::heard`] gave.
    pub(super) async fn read(
        &mut self,
        transaction: &mut Transaction,
        visits: &Visits,
        tallied: &[Row],
        heard: &[Row],
    ) -> Result<(), StoreError> {
        self.posteriors = tallies::posteriors(transaction, &self.rules, tallied).await?;
        self.voted = voted(transaction, visits).await?;
        for row in heard {
            let prefix: Vec<u8> = row.read(1)?;
            if let Ok(prefix) = <[u8; 8]>::try_from(prefix) {
                self.heard.insert((ItemId(row.read(0)?), prefix));
            }
        }
        Ok(())
    }

    /// Casts the votes; also returns the items that each settlement cast one on. A visit votes once on an item.
    pub(super) fn cast(&mut self, fresh: &[&Settlement], visits: &Visits) -> (Statement, Vec<Vec<ItemId>>) {
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
        let insert = "insert into votes (item_id, receipt_id, picked, human, over_exposed_gold, new_prefix, prefix, created_ms) ";
        (if rows.is_empty() { nothing() } else { sql(insert).push_rows(rows) }, cast)
    }

    /// Where the items stand now.
    pub(super) fn standings(&self, now_ms: u64) -> Vec<Standing> {
        let standing = |(item, posterior): (&ItemId, &ItemPosterior)| {
            Some(Standing::new(*item, self.rules.get(item)?, posterior, now_ms))
        };
        self.posteriors.iter().filter_map(standing).collect()
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
