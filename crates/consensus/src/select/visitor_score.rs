//! How far one visitor's answers speak for a person and against a random clicker. Does not know where the line between
//! the two is drawn, nor what the votes do to the items.
//!
//! Let A be the set of tiles picked, k of n. A person picks tile i with probability hᵢ, independently. Of a random clicker
//! we know one thing only: the clicks do not look at the pictures. How *many* there are is the clicker's choice (always,
//! never, half, exactly three …), which tiles they hit is not, so that every set of k tiles is equally likely. Hence the
//! evidence is conditional on k:
//!
//! S = ln P(A | person, k) − ln (1 / C(n, k)),   P(A | person, k) = Πhᵢ Π(1−hⱼ) / P(k | person)
//!
//! with P(k | person) the Poisson-binomial probability. For every such clicker, whatever the number of clicks and however
//! it was chosen, E[exp S] = 1; so P(S ever ≥ ln 1/α) ≤ α (Ville 1939; the conditioning is Fisher's exact test made
//! sequential, Wald 1945 gives the limits). What the number of clicks itself says is kept apart in [`Evidence::clicks`].

use std::ops::Add;

use crate::probability::Probability;
use crate::select::crowd::Crowd;
use crate::select::gold::Wear;

/// P(picked | person) is held within [clip, 1 − clip], so that one tile moves the evidence by at most
/// 2·ln(0.98 / 0.02) = 7.8 nats and no single slip is beyond repair.
pub const PICK_CLIP: f64 = 0.02;

/// Each component of [`Evidence`] is held within ± this many nats.
pub const MAX_EVIDENCE: f64 = 40.0;

/// Share of the human likelihood that worn gold keeps; the rest is a coin, because an attacker may know the answer.
/// Without a mistake, worn tiles then weigh about three quarters of fresh ones. At a quarter instead of a half, a campaign
/// at 50 % positives with worn gold only and no votes yet would lock out four of five people.
const WORN_GOLD_WEIGHT: Probability = Probability::HALF;

/// What is known about the item on a tile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Knowledge {
    /// The label is known and private.
    Gold {
        /// The known label.
        positive: bool,
        /// Whether the item was served too often to be a secret.
        wear: Wear,
    },
    /// The label is being found.
    Unknown {
        /// P(positive) from the class base rate and the votes of people only; never from a machine (a bot that copies the
        /// machine would be scored by its own opinion).
        positive: Probability,
    },
}

/// One answered tile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tile {
    /// What was known when the tile was shown.
    pub knowledge: Knowledge,
    /// The visitor picked it.
    pub picked: bool,
}

/// Evidence "person against random clicker" of the screens answered so far, in nats. Adds up over screens; travels
/// from the first screen to the second inside the sealed challenge.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    /// What the gold tiles add to what the unknown ones say by themselves: whether the picks among gold are right, and whether as
    /// many fell there as a person's would.
    pub gold: f64,
    /// From the unknown tiles by themselves.
    pub unknown: f64,
    /// What the *number* of picked tiles adds: a person's against one drawn evenly from 0 to n. Used to weigh votes and
    /// to refuse early; never to accept, since a clicker chooses this number freely.
    pub clicks: f64,
    /// Gold tiles answered.
    pub gold_tiles: u8,
    /// Gold tiles answered against their label.
    pub gold_mistakes: u8,
}

impl Evidence {
    /// Evidence from where the clicks fell: gold and unknown tiles.
    pub fn total(self) -> f64 {
        self.gold + self.unknown
    }

    /// Evidence from where the clicks fell and how many there were: the full likelihood ratio against a clicker whose
    /// click rate is unknown (uniform).
    pub fn total_with_clicks(self) -> f64 {
        self.total() + self.clicks
    }

    /// P(person) on the prior share of people and all evidence so far.
    pub fn human_probability(self, crowd: &Crowd) -> Probability {
        Probability::from_log_odds(crowd.human_share.log_odds() + self.total_with_clicks())
    }
}

impl Add for Evidence {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            gold: bounded(self.gold + other.gold),
            unknown: bounded(self.unknown + other.unknown),
            clicks: bounded(self.clicks + other.clicks),
            gold_tiles: self.gold_tiles.saturating_add(other.gold_tiles),
            gold_mistakes: self.gold_mistakes.saturating_add(other.gold_mistakes),
        }
    }
}

/// `before` plus the evidence of one answered screen. The order of the tiles does not matter beyond rounding.
pub fn score_screen(crowd: &Crowd, tiles: &[Tile], before: Evidence) -> Evidence {
    before + score(crowd, tiles.iter())
}

/// P(person) for every tile, judged from all *other* tiles of this screen and from the screens `before`.
pub fn human_probabilities(crowd: &Crowd, tiles: &[Tile], before: Evidence) -> Vec<Probability> {
    (0..tiles.len()).map(|index| human_probability_without(crowd, tiles, index, before)).collect()
}

/// P(person) judged from all tiles but the one at `index`, and from the screens `before`. An index beyond the end leaves
/// no tile out.
pub fn human_probability_without(crowd: &Crowd, tiles: &[Tile], index: usize, before: Evidence) -> Probability {
    let others = tiles.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, tile)| tile);
    (before + score(crowd, others)).human_probability(crowd)
}

fn score<'a>(crowd: &Crowd, tiles: impl Iterator<Item = &'a Tile>) -> Evidence {
    let mut all = Answers::default();
    let mut unknown = Answers::default();
    let mut evidence = Evidence::default();
    for tile in tiles {
        let person = pick_probability(crowd, tile.knowledge);
        all.push(person, tile.picked);
        match tile.knowledge {
            Knowledge::Gold { positive, .. } => {
                evidence.gold_tiles = evidence.gold_tiles.saturating_add(1);
                evidence.gold_mistakes = evidence.gold_mistakes.saturating_add(u8::from(positive != tile.picked));
            }
            Knowledge::Unknown { .. } => unknown.push(person, tile.picked),
        }
    }
    evidence.unknown = bounded(unknown.which_tiles());
    evidence.gold = bounded(all.which_tiles() - evidence.unknown);
    evidence.clicks = bounded(all.how_many());
    evidence
}

/// P(picked | person), clipped.
fn pick_probability(crowd: &Crowd, knowledge: Knowledge) -> f64 {
    let picked = match knowledge {
        Knowledge::Gold { positive, wear } => {
            let rate = if positive { crowd.gold_true_positive } else { crowd.gold_false_positive };
            match wear {
                Wear::Fresh => rate,
                Wear::Worn => rate.mixed(WORN_GOLD_WEIGHT, Probability::HALF),
            }
        }
        Knowledge::Unknown { positive } => crowd.true_positive.mixed(positive, crowd.false_positive),
    };
    picked.value().clamp(PICK_CLIP, 1.0 - PICK_CLIP)
}

/// A set of answered tiles with what a person would have done.
struct Answers {
    /// ln P(these answers | person).
    log_person: f64,
    /// P(j tiles picked | person) for j = 0 ..= n.
    counts: Vec<f64>,
    picked: usize,
}

impl Default for Answers {
    fn default() -> Self {
        Self { log_person: 0.0, counts: vec![1.0], picked: 0 }
    }
}

impl Answers {
    fn push(&mut self, person: f64, picked: bool) {
        self.log_person += if picked { person.ln() } else { (-person).ln_1p() };
        self.picked += usize::from(picked);
        let mut below = 0.0;
        for count in &mut self.counts {
            let here = *count;
            *count = here * (1.0 - person) + below * person;
            below = here;
        }
        self.counts.push(below * person);
    }

    /// ln P(k | person), held above the smallest normal number so that hundreds of tiles stay finite.
    fn log_count(&self) -> f64 {
        self.counts.get(self.picked).copied().unwrap_or_default().max(f64::MIN_POSITIVE).ln()
    }

    /// ln P(which tiles | person, how many) · C(n, k).
    fn which_tiles(&self) -> f64 {
        let tiles = self.counts.len() - 1;
        let log_subsets: f64 = (0..self.picked).map(|j| ((tiles - j) as f64 / (j + 1) as f64).ln()).sum();
        self.log_person - self.log_count() + log_subsets
    }

    /// ln P(how many | person) · (n + 1).
    fn how_many(&self) -> f64 {
        self.log_count() + (self.counts.len() as f64).ln()
    }
}

fn bounded(nats: f64) -> f64 {
    nats.clamp(-MAX_EVIDENCE, MAX_EVIDENCE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::select::sequential::{Decision, ScreenNumber, Thresholds, decide};

    const FRESH_POSITIVE: Knowledge = Knowledge::Gold { positive: true, wear: Wear::Fresh };
    const FRESH_NEGATIVE: Knowledge = Knowledge::Gold { positive: false, wear: Wear::Fresh };

    fn knowledge() -> impl Strategy<Value = Knowledge> {
        prop_oneof![
            (any::<bool>(), any::<bool>()).prop_map(|(positive, worn)| Knowledge::Gold {
                positive,
                wear: if worn { Wear::Worn } else { Wear::Fresh },
            }),
            (0.0..=1.0).prop_map(|positive| Knowledge::Unknown { positive: Probability::saturating(positive) }),
        ]
    }

    fn tile() -> impl Strategy<Value = Tile> {
        (knowledge(), any::<bool>()).prop_map(|(knowledge, picked)| Tile { knowledge, picked })
    }

    fn crowd() -> impl Strategy<Value = Crowd> {
        proptest::array::uniform7(0.0..=1.0).prop_map(|rates| {
            let [
                true_positive,
                false_positive,
                gold_true_positive,
                gold_false_positive,
                human_share,
                assumed_hostile_share,
                repeated_prefix_weight,
            ] = rates.map(Probability::saturating);
            Crowd {
                true_positive,
                false_positive,
                gold_true_positive,
                gold_false_positive,
                human_share,
                assumed_hostile_share,
                repeated_prefix_weight,
            }
        })
    }

    /// Gold of both labels, `positives` and `negatives` of them, answered right.
    fn flawless_gold(positives: usize, negatives: usize) -> Vec<Tile> {
        let mut tiles = vec![Tile { knowledge: FRESH_POSITIVE, picked: true }; positives];
        tiles.resize(positives + negatives, Tile { knowledge: FRESH_NEGATIVE, picked: false });
        tiles
    }

    #[test]
    fn one_right_pick_of_three_gold_is_worth_almost_the_choice_of_three() {
        let evidence = score_screen(&Crowd::default(), &flawless_gold(1, 2), Evidence::default());
        // Odds of a person's pick: 0.954 / 0.046 on the positive, 0.02 / 0.98 on each negative.
        let (right, wrong) = (0.954 / 0.046, 0.02 / 0.98);
        let by_hand = (3.0_f64 * right / (right + 2.0 * wrong)).ln();
        assert!((evidence.gold - by_hand).abs() < 1e-12, "{} is not {by_hand}", evidence.gold);
        assert!(evidence.unknown.abs() < 1e-12);
        assert_eq!((evidence.gold_tiles, evidence.gold_mistakes), (3, 0));
    }

    #[test]
    fn clicking_all_or_nothing_says_nothing_about_where() {
        for picked in [false, true] {
            let mut tiles = flawless_gold(2, 2);
            tiles.push(Tile { knowledge: Knowledge::Unknown { positive: Probability::HALF }, picked });
            for tile in &mut tiles {
                tile.picked = picked;
            }
            let evidence = score_screen(&Crowd::default(), &tiles, Evidence::default());
            assert!(evidence.total().abs() < 1e-12);
            assert!(evidence.clicks < 0.0, "but how many there are speaks against a person");
        }
    }

    #[test]
    fn worn_gold_weighs_less_than_fresh_gold() {
        let worn = |tile: &Tile| match tile.knowledge {
            Knowledge::Gold { positive, .. } => {
                Tile { knowledge: Knowledge::Gold { positive, wear: Wear::Worn }, ..*tile }
            }
            Knowledge::Unknown { .. } => *tile,
        };
        let fresh = flawless_gold(2, 2);
        let tired: Vec<Tile> = fresh.iter().map(worn).collect();
        let score = |tiles: &[Tile]| score_screen(&Crowd::default(), tiles, Evidence::default()).gold;
        assert!(score(&tired) > 0.5 * score(&fresh));
        assert!(score(&tired) < 0.8 * score(&fresh));
    }

    proptest! {
        /// The law everything rests on: whoever does not look, and picks k tiles, has E[exp S] = 1.
        #[test]
        fn the_mean_likelihood_ratio_over_all_sets_of_k_tiles_is_one(
            known in prop::collection::vec(knowledge(), 1..10), picks in 0_usize..10,
        ) {
            let picks = picks.min(known.len());
            let mut ratios = Vec::new();
            for set in 0_usize..(1 << known.len()) {
                if set.count_ones() as usize != picks {
                    continue;
                }
                let tiles: Vec<Tile> = known
                    .iter()
                    .enumerate()
                    .map(|(index, knowledge)| Tile { knowledge: *knowledge, picked: set >> index & 1 == 1 })
                    .collect();
                ratios.push(score_screen(&Crowd::default(), &tiles, Evidence::default()).total().exp());
            }
            let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
            prop_assert!((mean - 1.0).abs() < 1e-9, "mean {mean}");
        }

        #[test]
        fn the_order_of_tiles_does_not_matter(tiles in prop::collection::vec(tile(), 0..17), turn in 0_usize..17) {
            let crowd = Crowd::default();
            let mut turned = tiles.clone();
            turned.rotate_left(turn.min(tiles.len()));
            let (a, b) = (score_screen(&crowd, &tiles, Evidence::default()), score_screen(&crowd, &turned, Evidence::default()));
            prop_assert!((a.gold - b.gold).abs() < 1e-9);
            prop_assert!((a.unknown - b.unknown).abs() < 1e-9);
            prop_assert!((a.clicks - b.clicks).abs() < 1e-9);
            prop_assert_eq!((a.gold_tiles, a.gold_mistakes), (b.gold_tiles, b.gold_mistakes));
        }

        #[test]
        fn everything_is_finite(crowd in crowd(), tiles in prop::collection::vec(tile(), 0..300)) {
            let evidence = score_screen(&crowd, &tiles, Evidence::default());
            for nats in [evidence.gold, evidence.unknown, evidence.clicks] {
                prop_assert!(nats.abs() <= MAX_EVIDENCE);
            }
            let human = human_probability_without(&crowd, &tiles, 0, evidence);
            prop_assert!((0.0..=1.0).contains(&human.value()));
        }

        #[test]
        fn the_same_answers_give_the_same_bits(tiles in prop::collection::vec(tile(), 0..17)) {
            let crowd = Crowd::default();
            let once = score_screen(&crowd, &tiles, Evidence::default());
            let again = score_screen(&crowd, &tiles, Evidence::default());
            prop_assert_eq!(once.gold.to_bits(), again.gold.to_bits());
            prop_assert_eq!(once.unknown.to_bits(), again.unknown.to_bits());
            prop_assert_eq!(once.clicks.to_bits(), again.clicks.to_bits());
        }

        #[test]
        fn a_tile_does_not_vouch_for_itself(tiles in prop::collection::vec(tile(), 1..10), at in 0_usize..10) {
            let crowd = Crowd::default();
            let at = at.min(tiles.len() - 1);
            let mut other = tiles.clone();
            other[at].picked = !other[at].picked;
            let before = human_probabilities(&crowd, &tiles, Evidence::default());
            let after = human_probabilities(&crowd, &other, Evidence::default());
            prop_assert_eq!(before[at].value().to_bits(), after[at].value().to_bits());
        }

        /// Right on all gold, wrong on everything else: one more screen, then accepted on a clean prefix.
        #[test]
        fn unknown_tiles_never_lock_out_who_is_right_on_all_gold(
            first in (1_usize..4, 1_usize..3), second in (1_usize..3, 2_usize..4),
            unknown in prop::collection::vec((0.0..=1.0, 0.0..=1.0), 0..8),
        ) {
            let crowd = Crowd::default();
            let against = |positive: f64| Tile {
                knowledge: Knowledge::Unknown { positive: Probability::saturating(positive) },
                picked: positive < 0.5,
            };
            let mut tiles = flawless_gold(first.0, first.1);
            tiles.extend(unknown.iter().map(|(one, _)| against(*one)));
            let evidence = score_screen(&crowd, &tiles, Evidence::default());
            prop_assert_ne!(decide(evidence, ScreenNumber::First, Thresholds::CLEAN), Decision::Refuse);
            prop_assert_ne!(decide(evidence, ScreenNumber::First, Thresholds::SUSPICIOUS), Decision::Refuse);

            let mut tiles = flawless_gold(second.0, second.1);
            tiles.extend(unknown.iter().map(|(_, two)| against(*two)));
            let evidence = score_screen(&crowd, &tiles, evidence);
            prop_assert_eq!(decide(evidence, ScreenNumber::Second, Thresholds::CLEAN), Decision::Accept);
        }

        /// However well the unknown tiles are answered, without gold in favour nobody is accepted.
        #[test]
        fn unknown_tiles_never_accept_on_their_own(
            unknown in prop::collection::vec(0.0..=1.0, 0..17),
        ) {
            let tiles: Vec<Tile> = unknown
                .iter()
                .map(|positive| Tile {
                    knowledge: Knowledge::Unknown { positive: Probability::saturating(*positive) },
                    picked: *positive >= 0.5,
                })
                .collect();
            let evidence = score_screen(&Crowd::default(), &tiles, Evidence::default());
            for screen in [ScreenNumber::First, ScreenNumber::Second] {
                for thresholds in [Thresholds::CLEAN, Thresholds::SUSPICIOUS] {
                    prop_assert_ne!(decide(evidence, screen, thresholds), Decision::Accept);
                }
            }
        }

        #[test]
        fn evidence_adds_up_over_screens(
            first in prop::collection::vec(tile(), 0..10), second in prop::collection::vec(tile(), 0..10),
        ) {
            let crowd = Crowd::default();
            let one = score_screen(&crowd, &first, Evidence::default());
            let both = score_screen(&crowd, &second, one);
            prop_assert_eq!(both, one + score_screen(&crowd, &second, Evidence::default()));
        }
    }
}
