//! Which labelled files become gold, and what share of positives to assume. Knows labels and digests, not pictures.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Positive and negative gold a campaign needs at least: every screen holds one of each, and a single one would be known
/// to everybody soon.
pub const GOLD_OF_EACH_MIN: u64 = 2;
/// Of a hundred open items and gold of a campaign so many should be gold: a screen has four gold tiles of nine, and gold is
/// retired after as many servings as a picture takes until it is settled. With less it is seen more often, and can be told
/// apart (threat model, A7).
pub const GOLD_PERCENT_WANTED: u64 = 45;
/// Share of labelled pictures that becomes gold when nothing else is said: enough where all pictures are labelled.
pub const GOLD_SHARE_OTHERWISE: f64 = 0.45;
/// Labels named in a message, the most frequent first.
const LABELS_NAMED: usize = 20;

/// The campaign would have too few items whose answer is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLittleGold {
    /// Positive gold there would be.
    pub positive: u64,
    /// Negative gold there would be.
    pub negative: u64,
    /// The label that means yes.
    pub target: String,
    /// The labels of this import, with how many files each.
    pub labels: BTreeMap<String, u64>,
}

impl fmt::Display for TooLittleGold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "nothing was imported: the campaign would have {} positive and {} negative gold items and needs {GOLD_OF_EACH_MIN} of each. ",
            self.positive, self.negative
        )?;
        let mut labels: Vec<(&String, &u64)> = self.labels.iter().collect();
        labels.sort_by_key(|(label, n)| (std::cmp::Reverse(**n), *label));
        if labels.is_empty() {
            return f.write_str("No file has a label: name a labels file with the columns file and label.");
        }
        let named: Vec<String> = labels.iter().take(LABELS_NAMED).map(|(label, n)| format!("{label} ({n})")).collect();
        write!(f, "Labels seen: {}", named.join(", "))?;
        if labels.len() > LABELS_NAMED {
            write!(f, " and {} more", labels.len() - LABELS_NAMED)?;
        }
        if self.labels.contains_key(&self.target) {
            write!(f, ". Files labelled {:?} are the positives: raise the gold share or label more files.", self.target)
        } else {
            write!(f, ". None of them is the campaign's target, {:?}: check its spelling.", self.target)
        }
    }
}

/// Gold to add to so many open items and so much gold until it has the wanted share; 0 when it has.
pub fn missing_gold(open: u64, gold: u64) -> u64 {
    open.saturating_mul(GOLD_PERCENT_WANTED).div_ceil(100 - GOLD_PERCENT_WANTED).saturating_sub(gold)
}

/// A labelled file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Labelled {
    /// SHA-256 of the original.
    pub(super) digest: [u8; 32],
    /// Whether its label is the campaign's target.
    pub(super) positive: bool,
}

/// Chooses `share` of the positives and `share` of the negatives, each rounded, by a hash of seed and content: the same
/// files and seed give the same gold, under whatever names the files come.
pub(super) fn choose(labelled: &[Labelled], share: f64, seed: u64) -> BTreeSet<[u8; 32]> {
    let mut chosen = BTreeSet::new();
    for positive in [true, false] {
        let mut group: Vec<([u8; 32], [u8; 32])> = labelled
            .iter()
            .filter(|file| file.positive == positive)
            .map(|file| (rank(&file.digest, seed), file.digest))
            .collect();
        group.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count, 0 to the count"
        )]
        let n_gold = (share.clamp(0.0, 1.0) * group.len() as f64).round() as usize;
        chosen.extend(group.into_iter().take(n_gold).map(|(_, digest)| digest));
    }
    chosen
}

fn rank(digest: &[u8; 32], seed: u64) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("corvee 2026 choice of gold at import");
    hasher.update(&seed.to_le_bytes());
    hasher.update(digest);
    *hasher.finalize().as_bytes()
}

/// The share of positives to assume of unknown items: that of the gold, by Laplace's rule of succession, kept off the
/// ends so that no item starts out as good as settled.
pub(super) fn prior(positive_gold: u64, negative_gold: u64) -> f64 {
    let (positive, negative) = (positive_gold as f64, negative_gold as f64);
    ((positive + 1.0) / (positive + negative + 2.0)).clamp(0.05, 0.95)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(n_positive: u8, n_negative: u8) -> Vec<Labelled> {
        let file = |at: u8, positive| Labelled { digest: [at; 32], positive };
        (0..n_positive).map(|at| file(at, true)).chain((0..n_negative).map(|at| file(100 + at, false))).collect()
    }

    #[test]
    fn the_wanted_share_is_what_screens_take() {
        let composition = corvee_consensus::Composition::default();
        let wanted = GOLD_PERCENT_WANTED as f64 / 100.0;
        assert!((composition.gold as f64 / composition.tiles as f64 - wanted).abs() < 0.01);
        assert!(GOLD_SHARE_OTHERWISE >= wanted);
    }

    #[test]
    fn missing_gold_makes_up_the_wanted_share() {
        for (open, gold, missing) in [(550, 450, 0), (550, 449, 1), (85, 15, 55), (0, 0, 0), (0, 5, 0), (55, 0, 45)] {
            assert_eq!(missing_gold(open, gold), missing, "{open} {gold}");
        }
    }

    #[test]
    fn each_group_gives_its_share() {
        let files = files(45, 90);
        for (share, positive, negative) in [(0.0, 0, 0), (0.1, 5, 9), (0.5, 23, 45), (1.0, 45, 90)] {
            let gold = choose(&files, share, 7);
            let of =
                |positive| files.iter().filter(|file| file.positive == positive && gold.contains(&file.digest)).count();
            assert_eq!((of(true), of(false)), (positive, negative), "{share}");
        }
    }

    #[test]
    fn the_choice_depends_on_seed_and_content_only() {
        let files = files(40, 40);
        let mut reversed = files.clone();
        reversed.reverse();
        assert_eq!(choose(&files, 0.3, 1), choose(&reversed, 0.3, 1));
        assert_ne!(choose(&files, 0.3, 1), choose(&files, 0.3, 2));
        assert!(choose(&files, 0.3, 1).is_subset(&choose(&files, 0.6, 1)));
    }

    #[test]
    fn the_prior_is_the_share_of_positive_gold_off_the_ends() {
        for (positive, negative, expected) in [(2, 2, 0.5), (4, 36, 5.0 / 42.0), (2, 400, 0.05), (400, 2, 0.95)] {
            assert!((prior(positive, negative) - expected).abs() < 1e-12, "{positive} {negative}");
        }
    }
}
