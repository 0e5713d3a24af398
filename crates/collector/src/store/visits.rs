//! The visits that a batch of answers belongs to: a receipt opened for each new one, what the answers add to it, and what it
//! says then. Does not know what a vote means.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::{Recorded, Settlement};
use super::database::Transaction;
use super::database::statement::{Row, Statement, Value, sql};
use super::items::ItemId;
use super::{StoreError, from_sql, to_sql};

/// Visits by the rows of their receipts.
pub(super) struct Visits {
    receipts: BTreeMap<[u8; 16], i64>,
    new_ones: BTreeSet<[u8; 16]>,
}

/// What a batch adds to a receipt.
#[derive(Default)]
pub(super) struct Added {
    screens: i64,
    solve_ms: u64,
    gold_answers: u64,
    votes: u64,
    passed: bool,
}

impl Visits {
    /// Opens a receipt for every visit that has none.
    pub(super) fn opened(fresh: &[&Settlement]) -> Statement {
        let first: BTreeMap<[u8; 16], &Settlement> =
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
        sql("insert into receipts (visit, code_digest, campaign_id, created_ms, screens, solve_ms, gold_answers, votes, passed) ")
            .push_rows(first.values().map(row))
            // The update changes nothing: it makes the row of an older visit come back as well.
            .push(" on conflict (visit) do update set screens = receipts.screens returning id, visit, screens")
    }

    /// The visits of the rows that [`Visits::opened`] gave.
    pub(super) fn read(rows: &[Row]) -> Result<Self, StoreError> {
        let mut visits = Self { receipts: BTreeMap::new(), new_ones: BTreeSet::new() };
        for row in rows {
            let visit: Vec<u8> = row.read(1)?;
            let Ok(visit) = <[u8; 16]>::try_from(visit) else {
                continue;
            };
            visits.receipts.insert(visit, row.read(0)?);
            if row.read::<i64>(2)? == 0 {
                visits.new_ones.insert(visit);
            }
        }
        Ok(visits)
    }

    /// The row of a visit's receipt.
    pub(super) fn receipt(&self, visit: [u8; 16]) -> Option<i64> {
        self.receipts.get(&visit).copied()
    }

    /// Visits whose first answer is in this batch.
    pub(super) fn new_ones(&self) -> &BTreeSet<[u8; 16]> {
        &self.new_ones
    }

    /// Receipts of visits that had answered before.
    pub(super) fn older(&self) -> impl Iterator<Item = i64> {
        self.receipts.iter().filter(|(visit, _)| !self.new_ones.contains(*visit)).map(|(_, receipt)| *receipt)
    }

    /// What the answers, each with the items that it cast a vote on, add to their receipts.
    pub(super) fn sums(fresh: &[&Settlement], cast: &[Vec<ItemId>]) -> BTreeMap<[u8; 16], Added> {
        let mut sums: BTreeMap<[u8; 16], Added> = BTreeMap::new();
        for (settlement, items) in fresh.iter().zip(cast) {
            let added = sums.entry(settlement.visit).or_default();
            added.screens += 1;
            added.solve_ms += settlement.screen_ms;
            added.gold_answers += count(settlement.gold.len());
            added.votes += count(items.len());
            added.passed |= settlement.token.is_some();
        }
        sums
    }

    /// Adds that to the receipts.
    pub(super) fn added(&self, sums: &BTreeMap<[u8; 16], Added>) -> Statement {
        let row = |(visit, added): (&[u8; 16], &Added)| {
            Some([
                self.receipt(*visit)?.into(),
                added.screens.into(),
                to_sql(added.solve_ms).into(),
                to_sql(added.gold_answers).into(),
                to_sql(added.votes).into(),
                Value::from(added.passed),
            ])
        };
        sql("with done (id, screens, solve_ms, gold_answers, votes, passed) as (")
            .push_rows(sums.iter().filter_map(row))
            .push(
                ") update receipts set screens = receipts.screens + done.screens, \
             solve_ms = receipts.solve_ms + done.solve_ms, gold_answers = receipts.gold_answers + done.gold_answers, \
             votes = receipts.votes + done.votes, passed = (receipts.passed or done.passed) \
             from done where receipts.id = done.id",
            )
    }

    /// What the receipts say then: of a new visit what was added to it.
    pub(super) async fn told(
        &self,
        transaction: &mut Transaction,
        sums: BTreeMap<[u8; 16], Added>,
    ) -> Result<BTreeMap<[u8; 16], Recorded>, StoreError> {
        let mut receipts = self.older_told(transaction).await?;
        for (visit, added) in sums.into_iter().filter(|(visit, _)| self.new_ones.contains(visit)) {
            let recorded = Recorded {
                screens: from_sql(added.screens),
                solve_ms: added.solve_ms,
                gold_answers: added.gold_answers,
                votes: added.votes,
                ..Recorded::default()
            };
            receipts.insert(visit, recorded);
        }
        Ok(receipts)
    }

    /// What the receipts of older visits say.
    async fn older_told(&self, transaction: &mut Transaction) -> Result<BTreeMap<[u8; 16], Recorded>, StoreError> {
        let mut receipts = BTreeMap::new();
        let older: Vec<i64> = self.older().collect();
        if older.is_empty() {
            return Ok(receipts);
        }
        let statement =
            sql("select visit, solve_ms, gold_answers, votes, screens from receipts where receipts.id in (")
                .push_list(older)
                .push(")");
        for row in statement.all(transaction).await? {
            let visit: Vec<u8> = row.read(0)?;
            let Ok(visit) = <[u8; 16]>::try_from(visit) else { continue };
            let recorded = Recorded {
                solve_ms: from_sql(row.read(1)?),
                gold_answers: from_sql(row.read(2)?),
                votes: from_sql(row.read(3)?),
                screens: from_sql(row.read(4)?),
                ..Recorded::default()
            };
            receipts.insert(visit, recorded);
        }
        Ok(receipts)
    }
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
