//! What the database holds: sites with something to ask, campaigns with gold, pictures that are there, a clock that agrees.

use crate::campaign::pool::{Pool, is_expelled};
use crate::clock::{self, Clock};
use crate::images::shelf::{Shelf, ShelfError};
use crate::import::gold::{GOLD_PERCENT_WANTED, missing_gold};
use crate::import::owner;
use crate::store::campaigns::CampaignRow;
use crate::store::sites::SiteRow;
use crate::store::{Store, StoreError};
use corvee_consensus::{Crowd, GoldPolicy};
use tokio::task::JoinSet;

use super::Finding;

/// Pictures looked at; all of a million would take minutes.
const PICTURES: usize = 500;
/// Pictures being read at once.
const READERS: usize = 16;
/// Fresh gold among what is open below which more is wanted now: under way the share swings by some points around the wanted one.
const SHORT_GOLD_SHARE: f64 = 0.35;
/// How far ahead of this machine's clock a row may be: clocks of two machines are never quite the same.
const CLOCK_SLACK_MS: u64 = 60_000;

pub(super) async fn examine(store: &Store, shelf: &Result<Shelf, ShelfError>, clock: &dyn Clock) -> Vec<Finding> {
    let found = async {
        let (sites, campaigns) = (store.sites().await?, store.campaigns().await?);
        let mut findings = vec![clocks(&sites, &campaigns, clock)];
        findings.extend(sites.iter().flat_map(|site| site_findings(site, &campaigns)));
        if sites.is_empty() {
            let remedy = "corvee site create --name NAME --hostname HOST --campaign CAMPAIGN";
            findings.push(Finding::advice("sites", "there is no site", remedy));
        }
        for campaign in &campaigns {
            findings.extend(campaign_findings(store, campaign).await?);
        }
        findings.push(pictures(store, shelf).await?);
        Ok::<_, StoreError>(findings)
    };
    found.await.unwrap_or_else(|error| {
        vec![Finding::wrong("database", error.to_string(), "run corvee doctor again; if it stays, restore a backup")]
    })
}

fn clocks(sites: &[SiteRow], campaigns: &[CampaignRow], clock: &dyn Clock) -> Finding {
    let rows = sites.iter().map(|site| site.created_ms).chain(campaigns.iter().map(|campaign| campaign.created_ms));
    match rows.max().filter(|newest| *newest > clock.now_ms() + CLOCK_SLACK_MS) {
        Some(newest) => Finding::wrong(
            "clock",
            format!(
                "something was made at {}, but it is {} here",
                clock::rfc3339(newest),
                clock::rfc3339(clock.now_ms())
            ),
            "set this machine's clock (timedatectl set-ntp true): tokens would never be valid",
        ),
        None => Finding::good("clock", clock::rfc3339(clock.now_ms())),
    }
}

fn site_findings(site: &SiteRow, campaigns: &[CampaignRow]) -> Vec<Finding> {
    const ABOUT: &str = "site";
    let name = &site.name;
    let asked = |campaign: &&CampaignRow| site.campaigns.contains(&campaign.id.0) && campaign.active;
    let mut findings = Vec::new();
    if site.hostnames.is_empty() {
        let remedy = format!("corvee site change {} --add-hostname HOST", site.sitekey);
        findings.push(Finding::wrong(ABOUT, format!("{name} has no host name: its pages are refused"), remedy));
    }
    if !campaigns.iter().any(|campaign| asked(&campaign)) {
        let found = format!("{name} has no active campaign: every visitor's device computes instead");
        let resting = campaigns.iter().find(|campaign| site.campaigns.contains(&campaign.id.0));
        let remedy = match resting {
            Some(campaign) => format!("corvee campaign resume {}, or leave it so on purpose", campaign.terms.name),
            None => format!("corvee site change {} --add-campaign CAMPAIGN, or leave it so on purpose", site.sitekey),
        };
        findings.push(Finding::advice(ABOUT, found, remedy));
    }
    if findings.is_empty() {
        findings.push(Finding::good(ABOUT, format!("{name} has pages and something to ask")));
    }
    findings
}

async fn campaign_findings(store: &Store, campaign: &CampaignRow) -> Result<Vec<Finding>, StoreError> {
    const ABOUT: &str = "campaign";
    let name = &campaign.terms.name;
    if !campaign.active {
        return Ok(vec![Finding::good(ABOUT, format!("{name} rests"))]);
    }
    let mut findings = Vec::new();
    let import = format!("corvee import {name} FOLDER --gold 1, with labelled pictures");
    let (positive, negative) = store.gold_counts(campaign.id).await?;
    if positive == 0 || negative == 0 {
        let found = format!("{name} has {positive} positive and {negative} negative gold items: it cannot be asked");
        findings.push(Finding::wrong(ABOUT, found, import));
        return Ok(findings);
    }
    let policy = GoldPolicy { servings_per_gold: campaign.terms.gold_servings, ..GoldPolicy::default() };
    let crowd = Crowd::default();
    let standings = store.standings(campaign.id).await?;
    let expelled = standings.iter().filter(|item| is_expelled(&policy, &crowd, item)).count();
    let fresh = Pool::new(policy, &crowd, standings).fresh_gold();
    if fresh == 0 {
        let found = format!("all gold of {name} has been seen often: votes beside it are flagged");
        findings.push(Finding::advice(ABOUT, found, import.clone()));
    }
    let open = store.item_counts(campaign.id).await?.open;
    let gold_share = fresh as f64 / (fresh as f64 + open as f64);
    if fresh > 0 && gold_share < SHORT_GOLD_SHARE {
        let found = format!(
            "{name} has {fresh} fresh gold items for {open} open ones, {:.0} % gold: about {GOLD_PERCENT_WANTED} % is wanted, with \
             less it is seen so often that it can be told apart",
            gold_share * 100.0,
        );
        let missing = missing_gold(open, u64::try_from(fresh).unwrap_or(u64::MAX));
        findings.push(Finding::advice(ABOUT, found, format!("{import}, some {missing} of them")));
    }
    if expelled > 0 {
        let found = format!("good visitors contradict {expelled} gold items of {name}: they are no longer served");
        findings.push(Finding::advice(ABOUT, found, "look at their labels; corvee export shows the votes"));
    }
    if open == 0 {
        let found = format!("every item of {name} is settled: visitors check what is known already");
        findings.push(Finding::advice(ABOUT, found, format!("import more pictures, or corvee campaign pause {name}")));
    }
    if findings.is_empty() {
        findings.push(Finding::good(ABOUT, format!("{name}: {open} items open, {fresh} gold items fresh")));
    }
    Ok(findings)
}

async fn pictures(store: &Store, shelf: &Result<Shelf, ShelfError>) -> Result<Finding, StoreError> {
    const ABOUT: &str = "pictures";
    const RESTORE: &str = "put the pictures of a backup in their place";
    const MEND: &str = "make the folder readable and writable; of a bucket, mend what it says and try again";
    let shelf = match shelf {
        Ok(shelf) => shelf,
        Err(error) => return Ok(Finding::wrong(ABOUT, error.to_string(), MEND)),
    };
    let referenced = store.referenced_images().await?;
    if shelf.is_absent() {
        return Ok(if referenced.is_empty() {
            Finding::good(ABOUT, "there are none yet")
        } else {
            let found = format!("{shelf} is not there, and {} pictures should be in it", referenced.len());
            Finding::wrong(ABOUT, found, RESTORE)
        });
    }
    if let Err(error) = shelf.check(owner(store).await?.as_deref()).await {
        return Ok(Finding::wrong(ABOUT, error.to_string(), MEND));
    }
    let step = referenced.len().div_ceil(PICTURES).max(1);
    let (mut readers, mut bad, mut n_looked_at) = (JoinSet::new(), Vec::new(), 0_usize);
    let mut waiting = referenced.iter().step_by(step);
    loop {
        while readers.len() < READERS {
            let Some(digest) = waiting.next() else { break };
            let (shelf, digest) = (shelf.clone(), *digest);
            readers.spawn(async move { shelf.read(&digest).await });
        }
        let Some(Ok(read)) = readers.join_next().await else { break };
        n_looked_at += 1;
        match read {
            Ok(_) => {}
            // The others would take as long to say the same.
            Err(error) if error.is_passing() => return Ok(Finding::wrong(ABOUT, error.to_string(), MEND)),
            Err(error) => bad.push(error.to_string()),
        }
    }
    let n_referenced = referenced.len();
    bad.sort_unstable();
    Ok(match bad.first() {
        Some(first) => Finding::wrong(
            ABOUT,
            format!("{} of {n_looked_at} pictures looked at cannot be read; the first: {first}", bad.len()),
            RESTORE,
        ),
        None => {
            Finding::good(ABOUT, format!("in {shelf}: {n_looked_at} of {n_referenced} were looked at, all are whole"))
        }
    })
}
