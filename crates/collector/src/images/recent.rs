//! A bounded memory of what was used last. Does not know what it keeps.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// At most `capacity` values; the one unused for longest makes room.
pub(super) struct Recent<K, V> {
    capacity: usize,
    uses: u64,
    values: HashMap<K, (u64, V)>,
    keys_by_use: BTreeMap<u64, K>,
}

impl<K: Copy + Eq + Hash, V: Clone> Recent<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), uses: 0, values: HashMap::new(), keys_by_use: BTreeMap::new() }
    }

    /// The value of a key, which counts as used now; made when absent.
    pub(super) fn value_or_else(&mut self, key: K, make: impl FnOnce() -> V) -> V {
        if let Some(value) = self.value(&key) {
            return value;
        }
        let value = make();
        self.keep(key, value.clone());
        value
    }

    /// The value of a key, which counts as used now.
    pub(super) fn value(&mut self, key: &K) -> Option<V> {
        let (last_use, value) = self.values.get_mut(key)?;
        self.keys_by_use.remove(last_use);
        self.uses += 1;
        *last_use = self.uses;
        self.keys_by_use.insert(self.uses, *key);
        Some(value.clone())
    }

    /// Keeps a value.
    pub(super) fn keep(&mut self, key: K, value: V) {
        self.uses += 1;
        if let Some((last_use, _)) = self.values.insert(key, (self.uses, value)) {
            self.keys_by_use.remove(&last_use);
        }
        self.keys_by_use.insert(self.uses, key);
        while self.values.len() > self.capacity {
            let Some((_, oldest)) = self.keys_by_use.pop_first() else {
                return;
            };
            self.values.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_unused_for_longest_makes_room() {
        let mut recent = Recent::new(2);
        recent.keep('a', 1);
        recent.keep('b', 2);
        assert_eq!(recent.value(&'a'), Some(1));
        recent.keep('c', 3);
        assert_eq!(recent.value(&'b'), None);
        assert_eq!((recent.value(&'a'), recent.value(&'c')), (Some(1), Some(3)));
    }

    #[test]
    fn a_key_kept_twice_is_kept_once() {
        let mut recent = Recent::new(2);
        for value in 0..10 {
            recent.keep('a', value);
        }
        recent.keep('b', 1);
        assert_eq!((recent.value(&'a'), recent.value(&'b')), (Some(9), Some(1)));
        assert_eq!((recent.values.len(), recent.keys_by_use.len()), (2, 2));
        assert_eq!(recent.value_or_else('a', || 99), 9);
        assert_eq!(recent.value_or_else('d', || 4), 4);
    }
}
