//! What visitors and the public are told of gold and votes: what so many screens hold on average, never what one of them held.
//! Counts that are exact and told at once are equations, one for each screen, and tell gold from unknown items (threat model,
//! A7). Knows numbers only.

use corvee_protocol::limits::SELECT_TILES;

/// Screens of a day from which its sums are told: of fewer, one visitor's would be too much of the sum.
pub const SCREENS_TOLD_TOGETHER: u64 = 50;
/// Votes taken back are told in these steps: a single visitor's would be those of a screen or two.
pub const VOTES_REMOVED_STEP: u64 = 50;
/// Settled items from which a campaign is under way.
pub const SETTLED_LEAST: u64 = 20;

/// Tiles by what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiles {
    /// Whose answer was known.
    pub gold: u64,
    /// On which votes were given.
    pub votes: u64,
}

impl Tiles {
    /// Of one visit: four gold tiles on a first screen and five on a second, five and seven as long as the campaign has settled
    /// next to nothing.
    pub fn of_visit(screens: u64, has_settled: bool) -> Self {
        let (first, second) = if has_settled { (4, 5) } else { (5, 7) };
        Self::of(screens, screens.div_ceil(2) * first + screens / 2 * second)
    }

    /// Of many visits: one in five saw a second screen, three in five as long as the campaign has settled next to nothing.
    pub fn of_many(screens: u64, has_settled: bool) -> Self {
        Self::of(screens, if has_settled { screens * 25 / 6 } else { screens * 23 / 4 })
    }

    fn of(screens: u64, gold: u64) -> Self {
        Self { gold, votes: screens * SELECT_TILES as u64 - gold }
    }
}

/// Of so many votes those whose label is final now, when this share of all items that were voted on has one.
pub fn final_labels(votes: u64, share: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count, 0 to the count")]
    let labels = (votes as f64 * share.clamp(0.0, 1.0)).round() as u64;
    labels
}

#[cfg(test)]
mod tests {
    use corvee_consensus::Composition;

    use super::*;

    #[test]
    fn screens_hold_what_they_are_composed_of() {
        for has_settled in [true, false] {
            let [first, second] = [Composition::default(), Composition::balanced()]
                .map(|it| if has_settled { it } else { it.at_the_beginning() })
                .map(|it| it.gold as u64);
            let of_visit = |screens| Tiles::of_visit(screens, has_settled).gold;
            assert_eq!((of_visit(1), of_visit(2)), (first, first + second));
            let seconds = if has_settled { 100 } else { 300 };
            assert_eq!(Tiles::of_many(500 + seconds, has_settled).gold, 500 * first + seconds * second);
            for screens in 0..20 {
                for told in [Tiles::of_visit(screens, has_settled), Tiles::of_many(screens, has_settled)] {
                    assert_eq!(told.gold + told.votes, 9 * screens);
                }
            }
        }
    }

    #[test]
    fn labels_become_final_as_others_do() {
        assert_eq!([0.0, 0.3, 0.5, 1.0, 2.0].map(|share| final_labels(5, share)), [0, 2, 3, 5, 5]);
    }
}
