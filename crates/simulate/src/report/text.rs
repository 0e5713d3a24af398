//! A report as people read it: two columns of aligned figures. Knows no figure's origin.

use core::fmt;

use super::{GroupReport, LabelReport, Report};
use crate::share::Share;

/// Wrong labels that are named; the rest is counted.
const NAMED: usize = 10;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group_row = |f: &mut fmt::Formatter<'_>, name: &str, figure: &dyn Fn(&GroupReport) -> String| {
            writeln!(f, "{name:<26}{:<32}{}", figure(&self.people), figure(&self.clickers))
        };
        writeln!(f, "{:<26}{:<32}random clickers", "", "people")?;
        group_row(f, "sessions", &|group| group.sessions.to_string())?;
        group_row(f, "passed", &|group| share(group.passed))?;
        group_row(f, "passed on screen 1", &|group| share(group.passed_on_first_screen))?;
        group_row(f, "screens a session", &|group| format!("{:.2}", group.screens_per_session))?;
        group_row(f, "median time when passed", &|group| seconds(group, |solve| solve.median))?;
        group_row(f, "p95", &|group| seconds(group, |solve| solve.p95))?;
        if self.people.turned_away + self.clickers.turned_away > 0 {
            group_row(f, "turned away (budget)", &|group| group.turned_away.to_string())?;
        }
        writeln!(f)?;
        row(f, "tokens", &format!("{} issued, {} redeemed", self.tokens.issued, self.tokens.redeemed))?;
        row(f, "gold a screen", &format!("{:.2}", self.gold.per_screen))?;
        row(f, "over-exposed gold", &share(self.gold.over_exposed))?;
        writeln!(f)?;
        self.labels.fmt(f)?;
        row(f, "took", &format!("{:.1} s", self.elapsed_s))
    }
}

impl fmt::Display for LabelReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { items, gold, settled, ambiguous, open, .. } = self;
        row(f, "items", &format!("{items} = {settled} final + {ambiguous} ambiguous + {open} open + {gold} gold"))?;
        row(f, "final labels right", &share(self.right))?;
        if let (Some(per_final), Some(on_final)) = (self.votes_per_final, self.votes_on_final) {
            row(f, "votes a final label", &format!("{per_final:.2} in all, {on_final:.2} on the item itself"))?;
        }
        for wrong in self.wrong.iter().take(NAMED) {
            let (given, true_one) = if wrong.truth { ("no", "yes") } else { ("yes", "no") };
            row(f, "  wrong", &format!("{}: {given}, but the truth is {true_one}", wrong.file))?;
        }
        if self.wrong.len() > NAMED {
            row(f, "  wrong", &format!("and {} more", self.wrong.len() - NAMED))?;
        }
        Ok(())
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, figure: &str) -> fmt::Result {
    writeln!(f, "{name:<26}{figure}")
}

fn share(share: Share) -> String {
    if share.whole == 0 {
        return "–".to_owned();
    }
    let percent = |value: f64| format!("{:.1}", value * 100.0);
    format!("{} % of {} ({}–{} %)", percent(share.value), share.whole, percent(share.low), percent(share.high))
}

fn seconds(group: &GroupReport, figure: impl FnOnce(super::SolveSeconds) -> f64) -> String {
    group.solve_s.map_or_else(|| "–".to_owned(), |solve| format!("{:.1} s", figure(solve)))
}

#[cfg(test)]
mod tests {
    use crate::report::tests::report;

    #[test]
    fn figures_stand_in_columns() {
        let expected = "
                          people                          random clickers
sessions                  98                              1
passed                    99.0 % of 98 (94.4–99.8 %)      0.0 % of 1 (0.0–79.3 %)
passed on screen 1        91.8 % of 98 (84.7–95.8 %)      0.0 % of 1 (0.0–79.3 %)
screens a session         1.08                            1.00
median time when passed   49.0 s                          –
p95                       93.0 s                          –
turned away (budget)      1                               0

tokens                    97 issued, 97 redeemed
gold a screen             6.00
over-exposed gold         50.0 % of 642 (46.1–53.9 %)

items                     5 = 3 final + 0 ambiguous + 1 open + 1 gold
final labels right        66.7 % of 3 (20.8–93.9 %)
votes a final label       7.00 in all, 6.00 on the item itself
  wrong                   0004.jpg: yes, but the truth is no
took                      7.0 s
";
        assert_eq!(format!("\n{}", report()), expected);
    }
}
