//! Sites and campaigns in memory, refreshed from the store: what every request looks up without asking the disk.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use corvee_consensus::{Crowd, GoldPolicy, Probability, StopRule};
use corvee_protocol::campaign::nearest;
use corvee_protocol::disclosure::{Disclosure, SecondsSource};
use corvee_protocol::{Dialect, Language, SiteKey};
use metrics::gauge;

use super::pool::Pool;
use super::spelling;
use crate::observe::figures::GOLD;
use crate::store::answers::CampaignRules;
use crate::store::campaigns::{CampaignId, CampaignRow};
use crate::store::items::ItemStanding;
use crate::store::moves::Moment;
use crate::store::sites::SiteRow;
use crate::store::{Store, StoreError};

/// Passed visits from which the measured median is told instead of the study's.
const MEASURED_FROM: usize = 20;
/// Seconds of a 3×3 grid before there is a measurement: the median of reCAPTCHA's image grid (hard setting) in
/// Searles et al., USENIX Security 2023, rounded up from 13.5.
const STUDY_SECONDS: u16 = 14;

/// All sites and campaigns.
#[derive(Default)]
pub struct Register {
    sites: RwLock<Sites>,
    campaigns: RwLock<BTreeMap<CampaignId, Arc<LiveCampaign>>>,
    imports_completed: Mutex<Option<i64>>,
    /// Up to when items are known as any collector on the same database left them.
    moment: Mutex<Option<Moment>>,
}

#[derive(Default)]
struct Sites {
    by_key: BTreeMap<SiteKey, Arc<SiteRow>>,
    by_secret: BTreeMap<[u8; 32], Arc<SiteRow>>,
}

/// A campaign that visitors are asked for.
pub struct LiveCampaign {
    /// Terms and prior.
    pub row: CampaignRow,
    /// What is assumed of people.
    pub crowd: Crowd,
    /// Median milliseconds of a passed visit, once there are enough.
    pub median_solve_ms: Option<u32>,
    /// Passed visits there were when the median was taken.
    median_of_passed: u64,
    pool: Arc<Mutex<Pool>>,
}

impl Register {
    /// The site with this key, in whatever spelling.
    pub fn site(&self, key: &SiteKey) -> Option<Arc<SiteRow>> {
        self.sites.read().unwrap_or_else(PoisonError::into_inner).by_key.get(key).cloned()
    }

    /// The site whose secret has this digest in one of its spellings.
    pub fn site_by_secret(&self, digest: &[u8; 32]) -> Option<Arc<SiteRow>> {
        self.sites.read().unwrap_or_else(PoisonError::into_inner).by_secret.get(digest).cloned()
    }

    /// The campaign of this row.
    pub fn campaign(&self, id: CampaignId) -> Option<Arc<LiveCampaign>> {
        self.campaigns.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Digests of the stored tiles of all active campaigns, in the order of their rows.
    pub fn images(&self) -> Vec<[u8; 32]> {
        let campaigns = self.campaigns.read().unwrap_or_else(PoisonError::into_inner);
        let active = campaigns.values().filter(|campaign| campaign.row.active);
        active.flat_map(|campaign| campaign.with_pool(|pool| pool.images())).collect()
    }

    /// The active campaigns of a site that have gold to ask with, oldest first.
    pub fn campaigns_of(&self, site: &SiteRow) -> Vec<Arc<LiveCampaign>> {
        let campaigns = self.campaigns.read().unwrap_or_else(PoisonError::into_inner);
        let live = site.campaigns.iter().filter_map(|id| campaigns.get(&CampaignId(*id)));
        live.filter(|campaign| {
            let (positive, negative) = campaign.with_pool(|pool| pool.gold_stock());
            campaign.row.active && positive > 0 && negative > 0
        })
        .cloned()
        .collect()
    }

    /// Brings sites, terms and medians up to date, the items that other collectors have moved, and all of them when an
    /// import has completed since; tells whether one has.
    pub async fn refresh(&self, store: &Store) -> Result<bool, StoreError> {
        let refreshed = self.try_refresh(store).await;
        if refreshed.is_err() {
            // What was missed meanwhile may be forgotten by the time the database is back.
            *self.imports_completed.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        refreshed
    }

    async fn try_refresh(&self, store: &Store) -> Result<bool, StoreError> {
        let moment = store.moment().await?;
        let imports_completed = store.imports_completed().await?;
        let items_are_new = {
            let mut known = self.imports_completed.lock().unwrap_or_else(PoisonError::into_inner);
            known.replace(imports_completed) != Some(imports_completed)
        };
        let mut campaigns = BTreeMap::new();
        for row in store.campaigns().await? {
            let id = row.id;
            let known = self.campaign(id);
            let (median_solve_ms, median_of_passed) = match &known {
                Some(known) if !is_stale(known.median_of_passed, row.sums.passed) => {
                    (known.median_solve_ms, known.median_of_passed)
                }
                _ => (store.median_solve_ms(id, MEASURED_FROM).await?, row.sums.passed),
            };
            let crowd = Crowd::default();
            let known = known.filter(|_| !items_are_new);
            let pool = if let Some(known) = known {
                Arc::clone(&known.pool)
            } else {
                let policy = GoldPolicy { servings_per_gold: row.terms.gold_servings, ..GoldPolicy::default() };
                Arc::new(Mutex::new(Pool::new(policy, &crowd, store.standings(id).await?)))
            };
            let (positive, negative) = pool.lock().unwrap_or_else(PoisonError::into_inner).gold_stock();
            for (label, stock) in [("positive", positive), ("negative", negative)] {
                // Counted in whole items, of which a float holds more than there are.
                gauge!(GOLD, "campaign" => row.terms.name.to_string(), "label" => label).set(stock as f64);
            }
            let live = LiveCampaign { row, crowd, median_solve_ms, median_of_passed, pool };
            campaigns.insert(id, Arc::new(live));
        }
        *self.campaigns.write().unwrap_or_else(PoisonError::into_inner) = campaigns;
        let known = self.moment.lock().unwrap_or_else(PoisonError::into_inner).replace(moment);
        if let Some(known) = known.filter(|_| !items_are_new) {
            self.follow(store, known).await?;
        }

        let sites: Vec<Arc<SiteRow>> = store.sites().await?.into_iter().map(Arc::new).collect();
        let mut found = Sites::default();
        for site in &sites {
            for dialect in Dialect::ALL {
                found.by_key.insert(spelling::sitekey(&site.sitekey, *dialect), Arc::clone(site));
            }
            found.by_secret.extend(site.secrets.all().map(|digest| (digest, Arc::clone(site))));
        }
        *self.sites.write().unwrap_or_else(PoisonError::into_inner) = found;
        Ok(items_are_new)
    }
}

impl Register {
    /// Takes over items that were moved since.
    async fn follow(&self, store: &Store, since: Moment) -> Result<(), StoreError> {
        let mut by_campaign: BTreeMap<CampaignId, Vec<ItemStanding>> = BTreeMap::new();
        for (campaign, standing) in store.standings_of(&store.moved_since(since).await?).await? {
            by_campaign.entry(campaign).or_default().push(standing);
        }
        for (campaign, standings) in by_campaign {
            if let Some(campaign) = self.campaign(campaign) {
                campaign.with_pool(|pool| pool.take_over_standings(&standings, &campaign.crowd));
            }
        }
        Ok(())
    }
}

impl LiveCampaign {
    /// What its posteriors need.
    pub fn rules(&self) -> CampaignRules {
        rules(&self.row)
    }

    /// Share of positives assumed before any vote.
    pub fn prior(&self) -> Probability {
        Probability::saturating(self.row.prior)
    }

    /// The question in the language nearest to the wanted one, and that language.
    pub fn question(&self, wanted: &Language) -> (&str, &str) {
        let found = nearest(&self.row.terms.question, wanted);
        found.map_or(("", "en"), |(language, text)| (text, language.as_str()))
    }

    /// The language that the data set is named in for those who want this one, where its requester said it.
    pub fn data_set_language(&self, wanted: &Language) -> Option<&Language> {
        self.row.terms.data_set.language(wanted)
    }

    /// What visitors are told before the work, in the language nearest to the wanted one.
    pub fn disclosure(&self, wanted: &Language) -> Disclosure {
        let measured = self.median_solve_ms.map(|ms| u16::try_from(ms.div_ceil(1000)).unwrap_or(u16::MAX));
        Disclosure {
            requester: self.row.terms.requester.clone(),
            data_set: self.row.terms.data_set.nearest(wanted).to_owned(),
            licence: self.row.terms.licence.clone(),
            seconds: measured.unwrap_or(STUDY_SECONDS),
            seconds_source: if measured.is_some() { SecondsSource::Measured } else { SecondsSource::Study },
        }
    }

    /// The items, for as long as the caller needs them; never held across an await.
    pub fn with_pool<T>(&self, use_pool: impl FnOnce(&mut Pool) -> T) -> T {
        use_pool(&mut self.pool.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether a median of so many passed visits is worth taking anew: when a fiftieth has come to them.
fn is_stale(then: u64, now: u64) -> bool {
    now > then + then / 50
}

/// What the posteriors of a campaign need: the same for answers, removals and exports.
pub fn rules(campaign: &CampaignRow) -> CampaignRules {
    CampaignRules {
        id: campaign.id,
        prior: Probability::saturating(campaign.prior),
        stop: StopRule::at(Probability::saturating(campaign.terms.confidence)),
        crowd: Crowd::default(),
    }
}
