//! How often items are seen: what screens take of gold and of unknown items, and after how many servings unknown items are
//! settled. Knows no item by name.

use corvee_protocol::sealed_state::{SealedTile, TileRole};

use crate::store::items::ItemId;

/// Unknown items in service when there is gold enough.
const UNKNOWN: usize = 256;
/// Unknown items in service when there is not: fewer would be shown to everybody again and again.
const UNKNOWN_LEAST: usize = 36;
/// What is kept of an average with every screen, and of a count with every settled item.
const KEPT_A_SCREEN: f64 = 0.99;
const KEPT_AN_ITEM: f64 = 0.997;
/// Settled items, by weight, from which their servings are trusted.
const SETTLED_LEAST: f64 = 20.0;
/// Servings told apart; more count as the last.
const SERVINGS: usize = 48;

/// How many of each list are in service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) unknown: usize,
    pub(super) positive_gold: usize,
    pub(super) negative_gold: usize,
}

/// What screens take, and what unknown items get.
#[derive(Clone, Debug)]
pub(super) struct Exposure {
    /// Unknown, positive gold, negative gold on a screen, averaged over the last hundred or so.
    taken: [f64; 3],
    /// How many unknown items were settled after so many servings; negative labels, positive labels.
    settled: [[f64; SERVINGS]; 2],
}

impl Default for Exposure {
    /// A screen of a campaign that nobody has answered, a third of whose pictures show the thing; nothing settled yet.
    fn default() -> Self {
        Self { taken: [4.0, 1.7, 3.3], settled: [[0.0; SERVINGS]; 2] }
    }
}

impl Exposure {
    /// Takes in a composed screen.
    pub(super) fn note_screen(&mut self, tiles: &[SealedTile]) {
        let mut counts = [0.0; 3];
        for tile in tiles {
            let [unknown, positive, negative] = &mut counts;
            let count = match tile.role {
                TileRole::Unknown => unknown,
                TileRole::FreshGold { positive: true } | TileRole::WornGold { positive: true } => positive,
                TileRole::FreshGold { positive: false } | TileRole::WornGold { positive: false } => negative,
            };
            *count += 1.0;
        }
        for (taken, count) in self.taken.iter_mut().zip(counts) {
            *taken = KEPT_A_SCREEN * *taken + (1.0 - KEPT_A_SCREEN) * count;
        }
    }

    /// Takes in that an unknown item was settled after so many servings.
    pub(super) fn note_settled(&mut self, positive: bool, servings: u32) {
        let at = usize::try_from(servings).unwrap_or(SERVINGS).min(SERVINGS - 1);
        let [negative_items, positive_items] = &mut self.settled;
        let counts = if positive { positive_items } else { negative_items };
        for count in counts.iter_mut() {
            *count *= KEPT_AN_ITEM;
        }
        if let Some(count) = counts.get_mut(at) {
            *count += 1.0;
        }
    }

    /// Whether enough items were settled to trust their servings.
    pub(super) fn has_settled(&self) -> bool {
        self.settled.iter().flatten().sum::<f64>() >= SETTLED_LEAST
    }

    /// After how many servings this gold is retired: as unknown items of its class are settled, some early, some late, which
    /// of them this is like being decided by its row; one serving before, for of what is on screens that are under way then one
    /// more comes in. `u32::MAX` before enough items were settled: gold that wears out before
    /// there are votes would leave a small campaign without a check.
    pub(super) fn servings(&self, item: ItemId, positive: bool) -> u32 {
        let [negative_items, positive_items] = &self.settled;
        let own = if positive { positive_items } else { negative_items };
        let both = || negative_items.iter().zip(positive_items).map(|(one, other)| one + other);
        let enough = |counts: &[f64]| counts.iter().sum::<f64>() >= SETTLED_LEAST;
        let counts: Vec<f64> = if enough(own) { own.to_vec() } else { both().collect() };
        if !enough(&counts) {
            return u32::MAX;
        }
        let total: f64 = counts.iter().sum();
        let place = (place_in_line(item) >> 11) as f64 / (1_u64 << 53) as f64;
        let mut passed = 0.0;
        for (servings, count) in (0_u32..).zip(&counts) {
            passed += count;
            if passed > place * total {
                return servings.saturating_sub(1).max(1);
            }
        }
        u32::MAX
    }

    /// How many of each list are in service, with so much fresh gold: an item of each is then shown equally often.
    pub(super) fn window(&self, positive_gold: usize, negative_gold: usize) -> Window {
        let [unknown, positive, negative] = self.taken.map(|taken| taken.max(0.05));
        let mut most = UNKNOWN as f64;
        for (stock, taken) in [(positive_gold, positive), (negative_gold, negative)] {
            most = most.min(stock as f64 * unknown / taken);
        }
        let most = most.max(UNKNOWN_LEAST as f64);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few hundred at most, and positive"
        )]
        let of = |taken: f64| (most * taken / unknown).round().max(1.0) as usize;
        Window { unknown: of(unknown), positive_gold: of(positive), negative_gold: of(negative) }
    }
}

/// A number that scatters rows evenly over all 64 bits (the finaliser of `SplitMix64`, Steele, Lea, Flood 2014).
pub(super) fn place_in_line(item: ItemId) -> u64 {
    let mut bits = item.0.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gold_is_retired_as_unknown_items_of_its_class_are_settled() {
        let mut exposure = Exposure::default();
        assert_eq!(exposure.servings(ItemId(1), true), u32::MAX);
        for _ in 0..100 {
            exposure.note_settled(false, 4);
            exposure.note_settled(true, 6);
            exposure.note_settled(true, 9);
        }
        let mut counts = [0; 10];
        for item in 0..2_000 {
            assert_eq!(exposure.servings(ItemId(item), false), 3);
            counts[exposure.servings(ItemId(item), true) as usize] += 1;
        }
        assert_eq!(counts[5] + counts[8], 2_000, "{counts:?}");
        assert!([5, 8].iter().all(|servings| (900..=1_100).contains(&counts[*servings])), "{counts:?}");
    }

    #[test]
    fn gold_is_in_service_in_proportion_to_what_screens_take() {
        let exposure = Exposure::default();
        assert_eq!(exposure.window(500, 500), Window { unknown: 256, positive_gold: 109, negative_gold: 211 });
        let short = exposure.window(30, 500);
        assert_eq!((short.unknown, short.positive_gold, short.negative_gold), (71, 30, 58));
        assert_eq!(exposure.window(0, 0).unknown, UNKNOWN_LEAST);
    }

    #[test]
    fn what_screens_take_is_learnt() {
        let mut exposure = Exposure::default();
        let tile = |role| SealedTile { item: 1, role };
        let mut tiles = vec![tile(TileRole::FreshGold { positive: true }); 3];
        tiles.resize(9, tile(TileRole::Unknown));
        for _ in 0..1_000 {
            exposure.note_screen(&tiles);
        }
        assert_eq!(exposure.window(500, 500).positive_gold, 128);
    }
}
