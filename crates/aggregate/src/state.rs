//! Whether a task is settled. Does not know how its confidence came about.

use std::fmt;

use serde::Serialize;

use crate::error::Error;

/// How a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The label is settled.
    Final,
    /// Many were asked and did not settle it: more of the same will hardly help.
    Ambiguous,
    /// More votes may settle it.
    Open,
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Final => "final",
            Self::Ambiguous => "ambiguous",
            Self::Open => "open",
        })
    }
}

/// When a task is settled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rule {
    /// Confidence from which a label is final, 0 to 1. Default 0.95.
    pub confidence: f64,
    /// Fewest votes of a final label. Default 2; gold needs none.
    pub min_votes: u32,
    /// Votes from which a label without that confidence is ambiguous. Default 12.
    pub max_votes: u32,
}

impl Default for Rule {
    fn default() -> Self {
        Self { confidence: 0.95, min_votes: 2, max_votes: 12 }
    }
}

impl Rule {
    /// Refuses a confidence that is none.
    pub(crate) fn check(self) -> Result<(), Error> {
        if (0.0..=1.0).contains(&self.confidence) {
            return Ok(());
        }
        Err(Error::OutOfRange { option: "confidence", value: self.confidence, range: "give a number from 0 to 1" })
    }

    /// The state of a task whose label is not gold.
    pub(crate) fn state(self, confidence: f64, votes: usize) -> State {
        if confidence >= self.confidence && votes >= self.min_votes as usize {
            State::Final
        } else if votes >= self.max_votes as usize {
            State::Ambiguous
        } else {
            State::Open
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_vote_settles_nothing_and_twelve_without_confidence_are_ambiguous() {
        let rule = Rule::default();
        assert_eq!(rule.state(1.0, 1), State::Open);
        assert_eq!(rule.state(0.95, 2), State::Final);
        assert_eq!(rule.state(0.949, 11), State::Open);
        assert_eq!(rule.state(0.949, 12), State::Ambiguous);
        assert!(Rule { confidence: f64::NAN, ..rule }.check().is_err());
    }
}
