//! What can go wrong between visitor and collector, and what each means for the visitor. Knows no text and no network.

use corvee_protocol::ProblemKind;

/// Why there is no token yet, although the visitor wants one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The collector cannot be reached, or did not reply in time.
    Offline,
    /// This address asked for too much.
    TooMany,
    /// The site's campaigns have nothing to ask.
    NothingToAsk,
    /// The collector is stopping, or its store does not reply.
    Unavailable,
    /// The page is not one of the site's.
    HostnameRefused,
    /// No such site key.
    UnknownSitekey,
    /// The challenge can no longer be answered; a fresh one can.
    Outdated,
    /// The pictures did not load.
    BrokenImage,
    /// The visitor's device could not compute.
    DeviceFailed,
    /// A vendor's test key that always refuses.
    TestBlocked,
    /// The collector said something this widget does not understand.
    Unexpected,
}

impl Trouble {
    /// All of them, for tests.
    pub const ALL: &[Self] = &[
        Self::Offline,
        Self::TooMany,
        Self::NothingToAsk,
        Self::Unavailable,
        Self::HostnameRefused,
        Self::UnknownSitekey,
        Self::Outdated,
        Self::BrokenImage,
        Self::DeviceFailed,
        Self::TestBlocked,
        Self::Unexpected,
    ];

    /// Its stable name, for the page around the widget.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::TooMany => "too-many",
            Self::NothingToAsk => "nothing-to-ask",
            Self::Unavailable => "unavailable",
            Self::HostnameRefused => "hostname-refused",
            Self::UnknownSitekey => "unknown-sitekey",
            Self::Outdated => "outdated",
            Self::BrokenImage => "broken-image",
            Self::DeviceFailed => "device-failed",
            Self::TestBlocked => "test-blocked",
            Self::Unexpected => "unexpected",
        }
    }
}

impl From<ProblemKind> for Trouble {
    fn from(kind: ProblemKind) -> Self {
        match kind {
            ProblemKind::TooMany => Self::TooMany,
            ProblemKind::NothingToAsk => Self::NothingToAsk,
            ProblemKind::HostnameRefused => Self::HostnameRefused,
            ProblemKind::UnknownSitekey => Self::UnknownSitekey,
            ProblemKind::ChallengeExpired
            | ProblemKind::ChallengeSpent
            | ProblemKind::InvalidChallenge
            | ProblemKind::TokenGone => Self::Outdated,
            ProblemKind::Unavailable | ProblemKind::Internal => Self::Unavailable,
            ProblemKind::Timeout => Self::Offline,
            ProblemKind::InvalidRequest
            | ProblemKind::Unauthorized
            | ProblemKind::NotFound
            | ProblemKind::InvalidProof
            | ProblemKind::Conflict
            | ProblemKind::MethodRefused
            | ProblemKind::TooLarge
            | ProblemKind::ImportRefused
            | ProblemKind::LabellingRefused => Self::Unexpected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_has_a_name_of_its_own() {
        let mut codes: Vec<_> = Trouble::ALL.iter().map(|trouble| trouble.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Trouble::ALL.len());
    }

    #[test]
    fn a_challenge_that_cannot_be_answered_asks_for_a_fresh_one() {
        for kind in [ProblemKind::ChallengeExpired, ProblemKind::ChallengeSpent, ProblemKind::InvalidChallenge] {
            assert_eq!(Trouble::from(kind), Trouble::Outdated);
        }
    }
}
