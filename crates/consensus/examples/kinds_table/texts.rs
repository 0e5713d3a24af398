//! Texts: word error rate over the whole set beside the plain edit-distance medoid and plain plurality in a word network.

use corvee_consensus::kinds::text::{TextRow, estimate};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::tables::{Names, Table};

/// Prints the lines of one set.
pub(crate) fn print(data: &Path, set: &str) -> Result<(), String> {
    let (labels, truth) =
        (Table::read(&data.join(set).join("labels.csv"))?, Table::read(&data.join(set).join("truth.csv"))?);
    let (mut items, mut workers) = (Names::default(), Names::default());
    let item = items.numbers(labels.column("task"));
    let worker = workers.numbers(labels.column("worker"));
    let rows: Vec<TextRow<'_>> = item
        .into_iter()
        .zip(worker)
        .zip(labels.column("label"))
        .map(|((item, worker), text)| TextRow { item, worker, text })
        .collect();
    let truth: BTreeMap<u32, &str> =
        items.numbers(truth.column("task")).into_iter().zip(truth.column("label")).collect();
    for most in [usize::MAX, 5, 3, 2] {
        let rows = first(&rows, most);
        let found = estimate(&rows);
        let ours: BTreeMap<u32, String> = found.items.iter().map(|found| (found.item, found.text())).collect();
        let name = if most == usize::MAX { set.to_owned() } else { format!("{set}-{most}") };
        println!("peer {name}-wer-first {:.4}", error_rate(&first_answers(&rows), &truth));
        println!("peer {name}-wer-medoid {:.4}", error_rate(&medoids(&rows), &truth));
        println!("peer {name}-wer-plain-network {:.4}", error_rate(&networks(&rows), &truth));
        println!("bar {name}-wer {:.4}", error_rate(&ours, &truth));
    }
    Ok(())
}

/// The first `most` answers of each item in the file's order.
fn first<'a>(rows: &[TextRow<'a>], most: usize) -> Vec<TextRow<'a>> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    let mut keep = |item: u32| {
        let count = counts.entry(item).or_default();
        *count += 1;
        *count <= most
    };
    rows.iter().filter(|row| keep(row.item)).copied().collect()
}

fn first_answers(rows: &[TextRow<'_>]) -> BTreeMap<u32, String> {
    let mut answers = BTreeMap::new();
    for row in rows {
        answers.entry(row.item).or_insert_with(|| row.text.to_owned());
    }
    answers
}

/// The answer nearest to all others by edit distance over the longer length; only the first of each worker counts.
fn medoids(rows: &[TextRow<'_>]) -> BTreeMap<u32, String> {
    let mut items: BTreeMap<u32, Vec<Vec<String>>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for row in rows.iter().filter(|row| seen.insert((row.item, row.worker))) {
        items.entry(row.item).or_default().push(words(row.text));
    }
    let medoid = |texts: Vec<Vec<String>>| {
        let cost = |own: &Vec<String>| -> f64 {
            texts.iter().map(|other| edits(own, other) as f64 / own.len().max(other.len()).max(1) as f64).sum()
        };
        let costs: Vec<f64> = texts.iter().map(cost).collect();
        let least =
            costs.iter().enumerate().min_by(|first, second| first.1.total_cmp(second.1)).map_or(0, |(place, _)| place);
        texts[least].join(" ")
    };
    items.into_iter().map(|(item, texts)| (item, medoid(texts))).collect()
}

/// Votes of each word, then when it was first seen, later ones lower.
type Slot = BTreeMap<String, (f64, f64)>;

/// ROVER with equal votes (Fiscus 1997): texts join a word network in the file's order, the first of each worker only; a step costs
/// nothing where the slot already holds the word, or the empty word, of any text. Plurality by slot, ties to the word seen first.
fn networks(rows: &[TextRow<'_>]) -> BTreeMap<u32, String> {
    let mut networks: BTreeMap<u32, (f64, Vec<Slot>)> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for row in rows.iter().filter(|row| seen.insert((row.item, row.worker))) {
        let (count, slots) = networks.entry(row.item).or_default();
        let text = words(row.text);
        let price = |slot: &Slot, word: &str| if slot.contains_key(word) { 0.0 } else { 1.0 };
        let mut cost = vec![vec![0.0_f64; text.len() + 1]; slots.len() + 1];
        for line in 0..=slots.len() {
            for column in 0..=text.len() {
                let both = (line > 0 && column > 0)
                    .then(|| cost[line - 1][column - 1] + price(&slots[line - 1], &text[column - 1]));
                let skip = (line > 0).then(|| cost[line - 1][column] + price(&slots[line - 1], ""));
                let own = (column > 0).then(|| cost[line][column - 1] + 1.0);
                let least = [both, skip, own].into_iter().flatten().fold(f64::INFINITY, f64::min);
                cost[line][column] = if least.is_finite() { least } else { 0.0 };
            }
        }
        let vote = |mut slot: Slot, word: &str| {
            slot.entry(word.to_owned()).or_insert((0.0, -*count)).0 += 1.0;
            slot
        };
        let (mut line, mut column, mut next) = (slots.len(), text.len(), Vec::new());
        while line > 0 || column > 0 {
            let here = cost[line][column];
            // Costs are whole numbers.
            let same = |first: f64, second: f64| (first - second).abs() < 0.5;
            if line > 0
                && column > 0
                && same(here, cost[line - 1][column - 1] + price(&slots[line - 1], &text[column - 1]))
            {
                (line, column) = (line - 1, column - 1);
                next.push(vote(slots[line].clone(), &text[column]));
            } else if line > 0 && same(here, cost[line - 1][column] + price(&slots[line - 1], "")) {
                line -= 1;
                next.push(vote(slots[line].clone(), ""));
            } else {
                column -= 1;
                let fresh =
                    if *count > 0.0 { BTreeMap::from([(String::new(), (*count, 0.0))]) } else { BTreeMap::new() };
                next.push(vote(fresh, &text[column]));
            }
        }
        next.reverse();
        (*count, *slots) = (*count + 1.0, next);
    }
    let best = |slot: &Slot| {
        slot.iter().max_by(|first, second| first.1.partial_cmp(second.1).expect("counts")).map(|(word, _)| word.clone())
    };
    let read = |slots: Vec<Slot>| slots.iter().filter_map(best).collect::<Vec<_>>().join(" ");
    networks.into_iter().map(|(item, (_, slots))| (item, read(slots))).collect()
}

fn words(text: &str) -> Vec<String> {
    let ascii = |character: char| character.is_ascii_alphanumeric() || character == '\'';
    let plain: String = text
        .chars()
        .map(|letter| letter.to_ascii_lowercase())
        .map(|letter| if ascii(letter) { letter } else { ' ' })
        .collect();
    plain.split_whitespace().map(str::to_owned).collect()
}

/// Edits over all words of the truth; a missing text is all wrong.
fn error_rate(found: &BTreeMap<u32, String>, truth: &BTreeMap<u32, &str>) -> f64 {
    let (mut wrong, mut all) = (0, 0);
    for (item, truth) in truth {
        let truth = words(truth);
        wrong += edits(&found.get(item).map_or_else(Vec::new, |text| words(text)), &truth);
        all += truth.len();
    }
    wrong as f64 / all as f64
}

fn edits(first: &[String], second: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=second.len()).collect();
    for (index, word) in first.iter().enumerate() {
        let mut next = vec![index + 1];
        for (column, other) in second.iter().enumerate() {
            next.push((row[column] + usize::from(word != other)).min(row[column + 1] + 1).min(next[column] + 1));
        }
        row = next;
    }
    row[second.len()]
}
