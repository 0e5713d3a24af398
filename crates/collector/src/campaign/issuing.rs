//! Issues challenges: draws a screen, seals what must be remembered, and writes nothing.

use corvee_consensus::Decision;
use corvee_protocol::challenge::{Ask, Challenge, ChallengeRequest, Screen};
use corvee_protocol::kinds::select::SelectAsk;
use corvee_protocol::sealed_state::{SealedEvidence, SealedPage, SealedState, Standing};
use corvee_protocol::{Problem, ProblemKind, Sealed, Turn, limits};
use rand::RngExt as _;

use super::address::PrefixHash;
use super::budget::Exhausted;
use super::compose::{TooFewItems, compose, composition};
use super::register::LiveCampaign;
use crate::state::Collector;
use crate::store::items::ItemId;
use crate::store::sites::SiteRow;

/// Items a visit remembers having seen: those of two screens, and of the two of a failed challenge before.
const SEEN: usize = 4 * limits::SELECT_TILES;

/// Why no challenge was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// No site has this key.
    #[error("no site has this key: compare it with `corvee site list`")]
    UnknownSitekey,
    /// The page is not one of the site's.
    #[error("this host name is not one of the site's: add it with `corvee site change KEY --add-hostname`")]
    HostnameRefused,
    /// The site asks nobody to label.
    #[error("this site asks nobody to label: ask with the wish machine")]
    LabellingRefused,
    /// No campaign of the site can fill a screen.
    #[error("no active campaign of this site has enough items and gold")]
    NothingToAsk,
    /// The address prefix has asked for too much.
    #[error("this network has asked for too many challenges")]
    TooMany {
        /// Milliseconds until it may ask again.
        retry_after_ms: u64,
    },
}

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        let detail = error.to_string();
        match error {
            IssueError::UnknownSitekey => Self::new(ProblemKind::UnknownSitekey, detail).on("sitekey"),
            IssueError::HostnameRefused => Self::new(ProblemKind::HostnameRefused, detail).on("hostname"),
            IssueError::LabellingRefused => Self::new(ProblemKind::LabellingRefused, detail).on("wish"),
            IssueError::NothingToAsk => Self::new(ProblemKind::NothingToAsk, detail),
            IssueError::TooMany { .. } => Self::new(ProblemKind::TooMany, detail),
        }
    }
}

impl From<Exhausted> for IssueError {
    fn from(exhausted: Exhausted) -> Self {
        Self::TooMany { retry_after_ms: exhausted.retry_after_ms }
    }
}

impl From<TooFewItems> for IssueError {
    fn from(_: TooFewItems) -> Self {
        Self::NothingToAsk
    }
}

impl Collector {
    /// A first challenge for a visitor.
    pub fn issue(&self, request: ChallengeRequest, prefix: PrefixHash) -> Result<Challenge, IssueError> {
        self.issue_first(request, false, prefix)
    }

    /// The same for a visitor without script, who carries the token into the form by hand.
    pub fn issue_by_hand(&self, request: ChallengeRequest, prefix: PrefixHash) -> Result<Challenge, IssueError> {
        self.issue_first(request, true, prefix)
    }

    fn issue_first(
        &self,
        request: ChallengeRequest,
        by_hand: bool,
        prefix: PrefixHash,
    ) -> Result<Challenge, IssueError> {
        let site = self.register.site(&request.sitekey).ok_or(IssueError::UnknownSitekey)?;
        if !site.hostnames.contains(&request.hostname) {
            return Err(IssueError::HostnameRefused);
        }
        let now_ms = self.clock.now_ms();
        let labels = match site.turn {
            Turn::Both => true,
            Turn::Machine => false,
            Turn::AfterFailures(failures) => self.budget.failures(prefix, now_ms) >= failures,
        };
        if !labels {
            return Err(IssueError::LabellingRefused);
        }
        let campaign = self.choose_campaign(&site)?;
        let standing = self.budget.spend_challenge(prefix, now_ms)?;
        let tiles = compose(&campaign, &composition(1), &mut self.chance.generator(), prefix, &[])?;
        let state = SealedState {
            nonce: self.chance.name(now_ms),
            visit: self.chance.name(now_ms),
            receipt: self.chance.bytes(),
            site: site.id.0,
            campaign: campaign.row.id.0,
            hostname: request.hostname,
            language: request.language,
            page: SealedPage { dialect: request.dialect, action: request.action, cdata: request.cdata, by_hand },
            issued_ms: now_ms,
            expires_ms: now_ms + limits::CHALLENGE_LIFE_MS,
            prefix: prefix.0,
            standing,
            screen: 1,
            tiles,
            seen: Vec::new(),
            before: SealedEvidence::default(),
        };
        self.count_challenge(site.id, campaign.row.id, now_ms);
        Ok(self.challenge(&campaign, &state))
    }

    /// The second screen of a challenge.
    pub(super) fn second_screen(
        &self,
        campaign: &LiveCampaign,
        first: &SealedState,
        evidence: SealedEvidence,
    ) -> Result<SealedState, IssueError> {
        let next = SealedState { screen: first.screen + 1, before: evidence, ..first.clone() };
        self.next_screen(campaign, first, next)
    }

    /// A fresh challenge after a failed one: same visit and receipt, the score begins anew.
    pub(super) fn issue_again(&self, campaign: &LiveCampaign, failed: &SealedState) -> Result<Challenge, IssueError> {
        let now_ms = self.clock.now_ms();
        let standing = self.budget.spend_challenge(PrefixHash(failed.prefix), now_ms)?;
        let before = SealedEvidence::default();
        let next = SealedState { screen: 1, issued_ms: now_ms, standing, before, ..failed.clone() };
        Ok(self.challenge(campaign, &self.next_screen(campaign, failed, next)?))
    }

    /// Fills `next` with a fresh nonce and tiles that `shown` did not show.
    fn next_screen(
        &self,
        campaign: &LiveCampaign,
        shown: &SealedState,
        next: SealedState,
    ) -> Result<SealedState, IssueError> {
        let seen = seen_after(shown);
        let seen_items: Vec<ItemId> = seen.iter().copied().map(ItemId).collect();
        let composition = composition(next.screen);
        let network = PrefixHash(next.prefix);
        let tiles = compose(campaign, &composition, &mut self.chance.generator(), network, &seen_items)?;
        let now_ms = self.clock.now_ms();
        let expires_ms = now_ms + limits::CHALLENGE_LIFE_MS;
        Ok(SealedState { nonce: self.chance.name(now_ms), expires_ms, tiles, seen, ..next })
    }

    fn choose_campaign(&self, site: &SiteRow) -> Result<std::sync::Arc<LiveCampaign>, IssueError> {
        let mut campaigns = self.register.campaigns_of(site);
        if campaigns.is_empty() {
            return Err(IssueError::NothingToAsk);
        }
        let chosen = self.chance.generator().random_range(0..campaigns.len());
        Ok(campaigns.swap_remove(chosen))
    }

    /// A screen as its visitor gets it. Sealing the same one twice is still one challenge: its nonce is spent once.
    pub(super) fn challenge(&self, campaign: &LiveCampaign, state: &SealedState) -> Challenge {
        let sealed = self.seal(state);
        let (question, language) = campaign.question(&state.language);
        let select = SelectAsk {
            question: question.to_owned(),
            language: language.to_owned(),
            columns: limits::SELECT_COLUMNS,
            rows: limits::SELECT_COLUMNS,
        };
        Challenge {
            screen: Screen {
                number: state.screen,
                sprite: format!("/v1/challenges/{sealed}/screen.jpg"),
                ask: Ask::Select(select),
            },
            challenge: sealed,
            disclosure: campaign.disclosure(&state.language),
            lives_ms: u32::try_from(limits::CHALLENGE_LIFE_MS).unwrap_or(u32::MAX),
        }
    }

    fn seal(&self, state: &SealedState) -> Sealed {
        let plaintext = postcard::to_allocvec(state).expect("a sealed state holds plain values only");
        let sealed = self.sealer.seal(&plaintext, &mut self.chance.generator());
        let sealed =
            sealed.expect("a state is at most 1152 bytes: 45 rows, a host name, a language, an action, custom data");
        Sealed::try_from(sealed).expect("a seal is base64url of fixed length below the limit")
    }

    /// What was sealed, unless it is broken or has expired.
    pub fn open(&self, sealed: &Sealed) -> Result<SealedState, OpenChallengeError> {
        let plaintext = self.sealer.open(sealed.as_str()).map_err(|_cause| OpenChallengeError::Invalid)?;
        let state: SealedState = postcard::from_bytes(&plaintext).map_err(|_cause| OpenChallengeError::Invalid)?;
        if self.clock.now_ms() >= state.expires_ms {
            return Err(OpenChallengeError::Expired);
        }
        Ok(state)
    }

    /// How a prefix that shows up with a challenge of another prefix stands: one more screen's worth of evidence is
    /// asked for, never a refusal (mobile networks change addresses).
    pub(super) fn standing_on_answer(state: &SealedState, prefix: PrefixHash) -> Standing {
        if state.prefix == prefix.0 { state.standing } else { Standing::Suspicious }
    }

    /// What becomes of a screen answered from `prefix`: from another network than it was issued to, and from one that
    /// probes, nobody passes on the first screen, however well it was answered.
    pub(super) fn decision_on_answer(state: &SealedState, prefix: PrefixHash, decision: Decision) -> Decision {
        let watched = state.prefix != prefix.0 || state.standing == Standing::Probing;
        if watched && state.screen <= 1 && decision == Decision::Accept { Decision::OneMore } else { decision }
    }
}

/// Items that whoever has seen this screen is not shown again.
pub(super) fn seen_after(shown: &SealedState) -> Vec<i64> {
    shown.tiles.iter().map(|tile| tile.item).chain(shown.seen.iter().copied()).take(SEEN).collect()
}

/// Why a challenge did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenChallengeError {
    /// Altered, of another collector, or its key is gone.
    #[error("this challenge was not issued here or was altered: ask for a fresh one")]
    Invalid,
    /// Older than its life.
    #[error("this challenge is older than 20 minutes: ask for a fresh one")]
    Expired,
}

impl From<OpenChallengeError> for Problem {
    fn from(error: OpenChallengeError) -> Self {
        let kind = match error {
            OpenChallengeError::Invalid => ProblemKind::InvalidChallenge,
            OpenChallengeError::Expired => ProblemKind::ChallengeExpired,
        };
        Self::new(kind, error.to_string()).on("challenge")
    }
}
