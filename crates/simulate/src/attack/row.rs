//! One line of the attack table: what was done, the figure with its interval, the bar, and whether it holds. Knows no attack.

use crate::share::Share;

/// How a figure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share of 1, written in per cent.
    Percent,
    /// A number with so many decimals and a word behind it.
    Plain(usize, &'static str),
}

/// A measured number with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The estimate; NaN when it could not be measured.
    pub value: f64,
    /// Lower end of the interval; the estimate itself where nothing was drawn by chance.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How it is written.
    pub unit: Unit,
}

/// What a figure is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bar {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// Nothing is claimed: the figure is published.
    Curve,
}

/// Whether the bar holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Holds,
    /// It does not, or was not measured.
    DoesNot,
    /// There is none.
    Curve,
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The attack, such as `A7`.
    pub attack: &'static str,
    /// What the attacker did, and how often.
    pub done: String,
    /// What came of it.
    pub figure: Figure,
    /// What it is held against.
    pub bar: Bar,
}

impl Figure {
    /// A share with its Wilson interval.
    pub fn share(share: Share) -> Self {
        Self { value: share.value, low: share.low, high: share.high, unit: Unit::Percent }
    }

    /// A number that nothing was drawn for.
    pub fn exact(value: f64, unit: Unit) -> Self {
        Self { value, low: value, high: value, unit }
    }

    /// What could not be measured; it never clears a bar.
    pub fn absent(unit: Unit) -> Self {
        Self::exact(f64::NAN, unit)
    }

    /// An estimate with its standard error.
    pub fn with_error(value: f64, error: f64, unit: Unit) -> Self {
        let reach = 1.96 * error;
        Self { value, low: value - reach, high: value + reach, unit }
    }

    fn written(&self, value: f64) -> String {
        match self.unit {
            Unit::Percent => {
                let percent = value * 100.0;
                let digits = if percent != 0.0 && percent.abs() < 0.1 { 3 } else { 2 };
                format!("{percent:.digits$}")
            }
            Unit::Plain(decimals, _) => format!("{value:.decimals$}"),
        }
    }

    fn word(&self) -> &'static str {
        match self.unit {
            Unit::Percent => " %",
            Unit::Plain(_, word) => word,
        }
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.value.is_nan() {
            return f.write_str("NOT MEASURED");
        }
        write!(f, "{}{}", self.written(self.value), self.word())?;
        if self.written(self.low) != self.written(self.high) {
            write!(f, " ({} to {})", self.written(self.low), self.written(self.high))?;
        }
        Ok(())
    }
}

impl Row {
    /// A line.
    pub fn new(attack: &'static str, done: impl Into<String>, figure: Figure, bar: Bar) -> Self {
        Self { attack, done: done.into(), figure, bar }
    }

    /// Whether the bar holds. The estimate decides; samples are so large that its interval is small beside the bar.
    pub fn verdict(&self) -> Verdict {
        let holds = match self.bar {
            Bar::Curve => return Verdict::Curve,
            Bar::AtMost(most) => self.figure.value <= most,
            Bar::AtLeast(least) => self.figure.value >= least,
        };
        if holds { Verdict::Holds } else { Verdict::DoesNot }
    }

    /// The bar as it is written.
    pub fn bar_text(&self) -> String {
        match self.bar {
            Bar::Curve => "–".to_owned(),
            Bar::AtMost(most) => format!("≤ {}{}", self.figure.written(most), self.figure.word()),
            Bar::AtLeast(least) => format!("≥ {}{}", self.figure.written(least), self.figure.word()),
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Holds => "holds",
            Self::DoesNot => "**does not hold**",
            Self::Curve => "no bar: curve",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(value: f64, bar: Bar) -> Verdict {
        Row::new("A1", "", Figure::exact(value, Unit::Percent), bar).verdict()
    }

    #[test]
    fn a_bar_holds_at_its_very_value_and_never_for_what_was_not_measured() {
        assert_eq!(verdict(0.05, Bar::AtMost(0.05)), Verdict::Holds);
        assert_eq!(verdict(0.051, Bar::AtMost(0.05)), Verdict::DoesNot);
        assert_eq!(verdict(0.95, Bar::AtLeast(0.95)), Verdict::Holds);
        assert_eq!(verdict(0.94, Bar::AtLeast(0.95)), Verdict::DoesNot);
        assert_eq!(verdict(f64::NAN, Bar::AtMost(1.0)), Verdict::DoesNot);
        assert_eq!(verdict(f64::NAN, Bar::AtLeast(0.0)), Verdict::DoesNot);
        assert_eq!(verdict(0.9, Bar::Curve), Verdict::Curve);
    }

    #[test]
    fn a_figure_is_written_with_its_interval_and_its_bar_in_its_unit() {
        let row = Row::new("A1", "", Figure::share(Share::of(25, 1000)), Bar::AtMost(0.05));
        assert_eq!(row.figure.to_string(), "2.50 % (1.70 to 3.66)");
        assert_eq!(row.bar_text(), "≤ 5.00 %");
        let row = Row::new("A12", "", Figure::share(Share::of(0, 100_000)), Bar::AtMost(0.0001));
        assert_eq!((row.figure.to_string().as_str(), row.bar_text().as_str()), ("0.00 % (0.00 to 0.004)", "≤ 0.010 %"));
        assert_eq!(Figure::exact(2.0, Unit::Plain(1, " ms")).to_string(), "2.0 ms");
        assert_eq!(Figure::absent(Unit::Percent).to_string(), "NOT MEASURED");
    }
}
