//! Which item a visitor is asked next. Knows what an answer is worth, not what the items are.

use crate::chance::Chance;
use crate::probability::Probability;
use crate::streaming::item::Item;

/// An item that may be offered to one visitor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offer {
    item: usize,
    gain: f64,
}

impl Offer {
    /// `None` if the visitor, or anybody of the visitor's cluster, has answered the item: it is never offered twice to one
    /// network. `at`: where the caller keeps the item; `gain`: expected gain of an answer ([`crate::streaming::StopRule::gain`]).
    pub fn of(at: usize, item: &Item, visitor: u64, cluster: u64, gain: f64) -> Option<Self> {
        (!item.has_heard(visitor, cluster)).then_some(Self { item: at, gain })
    }

    /// Where the caller keeps the item.
    pub fn item(&self) -> usize {
        self.item
    }
}

/// How items are drawn. The visitor never chooses, and cannot tell what will come: an attacker who wants an item must
/// supply a share of all traffic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assignment {
    /// Share of draws that are even over all offers. Default 0.1.
    pub explored: Probability,
    /// Items of the largest gain among which the others are drawn evenly. Default 16. An item beyond them of the same gain
    /// as the last waits its turn by its place.
    pub shortlist: usize,
}

impl Default for Assignment {
    fn default() -> Self {
        Self { explored: Probability::saturating(0.1), shortlist: 16 }
    }
}

impl Assignment {
    /// Draws the item to ask, as its place ([`Offer::item`]). Two numbers of chance a draw; `None` without offers.
    pub fn draw(&self, offers: &[Offer], chance: &mut impl Chance) -> Option<usize> {
        let (explores, at) = (chance.unit() < self.explored.value(), chance.unit());
        if explores {
            return evenly(offers, at).map(Offer::item);
        }
        let mut ranked: Vec<Offer> = offers.to_vec();
        let most = self.shortlist.max(1).min(ranked.len());
        if most < ranked.len() {
            ranked.select_nth_unstable_by(most, |a, b| b.gain.total_cmp(&a.gain).then(a.item.cmp(&b.item)));
            ranked.truncate(most);
        }
        // Partitioning leaves the kept ones in no order of meaning.
        ranked.sort_unstable_by_key(Offer::item);
        evenly(&ranked, at).map(Offer::item)
    }
}

fn evenly(offers: &[Offer], at: f64) -> Option<&Offer> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ≤ at < 1 lands within the offers")]
    let place = (at * offers.len() as f64) as usize;
    offers.get(place.min(offers.len().checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::streaming::item::{Answer, Damping};
    use crate::streaming::likelihood::Class;

    fn offers(gains: &[f64]) -> Vec<Offer> {
        gains.iter().enumerate().map(|(item, gain)| Offer { item, gain: *gain }).collect()
    }

    fn drawn(offers: &[Offer], draws: usize) -> Vec<usize> {
        let mut chance = ChaCha8Rng::seed_from_u64(4);
        let mut counts = vec![0; offers.len()];
        for _ in 0..draws {
            counts[Assignment { shortlist: 2, ..Assignment::default() }
                .draw(offers, &mut || chance.random::<f64>())
                .expect("there are offers")] += 1;
        }
        counts
    }

    #[test]
    fn the_largest_gains_share_nine_tenths_and_everybody_the_rest() {
        let counts = drawn(&offers(&[0.1, 0.4, 0.0, 0.3]), 40_000);
        for (count, share) in counts.iter().zip([0.025, 0.475, 0.025, 0.475]) {
            assert!((*count as f64 / 40_000.0 - share).abs() < 0.01, "{counts:?}");
        }
    }

    #[test]
    fn an_item_is_never_offered_twice_to_one_network_or_visitor() {
        let mut item = Item::new(&[0.5, 0.5], Damping::FIRST_ONLY);
        let answer = Answer { visitor: 1, challenge: 1, cluster: 10, class: Class(0) };
        item.record(answer, Probability::ONE, [0.0, -1.0]).expect("two classes");
        assert_eq!(Offer::of(0, &item, 1, 11, 0.5), None);
        assert_eq!(Offer::of(0, &item, 2, 10, 0.5), None);
        assert!(Offer::of(0, &item, 2, 11, 0.5).is_some());
    }

    #[test]
    fn nothing_to_offer_draws_nothing() {
        assert_eq!(Assignment::default().draw(&[], &mut || 0.5), None);
        assert_eq!(Assignment::default().draw(&offers(&[0.1]), &mut || 0.999_999), Some(0));
    }
}
