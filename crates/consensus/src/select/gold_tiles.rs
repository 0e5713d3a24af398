//! How many tiles of a screen are gold, and how many of those show the thing. Does not know the items.
//!
//! First screens can be asked for by anybody and left unanswered, by the thousand. Whoever recognises their pictures counts
//! which of them meet on a screen how often: a number of gold tiles that is always the same, or one positive gold tile on every
//! screen, is an equation for each screen, and the equations can be solved. Drawn one by one, tiles meet by chance whatever they
//! are. [`GoldDraw::Hidden`] keeps what matters of that, the variance, and gives up what a screen needs to have: some gold.

use crate::chance::Chance;

/// By how much a screen's gold tiles stray from their mean, each as likely: variance 20 / 9, that of nine tiles of which each is
/// gold with probability 4 / 9, or 5 / 9.
const STRAYS: [isize; 9] = [-2, -2, -1, -1, 0, 1, 1, 2, 2];
/// Gold shows the thing as often as unknown tiles do, and this share of what is missing to a half more often: without any, every
/// second screen of a campaign about something rare would have no positive gold; with twice as much, gold is told by what it
/// shows (A10 of the threat model).
const LIFT: f64 = 0.1;
/// Share of the screens without positive gold, and of those without negative, that get one after all: of such a screen nothing
/// is learnt about the visitor, who sees a second one. With all of them, positive gold of 400 pictures is found after 600
/// screens; with none, 440 of 1,000 first screens of a campaign with a fifth of positives are without.
const MENDED: f64 = 0.5;

/// How the gold of a screen is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoldDraw {
    /// For first screens: nearly as if tiles were drawn one by one, so that no number of them tells gold from the rest.
    Hidden,
    /// For second screens, which cost an answer each: a fixed number of both labels, as many positives as bring the screen to
    /// the middle of the wanted range: what says most about the visitor.
    Balanced,
}

/// The number of gold tiles of a screen that has `mean` of them on average. Draws one number if it is hidden.
pub(super) fn number(draw: GoldDraw, mean: usize, chance: &mut impl Chance) -> usize {
    match draw {
        GoldDraw::Balanced => mean,
        GoldDraw::Hidden => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 9")]
            let place = (chance.unit() * STRAYS.len() as f64) as usize;
            mean.saturating_add_signed(STRAYS.get(place).copied().unwrap_or(0))
        }
    }
}

/// How many of `gold` tiles of a hidden draw show the thing, where a share `positives` of the unknown tiles does. Draws a number
/// for each of them and one more.
pub(super) fn hidden_positives(gold: usize, positives: f64, chance: &mut impl Chance) -> usize {
    let share = positives + LIFT * (0.5 - positives).max(0.0);
    let drawn = (0..gold).filter(|_| chance.unit() < share).count();
    let is_mended = chance.unit() < MENDED;
    match drawn {
        0 if is_mended => gold.min(1),
        all if all == gold && is_mended => gold - 1,
        some => some,
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const SCREENS: usize = 200_000;

    fn moments(draw: impl FnMut() -> usize) -> (f64, f64) {
        let drawn: Vec<f64> = std::iter::repeat_with(draw).take(SCREENS).map(|count| count as f64).collect();
        let mean = drawn.iter().sum::<f64>() / SCREENS as f64;
        let variance = drawn.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / SCREENS as f64;
        (mean, variance)
    }

    #[test]
    fn the_number_of_gold_tiles_varies_as_if_tiles_were_drawn_one_by_one() {
        let mut generator = ChaCha8Rng::seed_from_u64(4);
        for gold in [4, 5] {
            let (mean, variance) = moments(|| number(GoldDraw::Hidden, gold, &mut || generator.random::<f64>()));
            let share = gold as f64 / 9.0;
            assert!((mean - gold as f64).abs() < 0.02, "{mean}");
            assert!((variance - 9.0 * share * (1.0 - share)).abs() < 0.03, "{variance}");
        }
    }

    #[test]
    fn positive_gold_varies_nearly_as_much_and_is_hardly_more_frequent_than_positives_among_unknown_tiles() {
        let mut generator = ChaCha8Rng::seed_from_u64(5);
        for (positives, least_variance) in [(0.2, 0.6), (0.5, 0.8), (0.8, 0.6)] {
            let mut chance = || generator.random::<f64>();
            let (mean, variance) = moments(|| hidden_positives(4, positives, &mut chance));
            let one_by_one = 4.0 * positives * (1.0 - positives);
            assert!(variance >= least_variance * one_by_one, "{positives}: {variance}");
            assert!((mean / 4.0 - positives).abs() <= 0.1, "{positives}: {mean}");
        }
    }
}
