//! How fast a stream takes in answers: ability, floor, damping, idempotence and stop rule included, in memory, one thread.

use std::fs;
use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Instant;

use corvee_consensus::Probability;
use corvee_consensus::streaming::{Answer, Class, Confusion, Damping, Floors, Population, StopRule, Stream};
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const CLASSES: usize = 4;

/// Seconds this thread has spent on a core, so that other programs on the machine do not count; where the system does not
/// tell, a clock's.
fn core_seconds() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|told| told.split(' ').next().and_then(|first| first.parse::<f64>().ok()));
    nanoseconds.map_or_else(|| START.get_or_init(Instant::now).elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// Answers a second of one core, and the 99th percentile of one update in microseconds.
pub(crate) fn measure(items: usize, visitors: u64, answers: usize) -> (f64, f64) {
    let mut chance = ChaCha8Rng::seed_from_u64(6);
    let log: Vec<(usize, Answer)> = (0..answers)
        .map(|_| {
            let visitor = chance.random_range(0..visitors);
            let class = Class(if chance.random_bool(0.8) { 0 } else { chance.random_range(0..4) });
            let answer = Answer { visitor, challenge: chance.next_u64() & 3, cluster: visitor / 2, class };
            (chance.random_range(0..items), answer)
        })
        .collect();
    let fresh = || {
        let mut stream = Stream::new(
            &Confusion::even(CLASSES, Probability::saturating(0.8)),
            Population::usual(CLASSES),
            Floors::default(),
            Damping::Harmonic,
            StopRule::default(),
        );
        for _ in 0..items {
            stream.add_item();
        }
        for visitor in 0..visitors {
            stream.gold(visitor, visitor % 10 != 0);
            stream.gold(visitor, true);
        }
        stream
    };
    let mut stream = fresh();
    let start = core_seconds();
    for (item, answer) in &log {
        // A visitor who answers an item otherwise in the same challenge is refused: that is work too.
        let _refused = black_box(stream.answer(*item, *answer));
    }
    let per_second = answers as f64 / (core_seconds() - start);

    let mut stream = fresh();
    let mut each: Vec<u128> = log
        .iter()
        .map(|(item, answer)| {
            let start = Instant::now();
            let _refused = black_box(stream.answer(*item, *answer));
            start.elapsed().as_nanos()
        })
        .collect();
    each.sort_unstable();
    (per_second, each[each.len() * 99 / 100] as f64 / 1_000.0)
}
