//! Receipts: what a visitor did, told to the visitor, and taken back by the visitor.

use corvee_protocol::receipt::Receipt;
use corvee_protocol::sealed_state::SealedState;
use corvee_protocol::{Language, ReceiptCode};
use metrics::counter;

use super::prices;
use super::register::LiveCampaign;
use super::telling::{self, Tiles};
use super::token;
use crate::observe::figures::REMOVALS;
use crate::state::Collector;
use crate::store::StoreError;
use crate::store::answers::Recorded;
use crate::store::receipts::{ReceiptRow, Removal, Removed};

/// A stored receipt as its visitor may see it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct StoredReceipt {
    /// The payslip.
    #[serde(flatten)]
    pub receipt: Receipt,
    /// The campaign's name.
    pub campaign: String,
    /// The day of the visit.
    pub day: String,
    /// Whether the visit ended in a token.
    pub passed: bool,
    /// When the votes were taken back, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<String>,
}

impl Collector {
    pub(super) fn receipt_of(campaign: &LiveCampaign, state: &SealedState, recorded: &Recorded) -> Receipt {
        let work = Work { screens: recorded.screens, solve_ms: recorded.solve_ms, is_removed: false };
        payslip(campaign, ReceiptCode::from_bytes(state.receipt), &work, &state.language)
    }

    /// The receipt of this code.
    pub async fn receipt(&self, code: &ReceiptCode, language: &Language) -> Result<Option<StoredReceipt>, StoreError> {
        let Some(row) = self.store.receipt(&token::code_digest(code)).await? else {
            return Ok(None);
        };
        let Some(campaign) = self.register.campaign(row.campaign) else {
            return Ok(None);
        };
        let ReceiptRow { screens, solve_ms, removed_ms, .. } = row;
        let work = Work { screens, solve_ms, is_removed: removed_ms.is_some() };
        Ok(Some(StoredReceipt {
            receipt: payslip(&campaign, code.clone(), &work, language),
            campaign: campaign.row.terms.name.to_string(),
            day: crate::clock::day(row.created_ms),
            passed: row.passed,
            removed_at: row.removed_ms.map(crate::clock::rfc3339),
        }))
    }

    /// Takes back the votes of this code's receipt, and tells about how many they were; `None` when there is no such receipt.
    pub async fn remove_receipt(&self, code: &ReceiptCode) -> Result<Option<u64>, StoreError> {
        let code_digest = token::code_digest(code);
        let Some(row) = self.store.receipt(&code_digest).await? else {
            return Ok(None);
        };
        let Some(campaign) = self.register.campaign(row.campaign) else {
            return Ok(None);
        };
        let removal = Removal { code_digest, campaign: campaign.rules(), now_ms: self.clock.now_ms() };
        match self.writer.remove(removal).await? {
            Removed::Unknown => Ok(None),
            Removed::Votes { n_votes, moved } => {
                campaign.with_pool(|pool| pool.apply_removal(&moved, &campaign.crowd));
                counter!(REMOVALS).increment(u64::from(n_votes > 0));
                Ok(Some(if n_votes > 0 {
                    Tiles::of_visit(row.screens, campaign.with_pool(|pool| pool.has_settled())).votes
                } else {
                    0
                }))
            }
        }
    }
}

struct Work {
    screens: u64,
    solve_ms: u64,
    is_removed: bool,
}

fn payslip(campaign: &LiveCampaign, code: ReceiptCode, work: &Work, language: &Language) -> Receipt {
    let terms = &campaign.row.terms;
    let count = |n: u64| u16::try_from(n).unwrap_or(u16::MAX);
    let (has_settled, share_of_final) = campaign.with_pool(|pool| (pool.has_settled(), pool.share_of_final()));
    let tiles = Tiles::of_visit(work.screens, has_settled);
    let votes = if work.is_removed { 0 } else { tiles.votes };
    let price_words = prices::words(language);
    Receipt {
        code,
        solve_ms: u32::try_from(work.solve_ms).unwrap_or(u32::MAX),
        gold_tiles: count(tiles.gold),
        votes: count(votes),
        final_labels: count(telling::final_labels(votes, share_of_final)),
        requester: terms.requester.clone(),
        data_set: terms.data_set.nearest(language).to_owned(),
        data_set_language: terms.data_set.language(language).map(Language::to_string).unwrap_or_default(),
        licence: terms.licence.clone(),
        prices: prices::price_measures(work.solve_ms, votes, price_words),
        prices_language: price_words.tag().to_owned(),
    }
}
