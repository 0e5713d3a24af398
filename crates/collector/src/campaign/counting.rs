//! What visitors ask for and what comes of it, counted where it happens, whichever page it came through: for Prometheus at
//! once, for the statistics in transactions. Asking writes nothing, so that what was asked for waits in memory for upkeep.

use std::sync::{Mutex, PoisonError};

use corvee_consensus::Decision;
use corvee_protocol::Wish;
use metrics::counter;

use crate::observe::figures::{ANSWERS, CHALLENGES, MACHINE_TURNS};
use crate::state::Collector;
use crate::store::StoreError;
use crate::store::campaigns::CampaignId;
use crate::store::sites::SiteId;
use crate::store::statistics::{Counts, Heading, Statistics};

/// What was asked for and is not in the statistics yet.
#[derive(Default)]
pub struct Asked(Mutex<Statistics>);

impl Asked {
    fn add(&self, statistics: Statistics) {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (heading, counts) in statistics {
            *asked.entry(heading).or_default() += counts;
        }
    }

    fn take(&self) -> Statistics {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Collector {
    /// A visitor was given a challenge of this campaign.
    pub(super) fn count_challenge(&self, site: SiteId, campaign: CampaignId, now_ms: u64) {
        counter!(CHALLENGES, "wish" => Wish::Label.as_str()).increment(1);
        let counts = Counts { challenges: 1, ..Counts::default() };
        self.asked.add(Statistics::from([(Heading::new(now_ms, Some(site), Some(campaign)), counts)]));
    }

    /// A visitor was given a puzzle for the device, or a wait.
    pub(super) fn count_puzzle(&self, site: SiteId, now_ms: u64) {
        counter!(CHALLENGES, "wish" => Wish::Machine.as_str()).increment(1);
        let counts = Counts { puzzles: 1, ..Counts::default() };
        self.asked.add(Statistics::from([(Heading::new(now_ms, Some(site), None), counts)]));
    }

    /// Puts what was asked for since the last time into the statistics.
    pub async fn store_asked(&self) -> Result<(), StoreError> {
        let asked = self.asked.take();
        let stored = self.store.count(&asked).await;
        if stored.is_err() {
            self.asked.add(asked);
        }
        stored
    }
}

/// An answered screen was recorded; its transaction has counted it.
pub(super) fn count_answer(decision: Decision) {
    let outcome = match decision {
        Decision::Accept => "passed",
        Decision::OneMore => "more",
        Decision::Refuse => "again",
    };
    counter!(ANSWERS, "outcome" => outcome).increment(1);
}

/// A device, or a wait, has earned a token; its transaction has counted it.
pub(super) fn count_turn() {
    counter!(MACHINE_TURNS).increment(1);
}
