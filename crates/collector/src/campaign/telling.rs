//! What visitors and the public are told of gold and votes: what so many screens hold on average, never what one of them held.
//! Counts that are exact and told at once are equations, one for each screen, and tell gold from unknown items (threat model,
//! A7). Knows numbers only.

use corvee_protocol::limits::SELECT_TILES;

/// Tiles by what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiles {
    /// Whose answer was known.
    pub gold: u64,
    /// On which votes were given.
    pub votes: u64,
}

impl Tiles {
    /// Of one visit: four gold tiles on a first screen, five on a second.
    pub fn of_visit(screens: u64) -> Self {
        Self::of(screens, screens * 9 / 2)
    }

    /// Of many visits, one in five of which saw a second screen.
    pub fn of_many(screens: u64) -> Self {
        Self::of(screens, screens * 25 / 6)
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
        let [first, second] = [Composition::default(), Composition::balanced()].map(|it| it.gold as u64);
        assert_eq!((Tiles::of_visit(1).gold, Tiles::of_visit(2).gold), (first, first + second));
        assert_eq!(Tiles::of_many(600).gold, 500 * first + 100 * second);
        for screens in 0..20 {
            for Tiles { gold, votes } in [Tiles::of_visit(screens), Tiles::of_many(screens)] {
                assert_eq!(gold + votes, 9 * screens);
            }
        }
    }

    #[test]
    fn labels_become_final_as_others_do() {
        assert_eq!([0.0, 0.3, 0.5, 1.0, 2.0].map(|share| final_labels(5, share)), [0, 2, 3, 5, 5]);
    }
}
