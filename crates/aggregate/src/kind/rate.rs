//! Ratings: a number on a scale for each task, from workers who lie high or low. Does not know what is rated.

use corvee_consensus::batch::{Answer, Answers, Extent};
use corvee_consensus::kinds::rating::{RatingRow, Scale, estimate};

use super::plain::{self, Plain};
use crate::agreement::{self, Resampling};
use crate::answers::{self, Subjects};
use crate::bad_row::Problem;
use crate::error::Error;
use crate::left_out::LeftOut;
use crate::listener::{Listener, Stage};
use crate::names::Names;
use crate::request::Request;
use crate::summary::{Coefficient, Summary};
use crate::table::Table;

pub(super) fn run(request: &Request, listener: &dyn Listener) -> Result<Summary, Error> {
    plain::check(request)?;
    let mut left_out = LeftOut::new(&request.bad_rows, listener)?;
    let mut rows: Vec<RatingRow> = Vec::new();
    let column = answers::label_column(request);
    let parse = |values: &[&str]| {
        let text = values.first().copied().unwrap_or_default();
        let value = answers::number(column.name, text)?;
        let outside = request.scale.filter(|(low, high)| value < *low || value > *high);
        match outside {
            Some((low, high)) => Err(Problem::Unfit {
                column: column.name.to_owned(),
                value: text.to_owned(),
                remedy: format!("it lies outside the scale from {low} to {high}"),
            }),
            None => Ok(value),
        }
    };
    let subjects = answers::read(request, &[column], &mut left_out, listener, parse, |item, worker, value| {
        rows.push(RatingRow { item, worker, value });
        Ok(())
    })?;
    for row in &mut rows {
        row.item = subjects.tasks.index_of_number(row.item);
        row.worker = subjects.workers.index_of_number(row.worker);
    }
    let bad_rows = left_out.count();
    let list = left_out.finish(&request.input, subjects.rows)?;
    let scale = scale(request, &rows)?;
    listener.step(Stage::Estimating, 0, 0);
    let found = estimate(&rows, scale).expect("every value is finite and within the scale");
    listener.step(Stage::Resampling, 0, 0);
    let (agreement, answers) = agree(request, &subjects, &rows)?;

    let mut tasks = Table::new(["task", "label", "low", "high", "deviation", "mean", "votes"]);
    for item in &found.items {
        let numbers =
            [item.value, item.lower, item.upper, item.deviation, item.mean].map(|value| format!("{value:.6}"));
        let mut row = vec![subjects.tasks.name(item.item as usize).to_owned()];
        row.extend(numbers);
        row.push(item.answers.to_string());
        tasks.rows.push(row);
    }
    let counts = counts(&subjects.workers, &rows);
    let mut workers = Table::new(["worker", "answers", "offset", "gain", "deviation"]);
    for rater in &found.raters {
        let name = subjects.workers.name(rater.worker as usize).to_owned();
        let count = counts.get(rater.worker as usize).copied().unwrap_or(0).to_string();
        let numbers = [rater.offset, rater.gain, rater.deviation].map(|value| format!("{value:.6}"));
        workers.rows.push([name, count].into_iter().chain(numbers).collect());
    }
    let plain = Plain {
        method: "hierarchical-rating",
        about: "the label is the posterior mean, low and high hold 95 % of the posterior".to_owned(),
        subjects: &subjects,
        answers: answers as u64,
        states: None,
        agreement,
        bad_rows,
        list,
        tasks,
        workers,
    };
    plain::finish(request, plain)
}

/// The scale that is asked for, or the one that the ratings span.
fn scale(request: &Request, rows: &[RatingRow]) -> Result<Scale, Error> {
    if let Some((low, high)) = request.scale {
        let refused =
            Error::OutOfRange { option: "scale", value: high, range: "the upper end lies above the lower one" };
        return Scale::new(low, high).ok_or(refused);
    }
    let low = rows.iter().map(|row| row.value).fold(f64::INFINITY, f64::min);
    let high = rows.iter().map(|row| row.value).fold(f64::NEG_INFINITY, f64::max);
    // Where all ratings are the same any scale around them will do.
    let span = Scale::new(low, high).or_else(|| Scale::new(low - 1.0, low + 1.0));
    span.ok_or(Error::OutOfRange {
        option: "scale",
        value: high,
        range: "the ratings span more than a number can hold",
    })
}

/// Agreement on the ratings taken as numbers, and the number of different answers.
fn agree(request: &Request, subjects: &Subjects, rows: &[RatingRow]) -> Result<(Vec<Coefficient>, usize), Error> {
    let mut numbers: Vec<f64> = rows.iter().map(|row| row.value + 0.0).collect();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup_by(|one, other| one.total_cmp(other).is_eq());
    let class = |value: f64| {
        let place = numbers.binary_search_by(|number| number.total_cmp(&(value + 0.0))).unwrap_or(0);
        u32::try_from(place).unwrap_or(u32::MAX)
    };
    let extent = Extent {
        items: subjects.tasks.len(),
        workers: subjects.workers.len(),
        classes: u32::try_from(numbers.len()).unwrap_or(u32::MAX),
    };
    let answers = Answers::new(
        extent,
        rows.iter().map(|row| Answer { item: row.item, worker: row.worker, class: class(row.value) }),
    )?;
    let resampling = Resampling { resamples: request.resamples, seed: request.seed };
    Ok((agreement::measure(&answers, agreement::Scale::Numbers(&numbers), resampling), answers.len()))
}

fn counts(workers: &Names, rows: &[RatingRow]) -> Vec<u32> {
    plain::counts(workers, rows.iter().map(|row| row.worker))
}
