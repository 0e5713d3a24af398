//! A campaign's items in memory: which may be asked now, and what is believed of them. Knows no visitor and no disk.
//!
//! Gold must not be found by how often it is seen. Of unknown items only so many are open to be served at a time, of gold so
//! many in proportion to what screens take of either, and a gold item is retired after as many servings as unknown items of
//! its class get until they are settled: at any moment, and in the end, both have been seen equally often.

mod drawn;
mod exposure;

use std::collections::HashSet;

use corvee_consensus::{
    Crowd, DriftAlarm, DriftMonitor, DriftRule, GoldAudit, GoldPolicy, GoldVerdict, Known, Probability, Wear,
};
use corvee_protocol::limits::SELECT_TILES;
use corvee_protocol::sealed_state::{SealedTile, TileRole};
use rand::Rng;

use self::drawn::Drawn;
use self::exposure::{Exposure, Window, place_in_line};
use super::address::PrefixHash;
use crate::store::answers::MovedItem;
use crate::store::items::{ItemId, ItemStanding, ItemState};

/// Unknown items looked at for one screen.
const CANDIDATES: usize = 64;
/// Unknown items below which those beyond the window are looked at as well.
const CANDIDATES_LEAST: usize = 2 * SELECT_TILES;
/// Screens after which an item that was shown and not answered is taken to be free again.
const UNDER_WAY: u64 = 64;
/// Answers remembered by network; beyond it the memory starts afresh.
const HEARD: usize = 500_000;

/// Where each item stands, with the lists a screen is drawn from.
pub struct Pool {
    policy: GoldPolicy,
    items: Vec<Entry>,
    /// Gold that is seen no more often than unknown items are, then gold that is; the first of a list are in service.
    positive_gold: Vec<usize>,
    negative_gold: Vec<usize>,
    worn_positive: Vec<usize>,
    worn_negative: Vec<usize>,
    open: Vec<usize>,
    closed: Vec<usize>,
    /// Which networks have answered which item.
    heard: HashSet<(ItemId, PrefixHash)>,
    exposure: Exposure,
    /// Screens that were composed.
    screens: u64,
    /// Items that anybody has voted on, and those of them whose label is final.
    voted: usize,
    final_labels: usize,
    drift: DriftMonitor,
}

#[derive(Clone, Debug)]
struct Entry {
    standing: ItemStanding,
    wear: Wear,
    /// Place in the list it is drawn from.
    place: usize,
    /// The last screen it was on, as long as nobody has answered it since.
    screen: Option<u64>,
}

impl Pool {
    /// A pool of these items, which must be sorted by row.
    pub fn new(policy: GoldPolicy, crowd: &Crowd, standings: Vec<ItemStanding>) -> Self {
        let mut exposure = Exposure::default();
        for standing in &standings {
            if matches!(standing.state, ItemState::Final | ItemState::Ambiguous) {
                exposure.note_settled(standing.log_odds > 0.0, standing.servings.min(standing.n_votes));
            }
        }
        let entry = |standing| Entry { standing, wear: Wear::Fresh, place: usize::MAX, screen: None };
        let mut pool = Self {
            policy,
            items: standings.into_iter().map(entry).collect(),
            positive_gold: vec![],
            negative_gold: vec![],
            worn_positive: vec![],
            worn_negative: vec![],
            open: vec![],
            closed: vec![],
            heard: HashSet::new(),
            exposure,
            screens: 0,
            voted: 0,
            final_labels: 0,
            drift: DriftMonitor::new(DriftRule::default(), crowd),
        };
        // Those under way are in service first; the others wait in an order that nobody outside chose.
        let mut order: Vec<usize> = (0..pool.items.len()).collect();
        order.sort_by_key(|at| {
            let standing = pool.items.get(*at).map(|entry| &entry.standing);
            standing.map(|standing| (standing.servings == 0, place_in_line(standing.id)))
        });
        pool.voted = pool.items.iter().filter(|entry| entry.standing.n_votes > 0).count();
        pool.final_labels = pool.items.iter().filter(|entry| entry.standing.state == ItemState::Final).count();
        for at in order {
            pool.wear_out(at);
            pool.enlist(at, crowd);
        }
        pool
    }

    /// Digests of the stored tiles, in the order of rows: what is gold and what is unknown stands mixed.
    pub fn images(&self) -> Vec<[u8; 32]> {
        self.items.iter().map(|entry| entry.standing.image).collect()
    }

    /// What is known of an item.
    pub fn standing(&self, id: ItemId) -> Option<&ItemStanding> {
        self.items.get(self.index(id)?).map(|entry| &entry.standing)
    }

    /// P(positive) of an unknown item from the votes of people, or `otherwise` when the pool does not hold it.
    pub fn positive(&self, id: ItemId, otherwise: Probability) -> Probability {
        self.standing(id).map_or(otherwise, |standing| Probability::from_log_odds(standing.log_odds))
    }

    /// Gold that may be served: positive and negative.
    pub fn gold_stock(&self) -> (usize, usize) {
        (self.positive_gold.len() + self.worn_positive.len(), self.negative_gold.len() + self.worn_negative.len())
    }

    /// Gold that was seen no more often than unknown items are.
    pub fn fresh_gold(&self) -> usize {
        self.positive_gold.len() + self.negative_gold.len()
    }

    /// Of the items that anybody has voted on the share whose label is final.
    pub fn share_of_final(&self) -> f64 {
        self.final_labels as f64 / self.voted.max(1) as f64
    }

    /// Whether so many items were settled that unknown tiles say something of visitors.
    pub fn has_settled(&self) -> bool {
        self.exposure.has_settled()
    }

    /// How many of each list are in service.
    fn window(&self) -> Window {
        self.exposure.window(self.positive_gold.len(), self.negative_gold.len())
    }

    /// Unknown items for one screen, each once, none of `seen`: open ones in service, then open ones that wait, then closed ones.
    /// What is on a screen under way comes after what is not: its answer may settle it. What `network` has answered comes last.
    pub fn candidates(&self, chance: &mut impl Rng, network: PrefixHash, seen: &[ItemId]) -> Vec<&ItemStanding> {
        let served = self.in_service(&self.open, self.window().unknown);
        let is_unseen = |entry: &Entry| !seen.contains(&entry.standing.id);
        let is_new = |entry: &Entry| is_unseen(entry) && !self.has_heard(entry.standing.id, network);
        let is_free = |entry: &Entry| self.is_free(entry) && is_new(entry);
        let mut drawn = Drawn::default();
        drawn.fill(self, &served, CANDIDATES, CANDIDATES, chance, is_new);
        drawn.fill(self, &self.open, CANDIDATES, CANDIDATES_LEAST, chance, is_free);
        drawn.fill(self, &self.open, CANDIDATES, CANDIDATES_LEAST, chance, is_new);
        drawn.fill(self, &self.closed, CANDIDATES, SELECT_TILES, chance, is_unseen);
        drawn.fill(self, &self.open, CANDIDATES, SELECT_TILES, chance, is_unseen);
        drawn.standings(self)
    }

    /// Gold for one screen: up to `n` items of this label, none of `seen`. First what is in service, then what waits, then what
    /// is on a screen under way, then what `network` has answered, then the least served of a few that are worn.
    pub fn draw_gold(
        &self,
        positive: bool,
        n: usize,
        chance: &mut impl Rng,
        network: PrefixHash,
        seen: &[ItemId],
    ) -> Vec<(&ItemStanding, Wear)> {
        let window = self.window();
        let (fresh, worn, in_service) = if positive {
            (&self.positive_gold, &self.worn_positive, window.positive_gold)
        } else {
            (&self.negative_gold, &self.worn_negative, window.negative_gold)
        };
        let served = self.in_service(fresh, in_service);
        let is_unseen = |entry: &Entry| !seen.contains(&entry.standing.id);
        let is_new = |entry: &Entry| is_unseen(entry) && !self.has_heard(entry.standing.id, network);
        let is_free = |entry: &Entry| self.is_free(entry) && is_new(entry);
        // Evenly, whatever their servings, so that servings tell nothing about which gold comes next.
        let mut drawn = Drawn::default();
        drawn.fill(self, &served, n, n, chance, is_new);
        drawn.fill(self, fresh, n, n, chance, is_free);
        drawn.fill(self, fresh, n, n, chance, is_new);
        drawn.fill(self, fresh, n, n, chance, is_unseen);
        let mut drawn: Vec<_> = drawn.standings(self).into_iter().map(|standing| (standing, Wear::Fresh)).collect();
        if drawn.len() < n {
            let mut tired = Drawn::default();
            tired.fill(self, worn, CANDIDATES, CANDIDATES, chance, is_unseen);
            let mut tired = tired.standings(self);
            // A stable sort keeps the random order among equals.
            tired.sort_by_key(|standing| (self.has_heard(standing.id, network), standing.servings));
            drawn.extend(tired.into_iter().take(n - drawn.len()).map(|standing| (standing, Wear::Worn)));
        }
        drawn
    }

    /// The first `n` of a list that no screen under way shows: of gold and of unknown items as many more are in service as are
    /// under way.
    fn in_service(&self, list: &[usize], n: usize) -> Vec<usize> {
        let is_free = |at: &usize| self.items.get(*at).is_some_and(|entry| self.is_free(entry));
        list.iter().copied().filter(is_free).take(n).collect()
    }

    /// Whether no screen under way shows it.
    fn is_free(&self, entry: &Entry) -> bool {
        entry.screen.is_none_or(|screen| self.screens - screen >= UNDER_WAY)
    }

    /// Notes what a screen took of either, so that gold is in service in proportion, and what is under way.
    pub fn note_screen(&mut self, tiles: &[SealedTile]) {
        self.exposure.note_screen(tiles);
        self.screens += 1;
        for tile in tiles {
            if let Some(entry) = self.index(ItemId(tile.item)).and_then(|at| self.items.get_mut(at)) {
                entry.screen = Some(self.screens);
            }
        }
    }

    /// Takes over where items stand after an answer, and counts its serving.
    pub fn apply(&mut self, moved: &[MovedItem], crowd: &Crowd) {
        for item in moved {
            if let Some(entry) = self.index(item.id).and_then(|at| self.items.get_mut(at)) {
                entry.standing.servings = entry.standing.servings.saturating_add(1);
                entry.screen = None;
                if entry.standing.state == ItemState::Open && item.state != ItemState::Open {
                    self.exposure.note_settled(item.log_odds > 0.0, entry.standing.servings);
                }
            }
            self.take_over(item, crowd);
        }
    }

    /// Takes over where items stand after votes were taken back.
    pub fn apply_removal(&mut self, moved: &[MovedItem], crowd: &Crowd) {
        for item in moved {
            self.take_over(item, crowd);
        }
    }

    /// Takes over where items stand in the database, whoever moved them.
    pub fn take_over_standings(&mut self, standings: &[ItemStanding], crowd: &Crowd) {
        for standing in standings {
            let Some(at) = self.index(standing.id) else { continue };
            let Some(entry) = self.items.get_mut(at) else { continue };
            let was = std::mem::replace(&mut entry.standing, *standing);
            self.recount(&was, standing);
            self.strike(at, was.state);
            self.enlist(at, crowd);
        }
    }

    fn take_over(&mut self, item: &MovedItem, crowd: &Crowd) {
        let Some(at) = self.index(item.id) else { return };
        let Some(entry) = self.items.get_mut(at).filter(|entry| entry.standing.gold.is_none()) else {
            return;
        };
        let was = entry.standing;
        let now = ItemStanding { state: item.state, log_odds: item.log_odds, n_votes: item.n_votes, ..was };
        entry.standing = now;
        self.recount(&was, &now);
        if was.state != item.state {
            self.strike(at, was.state);
            self.enlist(at, crowd);
        }
    }

    fn recount(&mut self, was: &ItemStanding, now: &ItemStanding) {
        let voted = |standing: &ItemStanding| usize::from(standing.n_votes > 0);
        let is_final = |standing: &ItemStanding| usize::from(standing.state == ItemState::Final);
        self.voted = (self.voted + voted(now)).saturating_sub(voted(was));
        self.final_labels = (self.final_labels + is_final(now)).saturating_sub(is_final(was));
    }

    /// Notes that this network has answered this item; tells whether it is the first time.
    pub fn hear(&mut self, id: ItemId, network: PrefixHash) -> bool {
        if self.heard.len() >= HEARD {
            self.heard.clear();
        }
        self.heard.insert((id, network))
    }

    fn has_heard(&self, id: ItemId, network: PrefixHash) -> bool {
        self.heard.contains(&(id, network))
    }

    /// Takes in what a visitor said of a screen's tiles whose answer is known, or nearly so; tells when a class is answered
    /// otherwise than usual.
    pub fn watch(&mut self, answers: &[(&SealedTile, bool)]) -> Option<DriftAlarm> {
        let known = |(tile, picked): &(&SealedTile, bool)| match tile.role {
            TileRole::FreshGold { positive } | TileRole::WornGold { positive } => {
                Some((positive, Known::Gold, *picked))
            }
            TileRole::Unknown => {
                let positive = self.positive(ItemId(tile.item), Probability::HALF);
                Some((self.drift.nearly_known(positive)?, Known::Votes, *picked))
            }
        };
        let known: Vec<_> = answers.iter().filter_map(known).collect();
        self.drift.observe_screen(&known)
    }

    /// Counts a serving of gold and what a good visitor said of it; gold that good visitors contradict is expelled.
    pub fn serve_gold(&mut self, id: ItemId, audit: Option<bool>, crowd: &Crowd) {
        let Some(at) = self.index(id) else { return };
        let Some(entry) = self.items.get_mut(at) else { return };
        entry.standing.servings = entry.standing.servings.saturating_add(1);
        entry.screen = None;
        match audit {
            Some(true) => entry.standing.audits.agreed = entry.standing.audits.agreed.saturating_add(1),
            Some(false) => entry.standing.audits.disagreed = entry.standing.audits.disagreed.saturating_add(1),
            None => {}
        }
        let is_served = entry.place != usize::MAX;
        if audit == Some(false) && is_expelled(&self.policy, crowd, &entry.standing) {
            if is_served {
                tracing::warn!(item = id.0, "good visitors contradict this gold: it is no longer served");
                self.strike(at, ItemState::Gold);
            }
        } else if is_served && entry.wear == Wear::Fresh && self.is_worn(at) {
            self.strike(at, ItemState::Gold);
            self.wear_out(at);
            self.enlist(at, crowd);
        }
    }

    /// Whether this gold has been seen as often as an unknown item of its class is.
    fn is_worn(&self, at: usize) -> bool {
        let Some(ItemStanding { id, gold: Some(positive), servings, .. }) = self.items.get(at).map(|it| &it.standing)
        else {
            return false;
        };
        let servings_allowed = self.exposure.servings(*id, *positive).min(self.policy.servings_per_gold);
        *servings >= servings_allowed
    }

    fn wear_out(&mut self, at: usize) {
        if self.is_worn(at)
            && let Some(entry) = self.items.get_mut(at)
        {
            entry.wear = Wear::Worn;
        }
    }

    fn index(&self, id: ItemId) -> Option<usize> {
        self.items.binary_search_by_key(&id, |entry| entry.standing.id).ok()
    }

    fn list(&mut self, state: ItemState, gold: Option<bool>, wear: Wear) -> &mut Vec<usize> {
        match (state, gold, wear) {
            (_, Some(true), Wear::Fresh) => &mut self.positive_gold,
            (_, Some(true), Wear::Worn) => &mut self.worn_positive,
            (_, Some(false), Wear::Fresh) => &mut self.negative_gold,
            (_, Some(false), Wear::Worn) => &mut self.worn_negative,
            (ItemState::Open | ItemState::Gold, None, _) => &mut self.open,
            (ItemState::Final | ItemState::Ambiguous, None, _) => &mut self.closed,
        }
    }

    fn enlist(&mut self, at: usize, crowd: &Crowd) {
        let Some(entry) = self.items.get(at) else { return };
        let (state, gold, wear) = (entry.standing.state, entry.standing.gold, entry.wear);
        if gold.is_some() && is_expelled(&self.policy, crowd, &entry.standing) {
            return;
        }
        let list = self.list(state, gold, wear);
        list.push(at);
        let place = list.len() - 1;
        if let Some(entry) = self.items.get_mut(at) {
            entry.place = place;
        }
    }

    fn strike(&mut self, at: usize, state: ItemState) {
        let Some(entry) = self.items.get_mut(at) else { return };
        let (gold, wear) = (entry.standing.gold, entry.wear);
        let place = std::mem::replace(&mut entry.place, usize::MAX);
        let list = self.list(state, gold, wear);
        if place >= list.len() {
            return;
        }
        list.swap_remove(place);
        let moved_up = list.get(place).copied();
        if let Some(entry) = moved_up.and_then(|moved| self.items.get_mut(moved)) {
            entry.place = place;
        }
    }
}

/// Whether good visitors contradict this gold. Its audits are replayed: they differ only in agreeing or not, so that
/// counts are enough.
pub fn is_expelled(policy: &GoldPolicy, crowd: &Crowd, standing: &ItemStanding) -> bool {
    let Some(positive) = standing.gold else { return false };
    let answers = [(positive, standing.audits.agreed), (!positive, standing.audits.disagreed)];
    let mut audit = GoldAudit::default();
    for (picked, n) in answers {
        for _ in 0..n.min(10_000) {
            audit = policy.audited(crowd, audit, positive, picked, Probability::ONE);
        }
    }
    policy.verdict(&audit) == GoldVerdict::Expelled
}

#[cfg(test)]
mod tests;
