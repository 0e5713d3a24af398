//! Items drawn for a screen from one list after the other, each once. Does not know why one list comes before another.

use std::collections::BTreeSet;

use rand::{Rng, RngExt as _};

use super::{Entry, Pool};
use crate::store::items::ItemStanding;

/// Lists up to this length are looked through as a whole; of longer ones a sample is drawn.
const LOOKED_THROUGH: usize = 600;

/// Places of items, in the order they were drawn.
#[derive(Default)]
pub(super) struct Drawn {
    places: Vec<usize>,
}

impl Drawn {
    /// When there are fewer than `least`, adds items of this list that are wanted, in random order, until there are `most`.
    pub(super) fn fill(
        &mut self,
        pool: &Pool,
        list: &[usize],
        most: usize,
        least: usize,
        chance: &mut impl Rng,
        is_wanted: impl Fn(&Entry) -> bool,
    ) {
        if self.places.len() >= least || list.is_empty() {
            return;
        }
        let wanted = most - self.places.len();
        let is_other = |at: &usize| !self.places.contains(at) && pool.items.get(*at).is_some_and(&is_wanted);
        let drawn: Vec<usize> = if list.len() <= LOOKED_THROUGH {
            let order = rand::seq::index::sample(chance, list.len(), list.len());
            order.into_iter().filter_map(|place| list.get(place)).copied().filter(is_other).take(wanted).collect()
        } else {
            // Draws with replacement, doubles struck out: exact enough where the list is much longer than what is wanted.
            let mut met = BTreeSet::new();
            let order: Vec<usize> = (0..4 * wanted).map(|_| chance.random_range(0..list.len())).collect();
            let order = order.into_iter().filter(|place| met.insert(*place));
            order.filter_map(|place| list.get(place)).copied().filter(is_other).take(wanted).collect()
        };
        self.places.extend(drawn);
    }

    /// What is known of them.
    pub(super) fn standings<'a>(&self, pool: &'a Pool) -> Vec<&'a ItemStanding> {
        self.places.iter().filter_map(|at| pool.items.get(*at)).map(|entry| &entry.standing).collect()
    }
}
