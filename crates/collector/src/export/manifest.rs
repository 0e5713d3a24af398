//! `manifest.json`: what an export is, what it rests on, and what it must add up to. Does not know how it was gathered.

use corvee_consensus::{Crowd, StopRule};
use corvee_protocol::campaign::Campaign;
use corvee_protocol::ledger::ItemCounts;
use serde::{Deserialize, Serialize};

use super::evaluation::Evaluation;
use super::tables::{FileFacts, LabelNames};
use crate::store::campaigns::LedgerSums;

/// Name of the format.
pub const FORMAT: &str = "corvee-export";
/// Its version: grows when a column or a meaning changes.
pub const FORMAT_VERSION: u32 = 1;

/// The fact sheet of an export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Program that wrote it.
    pub generator: Generator,
    /// When, RFC 3339.
    pub exported_at: String,
    /// The campaign: question, target, requester, data set, licence, confidence.
    pub campaign: Campaign,
    /// What the two answers are called in the column `label`.
    pub labels: LabelNames,
    /// Items by state; `items = final + ambiguous + open + gold`.
    pub counts: ItemCounts,
    /// What visitors gave for it.
    pub ledger: ExportedLedger,
    /// What the labels rest on.
    pub assumptions: Assumptions,
    /// The files beside this one.
    pub files: Vec<FileFacts>,
    /// How the labels compare with what was known, when that was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evaluation: Option<Evaluation>,
}

/// The program that wrote an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generator {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Generator {
    /// This program.
    pub(super) fn this() -> Self {
        Self { name: "corvee".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// The sum of all receipts, as exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedLedger {
    /// The sum in a sentence.
    pub statement: String,
    /// Visits that answered at least one screen.
    pub visits: u64,
    /// Visits that ended in a token.
    pub passed: u64,
    /// Answered screens.
    pub screens: u64,
    /// Milliseconds visitors spent on screens.
    pub visitor_ms: u64,
    /// Answers on gold.
    pub gold_answers: u64,
    /// Votes that count: the rows of the votes files.
    pub votes: u64,
    /// Votes their visitors took back: in no file.
    pub votes_removed: u64,
    /// What visitors were paid, in millionths of a US dollar.
    pub paid_usd_micros: u64,
}

impl ExportedLedger {
    pub(super) fn of(sums: &LedgerSums) -> Self {
        let minutes = sums.visitor_ms as f64 / 60_000.0;
        let time =
            if minutes < 120.0 { format!("{minutes:.1} minutes") } else { format!("{:.1} hours", minutes / 60.0) };
        Self {
            statement: format!("This set embodies {time} of unpaid work by {} anonymous visits.", sums.visits),
            visits: sums.visits,
            passed: sums.passed,
            screens: sums.screens,
            visitor_ms: sums.visitor_ms,
            gold_answers: sums.gold_answers,
            votes: sums.votes,
            votes_removed: sums.votes_removed,
            paid_usd_micros: 0,
        }
    }
}

/// What was assumed when votes became labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assumptions {
    /// Share of positives assumed before any vote, from the gold.
    pub prior: f64,
    /// P(picked | positive, person).
    pub true_positive: f64,
    /// P(picked | negative, person).
    pub false_positive: f64,
    /// P(picked | positive, person) on gold.
    pub gold_true_positive: f64,
    /// P(picked | negative, person) on gold.
    pub gold_false_positive: f64,
    /// Share of visitors who are people.
    pub human_share: f64,
    /// Share of accepted people assumed to answer the opposite of what they see.
    pub assumed_hostile_share: f64,
    /// Evidence kept of a vote whose address prefix already voted on the item.
    pub repeated_prefix_weight: f64,
    /// Posterior at which an item is final.
    pub final_confidence: f64,
    /// Votes needed for final.
    pub final_min_votes: u32,
    /// Distinct address prefixes needed for final.
    pub final_min_prefixes: u32,
    /// Effective votes after which an undecided item is ambiguous.
    pub ambiguous_after_effective_votes: f64,
}

impl Assumptions {
    pub(super) fn of(prior: f64, crowd: &Crowd, stop: &StopRule) -> Self {
        Self {
            prior,
            true_positive: crowd.true_positive.value(),
            false_positive: crowd.false_positive.value(),
            gold_true_positive: crowd.gold_true_positive.value(),
            gold_false_positive: crowd.gold_false_positive.value(),
            human_share: crowd.human_share.value(),
            assumed_hostile_share: crowd.assumed_hostile_share.value(),
            repeated_prefix_weight: crowd.repeated_prefix_weight.value(),
            final_confidence: stop.confidence.value(),
            final_min_votes: stop.min_votes,
            final_min_prefixes: stop.min_prefixes,
            ambiguous_after_effective_votes: stop.max_votes,
        }
    }
}
