//! The visitor's payslip: what was done, for whom, what such work is paid elsewhere.

use serde::{Deserialize, Serialize};

use crate::ids::ReceiptCode;

/// What one visitor did in one challenge.
///
/// How many tiles of a screen are gold is drawn by chance and told of no single screen: whoever recognises pictures and adds such
/// numbers up finds out which of them are gold. A receipt tells what screens like these hold on average; the ledger tells the
/// exact sums, by the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Finds the receipt again and removes the answers; nobody else knows it.
    pub code: ReceiptCode,
    /// Milliseconds on all screens together.
    pub solve_ms: u32,
    /// Tiles whose answer was known, which checked the visitor: expected, not counted.
    pub gold_tiles: u16,
    /// Votes given, on tiles whose answer was not known: expected; 0 once they are taken back.
    pub votes: u16,
    /// How many of them have a final label now: as large a share as of all items that anybody has voted on.
    pub final_labels: u16,
    /// Who got the votes.
    pub requester: String,
    /// What they build.
    pub data_set: String,
    /// Tag of the language that is written in; empty when its requester did not say.
    #[serde(default)]
    pub data_set_language: String,
    /// Its licence.
    pub licence: String,
    /// What such work is priced elsewhere, lowest first. What was paid here: nothing.
    pub prices: Vec<PriceMeasure>,
    /// Tag of the language the prices are described in; empty when there are none.
    #[serde(default)]
    pub prices_language: String,
}

/// One way to price the work, with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceMeasure {
    /// What is measured, such as "time at the median pay of click-work".
    pub measure: String,
    /// Millionths of a US dollar for this receipt's work.
    pub usd_micros: u32,
    /// How it was computed, such as "9.4 s × 2 $/h".
    pub formula: String,
    /// Who published the rate.
    pub source: String,
    /// When, as year or date.
    pub as_of: String,
}
