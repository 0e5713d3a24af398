//! Settings under which networks may ask as often as they like. Knows no collector.

/// Every network may ask as often as it likes: 512 networks stand for all visitors.
pub(crate) const NO_BUDGET: &str =
    "[budget]\nclean_challenges = 100000000\nclean_failures = 100000000\nchallenges = 100000000\n";
