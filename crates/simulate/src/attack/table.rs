//! The attack table as Markdown. Knows rows only.

use std::fmt;

use super::row::{Row, Verdict};

/// All rows of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// In the order of the attacks.
    pub rows: Vec<Row>,
}

impl Table {
    /// The rows whose bar does not hold.
    pub fn broken(&self) -> Vec<&Row> {
        self.rows.iter().filter(|row| row.verdict() == Verdict::DoesNot).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| attack | what was done | figure (95 % interval) | bar | |")?;
        writeln!(f, "|---|---|---:|---:|---|")?;
        for row in &self.rows {
            writeln!(f, "| {} | {} | {} | {} | {} |", row.attack, row.done, row.figure, row.bar_text(), row.verdict())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::row::{Bar, Figure, Unit};

    #[test]
    fn a_broken_bar_is_in_the_table_and_in_the_list() {
        let row = |value, bar| Row::new("A16", "100 at once", Figure::exact(value, Unit::Plain(0, "")), bar);
        let table = Table { rows: vec![row(2.0, Bar::AtMost(1.0)), row(1.0, Bar::AtMost(1.0)), row(7.0, Bar::Curve)] };
        assert_eq!(table.broken(), [&table.rows[0]]);
        let text = table.to_string();
        assert!(text.contains("| A16 | 100 at once | 2 | ≤ 1 | **does not hold** |"), "{text}");
        assert!(text.contains("| A16 | 100 at once | 7 | – | no bar: curve |"), "{text}");
        assert_eq!(text.lines().count(), 5);
    }
}
