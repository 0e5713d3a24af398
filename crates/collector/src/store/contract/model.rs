//! The store beside a model of it that fits on two pages: whatever sequence of operations, both tell the same.
//!
//! Sequences are generated and shrunk by proptest; one that ever told them apart stays in [`kept`] under a name.

mod kept;
mod operation;
mod world;

use std::cell::Cell;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use self::operation::Operation;
use self::world::World;
use crate::store::testing::Place;

/// Sequences of one run; the variable `CORVEE_SEQUENCES` asks for more.
const SEQUENCES: u32 = 40;
const LONGEST: usize = 40;

pub(super) async fn no_sequence_of_operations_tells_the_store_from_its_model(place: &Place) {
    let asked = std::env::var("CORVEE_SEQUENCES").ok().and_then(|asked| asked.parse().ok());
    let config = Config { cases: asked.unwrap_or(SEQUENCES), failure_persistence: None, ..Config::default() };
    // Another length of run begins with the same sequences: what fails at night fails in the morning.
    let chance = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, chance);
    let number = Cell::new(0);
    let sequences = proptest::collection::vec(operation::any(), 1..LONGEST);
    let outcome = block_in_place(|| {
        runner.run(&sequences, |operations| {
            number.set(number.get() + 1);
            Handle::current().block_on(carry_out(place, number.get(), &operations)).map_err(TestCaseError::fail)
        })
    });
    if let Err(error) = outcome {
        panic!("keep this sequence under a name: {error}");
    }
}

pub(super) async fn sequences_that_once_did_are_kept(place: &Place) {
    for (number, (name, operations)) in (1..).zip(kept::sequences()) {
        if let Err(difference) = carry_out(place, number, &operations).await {
            panic!("{name}: {difference}");
        }
    }
}

/// Carries the operations out on both; the first difference ends it.
async fn carry_out(place: &Place, number: u32, operations: &[Operation]) -> Result<(), String> {
    let mut world = World::new(place, number).await;
    for (at, operation) in operations.iter().enumerate() {
        world
            .carry_out(operation)
            .await
            .map_err(|difference| format!("operation {at}, {operation:?}: {difference}"))?;
    }
    world.compare().await
}
