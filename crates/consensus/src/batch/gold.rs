//! Items whose class is known before any answer. Does not know how it came to be known.

use std::collections::BTreeMap;

/// The known class of some items. Estimators hold these items at their class and learn about workers from them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gold {
    class_of_item: BTreeMap<u32, u32>,
}

impl Gold {
    /// No item is known.
    pub fn none() -> Self {
        Self::default()
    }

    /// The known class of `item`, if it is known.
    pub fn class(&self, item: u32) -> Option<u32> {
        self.class_of_item.get(&item).copied()
    }

    /// Known items with their class, by rising item.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.class_of_item.iter().map(|(item, class)| (*item, *class))
    }

    /// Number of known items.
    pub fn len(&self) -> usize {
        self.class_of_item.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.class_of_item.is_empty()
    }
}

impl FromIterator<(u32, u32)> for Gold {
    /// From pairs of item and class; the last pair of an item counts.
    fn from_iter<Pairs: IntoIterator<Item = (u32, u32)>>(pairs: Pairs) -> Self {
        Self { class_of_item: pairs.into_iter().collect() }
    }
}
