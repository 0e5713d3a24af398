//! Measures the batch estimators on real data sets: one line per set and `bar NAME FIGURE` per bar.
//!
//! `cargo run --release -p corvee-consensus --example batch_table [-- DATA_FOLDER]`

#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program of measurements: indices come from the tables themselves, and its product is what it prints"
)]

mod agreement;
mod data;
mod scores;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use corvee_consensus::batch::{Aggregator, Answers, Blend, DawidSkene, Gold, MajorityVote, Threads};
use corvee_consensus::calibration::calibrate;

use self::data::DataSet;

/// The first eleven are the classic ones; the last four complete the fifteen with classes as answers.
const SETS: [&str; 15] = [
    "adult",
    "bluebirds",
    "dog",
    "face",
    "music-genre",
    "product",
    "rte",
    "sentence-polarity",
    "sentence-polarity-amt",
    "trec",
    "weather-amt",
    "fact-eval",
    "mozafari",
    "relevance",
    "wsd",
];
const CLASSIC: usize = 11;
/// Sets with the truth of every task: the ones on which visitors are simulated.
const FULLY_KNOWN: [&str; 11] = [
    "bluebirds",
    "dog",
    "face",
    "mozafari",
    "music-genre",
    "product",
    "rte",
    "sentence-polarity",
    "sentence-polarity-amt",
    "weather-amt",
    "wsd",
];
const SEEDS: u64 = 3;

fn main() -> Result<ExitCode> {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("../shared/data/truth-inference"), PathBuf::from);
    if let Some(missing) = data::missing(&folder, &SETS) {
        eprintln!("NOTHING MEASURED: {missing} is not there. Pass the folder that holds the data sets.");
        return Ok(ExitCode::from(2));
    }
    let sets = SETS.iter().map(|name| DataSet::read(&folder, name)).collect::<Result<Vec<_>>>()?;
    println!("bar agreement-difference {:.9}", agreement::largest_difference(&folder)?);
    whole_sets(&sets)?;
    one_off(&sets)?;
    visitors(&sets)?;
    Ok(ExitCode::SUCCESS)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// All answers: without gold, and with a tenth of the truth as gold.
fn whole_sets(sets: &[DataSet]) -> Result<()> {
    let blend = Blend::default();
    let (mut plain, mut gold_accuracy, mut errors, mut losses) = (vec![], vec![], vec![], vec![]);
    for set in sets {
        let answers = set.answers()?;
        let found = blend.aggregate(&answers, &Gold::none(), Threads::available())?;
        plain.push(scores::accuracy(&found, &set.truth));
        if set.name == "product" {
            let class = set.classes.iter().position(|name| name == "1").and_then(|class| u32::try_from(class).ok());
            println!("bar f1-product {:.4}", scores::f1(&found, &set.truth, class.unwrap_or(0)));
        }
        let gold = set.gold();
        let hidden = set.hidden(&gold);
        let calibrated = calibrate(&blend, &answers, &gold, Threads::available())?;
        let (error, loss) = scores::calibration(&calibrated.raw, &calibrated.confidence, &hidden);
        gold_accuracy.push(scores::accuracy(&calibrated.raw, &hidden));
        errors.push(error);
        losses.push(loss);
        let last = |values: &[f64]| values.last().copied().unwrap_or_default();
        println!("bar accuracy-{} {:.4}", set.name, last(&plain));
        println!("bar gold-accuracy-{} {:.4}", set.name, last(&gold_accuracy));
        println!("{:22} with gold: ECE {error:.4}, log-loss {loss:.4}", set.name);
        let one = blend.aggregate(&answers, &Gold::none(), Threads::ONE)?;
        assert_eq!(one, found, "the number of threads reached a result");
    }
    println!(
        "mean of the classic sets: {:.4}, with gold {:.4}",
        mean(&plain[..CLASSIC]),
        mean(&gold_accuracy[..CLASSIC])
    );
    println!("bar calibration-ece {:.4}", mean(&errors));
    println!("bar calibration-log-loss {:.4}", mean(&losses));
    Ok(())
}

/// Every answer from another worker. The majority vote breaks its ties as ours does: by the share of each class.
fn one_off(sets: &[DataSet]) -> Result<()> {
    for set in sets {
        let answers = set.visitors(usize::MAX, 1, 0)?;
        let accuracy = |model: &dyn Aggregator| -> Result<f64> {
            Ok(scores::accuracy(&model.aggregate(&answers, &Gold::none(), Threads::available())?, &set.truth))
        };
        println!("bar one-answer-{} {:.4}", set.name, accuracy(&Blend::default())?);
        println!("bar one-answer-majority-{} {:.4}", set.name, accuracy(&MajorityVote)?);
        println!("{:22} majority, ties drawn: {:.4}", set.name, scores::fair_majority(&answers, &set.truth));
    }
    Ok(())
}

/// Visitors of three answers, three answers an item, a tenth of the truth as gold.
fn visitors(sets: &[DataSet]) -> Result<()> {
    let models: [(&str, &dyn Aggregator); 3] =
        [("majority", &MajorityVote), ("dawid_skene", &DawidSkene::default()), ("blend", &Blend::default())];
    let mut accuracies = [const { Vec::new() }; 3];
    for set in sets.iter().filter(|set| FULLY_KNOWN.contains(&set.name)) {
        let cuts = (0..SEEDS).map(|seed| set.visitors(3, 3, seed)).collect::<Result<Vec<Answers>>>()?;
        let gold = set.gold();
        let hidden = set.hidden(&gold);
        print!("visitors {:22}", set.name);
        for ((name, model), all) in models.iter().zip(&mut accuracies) {
            let of_set = cuts
                .iter()
                .map(|cut| Ok(scores::accuracy(&model.aggregate(cut, &gold, Threads::available())?, &hidden)))
                .collect::<Result<Vec<f64>>>()?;
            print!(" {name} {:.4}", mean(&of_set));
            all.push(mean(&of_set));
        }
        println!();
    }
    let [majority, dawid_skene, blend] = accuracies.map(|all| mean(&all));
    println!("visitors, mean: majority {majority:.4}, Dawid-Skene {dawid_skene:.4}");
    println!("bar visitors-accuracy {blend:.4}");
    Ok(())
}
