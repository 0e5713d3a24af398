//! When an item needs no more answers. Knows the tally only, no answer and no visitor.

use crate::probability::Probability;
use crate::streaming::calibration::Calibration;
use crate::streaming::gain::lookahead_gain;
use crate::streaming::likelihood::{Class, Confusion};
use crate::streaming::tally::{Leader, Tally};

/// A softmax share that counts as "as sure as it gets" where the calibration's floor puts the asked confidence out of
/// reach.
const AS_SURE_AS_IT_GETS: f64 = 0.999;

/// Further answers looked ahead for the price of an item.
const LOOKAHEAD: u32 = 6;

/// When an item is final, and when it is given up as hard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StopRule {
    /// Calibrated confidence at which an item is final. Default 0.999.
    ///
    /// A calibrated confidence never exceeds 1 − u + u / K. Where this asks for more, an item is final at the confidence
    /// of a softmax share of 0.999 instead, and carries that lower confidence: see [`StopRule::needed`].
    pub confidence: Probability,
    /// Answers of any weight needed for final. Default 2.
    pub min_answers: u32,
    /// Distinct network clusters needed for final. Default 2; promotion to gold asks for more.
    pub min_clusters: u32,
    /// *Effective* answers (people, damped by network) after which an undecided item is hard. Default 12.
    pub max_answers: f64,
    /// What an answer costs, in expected gain of P(right label): an item whose best plan gains less per answer is hard.
    /// Default 0: nothing is too dear. Only [`StopRule::priced_state`] looks at it. A plan that confirms a confidence of
    /// 0.99 gains about 10⁻⁴ an answer, so a price above that ends items below 0.99.
    pub price: f64,
    /// How sure a posterior deserves to be. Default: as sure as it says.
    pub calibration: Calibration,
}

impl Default for StopRule {
    fn default() -> Self {
        Self {
            confidence: Probability::saturating(0.999),
            min_answers: 2,
            min_clusters: 2,
            max_answers: 12.0,
            price: 0.0,
            calibration: Calibration::default(),
        }
    }
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum State {
    /// More answers are wanted.
    Open,
    /// Settled.
    Final {
        /// The label.
        class: Class,
        /// Calibrated confidence in it.
        confidence: Probability,
    },
    /// People have had their say and it does not come out as one label, or no longer at this price. A product too: it
    /// leaves with its posterior.
    Hard,
}

/// An item that takes no more answers, as a posterior over its classes. Only [`StopRule`] and [`Closed::gold`] make one:
/// what learns from a `Closed` cannot be fed an open item, so that no early majority, and no attacker, teaches the model
/// its own opinion.
#[derive(Debug, Clone, PartialEq)]
pub struct Closed {
    posterior: Vec<f64>,
    class: Option<Class>,
    source: Source,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Gold,
    Answers,
}

impl Closed {
    /// A gold item. `None` if the class is not one of `classes`.
    pub fn gold(class: Class, classes: usize) -> Option<Self> {
        (class.index() < classes).then(|| Self {
            posterior: (0..classes).map(|place| if place == class.index() { 1.0 } else { 0.0 }).collect(),
            class: Some(class),
            source: Source::Gold,
        })
    }

    /// Calibrated share of every class.
    pub fn posterior(&self) -> &[f64] {
        &self.posterior
    }

    /// The label, if it came out as one.
    pub fn class(&self) -> Option<Class> {
        self.class
    }

    /// Whether the requester said so, not the crowd.
    pub fn is_gold(&self) -> bool {
        self.source == Source::Gold
    }

    #[cfg(test)]
    pub(crate) fn by_answers(self) -> Self {
        Self { source: Source::Answers, ..self }
    }

    #[cfg(test)]
    pub(crate) fn without_label(self) -> Self {
        Self { class: None, ..self }
    }
}

impl StopRule {
    /// Where the item stands after its answers so far, whatever more of them cost.
    pub fn state(&self, tally: &Tally) -> State {
        if tally.answers() >= self.min_answers
            && tally.clusters() >= self.min_clusters
            && let Some(leader) = self.calibrated_leader(tally)
            && leader.posterior.value() >= self.needed(tally.classes())
        {
            return State::Final { class: leader.class, confidence: leader.posterior };
        }
        if tally.effective_answers() >= self.max_answers { State::Hard } else { State::Open }
    }

    /// The item as something to learn from, if it takes no more answers.
    pub fn close(&self, tally: &Tally) -> Option<Closed> {
        self.closed_as(tally, self.state(tally))
    }

    /// The same under [`StopRule::priced_state`].
    pub fn priced_close(&self, tally: &Tally, next: &Confusion) -> Option<Closed> {
        self.closed_as(tally, self.priced_state(tally, next))
    }

    /// The same, but an item is also hard once no plan of further answers is worth its price. `next`: how the next visitor
    /// is expected to confuse classes, floor included.
    pub fn priced_state(&self, tally: &Tally, next: &Confusion) -> State {
        let state = self.state(tally);
        if state == State::Open
            && tally.answers() >= self.min_answers
            && tally.clusters() >= self.min_clusters
            && self.gain(tally, next) < self.price
        {
            return State::Hard;
        }
        state
    }

    /// Expected gain per answer of the best plan for the item ([`lookahead_gain`] of the calibrated posterior).
    pub fn gain(&self, tally: &Tally, next: &Confusion) -> f64 {
        lookahead_gain(&self.posterior(tally), next, LOOKAHEAD)
    }

    /// The calibrated confidence that makes an item final: the one asked for, or the highest within reach.
    pub fn needed(&self, classes: usize) -> f64 {
        let asked = self.confidence.value();
        asked.min(self.calibration.confidence(asked.max(AS_SURE_AS_IT_GETS), classes))
    }

    /// The calibrated posterior.
    pub fn posterior(&self, tally: &Tally) -> Vec<f64> {
        let mut shares: Vec<f64> = tally.log_posterior().collect();
        self.calibration.apply(&mut shares);
        shares
    }

    fn calibrated_leader(&self, tally: &Tally) -> Option<Leader> {
        let leader = tally.leader_at(self.calibration.temperature)?;
        let posterior = self.calibration.confidence(leader.posterior.value(), tally.classes());
        Some(Leader { posterior: Probability::saturating(posterior), ..leader })
    }

    fn closed_as(&self, tally: &Tally, state: State) -> Option<Closed> {
        let class = match state {
            State::Open => return None,
            State::Final { class, .. } => Some(class),
            State::Hard => None,
        };
        Some(Closed { posterior: self.posterior(tally), class, source: Source::Answers })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::streaming::item::{Answer, Damping, Item};
    use crate::streaming::likelihood::Likelihood;

    fn after(prior: &[f64], classes: impl IntoIterator<Item = u8>) -> Tally {
        let mut item = Item::new(prior, Damping::FIRST_ONLY);
        let shared = Likelihood::new(&Confusion::even(prior.len(), Probability::HALF));
        for (class, n) in classes.into_iter().zip(0..) {
            let answer = Answer { visitor: n, challenge: 0, cluster: n, class: Class(class) };
            let evidence = shared.evidence(Class(class), Probability::saturating(0.9), Probability::saturating(0.2));
            item.record(answer, Probability::ONE, evidence).expect("a class of the item");
        }
        item.tally().clone()
    }

    #[test]
    fn a_certain_prior_alone_is_no_label() {
        assert_eq!(StopRule::default().state(&after(&[1.0, 0.0], [])), State::Open);
        assert_eq!(StopRule::default().state(&after(&[1.0, 0.0], [0])), State::Open);
    }

    #[test]
    fn people_who_agree_settle_an_item_sooner_where_there_are_more_classes() {
        let needed = |classes: usize| {
            let prior = vec![1.0; classes];
            (1..20)
                .find(|n| {
                    let tally = after(&prior, vec![0; *n]);
                    matches!(StopRule::default().state(&tally), State::Final { class: Class(0), .. })
                })
                .expect("twenty people are enough")
        };
        assert_eq!((needed(2), needed(4), needed(9)), (5, 4, 3));
    }

    #[test]
    fn one_network_settles_nothing() {
        let one = Answer { visitor: 0, challenge: 0, cluster: 0, class: Class(0) };
        let mut item = Item::new(&[0.25; 4], Damping::Again(Probability::ONE));
        for visitor in 0..11 {
            item.record(Answer { visitor, ..one }, Probability::ONE, [-0.1, -3.0, -3.0, -3.0]).expect("four classes");
        }
        assert_eq!(StopRule::default().state(item.tally()), State::Open);
        let class_room = StopRule { min_clusters: 1, ..StopRule::default() };
        assert!(matches!(class_room.state(item.tally()), State::Final { .. }));
    }

    #[test]
    fn twelve_people_who_disagree_make_an_item_hard() {
        let split = |people: u8| after(&[1.0; 4], (0..people).map(|n| n % 4));
        assert_eq!(StopRule::default().state(&split(11)), State::Open);
        assert_eq!(StopRule::default().close(&split(11)), None);
        assert_eq!(StopRule::default().state(&split(12)), State::Hard);
        let closed = StopRule::default().close(&split(12)).expect("it takes no more answers");
        assert_eq!(closed.class(), None);
        assert!((closed.posterior()[0] - 0.25).abs() < 1e-9);
    }

    #[test]
    fn a_calibrated_cap_does_not_put_final_out_of_reach() {
        // The crowd of this family is wrong together on a tenth of all items: no confidence above 0.925.
        let calibration = Calibration { temperature: 2.0, floor: 0.1 };
        let rule = StopRule { calibration, max_answers: 1e9, ..StopRule::default() };
        assert!(rule.needed(4) < rule.confidence.value());
        match rule.state(&after(&[1.0; 4], [1; 12])) {
            State::Final { class, confidence } => {
                assert_eq!(class, Class(1));
                assert!(
                    (0.92..0.925).contains(&confidence.value()),
                    "it does not claim more than it has: {confidence:?}"
                );
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_confidence_within_reach_is_asked_as_it_is() {
        for asked in [0.9, 0.999, 0.999_99] {
            let rule = StopRule { confidence: Probability::saturating(asked), ..StopRule::default() };
            assert!((rule.needed(4) - asked).abs() < 1e-12);
        }
        let slightly = Calibration { temperature: 3.0, floor: 0.02 };
        let rule = StopRule { confidence: Probability::saturating(0.95), calibration: slightly, ..StopRule::default() };
        assert!((rule.needed(4) - 0.95).abs() < 1e-12);
    }

    #[test]
    fn a_price_gives_up_what_more_answers_would_not_turn() {
        let next = Confusion::even(2, Probability::saturating(0.55));
        let tally = after(&[1.0, 1.0], [0, 1, 0, 0]);
        let priced = StopRule { price: 0.01, ..StopRule::default() };
        assert_eq!(StopRule::default().priced_state(&tally, &next), State::Open);
        assert_eq!(priced.priced_state(&tally, &next), State::Hard);
        assert!(priced.priced_close(&tally, &next).is_some());
        let able = Confusion::even(2, Probability::saturating(0.95));
        assert_eq!(priced.priced_state(&tally, &able), State::Open);
    }

    #[test]
    fn gold_of_no_class_is_no_gold() {
        assert_eq!(Closed::gold(Class(4), 4), None);
    }

    proptest! {
        #[test]
        fn what_is_final_has_the_needed_confidence(
            classes in prop::collection::vec(0_u8..3, 0..14), tau in 0.5..0.9999_f64,
            temperature in 0.5..5.0_f64, floor in 0.0..0.5_f64,
        ) {
            let calibration = Calibration { temperature, floor };
            let rule = StopRule { confidence: Probability::saturating(tau), calibration, ..StopRule::default() };
            let tally = after(&[1.0; 3], classes);
            if let State::Final { class, confidence } = rule.state(&tally) {
                let closed = rule.close(&tally).expect("it is final");
                prop_assert!(confidence.value() >= rule.needed(3));
                prop_assert_eq!(closed.class(), Some(class));
                prop_assert!((closed.posterior()[class.index()] - confidence.value()).abs() < 1e-9);
            }
        }
    }
}
