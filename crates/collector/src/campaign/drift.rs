//! Whether a class has come to be answered otherwise than usual, told from the votes on disk: what a running collector also
//! says in its log. Knows no visitor and no SQL.

use std::collections::BTreeMap;

use corvee_consensus::{Crowd, DriftAlarm, DriftMonitor, DriftRule, Known};

use crate::store::campaigns::CampaignId;
use crate::store::items::{ItemStanding, ItemState};
use crate::store::{Store, StoreError};

/// Votes looked at: the latest.
const VOTES: u64 = 20_000;
const PAGE: u32 = 1_000;

/// The last alarm that the latest votes on settled items raise. `cast` is how many votes were ever cast in all campaigns:
/// rows of votes count on from one.
pub async fn last_alarm(
    store: &Store,
    campaign: CampaignId,
    standings: &[ItemStanding],
    cast: u64,
) -> Result<Option<DriftAlarm>, StoreError> {
    let label = |item: &ItemStanding| (item.state == ItemState::Final).then_some((item.id, item.log_odds > 0.0));
    let labels: BTreeMap<_, bool> = standings.iter().filter_map(label).collect();
    let mut monitor = DriftMonitor::new(DriftRule::default(), &Crowd::default());
    let mut snapshot = store.snapshot().await?;
    let mut after = i64::try_from(cast.saturating_sub(VOTES)).unwrap_or(0);
    let (mut worker, mut screen) = (None, Vec::new());
    loop {
        let votes = snapshot.votes_page(campaign, after, PAGE).await?;
        let Some(last) = votes.last() else { break };
        after = last.id;
        for vote in votes.iter().filter(|vote| vote.new_prefix) {
            if worker.replace(vote.worker) != Some(vote.worker) {
                monitor.observe_screen(&screen);
                screen.clear();
            }
            screen.extend(labels.get(&vote.item).map(|positive| (*positive, Known::Votes, vote.picked)));
        }
    }
    monitor.observe_screen(&screen);
    Ok(monitor.last_alarm())
}
