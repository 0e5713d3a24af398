//! Whether visitors agree with what is known as they used to: a class that is suddenly answered otherwise is an attack, or a
//! question that changed its meaning. Knows answers whose right answer is known or nearly so; knows neither item nor visitor.

use crate::probability::Probability;
use crate::select::crowd::Crowd;

/// When a fall in agreement is an alarm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DriftRule {
    /// Nats of the cumulative sum at which an alarm is raised. Default 13: while nothing changes, e¹³ = 440,000 answers of a
    /// stream pass between two alarms at least on average (Lorden, Annals of Mathematical Statistics 42, 1971), and in
    /// simulations more than ten times as many.
    pub limit: f64,
    /// Answers after which an old one has half its weight in what counts as usual. Default 3,000.
    pub half_life: f64,
    /// Answers that the assumptions about the crowd count for before any was seen. Default 200.
    pub assumed: f64,
    /// P(label) from which an unknown item's label counts as nearly known. Default 0.98.
    pub confident: Probability,
}

impl Default for DriftRule {
    fn default() -> Self {
        Self { limit: 13.0, half_life: 3_000.0, assumed: 200.0, confident: Probability::saturating(0.98) }
    }
}

/// Where the right answer is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// The item is gold.
    Gold,
    /// Earlier votes are nearly unanimous. Colluders who know the gold answer that rightly; here they do not.
    Votes,
}

/// Answers on one class have begun to disagree more than usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DriftAlarm {
    /// The class: `true` for items that show the thing.
    pub positive: bool,
    /// Where the class is known from.
    pub known: Known,
    /// Share of answers that usually disagree.
    pub usual: Probability,
    /// Share of those that disagreed since the change is believed to have begun.
    pub lately: Probability,
    /// How many these were.
    pub answers: u32,
}

/// Watches one campaign: four streams, each class on gold and on nearly settled items.
///
/// Each stream is a cumulative sum test (Page, Biometrika 41, 1954) of "one answer in twenty, or three in twenty, more than
/// usual disagree" against "as usual", the usual rate being learnt slowly and raised by a tenth and half a point, so that what
/// merely wanders is no alarm. After an alarm a stream begins anew.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftMonitor {
    rule: DriftRule,
    streams: [Stream; 4],
    last: Option<DriftAlarm>,
}

/// Shares of answers turned round that a stream is tested for.
const TURNED: [f64; 2] = [0.05, 0.15];

#[derive(Debug, Clone, Copy, PartialEq)]
struct Stream {
    /// Discounted counts of all answers and of those that disagreed.
    answers: f64,
    disagreed: f64,
    sums: [Sum; TURNED.len()],
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Sum {
    nats: f64,
    answers: u32,
    disagreed: u32,
}

impl DriftMonitor {
    /// A monitor that has seen nothing and expects what `crowd` assumes.
    pub fn new(rule: DriftRule, crowd: &Crowd) -> Self {
        let stream = |seen_rightly: Probability| {
            let right = Probability::HALF.mixed(crowd.human_share.complement(), seen_rightly);
            let disagreed = rule.assumed * right.complement().value();
            Stream { answers: rule.assumed, disagreed, sums: [Sum::default(); TURNED.len()] }
        };
        let negative = stream(crowd.false_positive.complement());
        let positive = stream(crowd.true_positive);
        Self { rule, streams: [negative, positive, negative, positive], last: None }
    }

    /// What is nearly known of an unknown item, if anything: its class.
    pub fn nearly_known(&self, positive: Probability) -> Option<bool> {
        let confident = self.rule.confident;
        (positive >= confident || positive.complement() >= confident).then(|| positive >= Probability::HALF)
    }

    /// Takes in the answers of one screen whose right answer is known: (class, where it is known from, picked). Tells when
    /// they raise an alarm.
    ///
    /// A screen is one voice: a class counts as contradicted when more than half of its answers are wrong, once for each
    /// source. Otherwise a single clicker, wrong about nine tiles at once, would weigh as much as nine visitors. And a screen
    /// says nothing of one class when gold of the other was answered wrongly: whoever calls one class the other knows the
    /// other, who only clicks does not.
    pub fn observe_screen(&mut self, answers: &[(bool, Known, bool)]) -> Option<DriftAlarm> {
        let is_wrong = |(positive, _, picked): &(bool, Known, bool)| positive != picked;
        let mut raised = None;
        for positive in [false, true] {
            let other = answers.iter().filter(|answer| answer.0 != positive && answer.1 == Known::Gold);
            if other.clone().any(is_wrong) {
                continue;
            }
            for known in [Known::Gold, Known::Votes] {
                let own = answers.iter().filter(|answer| answer.0 == positive && answer.1 == known);
                let (count, wrong) = (own.clone().count(), own.filter(|answer| is_wrong(answer)).count());
                if count > 0 {
                    let contradicted = 2 * wrong > count;
                    raised = self.observe(positive, known, contradicted != positive).or(raised);
                }
            }
        }
        raised
    }

    /// Takes in one voice on items of a known class; tells when that raises an alarm.
    pub fn observe(&mut self, positive: bool, known: Known, picked: bool) -> Option<DriftAlarm> {
        let at = usize::from(positive) + 2 * usize::from(known == Known::Votes);
        let Self { rule, streams, last } = self;
        let (lately, usual, answers) = streams.get_mut(at)?.observe(rule, picked != positive)?;
        let alarm = DriftAlarm { positive, known, usual, lately, answers };
        *last = Some(alarm);
        Some(alarm)
    }

    /// The last alarm, if there was one.
    pub fn last_alarm(&self) -> Option<DriftAlarm> {
        self.last
    }
}

impl Stream {
    /// Share lately, share usually, and the number of answers since the change, when the answer raises an alarm.
    fn observe(&mut self, rule: &DriftRule, disagrees: bool) -> Option<(Probability, Probability, u32)> {
        let usual = (self.disagreed / self.answers.max(1.0) * 1.1 + 0.005).clamp(0.005, 0.5);
        let mut raised = None;
        for (sum, turned) in self.sums.iter_mut().zip(TURNED) {
            let drifted = usual + (1.0 - usual) * turned;
            let nats = if disagrees { (drifted / usual).ln() } else { ((1.0 - drifted) / (1.0 - usual)).ln() };
            if sum.nats + nats <= 0.0 {
                *sum = Sum::default();
                continue;
            }
            *sum = Sum {
                nats: sum.nats + nats,
                answers: sum.answers.saturating_add(1),
                disagreed: sum.disagreed.saturating_add(u32::from(disagrees)),
            };
            // One test in two streams of sums: half the chance each.
            if sum.nats >= rule.limit + std::f64::consts::LN_2 {
                let lately = f64::from(sum.disagreed) / f64::from(sum.answers.max(1));
                raised = Some((Probability::saturating(lately), Probability::saturating(usual), sum.answers));
            }
        }
        if raised.is_some() {
            self.sums = [Sum::default(); TURNED.len()];
        }
        let kept = (-std::f64::consts::LN_2 / rule.half_life.max(1.0)).exp();
        self.answers = self.answers * kept + 1.0;
        self.disagreed = self.disagreed * kept + f64::from(u8::from(disagrees));
        raised
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Feeds `answers` answers on positive gold of which a share disagrees; returns the alarms by the place of their answer.
    fn fed(monitor: &mut DriftMonitor, answers: u32, disagree: f64, seed: u64) -> Vec<u32> {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let raises = |monitor: &mut DriftMonitor, picked| monitor.observe(true, Known::Gold, picked).is_some();
        (1..=answers).filter(|_| raises(monitor, !chance.random_bool(disagree))).collect()
    }

    fn monitor() -> DriftMonitor {
        DriftMonitor::new(DriftRule::default(), &Crowd::default())
    }

    #[test]
    fn a_million_answers_as_usual_raise_no_alarm() {
        for (seed, disagree) in [(1, 0.05), (2, 0.09), (3, 0.15)] {
            let mut monitor = monitor();
            fed(&mut monitor, 2_000, disagree, seed + 10);
            assert_eq!(fed(&mut monitor, 1_000_000, disagree, seed), Vec::<u32>::new(), "{disagree}");
        }
    }

    #[test]
    fn one_in_five_turned_round_is_mostly_an_alarm_within_two_hundred_answers() {
        let in_time = (0..100).filter(|seed| {
            let mut monitor = monitor();
            fed(&mut monitor, 2_000, 0.09, *seed);
            let alarms = fed(&mut monitor, 200, 0.09 + 0.2 * 0.91, seed + 100);
            let alarm = monitor.last_alarm();
            let is_meant =
                |alarm: DriftAlarm| alarm.positive && alarm.known == Known::Gold && alarm.lately > alarm.usual;
            assert!(alarms.is_empty() || alarm.is_some_and(is_meant), "{alarm:?}");
            !alarms.is_empty()
        });
        // The sum drifts by 0.11 nats an answer and wanders by 0.44: chance takes a few of a hundred beyond two hundred.
        assert!(in_time.count() >= 85);
    }

    #[test]
    fn only_nearly_settled_items_are_watched() {
        let monitor = monitor();
        let nearly = |positive| monitor.nearly_known(Probability::saturating(positive));
        assert_eq!([nearly(0.99), nearly(0.01), nearly(0.9), nearly(0.5)], [Some(true), Some(false), None, None]);
    }

    #[test]
    fn classes_and_sources_are_watched_apart() {
        let mut monitor = monitor();
        for _ in 0..2_000 {
            assert_eq!(monitor.observe(false, Known::Votes, false), None);
        }
        let alarm = (0..40).find_map(|_| monitor.observe(false, Known::Votes, true)).unwrap();
        assert_eq!((alarm.positive, alarm.known), (false, Known::Votes));
    }

    #[test]
    fn a_clicker_is_one_voice_and_mostly_none() {
        // One visitor in ten clicks: nothing, everything, or each tile with one half; people err as they do.
        let mut chance = ChaCha8Rng::seed_from_u64(8);
        let mut monitor = monitor();
        let mut alarms = 0;
        for _ in 0..100_000 {
            let rate = chance.random_bool(0.1).then(|| [0.0, 0.5, 1.0][chance.random_range(0..3)]);
            let mut tile = |positive| {
                let picks = rate.unwrap_or(if positive { 0.954 } else { 0.005 });
                (positive, Known::Gold, chance.random_bool(picks))
            };
            let screen = [tile(true), tile(true), tile(false), tile(false)];
            alarms += u32::from(monitor.observe_screen(&screen).is_some());
        }
        assert_eq!(alarms, 0);
        // A fifth now picks nothing of what shows the thing.
        let screens_until = (1..1_000).find(|_| {
            let flips = chance.random_bool(0.2);
            let mut tile = |positive| {
                let picks = if flips {
                    0.0
                } else if positive {
                    0.954
                } else {
                    0.005
                };
                (positive, Known::Gold, chance.random_bool(picks))
            };
            let screen = [tile(true), tile(true), tile(false), tile(false)];
            monitor.observe_screen(&screen).is_some()
        });
        assert!(screens_until.is_some_and(|screens| screens <= 200), "{screens_until:?}");
    }
}
