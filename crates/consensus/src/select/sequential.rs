//! Accept, refuse, or one more screen. Knows the evidence only, not the tiles it came from.
//!
//! Wald's sequential test (Annals of Mathematical Statistics 16, 1945), truncated at two screens. With L = ln(1 / α), the
//! evidence S of [`crate::score_screen`] reaches L for at most a share α of all clickers who do not look at the pictures,
//! however many tiles they click (Ville's inequality, see [`crate::Evidence`]). Two facts leave room below L:
//!
//! - S comes in coarse steps and mostly jumps past a limit instead of stopping on it, so α is not used up;
//! - the test ends after two screens, so the chances Ville's inequality allows to a third and all later ones are free.
//!
//! The room was measured, not derived: with the cuts L − 2 / L (first screen) and L − 3 / L (second) *every* tried
//! strategy (seven click rates, thirty-six pairs of fixed counts) stays within α at base rates 10, 20 and 50 %, in
//! campaigns under way and in fresh ones; `examples/scoring_table` prints the table. What is proven without simulation,
//! were nobody refused on the first screen and the rule for flawless gold left out, is e^−(second cut): 14 % at
//! α = 5 %, 1.9 % at α = 1 %.

use crate::probability::Probability;
use crate::select::visitor_score::Evidence;

/// Weight of an implausible *number* of clicks against the visitor. Any weight of 0 or more keeps the error rate (it only
/// lowers the evidence); a half costs people 0.1 % and takes a third from the best clicker.
const CLICKS_WEIGHT: f64 = 0.5;

/// What happens to the visitor after a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Issue the token.
    Accept,
    /// No token for this challenge.
    Refuse,
    /// Show the second screen.
    OneMore,
}

/// Which screen of the challenge was just answered. There are two at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreenNumber {
    /// The first: may end in [`Decision::OneMore`].
    First,
    /// The second: never ends in [`Decision::OneMore`].
    Second,
}

/// Error rates that the decision keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Share of random clickers, whatever their click rate, accepted within two screens. Held to 10⁻⁶ … 0.2.
    pub false_accept: Probability,
    /// Share of people refused by the first screen alone. Held to 10⁻⁶ … 0.2.
    pub false_refuse: Probability,
}

/// Decides after a screen, from the evidence of all screens of the challenge so far.
///
/// Unknown tiles never decide on their own: what they add to the gold is held inside both limits, acceptance also
/// needs gold in favour, and on the second screen a visitor without a single gold mistake is accepted whatever the
/// unknown tiles say, once that gold weighs enough (on a clean prefix the gold of two screens does; see
/// [`crate::Composition::balanced`]).
pub fn decide(evidence: Evidence, screen: ScreenNumber, thresholds: Thresholds) -> Decision {
    let limits = thresholds.limits();
    let against = CLICKS_WEIGHT * evidence.clicks.min(0.0);
    let beside_gold = (evidence.unknown + against).clamp(-limits.beside_gold, limits.beside_gold);
    let total = evidence.gold + beside_gold;
    let in_favour = evidence.gold > 0.0;
    match screen {
        ScreenNumber::First if in_favour && total >= limits.accept_first => Decision::Accept,
        ScreenNumber::First if total <= limits.refuse_first => Decision::Refuse,
        ScreenNumber::First => Decision::OneMore,
        ScreenNumber::Second => {
            let flawless = evidence.gold_mistakes == 0 && evidence.gold >= limits.accept_flawless;
            if flawless || (in_favour && total >= limits.accept_second) { Decision::Accept } else { Decision::Refuse }
        }
    }
}

impl Thresholds {
    /// A clean address prefix within its budget: 5 %.
    pub const CLEAN: Self =
        Self { false_accept: Probability::saturating(0.05), false_refuse: Probability::saturating(0.02) };
    /// A suspicious prefix: 1 %.
    pub const SUSPICIOUS: Self =
        Self { false_accept: Probability::saturating(0.01), false_refuse: Probability::saturating(0.02) };

    fn limits(self) -> Limits {
        let accept = self.false_accept.value().clamp(1e-6, 0.2);
        let refuse = self.false_refuse.value().clamp(1e-6, 0.2);
        let wald = -accept.ln();
        let refuse_first = (refuse / (1.0 - accept)).ln();
        let accept_second = wald - 3.0 / wald;
        Limits {
            accept_first: wald - 2.0 / wald,
            accept_second,
            accept_flawless: (accept_second - 0.5).max(0.0),
            // Short of both limits: no amount of unknown evidence reaches either without gold.
            beside_gold: (accept_second - 0.1).min(-refuse_first - 0.1).max(0.0),
            refuse_first,
        }
    }
}

/// In nats.
struct Limits {
    accept_first: f64,
    accept_second: f64,
    accept_flawless: f64,
    beside_gold: f64,
    refuse_first: f64,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn thresholds() -> impl Strategy<Value = Thresholds> {
        (0.0..=1.0, 0.0..=1.0).prop_map(|(accept, refuse)| Thresholds {
            false_accept: Probability::saturating(accept),
            false_refuse: Probability::saturating(refuse),
        })
    }

    fn evidence() -> impl Strategy<Value = Evidence> {
        (-40.0..40.0, -40.0..40.0, -40.0..40.0, 0_u8..12, 0_u8..12).prop_map(
            |(gold, unknown, clicks, gold_tiles, gold_mistakes)| Evidence {
                gold,
                unknown,
                clicks,
                gold_tiles,
                gold_mistakes,
            },
        )
    }

    #[test]
    fn the_clean_limits_are_the_documented_ones() {
        let limits = Thresholds::CLEAN.limits();
        let cases = [
            (limits.accept_first, 2.328),
            (limits.accept_second, 1.994),
            (limits.accept_flawless, 1.494),
            (limits.beside_gold, 1.894),
            (limits.refuse_first, -3.861),
        ];
        for (limit, documented) in cases {
            assert!((limit - documented).abs() < 0.001, "{limit} is not {documented}");
        }
    }

    proptest! {
        #[test]
        fn the_second_screen_is_the_last(evidence in evidence(), thresholds in thresholds()) {
            prop_assert_ne!(decide(evidence, ScreenNumber::Second, thresholds), Decision::OneMore);
        }

        #[test]
        fn unknown_tiles_alone_decide_nothing(
            unknown in -40.0..40.0, clicks in -40.0..40.0, thresholds in thresholds(),
        ) {
            let evidence = Evidence { unknown, clicks, ..Evidence::default() };
            prop_assert_eq!(decide(evidence, ScreenNumber::First, thresholds), Decision::OneMore);
            prop_assert_eq!(decide(evidence, ScreenNumber::Second, Thresholds::CLEAN), Decision::Refuse);
        }

        #[test]
        fn gold_in_favour_is_never_refused_by_unknown_tiles_on_the_first_screen(
            gold in 0.0..40.0, unknown in -40.0..0.0, clicks in -40.0..0.0, thresholds in thresholds(),
        ) {
            let evidence = Evidence { gold, unknown, clicks, ..Evidence::default() };
            prop_assert_ne!(decide(evidence, ScreenNumber::First, thresholds), Decision::Refuse);
        }

        #[test]
        fn more_evidence_never_turns_acceptance_into_less(
            evidence in evidence(), more in 0.0..10.0, thresholds in thresholds(),
        ) {
            let rank = |decision| match decision {
                Decision::Refuse => 0,
                Decision::OneMore => 1,
                Decision::Accept => 2,
            };
            for screen in [ScreenNumber::First, ScreenNumber::Second] {
                let before = rank(decide(evidence, screen, thresholds));
                for better in [
                    Evidence { gold: evidence.gold + more, ..evidence },
                    Evidence { unknown: evidence.unknown + more, ..evidence },
                    Evidence { clicks: evidence.clicks + more, ..evidence },
                ] {
                    prop_assert!(rank(decide(better, screen, thresholds)) >= before);
                }
            }
        }
    }
}
