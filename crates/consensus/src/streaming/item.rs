//! One item with the answers it was given: each visitor counted once, networks damped, anything taken back exactly. Does
//! not know what the answers mean (their log-evidence comes with them), nor when there are enough.

use crate::probability::Probability;
use crate::streaming::exact::Exact;
use crate::streaming::likelihood::Class;
use crate::streaming::tally::{Tally, Voice};

/// An answer as it is recorded. With the item it is recorded on, (visitor, challenge) is its identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Who, pseudonymously.
    pub visitor: u64,
    /// In which challenge.
    pub challenge: u64,
    /// From which network cluster: address prefix, autonomous system, burst.
    pub cluster: u64,
    /// What.
    pub class: Class,
}

/// What further answers of one network cluster count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Damping {
    /// The j-th counts 1 / j: a large network may still be heard.
    Harmonic,
    /// Every one after the first counts this: 0 for one voice a network, 1 for a class room behind one address.
    Again(Probability),
}

impl Damping {
    /// One network, one voice.
    pub const FIRST_ONLY: Self = Self::Again(Probability::ZERO);

    /// Weight of an answer with so many earlier ones of its cluster.
    pub fn weight(self, earlier: u32) -> Probability {
        match self {
            _ if earlier == 0 => Probability::ONE,
            Self::Harmonic => Probability::saturating(1.0 / (f64::from(earlier) + 1.0)),
            Self::Again(weight) => weight,
        }
    }
}

/// What became of an answer that was recorded without error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// It counts from now on.
    New,
    /// It had been recorded before and is not counted again.
    Before,
}

/// Why an answer was not recorded. The item is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The visitor said something else, or from elsewhere, in the same challenge. An answer given is final: taking it
    /// back is a [`Item::retract`], which leaves a trace where the log is kept; replacing it silently would let a
    /// resubmission rewrite a vote.
    #[error("the visitor answered otherwise in the same challenge")]
    Contradiction,
    /// The class is not one of the item's, or the evidence is not one number a class.
    #[error("the answer is none of the item's classes")]
    UnknownClass,
    /// A [`crate::streaming::Stream`] has no item of this number.
    #[error("there is no such item")]
    UnknownItem,
}

/// How an answer stands among its network's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// With so many earlier answers of other visitors of the cluster.
    Among(u32),
    /// The visitor spoke before, in another challenge: counts nothing.
    SpokeBefore,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Entry {
    answer: Answer,
    trust: Probability,
    place: Place,
}

/// Answers that an item has room for from the start.
const USUAL: usize = 8;

/// An item and its answers, in the order they were recorded.
///
/// The state depends on the answers it holds and on the order *within* each cluster, on nothing else: not on the order
/// between clusters, and not on answers that were taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    tally: Tally,
    damping: Damping,
    entries: Vec<Entry>,
    /// Undamped log-evidence, one row an entry.
    evidence: Vec<Exact>,
}

impl Item {
    /// Without answers; `prior` as in [`Tally::new`].
    pub fn new(prior: &[f64], damping: Damping) -> Self {
        Self::from_tally(Tally::new(prior), damping)
    }

    /// On a tally without answers.
    pub(crate) fn from_tally(tally: Tally, damping: Damping) -> Self {
        let classes = tally.classes();
        let (entries, evidence) = (Vec::with_capacity(USUAL), Vec::with_capacity(USUAL * classes));
        Self { tally, damping, entries, evidence }
    }

    /// What the answers say together.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The answers that are held, in the order they were recorded.
    pub fn answers(&self) -> impl ExactSizeIterator<Item = Answer> + '_ {
        self.entries.iter().map(|entry| entry.answer)
    }

    /// The answers with what each counts (damping), 0 to 1.
    pub fn weighted_answers(&self) -> impl Iterator<Item = (Answer, Probability)> + '_ {
        self.entries.iter().map(|entry| (entry.answer, weight(self.damping, entry.place)))
    }

    /// Whether this visitor or anybody of this cluster has answered: then the item is not to be offered.
    pub fn has_heard(&self, visitor: u64, cluster: u64) -> bool {
        self.entries.iter().any(|entry| entry.answer.visitor == visitor || entry.answer.cluster == cluster)
    }

    /// Records an answer with its log-evidence, one number a class; `trust`: how much of a person stands behind it towards
    /// the cap on answers. The same answer again is counted once.
    ///
    /// # Errors
    ///
    /// [`RecordError::Contradiction`] for another answer of the same visitor in the same challenge,
    /// [`RecordError::UnknownClass`] for one outside the item's classes.
    pub fn record(
        &mut self,
        answer: Answer,
        trust: Probability,
        evidence: impl IntoIterator<Item = f64>,
    ) -> Result<Counted, RecordError> {
        let (mut earlier, mut spoke) = (0, false);
        for entry in &self.entries {
            if entry.answer.visitor == answer.visitor {
                if entry.answer.challenge == answer.challenge {
                    return if entry.answer == answer { Ok(Counted::Before) } else { Err(RecordError::Contradiction) };
                }
                spoke = true;
            }
            earlier += u32::from(entry.answer.cluster == answer.cluster && entry.place != Place::SpokeBefore);
        }
        let classes = self.tally.classes();
        if answer.class.index() >= classes {
            return Err(RecordError::UnknownClass);
        }
        let held = self.evidence.len();
        self.evidence.extend(evidence.into_iter().map(Exact::new));
        if self.evidence.len() != held + classes {
            self.evidence.truncate(held);
            return Err(RecordError::UnknownClass);
        }
        let place = if spoke { Place::SpokeBefore } else { Place::Among(earlier) };
        let row = self.evidence.iter().skip(held).copied();
        self.tally.add(row, weight(self.damping, place), voice(place), trust);
        self.entries.push(Entry { answer, trust, place });
        Ok(Counted::New)
    }

    /// Takes back what a visitor answered in a challenge. Later answers of the same cluster, or of the same visitor in
    /// another challenge, move up and count what they would have counted without it. `None` if there was none.
    pub fn retract(&mut self, visitor: u64, challenge: u64) -> Option<Answer> {
        let at = self
            .entries
            .iter()
            .position(|entry| entry.answer.visitor == visitor && entry.answer.challenge == challenge)?;
        let classes = self.tally.classes();
        let gone = self.entries.remove(at);
        let row: Vec<Exact> = self.evidence.drain(at * classes..(at + 1) * classes).collect();
        self.tally.subtract(row, weight(self.damping, gone.place), voice(gone.place), gone.trust);
        for later in at..self.entries.len() {
            self.move_up(later);
        }
        Some(gone.answer)
    }

    /// Gives the entry the place it has among those before it.
    fn move_up(&mut self, at: usize) {
        let Some((entry, before)) = self.entries.get(at).zip(self.entries.get(..at)) else { return };
        let spoke = before.iter().any(|other| other.answer.visitor == entry.answer.visitor);
        let earlier = before
            .iter()
            .filter(|other| other.answer.cluster == entry.answer.cluster && other.place != Place::SpokeBefore)
            .count();
        let place = if spoke { Place::SpokeBefore } else { Place::Among(u32::try_from(earlier).unwrap_or(u32::MAX)) };
        let was = *entry;
        if was.place == place {
            return;
        }
        let classes = self.tally.classes();
        let row: Vec<Exact> = self.evidence.iter().skip(at * classes).take(classes).copied().collect();
        self.tally.subtract(row.iter().copied(), weight(self.damping, was.place), voice(was.place), was.trust);
        self.tally.add(row, weight(self.damping, place), voice(place), was.trust);
        if let Some(entry) = self.entries.get_mut(at) {
            entry.place = place;
        }
    }
}

fn weight(damping: Damping, place: Place) -> Probability {
    match place {
        Place::Among(earlier) => damping.weight(earlier),
        Place::SpokeBefore => Probability::ZERO,
    }
}

fn voice(place: Place) -> Voice {
    if place == Place::Among(0) { Voice::First } else { Voice::Again }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::streaming::likelihood::{Confusion, Likelihood};

    const CLASSES: usize = 4;

    fn evidence(class: Class, turn: usize) -> Vec<f64> {
        // An uneven matrix, with its classes renumbered by `turn`.
        let rows = vec![0.7, 0.2, 0.05, 0.05, 0.1, 0.6, 0.2, 0.1, 0.05, 0.05, 0.8, 0.1, 0.3, 0.1, 0.1, 0.5];
        let shared = Confusion::from_rows(CLASSES, rows).expect("rows of positive entries");
        let original = Class::at((class.index() + CLASSES - turn) % CLASSES);
        let mut nats: Vec<f64> = Likelihood::new(&shared)
            .evidence(original, Probability::saturating(0.85), Probability::saturating(0.1))
            .collect();
        nats.rotate_right(turn);
        nats
    }

    fn held(answers: &[Answer], damping: Damping) -> Item {
        let mut item = Item::new(&[0.4, 0.3, 0.2, 0.1], damping);
        for answer in answers {
            // Contradictions are part of what is tried.
            let _counted = item.record(*answer, Probability::saturating(0.9), evidence(answer.class, 0));
        }
        item
    }

    fn answer() -> impl Strategy<Value = Answer> {
        (0_u64..6, 0_u64..3, 0_u64..4, 0_u8..4).prop_map(|(visitor, challenge, cluster, class)| Answer {
            visitor,
            challenge,
            cluster,
            class: Class(class),
        })
    }

    fn damping() -> impl Strategy<Value = Damping> {
        prop_oneof![
            Just(Damping::Harmonic),
            (0.0..=1.0).prop_map(|weight| Damping::Again(Probability::saturating(weight))),
        ]
    }

    #[test]
    fn a_changed_answer_is_refused_and_changes_nothing() {
        let first = Answer { visitor: 1, challenge: 1, cluster: 1, class: Class(0) };
        let mut item = held(&[first], Damping::Harmonic);
        let before = item.clone();
        let changed = Answer { class: Class(1), ..first };
        let refused = item.record(changed, Probability::ONE, evidence(Class(1), 0));
        assert_eq!(refused, Err(RecordError::Contradiction));
        let beyond = Answer { visitor: 2, class: Class(9), ..first };
        assert_eq!(item.record(beyond, Probability::ONE, []), Err(RecordError::UnknownClass));
        let short = Answer { visitor: 2, ..first };
        assert_eq!(item.record(short, Probability::ONE, [0.0]), Err(RecordError::UnknownClass));
        assert_eq!(item, before);
    }

    #[test]
    fn a_visitor_speaks_once_whatever_the_number_of_challenges() {
        let first = Answer { visitor: 1, challenge: 1, cluster: 1, class: Class(0) };
        let again = Answer { challenge: 2, cluster: 2, ..first };
        let (once, twice) = (held(&[first], Damping::Harmonic), held(&[first, again], Damping::Harmonic));
        assert_eq!(once.tally().posterior(), twice.tally().posterior());
        assert_eq!((twice.tally().clusters(), twice.tally().answers()), (1, 2));
    }

    #[test]
    fn harmonic_damping_gives_a_network_the_sum_of_one_over_j() {
        let answers: Vec<Answer> =
            (0..3).map(|visitor| Answer { visitor, challenge: 0, cluster: 5, class: Class(2) }).collect();
        let item = held(&answers, Damping::Harmonic);
        assert!((item.tally().effective_answers() - 0.9 * (1.0 + 0.5 + 1.0 / 3.0)).abs() < 1e-9);
        assert_eq!(item.tally().clusters(), 1);
    }

    #[test]
    fn brute_force_bayes_agrees() {
        // Every truth in turn: prior times the product of what it makes likely.
        let classes: Vec<Class> = [2, 2, 0, 1, 2].map(Class).to_vec();
        let answers: Vec<Answer> = classes
            .iter()
            .zip(0_u64..)
            .map(|(class, n)| Answer { visitor: n, challenge: 0, cluster: n, class: *class })
            .collect();
        let mut wanted: Vec<f64> = vec![0.4, 0.3, 0.2, 0.1];
        for class in &classes {
            for (share, nats) in wanted.iter_mut().zip(evidence(*class, 0)) {
                *share *= nats.exp();
            }
        }
        let total: f64 = wanted.iter().sum();
        for (found, wanted) in held(&answers, Damping::Harmonic).tally().posterior().iter().zip(&wanted) {
            assert!((found - wanted / total).abs() < 1e-10);
        }
    }

    proptest! {
        #[test]
        fn probabilities_add_up_to_one(answers in prop::collection::vec(answer(), 0..30), damping in damping()) {
            let posterior = held(&answers, damping).tally().posterior();
            prop_assert!((posterior.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }

        #[test]
        fn a_replay_is_bit_equal_and_duplicates_count_once(
            answers in prop::collection::vec(answer(), 0..30), damping in damping(),
        ) {
            let once = held(&answers, damping);
            prop_assert_eq!(&once, &held(&answers, damping));
            let doubled: Vec<Answer> = answers.iter().flat_map(|answer| [*answer, *answer]).collect();
            prop_assert_eq!(&once, &held(&doubled, damping));
            let accepted: Vec<Answer> = once.answers().collect();
            prop_assert_eq!(&once, &held(&accepted, damping));
        }

        #[test]
        fn the_order_of_clusters_does_not_matter(
            answers in prop::collection::vec(answer(), 0..20), damping in damping(), turn in 0_u64..4,
        ) {
            // One challenge a visitor and one cluster a visitor, so that only the order between clusters moves.
            let answers: Vec<Answer> = answers
                .iter()
                .zip(0_u64..)
                .map(|(answer, n)| Answer { visitor: n, challenge: 0, ..*answer })
                .collect();
            let mut turned = answers.clone();
            turned.sort_by_key(|answer| (answer.cluster + turn) % 4);
            let (a, b) = (held(&answers, damping), held(&turned, damping));
            prop_assert_eq!(a.tally(), b.tally());
        }

        #[test]
        fn a_retraction_leaves_the_bits_there_were_without_it(
            answers in prop::collection::vec(answer(), 1..20), at in any::<prop::sample::Index>(), damping in damping(),
        ) {
            let mut item = held(&answers, damping);
            let accepted: Vec<Answer> = item.answers().collect();
            let at = at.index(accepted.len());
            let gone = item.retract(accepted[at].visitor, accepted[at].challenge);
            prop_assert_eq!(gone, Some(accepted[at]));
            let mut without = accepted;
            without.remove(at);
            prop_assert_eq!(&item, &held(&without, damping));
            prop_assert_eq!(item.retract(99, 99), None);
        }

        #[test]
        fn taking_everything_back_leaves_the_prior(answers in prop::collection::vec(answer(), 0..20), damping in damping()) {
            let mut item = held(&answers, damping);
            let accepted: Vec<Answer> = item.answers().collect();
            for answer in accepted {
                item.retract(answer.visitor, answer.challenge);
            }
            prop_assert_eq!(item, held(&[], damping));
        }

        #[test]
        fn renumbering_the_classes_renumbers_the_posterior(
            classes in prop::collection::vec(0_u8..4, 0..20), turn in 0_usize..4,
        ) {
            let mut prior = vec![0.4, 0.3, 0.2, 0.1];
            let mut plain = Item::new(&prior, Damping::Harmonic);
            prior.rotate_right(turn);
            let mut turned = Item::new(&prior, Damping::Harmonic);
            for (class, n) in classes.iter().zip(0_u64..) {
                let answer = Answer { visitor: n, challenge: 0, cluster: n / 2, class: Class(*class) };
                let other = Answer { class: Class::at((usize::from(*class) + turn) % CLASSES), ..answer };
                prop_assert!(plain.record(answer, Probability::ONE, evidence(answer.class, 0)).is_ok());
                prop_assert!(turned.record(other, Probability::ONE, evidence(other.class, turn)).is_ok());
            }
            let mut wanted = plain.tally().posterior();
            wanted.rotate_right(turn);
            for (found, wanted) in turned.tally().posterior().iter().zip(&wanted) {
                prop_assert!((found - wanted).abs() < 1e-12);
            }
        }

        #[test]
        fn an_answer_for_a_class_never_lowers_it(answers in prop::collection::vec(answer(), 0..20), class in 0_u8..4) {
            let mut item = Item::new(&[0.25; 4], Damping::Harmonic);
            let shared = Likelihood::new(&Confusion::even(4, Probability::HALF));
            let said = |class: Class| shared.evidence(class, Probability::saturating(0.7), Probability::saturating(0.1));
            for answer in answers {
                let _counted = item.record(answer, Probability::ONE, said(answer.class));
            }
            let before = item.tally().posterior()[usize::from(class)];
            let more = Answer { visitor: 99, challenge: 0, cluster: 0, class: Class(class) };
            prop_assert_eq!(item.record(more, Probability::ONE, said(Class(class))), Ok(Counted::New));
            prop_assert!(item.tally().posterior()[usize::from(class)] >= before - 1e-12);
        }
    }
}
