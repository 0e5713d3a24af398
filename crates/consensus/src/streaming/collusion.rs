//! Who errs together: equal wrong answers of different networks, beyond what their separate errors explain. Knows settled
//! items only; does not know what is done about it.

use std::collections::{BTreeMap, VecDeque};

use crate::probability::Probability;
use crate::streaming::likelihood::{Class, Confusion};
use crate::streaming::stopping::Closed;

/// What is suspected, and how surely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonitorRule {
    /// Probability of ever suspecting an honest network. Default 10⁻⁴.
    pub false_suspicion: Probability,
    /// Standard errors of company, over all networks, at which the whole family is alarmed. Default 5.
    pub family_alarm: f64,
    /// Settled items remembered for reopening. Default 50,000.
    pub window: usize,
}

impl Default for MonitorRule {
    fn default() -> Self {
        Self { false_suspicion: Probability::saturating(1e-4), family_alarm: 5.0, window: 50_000 }
    }
}

/// Whether a network is believed to collude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspicion {
    /// Nothing speaks for it.
    Clear,
    /// Its errors keep company. Its answers get the floor 1 (they count nothing).
    Suspect,
}

/// What an observation set off.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alarm {
    /// Networks suspected from now on.
    pub suspects: Vec<u64>,
    /// Items, as the caller numbers them, settled within the window with an answer of such a network: to be reopened.
    pub reopened: Vec<u64>,
    /// The family as a whole has just crossed its limit: floor and confidence are to be raised for all its items.
    pub family: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Network {
    settled: f64,
    gold: f64,
    gold_errors: f64,
    /// One a hypothesis of [`COLLUDERS`].
    log_ratios: [f64; COLLUDERS.len()],
    suspect: bool,
}

/// What a colluding network is tested for: share of colluders among the others, and how many of its errors are theirs.
const COLLUDERS: [(f64, f64); 6] = [(0.08, 0.4), (0.08, 0.8), (0.16, 0.4), (0.16, 0.8), (0.3, 0.4), (0.3, 0.8)];

/// Watches one family of items.
///
/// A wrong answer *has company* if another network gave the same wrong answer to the same item. If errors were
/// independent, that would happen with probability c = 1 − Π (1 − r·s), r the other networks' error rates on gold and s the
/// chance that an error of theirs falls on this class. Honest errors go together too, on hard items; how much more than c
/// is measured on gold, where colluders have to be right (they pass by it), and c is scaled by it. A colluder's wrong
/// answer, if it is one agreed upon, has company with probability 1 − (1 − c)(1 − f)ⁿ, n the other answers and f the share
/// of colluders: a sequential test per network of the mean likelihood ratio over a few f and shares of agreed errors, its
/// limit by Ville's inequality. The family's excess over all networks is
/// the second-moment test of Traganitis & Giannakis (IEEE Transactions on Signal Processing 2021) reduced to one number.
#[derive(Debug, Clone, PartialEq)]
pub struct Monitor {
    rule: MonitorRule,
    networks: BTreeMap<u64, Network>,
    settled: VecDeque<(u64, Vec<u64>)>,
    gold: Company,
    closed: Company,
    /// Answers on gold, and the wrong ones.
    gold_answers: [f64; 2],
    alarmed: bool,
}

/// Wrong answers with company, observed and expected.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Company {
    observed: f64,
    expected: f64,
}

impl Monitor {
    /// Nothing seen yet.
    pub fn new(rule: MonitorRule) -> Self {
        Self {
            rule,
            networks: BTreeMap::new(),
            settled: VecDeque::new(),
            gold: Company::default(),
            closed: Company::default(),
            gold_answers: [0.0; 2],
            alarmed: false,
        }
    }

    /// Whether this network is suspected.
    pub fn suspicion(&self, cluster: u64) -> Suspicion {
        match self.networks.get(&cluster) {
            Some(network) if network.suspect => Suspicion::Suspect,
            _ => Suspicion::Clear,
        }
    }

    /// Answers of this network on settled items: its history for [`crate::streaming::Floors::floor`].
    pub fn settled_answers(&self, cluster: u64) -> u32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count below 2³²")]
        self.networks.get(&cluster).map_or(0, |network| network.settled.min(f64::from(u32::MAX)) as u32)
    }

    /// Standard errors by which wrong answers on settled items have more company than errors on gold explain, the error of
    /// what gold tells among them. A tenth more than expected is not counted as excess: gold is no exact likeness of what
    /// it stands among.
    pub fn excess(&self) -> f64 {
        let expected = 1.1 * self.closed.expected * self.hardness();
        let error = (expected + 1.0 + expected * expected / (self.gold.observed + 4.0)).sqrt();
        (self.closed.observed - expected) / error
    }

    /// How much more company honest errors have than independent ones: measured on gold, at least 1, one doubling of a
    /// handful of errors assumed before any gold.
    fn hardness(&self) -> f64 {
        ((self.gold.observed + 4.0) / (self.gold.expected + 2.0)).max(1.0)
    }

    /// Takes in a settled item with its answers, one a network. Items without a label say nothing. `shared`: how the crowd
    /// confuses classes.
    pub fn observe(&mut self, item: u64, closed: &Closed, answers: &[(u64, Class)], shared: &Confusion) -> Alarm {
        let Some(label) = closed.class() else { return Alarm::default() };
        let hardness = self.hardness();
        let mut alarm = Alarm::default();
        let mut company = Company::default();
        for (at, (cluster, class)) in answers.iter().enumerate() {
            if *class != label {
                let others = || answers.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, answer)| answer);
                let alone: f64 = others()
                    .map(|(other, _)| 1.0 - self.error_rate(*other) * falls_on(shared, label, *class))
                    .product();
                let has_company = others().any(|(_, other)| other == class);
                company.expected += 1.0 - alone;
                company.observed += f64::from(u8::from(has_company));
                if !closed.is_gold() && self.weigh(*cluster, alone, hardness, has_company, answers.len() - 1) {
                    alarm.suspects.push(*cluster);
                }
            }
        }
        for (cluster, class) in answers {
            let network = self.networks.entry(*cluster).or_default();
            network.settled += 1.0;
            if closed.is_gold() {
                let error = f64::from(u8::from(*class != label));
                network.gold += 1.0;
                network.gold_errors += error;
                let [answers, errors] = &mut self.gold_answers;
                *answers += 1.0;
                *errors += error;
            }
        }
        let sum = if closed.is_gold() { &mut self.gold } else { &mut self.closed };
        sum.observed += company.observed;
        sum.expected += company.expected;
        if !closed.is_gold() {
            self.settled.push_back((item, answers.iter().map(|(cluster, _)| *cluster).collect()));
            if self.settled.len() > self.rule.window {
                self.settled.pop_front();
            }
        }
        if !alarm.suspects.is_empty() {
            let touched = |clusters: &Vec<u64>| clusters.iter().any(|cluster| alarm.suspects.contains(cluster));
            alarm.reopened =
                self.settled.iter().filter(|(_, clusters)| touched(clusters)).map(|(item, _)| *item).collect();
        }
        if !self.alarmed && self.excess() >= self.rule.family_alarm {
            self.alarmed = true;
            alarm.family = true;
        }
        alarm
    }

    /// On gold, drawn towards the pool's by ten answers, the pool's towards one in ten. Not on settled items: what a
    /// network says there is what is tested, and its lies would excuse everybody's.
    fn error_rate(&self, cluster: u64) -> f64 {
        let [answers, errors] = self.gold_answers;
        let pool = (errors + 2.0) / (answers + 20.0);
        let network = self.networks.get(&cluster).copied().unwrap_or_default();
        (network.gold_errors + 10.0 * pool) / (network.gold + 10.0)
    }

    /// Adds a wrong answer to the network's test; true if it is suspected from now on.
    fn weigh(&mut self, cluster: u64, alone: f64, hardness: f64, has_company: bool, others: usize) -> bool {
        let honest = (hardness * (1.0 - alone)).clamp(0.001, 0.9);
        let limit = -self.rule.false_suspicion.value().max(1e-300).ln();
        let network = self.networks.entry(cluster).or_default();
        let mut mean = 0.0;
        for (log_ratio, (share, theirs)) in network.log_ratios.iter_mut().zip(COLLUDERS) {
            let strangers = (1.0 - theirs) + theirs * power(1.0 - share, others);
            let colluder = 1.0 - (1.0 - honest) * strangers;
            *log_ratio += if has_company { (colluder / honest).ln() } else { strangers.ln() };
            mean += log_ratio.exp() / COLLUDERS.len() as f64;
        }
        let was = network.suspect;
        network.suspect |= mean.ln() >= limit;
        network.suspect && !was
    }
}

fn power(base: f64, times: usize) -> f64 {
    base.powi(i32::try_from(times).unwrap_or(i32::MAX))
}

/// P(an error falls on `class` | truth `label`).
fn falls_on(shared: &Confusion, label: Class, class: Class) -> f64 {
    let wrong = 1.0 - shared.probability(label, label);
    if wrong > 0.0 { shared.probability(label, class) / wrong } else { 1.0 / (shared.classes() - 1) as f64 }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const NETWORKS: u64 = 300;

    /// Settled items of truth 0 seen by six random networks; the first `colluders` networks say 1 on one item in four,
    /// everybody errs on one answer in ten, on every eighth item one in three. Gold first.
    fn watched(colluders: u64, items: u64) -> (Monitor, Vec<u64>, bool) {
        let shared = Confusion::even(4, Probability::saturating(0.9));
        let mut chance = ChaCha8Rng::seed_from_u64(8);
        let mut monitor = Monitor::new(MonitorRule::default());
        let (mut suspects, mut family) = (vec![], false);
        for item in 0..items + 3_000 {
            let is_gold = item < 3_000;
            let mut closed = Closed::gold(Class(0), 4).expect("four classes");
            if !is_gold {
                closed = closed.by_answers();
            }
            let target = item % 4 == 1 && !is_gold;
            let slip = if item % 8 == 0 { 0.33 } else { 0.1 };
            let mut answers: Vec<(u64, Class)> = vec![];
            while answers.len() < 6 {
                let cluster = chance.random_range(0..NETWORKS);
                let class = if target && cluster < colluders {
                    1
                } else if chance.random_bool(slip) {
                    chance.random_range(1..4)
                } else {
                    0
                };
                if answers.iter().all(|(other, _)| *other != cluster) {
                    answers.push((cluster, Class(class)));
                }
            }
            let alarm = monitor.observe(item, &closed, &answers, &shared);
            suspects.extend(alarm.suspects);
            family |= alarm.family;
        }
        (monitor, suspects, family)
    }

    #[test]
    fn honest_networks_are_left_alone() {
        let (monitor, suspects, family) = watched(0, 40_000);
        assert_eq!(suspects, Vec::<u64>::new());
        assert!(!family, "excess {}", monitor.excess());
    }

    #[test]
    fn networks_that_lie_together_are_found_and_nobody_else() {
        let (monitor, suspects, family) = watched(60, 40_000);
        let found = suspects.iter().filter(|cluster| **cluster < 60).count();
        assert!(found >= 40, "{found} of 60");
        assert!(suspects.len() - found <= 2, "{suspects:?}");
        assert!(family, "excess {}", monitor.excess());
        assert_eq!(monitor.suspicion(suspects[0]), Suspicion::Suspect);
        assert_eq!(monitor.suspicion(NETWORKS + 1), Suspicion::Clear);
    }

    #[test]
    fn what_a_suspect_answered_is_reopened_within_the_window() {
        let shared = Confusion::even(2, Probability::saturating(0.9));
        let closed = Closed::gold(Class(0), 2).expect("two classes").by_answers();
        let rule = MonitorRule { window: 3, false_suspicion: Probability::saturating(0.1), ..MonitorRule::default() };
        let mut monitor = Monitor::new(rule);
        let company = [(1, Class(1)), (2, Class(1)), (3, Class(0)), (4, Class(0)), (5, Class(0))];
        let reopened = (0..50)
            .map(|item| monitor.observe(item, &closed, &company, &shared))
            .find_map(|alarm| (!alarm.suspects.is_empty()).then_some(alarm.reopened));
        assert_eq!(reopened.map(|items| items.len()), Some(3));
        assert!(monitor.settled_answers(3) > 3);
    }

    #[test]
    fn an_item_without_a_label_says_nothing() {
        let mut monitor = Monitor::new(MonitorRule::default());
        let before = monitor.clone();
        let closed = Closed::gold(Class(0), 2).expect("two classes").by_answers().without_label();
        let alarm =
            monitor.observe(1, &closed, &[(1, Class(1)), (2, Class(1))], &Confusion::even(2, Probability::HALF));
        assert_eq!((alarm, monitor), (Alarm::default(), before));
    }
}
