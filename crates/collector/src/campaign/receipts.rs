//! Receipts: what a visitor did, told to the visitor, and taken back by the visitor.

use corvee_protocol::receipt::Receipt;
use corvee_protocol::sealed_state::SealedState;
use corvee_protocol::{Language, ReceiptCode};
use metrics::counter;

use super::prices;
use super::register::LiveCampaign;
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
        let work = Work {
            solve_ms: recorded.solve_ms,
            gold_answers: recorded.gold_answers,
            votes: recorded.votes,
            final_labels: recorded.final_labels,
        };
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
        let ReceiptRow { solve_ms, gold_answers, votes, final_labels, .. } = row;
        let work = Work { solve_ms, gold_answers, votes, final_labels };
        Ok(Some(StoredReceipt {
            receipt: payslip(&campaign, code.clone(), &work, language),
            campaign: campaign.row.terms.name.to_string(),
            day: crate::clock::day(row.created_ms),
            passed: row.passed,
            removed_at: row.removed_ms.map(crate::clock::rfc3339),
        }))
    }

    /// Takes back the votes of this code's receipt; `None` when there is no such receipt.
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
                Ok(Some(n_votes))
            }
        }
    }
}

struct Work {
    solve_ms: u64,
    gold_answers: u64,
    votes: u64,
    final_labels: u64,
}

fn payslip(campaign: &LiveCampaign, code: ReceiptCode, work: &Work, language: &Language) -> Receipt {
    let terms = &campaign.row.terms;
    let solve_ms = u32::try_from(work.solve_ms).unwrap_or(u32::MAX);
    let votes = u16::try_from(work.votes).unwrap_or(u16::MAX);
    let price_words = prices::words(language);
    Receipt {
        code,
        solve_ms,
        gold_tiles: u16::try_from(work.gold_answers).unwrap_or(u16::MAX),
        votes,
        final_labels: u16::try_from(work.final_labels).unwrap_or(u16::MAX),
        requester: terms.requester.clone(),
        data_set: terms.data_set.nearest(language).to_owned(),
        data_set_language: terms.data_set.language(language).map(Language::to_string).unwrap_or_default(),
        licence: terms.licence.clone(),
        prices: prices::price_measures(work.solve_ms, work.votes, price_words),
        prices_language: price_words.tag().to_owned(),
    }
}
