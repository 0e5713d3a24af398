//! What the collector does by itself: keeps its register fresh, renders pictures beforehand, counts, and deletes what has
//! expired.

use std::sync::Arc;
use std::time::Duration;

use metrics::gauge;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::keys::Keys;
use crate::observe::figures::VARIANT_BYTES;
use crate::state::Collector;

/// How soon a campaign or a key made by another process is seen.
const REFRESH: Duration = Duration::from_secs(1);
/// How often expired rows are deleted.
const SWEEP: Duration = Duration::from_mins(1);

/// Milliseconds between two times that tables are written anew: with the life of what is in them, less than a day.
const REWRITE_MS: u64 = 12 * 60 * 60 * 1000;
/// Milliseconds between two cuts of the database's log.
const LOG_LIFE_MS: u64 = 15 * 60 * 1000;

/// Starts the jobs; dropping the handles does not end them, aborting does.
pub fn start(collector: &Arc<Collector>, keys: Keys) -> Vec<JoinHandle<()>> {
    match collector.gallery.start_rendering(collector.chance.generator()) {
        Ok(()) => collector.stock_up(),
        Err(error) => tracing::error!(%error, "no thread to render pictures beforehand: visitors wait for them"),
    }
    vec![tokio::spawn(refresh(Arc::clone(collector), keys)), tokio::spawn(sweep(Arc::clone(collector)))]
}

async fn refresh(collector: Arc<Collector>, keys: Keys) {
    let mut ticks = interval(REFRESH);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match collector.register.refresh(&collector.store).await {
            Ok(true) => collector.stock_up(),
            Ok(false) => {}
            Err(error) => {
                tracing::error!(%error, "sites and campaigns could not be refreshed: the last known ones stay");
            }
        }
        if let Err(error) = keys.refresh(&collector).await {
            tracing::error!(error = format!("{error:#}"), "keys could not be refreshed: the last known ones stay");
        }
    }
}

async fn sweep(collector: Arc<Collector>) {
    let mut ticks = interval(SWEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut upkeep = Upkeep::default();
    loop {
        ticks.tick().await;
        let kept = collector.gallery.figures();
        // A float holds more bytes than there is memory.
        gauge!(VARIANT_BYTES).set(kept.bytes as f64);
        tracing::debug!(?kept, "pictures rendered beforehand");
        upkeep.run(&collector).await;
    }
}

/// Counts what was asked for, deletes what has expired, and has the database's log forget it soon after.
#[derive(Default)]
struct Upkeep {
    /// Whether the log may still repeat what was deleted.
    log_repeats: bool,
    /// When the log was cut last.
    cut_ms: Option<u64>,
    /// When tables were written anew last.
    rewritten_ms: Option<u64>,
}

impl Upkeep {
    /// One run.
    async fn run(&mut self, collector: &Collector) {
        let now_ms = collector.clock.now_ms();
        if let Err(error) = collector.store_asked().await {
            tracing::error!(%error, "what was asked for could not be counted: it waits");
        }
        match collector.store.sweep(now_ms).await {
            Ok(swept) => {
                tracing::debug!(?swept, "expired rows deleted");
                self.log_repeats |= !swept.is_empty();
            }
            Err(error) => tracing::error!(%error, "expired rows could not be deleted"),
        }
        if self.rewritten_ms.is_none_or(|rewritten_ms| now_ms.saturating_sub(rewritten_ms) >= REWRITE_MS) {
            match collector.store.rewrite().await {
                Ok(()) => (self.rewritten_ms, self.log_repeats) = (Some(now_ms), true),
                Err(error) => tracing::error!(%error, "what deleted rows left behind could not be overwritten"),
            }
        }
        let is_due = self.cut_ms.is_none_or(|cut_ms| now_ms.saturating_sub(cut_ms) >= LOG_LIFE_MS);
        if self.log_repeats && is_due {
            match collector.store.cut_log().await {
                Ok(true) => (self.log_repeats, self.cut_ms) = (false, Some(now_ms)),
                Ok(false) => tracing::debug!("the database's log is being read: it is cut with the next run"),
                Err(error) => tracing::error!(%error, "the database's log could not be cut"),
            }
        }
    }
}

#[cfg(test)]
mod tests;
