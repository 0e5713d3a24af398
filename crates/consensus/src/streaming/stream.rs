//! A campaign's answers as they come in, in memory: visitors' abilities, items, the shared matrix, under one rule. Does not
//! know where answers are kept, nor who asks: visitors, clusters and items are numbered from 0 by the caller.

use crate::probability::Probability;
use crate::streaming::ability::{GoldRecord, Population};
use crate::streaming::item::{Answer, Counted, Damping, Item, RecordError};
use crate::streaming::learning::Learner;
use crate::streaming::likelihood::{Confusion, Floors, Likelihood};
use crate::streaming::stopping::{Closed, State, StopRule};
use crate::streaming::tally::Tally;

/// Share of a visitor's earlier gold that each further one leaves.
const KEPT: Probability = Probability::saturating(0.98);

/// Weight of what is assumed of the crowd's confusion, in answers a class.
const ASSUMED_ANSWERS: f64 = 20.0;

/// The streaming state of one campaign. The same calls in the same order give the same bits.
#[derive(Debug, Clone)]
pub struct Stream {
    population: Population,
    floors: Floors,
    damping: Damping,
    stop: StopRule,
    likelihood: Likelihood,
    learner: Learner,
    log_prior: Vec<f64>,
    visitors: Vec<Visitor>,
    /// Settled answers a network.
    clusters: Vec<u32>,
    items: Vec<Item>,
}

#[derive(Debug, Clone, Copy)]
struct Visitor {
    record: GoldRecord,
    ability: Probability,
}

impl Stream {
    /// Without items and visitors; `assumed`: how the crowd is thought to confuse classes until it has shown it.
    pub fn new(assumed: &Confusion, population: Population, floors: Floors, damping: Damping, stop: StopRule) -> Self {
        let learner = Learner::new(assumed, ASSUMED_ANSWERS);
        Self {
            population,
            floors,
            damping,
            stop,
            likelihood: Likelihood::new(assumed),
            log_prior: learner.prior().iter().map(|share| share.ln()).collect(),
            learner,
            visitors: Vec::new(),
            clusters: Vec::new(),
            items: Vec::new(),
        }
    }

    /// Adds an item under the prior learnt so far and returns its number.
    pub fn add_item(&mut self) -> usize {
        self.items.push(Item::from_tally(Tally::from_log_prior(&self.log_prior), self.damping));
        self.items.len() - 1
    }

    /// The item of this number.
    pub fn item(&self, item: usize) -> Option<&Item> {
        self.items.get(item)
    }

    /// P(right) of a visitor, from gold so far.
    pub fn ability(&self, visitor: u64) -> Probability {
        place(visitor)
            .and_then(|place| self.visitors.get(place))
            .map_or_else(|| self.population.ability(GoldRecord::default()), |visitor| visitor.ability)
    }

    /// Takes in a visitor's answer on gold.
    pub fn gold(&mut self, visitor: u64, right: bool) {
        let unknown =
            Visitor { record: GoldRecord::default(), ability: self.population.ability(GoldRecord::default()) };
        if let Some(visitor) = grown(&mut self.visitors, visitor, unknown) {
            visitor.record = visitor.record.after(right, KEPT);
            visitor.ability = self.population.ability(visitor.record);
        }
    }

    /// Takes in an answer on an item and returns where the item stands.
    ///
    /// # Errors
    ///
    /// Those of [`Item::record`], and [`RecordError::UnknownItem`]; nothing has changed then.
    pub fn answer(&mut self, item: usize, answer: Answer) -> Result<(Counted, State), RecordError> {
        let ability = self.ability(answer.visitor);
        let settled = place(answer.cluster).and_then(|place| self.clusters.get(place)).copied().unwrap_or_default();
        let floor = self.floors.floor(settled, Probability::ZERO);
        let Some(item) = self.items.get_mut(item) else { return Err(RecordError::UnknownItem) };
        let evidence = self.likelihood.evidence(answer.class, ability, floor);
        let counted = item.record(answer, Probability::ONE, evidence)?;
        Ok((counted, self.stop.state(item.tally())))
    }

    /// Takes an answer back and returns where the item stands. `None` if there was none.
    pub fn retract(&mut self, item: usize, visitor: u64, challenge: u64) -> Option<State> {
        let item = self.items.get_mut(item)?;
        item.retract(visitor, challenge)?;
        Some(self.stop.state(item.tally()))
    }

    /// The item as something to learn from, if it takes no more answers.
    pub fn close(&self, item: usize) -> Option<Closed> {
        self.stop.close(self.items.get(item)?.tally())
    }

    /// Learns from an item that was settled: class prior, confusion, and the history of the networks it heard. The new
    /// parameters hold for answers and items from now on.
    pub fn learn(&mut self, item: usize, closed: &Closed) {
        let Some(item) = self.items.get(item) else { return };
        self.learner.learn(closed, item.weighted_answers().map(|(answer, weight)| (answer.class, weight)));
        for answer in item.answers() {
            if let Some(settled) = grown(&mut self.clusters, answer.cluster, 0) {
                *settled = settled.saturating_add(1);
            }
        }
        self.likelihood = Likelihood::new(&self.learner.confusion());
        self.log_prior.clear();
        self.log_prior.extend(self.learner.prior().iter().map(|share| share.ln()));
    }
}

/// Numbers beyond this are not kept: they would be no numbers from 0.
const MOST: u64 = 1 << 28;

fn place(number: u64) -> Option<usize> {
    usize::try_from(number).ok().filter(|_| number < MOST)
}

fn grown<T: Clone>(list: &mut Vec<T>, number: u64, empty: T) -> Option<&mut T> {
    let place = place(number)?;
    if place >= list.len() {
        list.resize(place + 1, empty);
    }
    list.get_mut(place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::streaming::likelihood::Class;

    fn fresh(items: usize) -> Stream {
        let assumed = Confusion::even(3, Probability::saturating(0.8));
        let (population, floors) = (Population::usual(3), Floors::default());
        let mut stream = Stream::new(&assumed, population, floors, Damping::Harmonic, StopRule::default());
        for _ in 0..items {
            stream.add_item();
        }
        stream
    }

    fn answer(visitor: u64, class: u8) -> Answer {
        Answer { visitor, challenge: 0, cluster: visitor, class: Class(class) }
    }

    /// What happens to a stream.
    #[derive(Debug, Clone, Copy)]
    enum Event {
        Gold(u64, bool),
        Answer(usize, Answer),
        Retract(usize, u64),
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            (0_u64..20, any::<bool>()).prop_map(|(visitor, right)| Event::Gold(visitor, right)),
            (0_usize..4, 0_u64..20, 0_u8..3)
                .prop_map(|(item, visitor, class)| Event::Answer(item, answer(visitor, class))),
            (0_usize..4, 0_u64..20).prop_map(|(item, visitor)| Event::Retract(item, visitor)),
        ]
    }

    /// Plays a log, learning from what closes.
    fn played(log: &[Event]) -> Stream {
        let mut stream = fresh(4);
        for event in log {
            match *event {
                Event::Gold(visitor, right) => stream.gold(visitor, right),
                Event::Answer(item, answer) => {
                    if let Ok((Counted::New, State::Final { .. } | State::Hard)) = stream.answer(item, answer) {
                        let closed = stream.close(item).expect("it takes no more answers");
                        stream.learn(item, &closed);
                    }
                }
                Event::Retract(item, visitor) => {
                    stream.retract(item, visitor, 0);
                }
            }
        }
        stream
    }

    #[test]
    fn who_fails_gold_weighs_less() {
        let mut stream = fresh(2);
        for _ in 0..3 {
            stream.gold(0, true);
            stream.gold(1, false);
        }
        assert!(stream.ability(0).value() > 0.85);
        assert!(stream.ability(1).value() < 0.6);
        for (item, visitor) in [(0, 0), (1, 1)] {
            stream.answer(item, answer(visitor, 2)).expect("a class of the item");
        }
        let share = |item| stream.item(item).expect("two items").tally().posterior()[2];
        assert!(share(0) > share(1) + 0.1);
    }

    #[test]
    fn there_is_no_answering_what_is_not_there() {
        assert_eq!(fresh(1).answer(1, answer(0, 0)), Err(RecordError::UnknownItem));
        assert_eq!(fresh(1).answer(0, answer(0, 3)), Err(RecordError::UnknownClass));
        assert_eq!(fresh(1).retract(0, 5, 0), None);
        assert_eq!(fresh(1).close(0), None, "an open item teaches nothing");
    }

    #[test]
    fn what_was_learnt_moves_items_to_come_and_not_those_that_are() {
        let mut stream = fresh(2);
        for visitor in 0..8 {
            stream.answer(0, answer(visitor, 1)).expect("a class of the item");
        }
        let before = stream.item(1).cloned();
        let closed = stream.close(0).expect("eight people agree");
        stream.learn(0, &closed);
        assert_eq!(stream.item(1).cloned(), before);
        let new = stream.add_item();
        assert!(stream.item(new).expect("just added").tally().posterior()[1] > 0.34);
    }

    proptest! {
        #[test]
        fn a_replay_of_the_log_is_bit_equal(log in prop::collection::vec(event(), 0..120)) {
            let (once, again) = (played(&log), played(&log));
            for item in 0..4 {
                prop_assert_eq!(once.item(item), again.item(item));
            }
            for visitor in 0..20 {
                prop_assert_eq!(once.ability(visitor).value().to_bits(), again.ability(visitor).value().to_bits());
            }
            prop_assert_eq!(&once.learner, &again.learner);
        }
    }
}
