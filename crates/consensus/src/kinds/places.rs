//! Dense places 0, 1, 2 … for ids that may be any number. Does not know what an id stands for.

/// The distinct ids of an input in rising order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Places(Vec<u32>);

impl Places {
    /// Places for all ids that occur.
    pub(crate) fn of(ids: impl IntoIterator<Item = u32>) -> Self {
        let mut ids: Vec<u32> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        Self(ids)
    }

    /// The place of an id. Only ids that were handed to [`Places::of`] are asked for; any other would get the place where
    /// it would stand.
    pub(crate) fn of_id(&self, id: u32) -> usize {
        self.0.binary_search(&id).unwrap_or_else(|place| place)
    }

    /// All ids in rising order.
    pub(crate) fn ids(&self) -> &[u32] {
        &self.0
    }

    /// Number of distinct ids.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_the_place_of_its_rank() {
        let places = Places::of([9, 4, 9, 7]);
        assert_eq!(places.ids(), [4, 7, 9]);
        assert_eq!([4, 7, 9].map(|id| places.of_id(id)), [0, 1, 2]);
        assert_eq!(places.len(), 3);
    }
}
