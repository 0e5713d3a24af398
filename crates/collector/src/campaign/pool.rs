//! A campaign's items in memory: which may be asked now, and what is believed of them. Knows no visitor and no disk.

use std::collections::BTreeSet;

use corvee_consensus::{Crowd, GoldAudit, GoldPolicy, GoldVerdict, Probability, Wear};
use rand::{Rng, RngExt as _};

use super::address::PrefixHash;
use crate::store::answers::MovedItem;
use crate::store::items::{ItemId, ItemStanding, ItemState};

/// Unknown items looked at for one screen.
const CANDIDATES: usize = 64;
/// Audits remembered by network; beyond it the memory starts afresh.
const AUDITS: usize = 500_000;

/// Where each item stands, with the lists a screen is drawn from.
pub struct Pool {
    policy: GoldPolicy,
    items: Vec<Entry>,
    positive_gold: Vec<usize>,
    negative_gold: Vec<usize>,
    open: Vec<usize>,
    closed: Vec<usize>,
    /// Which networks have audited which gold.
    audited: BTreeSet<(ItemId, PrefixHash)>,
}

#[derive(Clone, Debug)]
struct Entry {
    standing: ItemStanding,
    /// Place in the list it is drawn from.
    place: usize,
}

impl Pool {
    /// A pool of these items, which must be sorted by row.
    pub fn new(policy: GoldPolicy, crowd: &Crowd, standings: Vec<ItemStanding>) -> Self {
        let items = standings.into_iter().map(|standing| Entry { standing, place: usize::MAX }).collect();
        let mut pool = Self {
            policy,
            items,
            positive_gold: vec![],
            negative_gold: vec![],
            open: vec![],
            closed: vec![],
            audited: BTreeSet::new(),
        };
        for at in 0..pool.items.len() {
            pool.enlist(at, crowd);
        }
        pool
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
        (self.positive_gold.len(), self.negative_gold.len())
    }

    /// Unknown items for one screen, each once and none of `seen`: open ones, and closed ones only when too few are open.
    pub fn candidates(&self, chance: &mut impl Rng, seen: &[ItemId]) -> Vec<&ItemStanding> {
        let mut drawn = self.draw(&self.open, CANDIDATES, chance, seen);
        if drawn.len() < corvee_protocol::limits::SELECT_TILES {
            drawn.extend(self.draw(&self.closed, CANDIDATES - drawn.len(), chance, seen));
        }
        drawn
    }

    /// Gold for one screen: `n` items of this label, fresh ones first, then the least served of a few drawn.
    pub fn draw_gold(
        &self,
        positive: bool,
        n: usize,
        chance: &mut impl Rng,
        seen: &[ItemId],
    ) -> Vec<(&ItemStanding, Wear)> {
        let list = if positive { &self.positive_gold } else { &self.negative_gold };
        let mut drawn = self.draw(list, list.len().min(CANDIDATES), chance, seen);
        // A stable sort keeps the random order among equals. Fresh gold is drawn evenly, whatever its servings, so that
        // servings tell nothing about which gold comes next.
        drawn.sort_by_key(|standing| match self.wear(standing) {
            Wear::Fresh => 0,
            Wear::Worn => standing.servings,
        });
        drawn.truncate(n);
        drawn.into_iter().map(|standing| (standing, self.wear(standing))).collect()
    }

    /// Takes over where items stand after an answer, and counts its serving.
    pub fn apply(&mut self, moved: &[MovedItem], crowd: &Crowd) {
        for item in moved {
            self.take_over(item, crowd);
            if let Some(entry) = self.index(item.id).and_then(|at| self.items.get_mut(at)) {
                entry.standing.servings = entry.standing.servings.saturating_add(1);
            }
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
            self.strike(at, was.state);
            self.enlist(at, crowd);
        }
    }

    fn take_over(&mut self, item: &MovedItem, crowd: &Crowd) {
        let Some(at) = self.index(item.id) else { return };
        let Some(entry) = self.items.get_mut(at).filter(|entry| entry.standing.gold.is_none()) else {
            return;
        };
        let was = std::mem::replace(&mut entry.standing.state, item.state);
        entry.standing.log_odds = item.log_odds;
        entry.standing.n_votes = item.n_votes;
        if was != item.state {
            self.strike(at, was);
            self.enlist(at, crowd);
        }
    }

    /// Whether this network has not audited this gold before: in audits, too, one network has one voice.
    pub fn is_first_audit(&mut self, id: ItemId, prefix: PrefixHash) -> bool {
        if self.audited.len() >= AUDITS {
            self.audited.clear();
        }
        self.audited.insert((id, prefix))
    }

    /// Counts a serving of gold and what a good visitor said of it; gold that good visitors contradict is expelled.
    pub fn serve_gold(&mut self, id: ItemId, audit: Option<bool>, crowd: &Crowd) {
        let Some(at) = self.index(id) else { return };
        let Some(entry) = self.items.get_mut(at) else { return };
        entry.standing.servings = entry.standing.servings.saturating_add(1);
        match audit {
            Some(true) => entry.standing.audits.agreed = entry.standing.audits.agreed.saturating_add(1),
            Some(false) => entry.standing.audits.disagreed = entry.standing.audits.disagreed.saturating_add(1),
            None => {}
        }
        if audit == Some(false) && is_expelled(&self.policy, crowd, &entry.standing) {
            tracing::warn!(item = id.0, "good visitors contradict this gold: it is no longer served");
            self.strike(at, ItemState::Gold);
        }
    }

    fn wear(&self, standing: &ItemStanding) -> Wear {
        self.policy.wear(standing.servings)
    }

    fn index(&self, id: ItemId) -> Option<usize> {
        self.items.binary_search_by_key(&id, |entry| entry.standing.id).ok()
    }

    fn draw(&self, list: &[usize], n: usize, chance: &mut impl Rng, seen: &[ItemId]) -> Vec<&ItemStanding> {
        let places = if list.len() <= n * 2 {
            rand::seq::index::sample(chance, list.len(), list.len()).into_vec()
        } else {
            // Draws with replacement, doubles struck out: exact enough where the list is much longer than what is wanted.
            let mut places: Vec<usize> = (0..n + seen.len()).map(|_| chance.random_range(0..list.len())).collect();
            let mut met = BTreeSet::new();
            places.retain(|place| met.insert(*place));
            places
        };
        let standing = |place: usize| list.get(place).and_then(|at| self.items.get(*at)).map(|entry| &entry.standing);
        places.into_iter().filter_map(standing).filter(|standing| !seen.contains(&standing.id)).take(n).collect()
    }

    fn list(&mut self, state: ItemState, gold: Option<bool>) -> &mut Vec<usize> {
        match (state, gold) {
            (_, Some(true)) => &mut self.positive_gold,
            (_, Some(false)) => &mut self.negative_gold,
            (ItemState::Open | ItemState::Gold, None) => &mut self.open,
            (ItemState::Final | ItemState::Ambiguous, None) => &mut self.closed,
        }
    }

    fn enlist(&mut self, at: usize, crowd: &Crowd) {
        let Some(entry) = self.items.get(at) else { return };
        let (state, gold) = (entry.standing.state, entry.standing.gold);
        if gold.is_some() && is_expelled(&self.policy, crowd, &entry.standing) {
            return;
        }
        let list = self.list(state, gold);
        list.push(at);
        let place = list.len() - 1;
        if let Some(entry) = self.items.get_mut(at) {
            entry.place = place;
        }
    }

    fn strike(&mut self, at: usize, state: ItemState) {
        let Some(entry) = self.items.get_mut(at) else { return };
        let (place, gold) = (std::mem::replace(&mut entry.place, usize::MAX), entry.standing.gold);
        let list = self.list(state, gold);
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
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    use super::*;
    use crate::store::items::Audits;

    fn standing(id: i64, gold: Option<bool>) -> ItemStanding {
        let state = if gold.is_some() { ItemState::Gold } else { ItemState::Open };
        ItemStanding {
            id: ItemId(id),
            state,
            gold,
            log_odds: -2.0,
            n_votes: 0,
            servings: 0,
            image: [0; 32],
            audits: Audits::default(),
        }
    }

    fn pool(n_open: i64) -> Pool {
        let gold = [(1, true), (2, true), (3, false), (4, false)];
        let mut standings: Vec<_> = gold.map(|(id, positive)| standing(id, Some(positive))).into();
        standings.extend((10..10 + n_open).map(|id| standing(id, None)));
        Pool::new(GoldPolicy::default(), &Crowd::default(), standings)
    }

    fn chance() -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(3)
    }

    fn settle(pool: &mut Pool, id: i64, state: ItemState) {
        let moved = MovedItem { id: ItemId(id), state, log_odds: 8.0, n_votes: 7 };
        pool.apply(&[moved], &Crowd::default());
    }

    #[test]
    fn closed_items_are_asked_only_when_too_few_are_open() {
        let mut pool = pool(12);
        for id in 10..13 {
            settle(&mut pool, id, ItemState::Final);
        }
        let open: Vec<_> = pool.candidates(&mut chance(), &[]).iter().map(|item| item.id.0).collect();
        assert_eq!(open.len(), 9);
        assert!(open.iter().all(|id| *id >= 13));
        settle(&mut pool, 13, ItemState::Ambiguous);
        assert_eq!(pool.candidates(&mut chance(), &[]).len(), 12);
        settle(&mut pool, 13, ItemState::Open);
        assert_eq!(pool.candidates(&mut chance(), &[]).len(), 9);
    }

    #[test]
    fn what_a_visit_has_seen_is_not_drawn_again() {
        let pool = pool(1000);
        let mut chance = chance();
        for _ in 0..50 {
            let seen: Vec<ItemId> = (10..30).map(ItemId).collect();
            let drawn = pool.candidates(&mut chance, &seen);
            assert!(drawn.iter().all(|item| item.id.0 >= 30));
            let mut ids: Vec<_> = drawn.iter().map(|item| item.id).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), drawn.len());
            assert!(pool.draw_gold(true, 2, &mut chance, &[ItemId(1)]).iter().all(|(item, _)| item.id == ItemId(2)));
        }
    }

    #[test]
    fn fresh_gold_is_served_before_worn_gold() {
        let mut pool = pool(9);
        for _ in 0..10 {
            pool.serve_gold(ItemId(1), None, &Crowd::default());
        }
        for _ in 0..20 {
            let gold = pool.draw_gold(true, 1, &mut chance(), &[]);
            assert_eq!(gold.first().map(|(item, wear)| (item.id, *wear)), Some((ItemId(2), Wear::Fresh)));
        }
    }

    #[test]
    fn one_network_audits_a_gold_item_once() {
        let mut pool = pool(9);
        assert!(pool.is_first_audit(ItemId(1), PrefixHash([1; 8])));
        assert!(!pool.is_first_audit(ItemId(1), PrefixHash([1; 8])));
        assert!(pool.is_first_audit(ItemId(2), PrefixHash([1; 8])));
        assert!(pool.is_first_audit(ItemId(1), PrefixHash([2; 8])));
    }

    #[test]
    fn gold_that_good_visitors_contradict_is_expelled() {
        let mut pool = pool(9);
        for _ in 0..8 {
            pool.serve_gold(ItemId(3), Some(false), &Crowd::default());
        }
        assert_eq!(pool.gold_stock(), (2, 1));
        for _ in 0..200 {
            pool.serve_gold(ItemId(4), Some(true), &Crowd::default());
        }
        assert_eq!(pool.gold_stock(), (2, 1));
    }
}
