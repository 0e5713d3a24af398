//! What came of a crowd: who passed, how long it took, whether the labels are right. Knows no HTTP.

mod text;

use core::time::Duration;

use serde::Serialize;

use crate::error::SimulateError;
use crate::session::{Outcome, Session};
use crate::share::{Share, quantile};
use crate::truth::{ListedItem, ListedState, Truth};
use crate::visitor::Visitor;

/// What came of a crowd. Its `Display` is a table for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Those who looked.
    pub people: GroupReport,
    /// Those who clicked at random.
    pub clickers: GroupReport,
    /// How worn the gold was that they saw.
    pub gold: GoldReport,
    /// Tokens.
    pub tokens: TokenReport,
    /// Where the campaign stands after the last session, earlier answers included.
    pub labels: LabelReport,
    /// Seconds from the first session to the last.
    pub elapsed_s: f64,
}

/// Sessions of one sort of visitors.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupReport {
    /// Sessions that were given a challenge.
    pub sessions: u64,
    /// Visitors whose network was given none.
    pub turned_away: u64,
    /// Sessions that ended in a token.
    pub passed: Share,
    /// Sessions that ended in a token after one screen.
    pub passed_on_first_screen: Share,
    /// Screens answered in a session, mean.
    pub screens_per_session: f64,
    /// Time on all screens of a passed session; absent when none passed.
    pub solve_s: Option<SolveSeconds>,
}

/// Simulated time on all screens of a passed session, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SolveSeconds {
    /// Half of the sessions took no longer.
    pub median: f64,
    /// 95 % of the sessions took no longer.
    pub p95: f64,
}

/// Gold tiles that were answered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GoldReport {
    /// Gold tiles a screen, mean.
    pub per_screen: f64,
    /// Gold tiles that had been served more often than the campaign allows.
    pub over_exposed: Share,
}

/// Tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TokenReport {
    /// Given to visitors.
    pub issued: u64,
    /// Redeemed by siteverify; 0 when the site's secret was not given.
    pub redeemed: u64,
}

/// Labels against the truth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelReport {
    /// All items; the sum of the four states.
    pub items: u64,
    /// Answer known from the start.
    pub gold: u64,
    /// Label settled.
    #[serde(rename = "final")]
    pub settled: u64,
    /// Votes ran out without a decision.
    pub ambiguous: u64,
    /// Waiting for votes.
    pub open: u64,
    /// Final labels that agree with the truth.
    pub right: Share,
    /// Final labels that do not.
    pub wrong: Vec<WrongLabel>,
    /// Votes on items of all states.
    pub votes: u64,
    /// All votes for each final label, votes on undecided items included.
    pub votes_per_final: Option<f64>,
    /// Votes on the items that are final, mean.
    pub votes_on_final: Option<f64>,
}

/// A final label that does not agree with the truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WrongLabel {
    /// The item's file.
    pub file: String,
    /// What is so.
    pub truth: bool,
}

/// Sessions as they end.
#[derive(Default)]
pub(crate) struct Tally {
    people: GroupTally,
    clickers: GroupTally,
    screens: u64,
    gold_tiles: u64,
    over_exposed: u64,
    redeemed: u64,
}

#[derive(Default)]
struct GroupTally {
    sessions: u64,
    turned_away: u64,
    screens: u64,
    passed_on_first_screen: u64,
    passed_ms: Vec<u32>,
}

impl Tally {
    /// Counts a session.
    pub(crate) fn note(&mut self, (visitor, session): (Visitor, Session)) {
        self.screens += u64::from(session.screens);
        self.gold_tiles += session.gold_tiles() as u64;
        self.over_exposed += session.over_exposed_tiles() as u64;
        self.redeemed += u64::from(session.redeemed);
        match visitor {
            Visitor::Person(_) => self.people.note(&session),
            Visitor::Rate(_) | Visitor::Exactly(_) => self.clickers.note(&session),
        }
    }

    /// The report, with the items as they stand now.
    pub(crate) fn report(
        self,
        truth: &Truth,
        items: &[ListedItem],
        elapsed: Duration,
    ) -> Result<Report, SimulateError> {
        let issued = (self.people.passed_ms.len() + self.clickers.passed_ms.len()) as u64;
        Ok(Report {
            people: self.people.report(),
            clickers: self.clickers.report(),
            gold: GoldReport {
                per_screen: mean(self.gold_tiles, self.screens).unwrap_or(0.0),
                over_exposed: Share::of(self.over_exposed, self.gold_tiles),
            },
            tokens: TokenReport { issued, redeemed: self.redeemed },
            labels: LabelReport::of(truth, items)?,
            elapsed_s: elapsed.as_secs_f64(),
        })
    }
}

impl GroupTally {
    fn note(&mut self, session: &Session) {
        self.screens += u64::from(session.screens);
        match session.outcome {
            Outcome::TurnedAway => self.turned_away += 1,
            Outcome::Failed => self.sessions += 1,
            Outcome::Passed => {
                self.sessions += 1;
                self.passed_on_first_screen += u64::from(session.screens == 1);
                self.passed_ms.push(session.solve_ms);
            }
        }
    }

    fn report(mut self) -> GroupReport {
        self.passed_ms.sort_unstable();
        let seconds = |per_mille| quantile(&self.passed_ms, per_mille).map(|ms| f64::from(ms) / 1000.0);
        GroupReport {
            sessions: self.sessions,
            turned_away: self.turned_away,
            passed: Share::of(self.passed_ms.len() as u64, self.sessions),
            passed_on_first_screen: Share::of(self.passed_on_first_screen, self.sessions),
            screens_per_session: mean(self.screens, self.sessions).unwrap_or(0.0),
            solve_s: seconds(500).zip(seconds(950)).map(|(median, p95)| SolveSeconds { median, p95 }),
        }
    }
}

impl LabelReport {
    fn of(truth: &Truth, items: &[ListedItem]) -> Result<Self, SimulateError> {
        let count = |state| items.iter().filter(|item| item.state == state).count() as u64;
        let settled = count(ListedState::Final);
        let mut wrong = Vec::new();
        for item in items.iter().filter(|item| item.state == ListedState::Final) {
            let truth = truth.positive(item.id)?;
            if (item.p_positive > 0.5) != truth {
                wrong.push(WrongLabel { file: item.file.clone(), truth });
            }
        }
        let votes: u64 = items.iter().map(|item| item.votes).sum();
        let on_final = items.iter().filter(|item| item.state == ListedState::Final).map(|item| item.votes).sum();
        Ok(Self {
            items: items.len() as u64,
            gold: count(ListedState::Gold),
            settled,
            ambiguous: count(ListedState::Ambiguous),
            open: count(ListedState::Open),
            right: Share::of(settled - wrong.len() as u64, settled),
            wrong,
            votes,
            votes_per_final: mean(votes, settled),
            votes_on_final: mean(on_final, settled),
        })
    }
}

fn mean(sum: u64, count: u64) -> Option<f64> {
    (count > 0).then(|| sum as f64 / count as f64)
}

#[cfg(test)]
pub(crate) mod tests {
    use corvee_protocol::sealed_state::{SealedTile, TileRole};

    use super::*;
    use crate::truth::tests::{campaign, item};
    use crate::visitor::PersonModel;

    fn session(outcome: Outcome, screens: u32, solve_ms: u32) -> Session {
        let roles = [TileRole::FreshGold { positive: true }, TileRole::WornGold { positive: false }, TileRole::Unknown];
        Session {
            outcome,
            screens,
            solve_ms,
            tiles: roles
                .map(|role| SealedTile { item: 1, role })
                .into_iter()
                .cycle()
                .take(screens as usize * 9)
                .collect(),
            redeemed: outcome == Outcome::Passed,
            steps: Vec::new(),
        }
    }

    pub(crate) fn report() -> Report {
        let mut tally = Tally::default();
        let person = Visitor::Person(PersonModel::default());
        for seconds in 1..=97 {
            tally.note((person, session(Outcome::Passed, 1 + u32::from(seconds > 90), seconds * 1000)));
        }
        tally.note((person, session(Outcome::Failed, 2, 30_000)));
        tally.note((person, session(Outcome::TurnedAway, 0, 0)));
        tally.note((Visitor::Rate(0.5), session(Outcome::Failed, 1, 9_000)));
        let mut items = vec![item(1, Some(true), None)];
        let labels = [("shoes", 0.9995), ("hat", 0.0004), ("hat", 0.9991)];
        for (id, (hidden_label, p_positive)) in (2..).zip(labels) {
            let listed = item(id, None, Some(hidden_label));
            items.push(ListedItem { state: ListedState::Final, p_positive, votes: 6, ..listed });
        }
        items.push(ListedItem { votes: 3, ..item(5, None, Some("hat")) });
        let truth = Truth::of(&campaign(), &items, None).unwrap();
        tally.report(&truth, &items, Duration::from_secs(7)).unwrap()
    }

    #[test]
    fn sessions_are_counted_by_group() {
        let Report { people, clickers, .. } = report();
        assert_eq!((people.sessions, people.turned_away, clickers.sessions), (98, 1, 1));
        assert_eq!((people.passed.part, people.passed_on_first_screen.part, clickers.passed.part), (97, 90, 0));
        assert_eq!(people.solve_s, Some(SolveSeconds { median: 49.0, p95: 93.0 }));
        assert_eq!(clickers.solve_s, None);
        assert!((people.screens_per_session - 106.0 / 98.0).abs() < 1e-12);
    }

    #[test]
    fn gold_is_over_exposed_by_tile() {
        let Report { gold, tokens, .. } = report();
        assert_eq!((gold.over_exposed.part, gold.over_exposed.whole), (321, 642));
        assert!((gold.per_screen - 6.0).abs() < 1e-12);
        assert_eq!(tokens, TokenReport { issued: 97, redeemed: 97 });
    }

    #[test]
    fn labels_reconcile_and_wrong_ones_are_named() {
        let LabelReport { items, gold, settled, ambiguous, open, right, wrong, votes, votes_per_final, votes_on_final } =
            report().labels;
        assert_eq!(items, gold + settled + ambiguous + open);
        assert_eq!((settled, right.part, votes), (3, 2, 21));
        assert_eq!(wrong, [WrongLabel { file: "0004.jpg".to_owned(), truth: false }]);
        assert_eq!((votes_per_final, votes_on_final), (Some(7.0), Some(6.0)));
    }

    #[test]
    fn a_report_becomes_json() {
        let json = serde_json::to_value(report()).unwrap();
        assert_eq!(json["labels"]["final"], 3);
        assert_eq!(json["people"]["passed"]["part"], 97);
        assert!(json["clickers"]["solve_s"].is_null());
    }
}
