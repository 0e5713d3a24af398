//! What can be done to a store, and how it is drawn. Numbers are small, so that operations meet.

use proptest::prelude::*;

/// One operation, at one of two collectors.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    /// Items come in.
    Import {
        /// How many.
        n: u8,
    },
    /// A screen is answered.
    Answer {
        /// At which collector.
        collector: usize,
        /// Which challenge it was; the second answer to one counts for nothing.
        challenge: u8,
        /// Whose it is.
        visit: u8,
        /// From which network.
        prefix: u8,
        /// Unknown items and whether they are picked.
        votes: Vec<(u8, bool)>,
        /// Whether it earns a token.
        passes: bool,
    },
    /// A site redeems a token.
    Redeem {
        /// At which collector.
        collector: usize,
        /// Which, of those there ever were.
        token: u8,
    },
    /// A visitor exchanges a token.
    Renew {
        /// At which collector.
        collector: usize,
        /// Which, of those there ever were.
        token: u8,
    },
    /// A visitor takes votes back.
    Remove {
        /// At which collector.
        collector: usize,
        /// Whose.
        visit: u8,
    },
    /// Time passes.
    Pause {
        /// How much.
        minutes: u32,
    },
    /// Upkeep runs.
    Sweep {
        /// At which collector.
        collector: usize,
    },
    /// A collector ends and begins again.
    Restart {
        /// Which.
        collector: usize,
    },
}

/// Any operation.
pub(super) fn any() -> impl Strategy<Value = Operation> {
    let collector = || 0..2_usize;
    let votes = proptest::collection::btree_map(0..14_u8, proptest::bool::ANY, 0..6);
    prop_oneof![
        1 => (1..4_u8).prop_map(|n| Operation::Import { n }),
        12 => (collector(), 0..24_u8, 0..6_u8, 0..4_u8, votes, proptest::bool::weighted(0.4)).prop_map(
            |(collector, challenge, visit, prefix, votes, passes)| Operation::Answer {
                collector,
                challenge,
                visit,
                prefix,
                votes: votes.into_iter().collect(),
                passes,
            }
        ),
        4 => (collector(), 0..8_u8).prop_map(|(collector, token)| Operation::Redeem { collector, token }),
        2 => (collector(), 0..8_u8).prop_map(|(collector, token)| Operation::Renew { collector, token }),
        2 => (collector(), 0..6_u8).prop_map(|(collector, visit)| Operation::Remove { collector, visit }),
        2 => prop_oneof![0..3_u32, 10..90_u32, 1300..1500_u32].prop_map(|minutes| Operation::Pause { minutes }),
        2 => collector().prop_map(|collector| Operation::Sweep { collector }),
        1 => collector().prop_map(|collector| Operation::Restart { collector }),
    ]
}
