//! Texts typed by several workers: the text most likely meant, word by word, with the confidence of each word. Knows spelling and
//! agreement, no language and no sound.
//!
//! 1. Texts are normalised and aligned in a word network (ROVER, Fiscus 1997) whose backbone is the weighted edit-distance medoid.
//! 2. In each slot the word, or the empty word, with the greatest weight of workers is taken.
//! 3. A worker's weight is the log-odds of typing a word right, ln((1 − e)/e); e is the worker's word error rate against the
//!    result, shrunk to the crowd's. The empty word weighs as little as words are left out often. Steps 1 to 3 repeat until the weights stand (the scheme of
//!    iterated weighted majority, Li & Yu 2014, with edit distance as the loss).
//!
//! Of exactly two answers, where the longer has at least half of the shorter's words, every word that either of them has is
//! kept: one word against nothing is one voice against one, and whoever types what they hear or see leaves words out more
//! readily than they invent them. Two answers further apart are two wordings, and step 2 holds.
//!
//! Words nobody typed cannot be found, and a translation has many right wordings of which the network may mix two.

mod network;
mod words;

use std::collections::BTreeMap;

use crate::kinds::places::Places;
use network::Network;
pub use words::normalise;
use words::{distance, likeness};

/// Weight of the crowd's error rate in a worker's own, in answers of ordinary length.
const WORKER_WEIGHT: f64 = 1.0;
/// Weight of the worker's error rate in that of one answer, in answers: a careful worker's slip shows in the answer itself.
const ANSWER_WEIGHT: f64 = 1.0;
/// Error rates are held above this, so that no worker outweighs all others, and below one half, so that none counts
/// against what they typed.
const ERROR_RANGE: (f64, f64) = (0.01, 0.45);
/// Rounds of weights and texts.
const ROUNDS: usize = 6;

/// One text of one worker. Several differing texts of one worker on one item share the worker's weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextRow<'a> {
    /// What was read, heard or translated.
    pub item: u32,
    /// Who typed.
    pub worker: u32,
    /// The text as typed; [`normalise`] is applied.
    pub text: &'a str,
}

/// One word of an estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// The word in normal form.
    pub text: String,
    /// Share of the slot's weight that typed it, with one ordinary answer's weight of doubt: 0 to 1, exclusive of 1.
    pub confidence: f64,
}

/// The text of one item.
#[derive(Debug, Clone, PartialEq)]
pub struct TextEstimate {
    /// What was read, heard or translated.
    pub item: u32,
    /// The words in order; empty if nobody typed one or most left it empty.
    pub words: Vec<Word>,
    /// Least confidence of all slots, those left empty included: 0 to 1.
    pub confidence: f64,
    /// Workers who typed, at least 1.
    pub answers: u32,
}

impl TextEstimate {
    /// The words joined by single spaces.
    pub fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<&str>>().join(" ")
    }
}

/// How often one worker errs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Typist {
    /// Who typed.
    pub worker: u32,
    /// Word error rate against the estimates, shrunk to the crowd's; 0 to 1.
    pub error: f64,
}

/// All items and all workers.
#[derive(Debug, Clone, PartialEq)]
pub struct Texts {
    /// By item.
    pub items: Vec<TextEstimate>,
    /// By worker.
    pub typists: Vec<Typist>,
}

/// A text in words by number.
struct Answer {
    worker: usize,
    words: Vec<usize>,
    /// Share of the worker's weight on this item.
    share: f64,
}

/// All answers on one item.
struct Item<'a> {
    number: u32,
    answers: Vec<Answer>,
    /// The words that occur, in alphabetical order.
    vocabulary: Vec<&'a str>,
    /// Edit distance of any two answers over the longer length.
    apart: Vec<Vec<f64>>,
    /// Likeness of any two words.
    alike: Vec<Vec<f64>>,
}

impl<'a> Item<'a> {
    /// `None` for no rows. Rows are item, normal text, worker.
    fn new(rows: &'a [(u32, String, u32)], workers: &Places) -> Option<Self> {
        let (number, ..) = rows.first()?;
        let mut vocabulary: Vec<&str> = rows.iter().flat_map(|(_, text, _)| text.split_whitespace()).collect();
        vocabulary.sort_unstable();
        vocabulary.dedup();
        let answers = rows.iter().map(|(_, text, worker)| Answer {
            worker: workers.of_id(*worker),
            words: text.split_whitespace().filter_map(|word| vocabulary.binary_search(&word).ok()).collect(),
            share: 1.0 / rows.iter().filter(|(_, _, other)| other == worker).count() as f64,
        });
        let answers: Vec<Answer> = answers.collect();
        let gap = |first: &Answer, second: &Answer| {
            distance(&first.words, &second.words) as f64 / first.words.len().max(second.words.len()).max(1) as f64
        };
        let apart = answers.iter().map(|first| answers.iter().map(|second| gap(first, second)).collect()).collect();
        let alike =
            vocabulary.iter().map(|first| vocabulary.iter().map(|second| likeness(first, second)).collect()).collect();
        Some(Self { number: *number, answers, vocabulary, apart, alike })
    }

    /// Puts answers of one text in the order of their weight, so that neither a tie nor the last bit of a sum falls by the
    /// worker's number. What is known of texts alone stays where it is.
    fn order_equal_texts(&mut self, errors: &[f64]) {
        let error = |answer: &Answer| errors.get(answer.worker).copied().unwrap_or(ERROR_RANGE.1);
        for equal in self.answers.chunk_by_mut(|first, second| first.words == second.words) {
            equal.sort_by(|first, second| {
                error(first).total_cmp(&error(second)).then(first.share.total_cmp(&second.share))
            });
        }
    }
}

/// Estimates every item's text. Any rows will do: an empty text is the word of a worker who read nothing.
///
/// ```
/// use corvee_consensus::kinds::text::{TextRow, estimate};
///
/// let row = |worker, text| TextRow { item: 0, worker, text };
/// let found = estimate(&[row(1, "The quick fox"), row(2, "the quick box"), row(3, "the quack fox.")]);
/// assert_eq!(found.items[0].text(), "the quick fox");
/// ```
pub fn estimate(rows: &[TextRow<'_>]) -> Texts {
    let mut normal: Vec<(u32, String, u32)> =
        rows.iter().map(|row| (row.item, normalise(row.text), row.worker)).collect();
    // By text before worker: no tie falls by the worker's number.
    normal.sort_unstable();
    normal.dedup();
    let workers = Places::of(normal.iter().map(|(_, _, worker)| *worker));
    let mut items: Vec<Item<'_>> =
        normal.chunk_by(|first, second| first.0 == second.0).filter_map(|rows| Item::new(rows, &workers)).collect();
    let mut errors = vec![0.2; workers.len()];
    let mut omission = 1.0;
    let mut read = Vec::new();
    for _ in 0..ROUNDS {
        for item in &mut items {
            item.order_equal_texts(&errors);
        }
        read = items.iter().map(|item| consensus(item, &errors, omission)).collect::<Vec<Reading>>();
        errors = error_rates(&items, &read, workers.len());
        omission = weight_of_omission(&read);
    }
    let estimates = items.iter().zip(read).map(|(item, reading)| TextEstimate {
        item: item.number,
        words: reading
            .words
            .into_iter()
            .filter_map(|(word, confidence)| Some(Word { text: (*item.vocabulary.get(word)?).to_owned(), confidence }))
            .collect(),
        confidence: reading.confidence,
        answers: u32::try_from(
            Places::of(item.answers.iter().filter_map(|answer| u32::try_from(answer.worker).ok())).len(),
        )
        .unwrap_or(u32::MAX),
    });
    let items = estimates.collect();
    let typists = workers.ids().iter().zip(errors).map(|(worker, error)| Typist { worker: *worker, error }).collect();
    Texts { items, typists }
}

/// The words of one item with their confidence.
struct Reading {
    words: Vec<(usize, f64)>,
    confidence: f64,
    /// Words left out by an answer where the reading has one, and typed where it has none.
    omitted: f64,
    invented: f64,
    /// Words typed in all answers.
    typed: f64,
}

/// Weight of the empty word against a typed one, ln(1/d)/ln(1/i): d is how often a word is left out, i how often one is typed too many,
/// for each word typed. Where people leave words out more readily than they invent them, the empty word tells less.
fn weight_of_omission(read: &[Reading]) -> f64 {
    let sums = read.iter().fold((1.0, 1.0, 20.0), |(omitted, invented, typed), reading| {
        (omitted + reading.omitted, invented + reading.invented, typed + reading.typed)
    });
    let nats = |slips: f64| -(slips / (slips + sums.2)).ln();
    nats(sums.0) / nats(sums.1)
}

/// ln((1 − e)/e) within [`ERROR_RANGE`].
fn weight(error: f64) -> f64 {
    let error = error.clamp(ERROR_RANGE.0, ERROR_RANGE.1);
    ((1.0 - error) / error).ln()
}

fn consensus(item: &Item<'_>, errors: &[f64], omission: f64) -> Reading {
    let Item { answers, apart, alike, .. } = item;
    let error = |answer: &Answer| errors.get(answer.worker).copied().unwrap_or(ERROR_RANGE.1);
    // An answer's own error: its distance from the others, of which half is theirs, and the worker's rate as a prior.
    let prior: Vec<f64> = answers.iter().map(|answer| answer.share * weight(error(answer))).collect();
    let mean: Vec<f64> = apart
        .iter()
        .enumerate()
        .map(|(own, gaps)| {
            let others = gaps.iter().zip(&prior).enumerate().filter(|(other, _)| *other != own);
            let (sum, weights) =
                others.fold((0.0, 0.0), |(sum, weights), (_, (gap, weight))| (sum + gap * weight, weights + weight));
            if weights > 0.0 { sum / weights } else { 0.0 }
        })
        .collect();
    let least = mean.iter().copied().fold(f64::INFINITY, f64::min);
    let weights: Vec<f64> = answers
        .iter()
        .zip(&mean)
        .map(|(answer, mean)| {
            let shown = if answers.len() > 2 {
                (mean - least / 2.0 + ANSWER_WEIGHT * error(answer)) / (1.0 + ANSWER_WEIGHT)
            } else {
                error(answer)
            };
            answer.share * weight(shown)
        })
        .collect();
    let cost = |own: usize| -> f64 {
        apart.get(own).map_or(0.0, |gaps| gaps.iter().zip(&weights).map(|(gap, weight)| gap * weight).sum())
    };
    let Some(backbone) = (0..answers.len()).min_by(|first, second| cost(*first).total_cmp(&cost(*second))) else {
        return Reading { words: Vec::new(), confidence: 0.0, omitted: 0.0, invented: 0.0, typed: 0.0 };
    };
    let mut order: Vec<(f64, usize)> =
        apart.get(backbone).map_or_else(Vec::new, |gaps| gaps.iter().copied().zip(0..).collect());
    order.sort_by(|first, second| {
        first
            .0
            .total_cmp(&second.0)
            .then((first.1 != backbone).cmp(&(second.1 != backbone)))
            .then(first.1.cmp(&second.1))
    });
    let mut joined = order.into_iter().filter_map(|(_, place)| Some((answers.get(place)?, *weights.get(place)?)));
    let Some((first, first_weight)) = joined.next() else {
        return Reading { words: Vec::new(), confidence: 0.0, omitted: 0.0, invented: 0.0, typed: 0.0 };
    };
    let mut network = Network::new(&first.words, first_weight);
    let mut texts = vec![first_weight];
    let spelled_alike =
        |first: usize, second: usize| alike.get(first).and_then(|row| row.get(second)).copied().unwrap_or(0.0);
    for (answer, weight) in joined {
        network.join(&answer.words, weight, spelled_alike);
        texts.push(weight);
    }
    let total: f64 = texts.iter().sum();
    let doubt = total / texts.len() as f64;
    let mut reading =
        Reading { words: Vec::new(), confidence: total / (total + doubt), omitted: 0.0, invented: 0.0, typed: 0.0 };
    let omission = if is_one_text_twice(answers) { 0.0 } else { omission };
    for slot in network.slots() {
        let mut votes: BTreeMap<Option<usize>, f64> = BTreeMap::new();
        for (word, weight) in slot.iter().zip(&texts) {
            *votes.entry(*word).or_default() += if word.is_some() { *weight } else { omission * weight };
        }
        // The backbone's word first among equals, then the earlier in the alphabet.
        let favourite = slot.first().copied().flatten();
        let best = votes.into_iter().max_by(|first, second| {
            first
                .1
                .total_cmp(&second.1)
                .then((first.0 == favourite).cmp(&(second.0 == favourite)))
                .then(second.0.cmp(&first.0))
        });
        if let Some((word, weight)) = best {
            let confidence = weight / (total + doubt);
            reading.confidence = reading.confidence.min(confidence);
            reading.words.extend(word.map(|word| (word, confidence)));
            let empty = slot.iter().filter(|typed| typed.is_none()).count() as f64;
            let typed = slot.len() as f64 - empty;
            reading.typed += typed;
            if word.is_some() {
                reading.omitted += empty;
            } else {
                reading.invented += typed;
            }
        }
    }
    reading
}

/// Whether these are two answers of which the longer has at least half of the shorter's words: one text with slips, not two
/// wordings.
fn is_one_text_twice(answers: &[Answer]) -> bool {
    let [first, second] = answers else { return false };
    let (first, second) = (&first.words, &second.words);
    let more = first.len().abs_diff(second.len());
    2 * distance(first, second).saturating_sub(more) <= first.len().min(second.len())
}

/// Word error rates of all workers against the readings.
fn error_rates(items: &[Item<'_>], read: &[Reading], workers: usize) -> Vec<f64> {
    let mut counts = vec![(0.0, 0.0); workers];
    let (mut wrong, mut words, mut answers) = (1.0, 5.0, 1.0);
    for (item, reading) in items.iter().zip(read) {
        let truth: Vec<usize> = reading.words.iter().map(|(word, _)| *word).collect();
        for answer in &item.answers {
            let apart = distance(&answer.words, &truth) as f64;
            let length = answer.words.len().max(truth.len()) as f64;
            (wrong, words, answers) = (wrong + apart, words + length, answers + 1.0);
            if let Some(count) = counts.get_mut(answer.worker) {
                *count = (count.0 + apart, count.1 + length);
            }
        }
    }
    let prior = WORKER_WEIGHT * words / answers;
    counts.into_iter().map(|(apart, length)| (apart + prior * wrong / words) / (length + prior)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(item: u32, worker: u32, text: &str) -> TextRow<'_> {
        TextRow { item, worker, text }
    }

    fn answers() -> impl Strategy<Value = Vec<(u32, u32, String)>> {
        proptest::collection::vec((0_u32..3, 0_u32..5, "([abc]{1,2} ){0,4}"), 0..14)
    }

    fn rows(answers: &[(u32, u32, String)]) -> Vec<TextRow<'_>> {
        answers.iter().map(|(item, worker, text)| row(*item, *worker, text)).collect()
    }

    #[test]
    fn two_answers_of_one_text_keep_every_word_even_against_the_better_worker() {
        let row = |item, worker, text| TextRow { item, worker, text };
        let mut rows = vec![row(0, 1, "the quick brown fox"), row(0, 2, "the quick fox")];
        for item in 1..8 {
            rows.extend([row(item, 1, "an odd hen"), row(item, 2, "a cold day"), row(item, 3, "a cold day")]);
        }
        let found = estimate(&rows);
        assert!(found.typists[0].error > found.typists[1].error);
        assert_eq!(found.items[0].text(), "the quick brown fox");
        // Two wordings are not put together.
        rows[1] = row(0, 2, "quick as foxes");
        assert_ne!(estimate(&rows).items[0].text(), "the quick brown as foxes");
    }

    #[test]
    fn nothing_gives_nothing_and_one_answer_itself() {
        assert!(estimate(&[]).items.is_empty());
        let one = estimate(&[row(5, 2, "Hello,  World")]);
        assert_eq!((one.items[0].item, one.items[0].text().as_str()), (5, "hello world"));
        assert!((one.items[0].confidence - 0.5).abs() < 1e-12);
    }

    #[test]
    fn three_equal_workers_are_read_by_plurality() {
        let found = estimate(&[row(0, 1, "a big cat"), row(0, 2, "a bit cat"), row(0, 3, "a big hat")]);
        assert_eq!(found.items[0].text(), "a big cat");
        // Counted by hand: three equal weights and one of doubt.
        let shares: Vec<f64> = found.items[0].words.iter().map(|word| word.confidence).collect();
        assert!(shares[0] > 0.74 && shares[1] < shares[0] && shares[2] < shares[0]);
    }

    #[test]
    fn a_word_most_left_out_is_left_out() {
        let found = estimate(&[row(0, 1, "come here now"), row(0, 2, "come now"), row(0, 3, "come now")]);
        assert_eq!(found.items[0].text(), "come now");
    }

    #[test]
    fn a_careful_worker_decides_between_two() {
        let mut texts: Vec<(u32, u32, String)> = Vec::new();
        for item in 0..12 {
            for worker in 0..3 {
                texts.push((item, worker, format!("one two three four w{item}")));
            }
            texts.push((item, 3, format!("one tow tree for x{item}")));
        }
        texts.push((99, 0, "grey".to_owned()));
        texts.push((99, 3, "gray".to_owned()));
        let found = estimate(&rows(&texts));
        assert_eq!(found.items.last().map(TextEstimate::text), Some("grey".to_owned()));
        assert!(found.typists[3].error > 0.5 && found.typists[0].error < 0.1);
    }

    proptest! {
        #[test]
        fn order_and_duplicates_change_no_bit(answers in answers(), turn in 0_usize..14) {
            let mut shuffled = rows(&answers);
            shuffled.extend(rows(&answers).into_iter().take(3));
            shuffled.reverse();
            let turn = turn % shuffled.len().max(1);
            shuffled.rotate_left(turn);
            prop_assert_eq!(estimate(&rows(&answers)), estimate(&shuffled));
        }

        #[test]
        fn numbers_of_workers_do_not_matter(answers in answers()) {
            let renamed: Vec<(u32, u32, String)> = answers.iter().map(|(item, worker, text)| (*item, 9 - worker, text.clone())).collect();
            let (before, after) = (estimate(&rows(&answers)), estimate(&rows(&renamed)));
            for (before, after) in before.items.iter().zip(&after.items) {
                prop_assert!((before.confidence - after.confidence).abs() < 1e-6);
            }
        }

        #[test]
        fn words_were_typed_and_confidence_is_a_share(answers in answers()) {
            let found = estimate(&rows(&answers));
            for estimate in &found.items {
                prop_assert!((0.0..1.0).contains(&estimate.confidence));
                for word in &estimate.words {
                    prop_assert!((0.0..1.0).contains(&word.confidence) && word.confidence >= estimate.confidence);
                    prop_assert!(answers.iter().any(|(item, _, text)| *item == estimate.item && text.split(' ').any(|typed| typed == word.text)));
                }
            }
        }

        #[test]
        fn one_more_equal_answer_never_lowers_confidence(text in "[abc]{1,3}( [abc]{1,3}){0,3}", answers in 1_u32..6) {
            let confidence = |answers: u32| {
                let rows: Vec<TextRow<'_>> = (0..answers).map(|worker| row(0, worker, &text)).collect();
                estimate(&rows).items[0].confidence
            };
            prop_assert!(confidence(answers + 1) >= confidence(answers) - 1e-12);
        }
    }
}
