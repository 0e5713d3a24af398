//! What the collector does by itself: keeps its register fresh, renders pictures beforehand and deletes what has expired.

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
    loop {
        ticks.tick().await;
        let kept = collector.gallery.figures();
        // A float holds more bytes than there is memory.
        gauge!(VARIANT_BYTES).set(kept.bytes as f64);
        tracing::debug!(?kept, "pictures rendered beforehand");
        match collector.store.sweep(collector.clock.now_ms()).await {
            Ok(swept) => tracing::debug!(?swept, "expired rows deleted"),
            Err(error) => tracing::error!(%error, "expired rows could not be deleted"),
        }
    }
}
