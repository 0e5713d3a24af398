//! The attack bench: the twenty-two attacks of `docs/threat-model.md` as programs, each with the bar it is held against.
//!
//! An attack runs against a collector as a process on loopback, over HTTP, or against the scoring code of `corvee-consensus`.
//! What an attacker could at most know is granted from the operator's key. Seeds are fixed; the collector's own chance is
//! not, so that figures over HTTP move within their intervals. Knows no page: rows come out.

mod answerer;
mod class_flip;
mod counts;
mod flood;
mod frequency;
mod hostile_images;
mod look;
mod metadata;
mod native_work;
mod oracle;
mod pictures;
mod poison;
mod program;
mod random_clicker;
mod relay;
mod replay;
mod row;
mod simulated;
mod small_model;
mod sprites;
mod statistics;
mod table;
mod traces;
mod unanswered;
mod vision_model;
mod visit;

use std::path::{Path, PathBuf};

pub use program::Bench;
pub use row::{Bar, Figure, Row, Unit, Verdict};
pub use table::Table;

use crate::error::SimulateError;

/// Why an attack could not be carried out. A bar that does not hold is no error: it is a row.
#[derive(Debug, thiserror::Error)]
pub enum AttackError {
    /// A call was not answered as the contract says.
    #[error(transparent)]
    Simulate(#[from] SimulateError),
    /// A program did not do its part.
    #[error("{what}")]
    Program {
        /// What happened.
        what: String,
    },
    /// A file or a folder cannot be used.
    #[error("{path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl AttackError {
    fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }
}

/// One attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attack {
    /// Its number, such as `A7`.
    pub id: &'static str,
    /// What it is called.
    pub name: &'static str,
}

/// All attacks, in order.
pub const ATTACKS: &[Attack] = &[
    Attack { id: "A1", name: "random clicks" },
    Attack { id: "A2", name: "a clone of the machine prior" },
    Attack { id: "A3", name: "vision models" },
    Attack { id: "A4", name: "somebody else solves it" },
    Attack { id: "A5", name: "pictures known by their bytes" },
    Attack { id: "A6", name: "pictures known by their looks" },
    Attack { id: "A7", name: "gold found by frequency" },
    Attack { id: "A8", name: "gold found by verdicts" },
    Attack { id: "A9", name: "gold found by metadata" },
    Attack { id: "A10", name: "gold found by its look" },
    Attack { id: "A11", name: "lies, gold secret" },
    Attack { id: "A12", name: "lies, gold known" },
    Attack { id: "A13", name: "lies on one chosen item" },
    Attack { id: "A14", name: "one class called the other" },
    Attack { id: "A15", name: "echo chamber" },
    Attack { id: "A16", name: "a token again" },
    Attack { id: "A17", name: "all answers to one challenge" },
    Attack { id: "A18", name: "the machine's turn in native code" },
    Attack { id: "A19", name: "the side door" },
    Attack { id: "A20", name: "made-up traces" },
    Attack { id: "A21", name: "exhaustion" },
    Attack { id: "A22", name: "hostile pictures" },
];

/// Carries out one attack.
///
/// # Errors
/// [`AttackError`] when it could not be carried out; [`AttackError::Program`] also for a number that no attack has.
pub async fn run(bench: &Bench, id: &str) -> Result<Vec<Row>, AttackError> {
    match id {
        "A1" => random_clicker::run(bench).await,
        "A2" => Ok(vision_model::clone()),
        "A3" => Ok(vision_model::curve()),
        "A4" => relay::run(bench).await,
        "A5" => sprites::bytes(bench).await,
        "A6" => sprites::looks(bench).await,
        "A7" => {
            let mut rows = frequency::run(bench).await?;
            rows.extend(unanswered::run(bench).await?);
            Ok(rows)
        }
        "A8" => Ok(oracle::run()),
        "A9" => metadata::run(bench).await,
        "A10" => sprites::gold_by_look(bench).await,
        "A11" => Ok(poison::blind()),
        "A12" => Ok(poison::gold_known()),
        "A13" => poison::targeted(bench).await,
        "A14" => Ok(class_flip::run()),
        "A15" => Ok(poison::echo_chamber()),
        "A16" => replay::tokens_again(bench).await,
        "A17" => replay::answers_at_once(bench).await,
        "A18" => native_work::run(bench).await,
        "A19" => native_work::doors(bench).await,
        "A20" => traces::run(bench).await,
        "A21" => flood::run(bench).await,
        "A22" => hostile_images::run(bench).await,
        _ => Err(AttackError::Program { what: format!("there is no attack {id}") }),
    }
}
