//! Sequences worth keeping: shrunk ones that told store and model apart, and those that visit a corner by name.

use super::operation::Operation::{self, Answer, Import, Pause, Redeem, Remove, Renew, Restart, Sweep};

pub(super) fn sequences() -> Vec<(&'static str, Vec<Operation>)> {
    let answer = |collector, challenge, visit, prefix, votes: &[(u8, bool)]| Answer {
        collector,
        challenge,
        visit,
        prefix,
        votes: votes.to_vec(),
        passes: false,
    };
    vec![
        (
            "a removed visit votes again on the same item",
            vec![
                answer(0, 1, 1, 1, &[(0, true)]),
                Remove { collector: 1, visit: 1 },
                answer(1, 2, 1, 1, &[(0, false)]),
                Remove { collector: 0, visit: 1 },
            ],
        ),
        (
            "a prefix is passed on, forgotten after a day, and then new again",
            vec![
                answer(0, 1, 1, 7, &[(0, true)]),
                answer(1, 2, 2, 7, &[(0, true)]),
                Remove { collector: 1, visit: 1 },
                Pause { minutes: 24 * 60 },
                Sweep { collector: 0 },
                answer(0, 3, 3, 7, &[(0, true)]),
                Remove { collector: 0, visit: 2 },
            ],
        ),
        (
            "a token is renewed, used, and renewed no more",
            vec![
                Answer { collector: 0, challenge: 1, visit: 1, prefix: 1, votes: vec![(0, true)], passes: true },
                Renew { collector: 1, token: 0 },
                Redeem { collector: 0, token: 0 },
                Redeem { collector: 0, token: 1 },
                Renew { collector: 0, token: 1 },
                Redeem { collector: 1, token: 1 },
            ],
        ),
        (
            "an import arrives between two answers and a restart",
            vec![
                answer(0, 1, 1, 1, &[(11, true)]),
                Import { n: 3 },
                Restart { collector: 0 },
                answer(0, 1, 1, 1, &[(14, true)]),
                answer(0, 2, 1, 1, &[(14, true), (11, true)]),
            ],
        ),
    ]
}
