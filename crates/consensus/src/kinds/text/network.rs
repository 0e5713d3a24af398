//! A word network: several texts aligned slot by slot, each slot holding one word or the empty word of every text. Knows words
//! as numbers and how alike two are; no worker.
//!
//! ROVER's alignment (Fiscus, A post-processing system to yield reduced word error rates, ASRU 1997, section 2.1): texts join one by one,
//! each by dynamic programming against the network so far. Here the cost of a word in a slot falls with the weight of the
//! texts whose word there is like it.
#![expect(clippy::indexing_slicing, reason = "tables are made one longer than the sequences they align")]

/// Texts aligned in slots.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Network {
    /// Each slot has one entry for each text that joined, in the order of joining.
    slots: Vec<Vec<Option<usize>>>,
    weights: Vec<f64>,
}

/// A step of the alignment.
#[derive(Clone, Copy)]
enum Step {
    /// The word stands in the slot.
    Both,
    /// The slot gets the empty word.
    Slot,
    /// The word opens a slot of its own.
    Word,
}

impl Network {
    /// The network of one text.
    pub(super) fn new(words: &[usize], weight: f64) -> Self {
        Self { slots: words.iter().map(|word| vec![Some(*word)]).collect(), weights: vec![weight] }
    }

    /// Each slot: one word or the empty word for each text, in the order of joining.
    pub(super) fn slots(&self) -> &[Vec<Option<usize>>] {
        &self.slots
    }

    /// Aligns one more text.
    pub(super) fn join(&mut self, words: &[usize], weight: f64, likeness: impl Fn(usize, usize) -> f64) {
        let total: f64 = self.weights.iter().sum();
        let share = |slot: &[Option<usize>], like: &dyn Fn(Option<usize>) -> f64| -> f64 {
            slot.iter().zip(&self.weights).map(|(word, weight)| weight * like(*word)).sum::<f64>() / total
        };
        let skip: Vec<f64> =
            self.slots.iter().map(|slot| 1.0 - share(slot, &|word| f64::from(u8::from(word.is_none())))).collect();
        let columns = words.len() + 1;
        let mut cost: Vec<f64> = (0..columns).map(|column| column as f64).collect();
        let mut steps = vec![vec![Step::Word; columns]; self.slots.len() + 1];
        for (row, slot) in self.slots.iter().enumerate() {
            let mut next = vec![cost[0] + skip[row]];
            steps[row + 1][0] = Step::Slot;
            for (column, word) in words.iter().enumerate() {
                let both = cost[column] + 1.0 - share(slot, &|other| other.map_or(0.0, |other| likeness(*word, other)));
                let (slot, own) = (cost[column + 1] + skip[row], next[column] + 1.0);
                let step = if both <= slot && both <= own {
                    Step::Both
                } else if slot <= own {
                    Step::Slot
                } else {
                    Step::Word
                };
                steps[row + 1][column + 1] = step;
                next.push(both.min(slot).min(own));
            }
            cost = next;
        }
        let (mut row, mut column) = (self.slots.len(), words.len());
        let mut slots = Vec::with_capacity(row.max(column));
        while row > 0 || column > 0 {
            match steps[row][column] {
                Step::Both => {
                    (row, column) = (row - 1, column - 1);
                    self.slots[row].push(Some(words[column]));
                    slots.push(std::mem::take(&mut self.slots[row]));
                }
                Step::Slot => {
                    row -= 1;
                    self.slots[row].push(None);
                    slots.push(std::mem::take(&mut self.slots[row]));
                }
                Step::Word => {
                    column -= 1;
                    let mut slot = vec![None; self.weights.len()];
                    slot.push(Some(words[column]));
                    slots.push(slot);
                }
            }
        }
        slots.reverse();
        self.slots = slots;
        self.weights.push(weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::text::words::distance;
    use proptest::prelude::*;

    fn equal(first: usize, second: usize) -> f64 {
        f64::from(u8::from(first == second))
    }

    #[test]
    fn a_missing_word_leaves_the_empty_word() {
        let mut network = Network::new(&[1, 2, 3], 1.0);
        network.join(&[1, 3], 1.0, equal);
        network.join(&[1, 2, 3, 4], 1.0, equal);
        assert_eq!(
            network.slots(),
            [
                vec![Some(1), Some(1), Some(1)],
                vec![Some(2), None, Some(2)],
                vec![Some(3), Some(3), Some(3)],
                vec![None, None, Some(4)],
            ]
        );
    }

    proptest! {
        #[test]
        fn every_text_can_be_read_back(texts in proptest::collection::vec(proptest::collection::vec(0_usize..4, 0..6), 1..5)) {
            let mut network = Network::new(&texts[0], 1.0);
            for text in &texts[1..] {
                network.join(text, 0.7, equal);
            }
            for (number, text) in texts.iter().enumerate() {
                let read: Vec<usize> = network.slots().iter().filter_map(|slot| slot[number]).collect();
                prop_assert_eq!(&read, text);
            }
            prop_assert!(network.slots().iter().all(|slot| slot.len() == texts.len()));
        }

        #[test]
        fn two_texts_meet_at_their_edit_distance(
            first in proptest::collection::vec(0_usize..3, 0..6), second in proptest::collection::vec(0_usize..3, 0..6),
        ) {
            let mut network = Network::new(&first, 1.0);
            network.join(&second, 1.0, equal);
            let differing = network.slots().iter().filter(|slot| slot[0] != slot[1]).count();
            prop_assert_eq!(differing, distance(&first, &second));
        }
    }
}
