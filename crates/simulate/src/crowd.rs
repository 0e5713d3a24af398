//! A crowd: how many come, how fast, who of them only clicks. Knows no collector.

use core::time::Duration;

use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::visitor::{ClickerModel, PersonModel, Visitor};

/// Sessions under way at once, at most.
pub(crate) const CONCURRENCY_MAX: usize = 64;

/// A crowd of visitors, each with one session.
#[derive(Clone, Debug, PartialEq)]
pub struct Crowd {
    /// How many come.
    pub visitors: u32,
    /// Share of them that only click, 0 to 1; rounded to whole visitors.
    pub random_share: f64,
    /// Decides who clicks, what everybody picks and how long it takes. The collector's own chance is not decided by it.
    pub seed: u64,
    /// Sessions under way at once, 1 to 64; other values are moved into that range.
    pub concurrency: usize,
    /// When they come.
    pub pace: Pace,
    /// How people answer.
    pub people: PersonModel,
    /// How the others answer.
    pub clicker: ClickerModel,
    /// Fresh challenges that a visitor who failed still tries; a session is one challenge when this is 0.
    pub retries: u32,
}

/// When visitors come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// As soon as an earlier one has finished.
    #[default]
    AsFast,
    /// Evenly over a time, each at a random moment of its share.
    Spread {
        /// From the first to the last.
        over: Duration,
    },
}

impl Default for Crowd {
    /// 600 visitors, one in ten a random clicker, eight at once, as fast as they can.
    fn default() -> Self {
        Self {
            visitors: 600,
            random_share: 0.1,
            seed: 1,
            concurrency: 8,
            pace: Pace::default(),
            people: PersonModel::default(),
            clicker: ClickerModel::default(),
            retries: 0,
        }
    }
}

/// A visitor about to come.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    /// Counted from 0.
    pub(crate) number: u32,
    pub(crate) visitor: Visitor,
    /// Since the first could have come; zero at pace [`Pace::AsFast`].
    pub(crate) after: Duration,
    /// The visitor's own chance, so that results do not depend on who is served first.
    pub(crate) chance: ChaCha8Rng,
}

impl Crowd {
    /// Sessions under way at once.
    pub(crate) fn bounded_concurrency(&self) -> usize {
        self.concurrency.clamp(1, CONCURRENCY_MAX)
    }

    /// Everybody in the order of arrival.
    pub(crate) fn arrivals(&self) -> Vec<Arrival> {
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed);
        let n_clickers = (f64::from(self.visitors) * self.random_share.clamp(0.0, 1.0)).round();
        let mut clicks: Vec<bool> = (0..self.visitors).map(|number| f64::from(number) < n_clickers).collect();
        clicks.shuffle(&mut chance);
        let arrival = |(number, clicks): (u32, bool)| {
            let mut own = ChaCha8Rng::seed_from_u64(self.seed);
            own.set_stream(u64::from(number) + 1);
            let after = match self.pace {
                Pace::AsFast => Duration::ZERO,
                Pace::Spread { over } => {
                    over.mul_f64((f64::from(number) + own.random::<f64>()) / f64::from(self.visitors))
                }
            };
            let visitor = if clicks { Visitor::clicker(self.clicker, &mut own) } else { Visitor::Person(self.people) };
            Arrival { number, visitor, after, chance: own }
        };
        (0..self.visitors).zip(clicks).map(arrival).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clickers(crowd: &Crowd) -> Vec<u32> {
        let arrivals = crowd.arrivals();
        arrivals.iter().filter(|arrival| !matches!(arrival.visitor, Visitor::Person(_))).map(|a| a.number).collect()
    }

    #[test]
    fn the_share_of_clickers_is_exact_and_their_places_follow_the_seed() {
        let crowd = Crowd::default();
        assert_eq!(clickers(&crowd).len(), 60);
        assert_eq!(clickers(&crowd), clickers(&crowd));
        assert_ne!(clickers(&crowd), clickers(&Crowd { seed: 2, ..crowd.clone() }));
        assert!(clickers(&crowd).iter().any(|number| *number > 300));
        assert_eq!(clickers(&Crowd { random_share: 7.0, ..crowd.clone() }).len(), 600);
        assert_eq!(clickers(&Crowd { random_share: -1.0, ..crowd }).len(), 0);
    }

    #[test]
    fn a_spread_crowd_comes_in_order_within_its_time() {
        let over = Duration::from_mins(1);
        let crowd = Crowd { pace: Pace::Spread { over }, ..Crowd::default() };
        let moments: Vec<Duration> = crowd.arrivals().iter().map(|arrival| arrival.after).collect();
        assert!(moments.is_sorted() && moments.iter().all(|moment| *moment < over));
        assert!(moments.last() > Some(&Duration::from_secs(59)));
    }

    #[test]
    fn concurrency_is_bounded() {
        let bounded = |concurrency| Crowd { concurrency, ..Crowd::default() }.bounded_concurrency();
        assert_eq!([bounded(0), bounded(8), bounded(1000)], [1, 8, 64]);
    }
}
