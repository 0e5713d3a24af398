//! What can be wrong with one row of answers, said with the row and the field. Does not know which kind of answer it is.

use thiserror::Error;

/// A row that cannot be read. Rows count from 0 in the order they were handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RowProblem {
    /// A number is NaN or infinite.
    #[error("row {row}: {field} is not a finite number")]
    NotFinite {
        /// Position of the row in the input.
        row: usize,
        /// Name of the field.
        field: &'static str,
    },
    /// A number lies outside the range the caller named for it.
    #[error("row {row}: {field} is out of range")]
    OutOfRange {
        /// Position of the row in the input.
        row: usize,
        /// Name of the field.
        field: &'static str,
    },
    /// The far edge of a box does not lie beyond its near edge.
    #[error("row {row}: {field} does not lie beyond the opposite edge")]
    Inverted {
        /// Position of the row in the input.
        row: usize,
        /// Name of the far edge.
        field: &'static str,
    },
    /// A list has another length than the item asks for.
    #[error("row {row}: {field} has the wrong length")]
    WrongLength {
        /// Position of the row in the input.
        row: usize,
        /// Name of the field.
        field: &'static str,
    },
    /// Something is compared with itself.
    #[error("row {row}: {field} names the same item as the other side")]
    SameItem {
        /// Position of the row in the input.
        row: usize,
        /// Name of the field.
        field: &'static str,
    },
}

/// The value if it is finite.
pub(crate) fn finite(row: usize, field: &'static str, value: f64) -> Result<f64, RowProblem> {
    // Minus zero would sort before zero and so tell apart rows that are equal.
    if value.is_finite() { Ok(value + 0.0) } else { Err(RowProblem::NotFinite { row, field }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_row_and_field() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let problem = finite(7, "left", value).expect_err("not a finite number");
            assert_eq!(problem.to_string(), "row 7: left is not a finite number");
        }
    }

    #[test]
    fn minus_zero_is_zero() {
        assert_eq!(finite(0, "x", -0.0).map(f64::to_bits), Ok(0.0_f64.to_bits()));
    }
}
