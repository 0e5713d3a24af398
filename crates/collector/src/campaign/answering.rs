//! An answer from seal to reply: opened, judged, recorded, and only then acknowledged.

use corvee_consensus::{Decision, DriftAlarm, Known};
use corvee_protocol::answer::{Answer, AnswerReply, AnswerRequest, Passed};
use corvee_protocol::sealed_state::{SealedState, Standing};
use corvee_protocol::{Problem, ProblemKind, ReceiptCode, Token, Wish, limits};

use super::address::PrefixHash;
use super::counting::count_answer;
use super::issuing::{IssueError, OpenChallengeError};
use super::judge::judge;
use super::register::LiveCampaign;
use super::replies::{AnswerHash, keep_screen};
use super::token;
use crate::state::Collector;
use crate::store::StoreError;
use crate::store::answers::{Recorded, Settled, Settlement};
use crate::store::campaigns::CampaignId;
use crate::store::items::ItemId;
use crate::store::sites::SiteId;
use crate::store::tokens::NewToken;

/// Why an answer was not taken. Only [`AnswerError::NoNextScreen`] comes after it was recorded.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The challenge did not open.
    #[error(transparent)]
    Challenge(#[from] OpenChallengeError),
    /// Its one answer was given before, and was another one.
    #[error("this challenge was answered already: ask for a fresh one")]
    Spent,
    /// The answer does not fit the screen.
    #[error("{0}")]
    Answer(#[from] corvee_protocol::kinds::select::SelectAnswerError),
    /// The campaign is gone.
    #[error("the campaign of this challenge has ended: ask for a fresh challenge")]
    CampaignGone,
    /// The store failed: nothing was recorded.
    #[error("the answer was not recorded: send it again")]
    Store(#[source] StoreError),
    /// The answer is recorded, but there is no further screen to show.
    #[error("the answer is recorded, but no further screen can be shown: {0}")]
    NoNextScreen(#[source] IssueError),
}

impl From<AnswerError> for Problem {
    fn from(error: AnswerError) -> Self {
        let detail = error.to_string();
        match error {
            AnswerError::Challenge(error) => error.into(),
            AnswerError::Spent => Self::new(ProblemKind::ChallengeSpent, detail).on("challenge"),
            AnswerError::Answer(_) => Self::new(ProblemKind::InvalidRequest, detail).on("answer.select.picked"),
            AnswerError::CampaignGone => Self::new(ProblemKind::InvalidChallenge, detail).on("challenge"),
            AnswerError::Store(_) => Self::new(ProblemKind::Unavailable, detail),
            AnswerError::NoNextScreen(error) => error.into(),
        }
    }
}

impl Collector {
    /// Takes an answer. When this returns `Ok`, it is on disk. The very same answer sent again gets the same reply.
    pub async fn answer(&self, request: AnswerRequest, prefix: PrefixHash) -> Result<AnswerReply, AnswerError> {
        let mut state = self.open(&request.challenge)?;
        let Answer::Select(answer) = request.answer;
        let picked = answer.flags()?;
        state.standing = Self::standing_on_answer(&state, prefix);
        let campaign = self.register.campaign(CampaignId(state.campaign)).ok_or(AnswerError::CampaignGone)?;
        let prior = campaign.prior();
        let mut verdict =
            campaign.with_pool(|pool| judge(&campaign.crowd, &state, &picked, |item| pool.positive(item, prior)));

        verdict.decision = Self::decision_on_answer(&state, prefix, verdict.decision);
        campaign.with_pool(|pool| {
            let mut first = Vec::new();
            for (tile, picked) in state.tiles.iter().zip(&picked) {
                // One network, one voice: on gold, on labels, and in what counts as usual.
                if pool.hear(ItemId(tile.item), prefix) {
                    first.push((tile, *picked));
                } else if let Some(answer) = verdict.gold.iter_mut().find(|answer| answer.item.0 == tile.item) {
                    answer.audit = None;
                }
            }
            if let Some(alarm) = pool.watch(&first) {
                tell(&campaign, &alarm);
            }
        });

        let now_ms = self.clock.now_ms();
        let token = (verdict.decision == Decision::Accept).then(|| token::of_challenge(&state));
        // Composed before it is known whether the answer counts, so that what is replied is recorded with it.
        let second = (verdict.decision == Decision::OneMore)
            .then(|| self.second_screen(&campaign, &state, verdict.evidence))
            .transpose();
        let answered = AnswerHash::of_screen(&state, &picked);
        let code = ReceiptCode::from_bytes(state.receipt);
        let settlement = Settlement {
            nonce: state.nonce,
            nonce_expires_ms: state.expires_ms,
            reply: keep_screen(answered, now_ms, verdict.decision, second.as_ref().ok().and_then(Option::as_ref)),
            now_ms,
            site: SiteId(state.site),
            campaign: campaign.rules(),
            visit: state.visit,
            code_digest: token::code_digest(&code),
            screen_ms: u64::from(request.timing.screen_ms).min(limits::SCREEN_MS_COUNTED),
            votes: verdict.votes,
            gold: verdict.gold,
            prefix: prefix.0,
            over_exposed_gold: verdict.over_exposed_gold,
            decision: verdict.decision,
            token: token.as_ref().map(|token| NewToken {
                digest: token::token_digest(token.as_str()),
                site: SiteId(state.site),
                hostname: state.hostname.to_string(),
                page: state.page.clone(),
                way: Wish::Label,
                challenge_ms: state.issued_ms,
                passed_ms: now_ms,
            }),
        };
        let audits: Vec<_> = settlement.gold.clone();
        let recorded = match self.writer.settle(settlement).await.map_err(AnswerError::Store)? {
            Settled::AlreadySpent => return self.reply_again(&campaign, &state, answered, prefix).await,
            Settled::Recorded(recorded) => recorded,
        };
        count_answer(verdict.decision);
        campaign.with_pool(|pool| {
            pool.apply(&recorded.moved, &campaign.crowd);
            for answer in &audits {
                pool.serve_gold(answer.item, answer.audit, &campaign.crowd);
            }
        });
        let second = second.map_err(AnswerError::NoNextScreen);
        self.reply(&campaign, &state, token, second, &recorded)
    }

    fn reply(
        &self,
        campaign: &LiveCampaign,
        state: &SealedState,
        token: Option<Token>,
        second: Result<Option<SealedState>, AnswerError>,
        recorded: &Recorded,
    ) -> Result<AnswerReply, AnswerError> {
        let (network, now_ms) = (PrefixHash(state.prefix), self.clock.now_ms());
        if state.screen > 1 {
            self.budget.note_second_answer(network, now_ms);
        } else if state.standing == Standing::Clean && campaign.with_pool(|pool| pool.has_settled()) {
            self.budget.note_first_answer(network, !matches!(second, Ok(None)), now_ms);
        }
        match (token, second) {
            (Some(token), _) => {
                self.budget.note_pass(network, now_ms);
                Ok(AnswerReply::Passed(Passed {
                    token,
                    token_lives_ms: u32::try_from(state.page.token_life_ms()).unwrap_or(u32::MAX),
                    receipt: Self::receipt_of(campaign, state, recorded),
                }))
            }
            (None, Err(error)) => {
                self.budget.note_second_screen(network, now_ms);
                Err(error)
            }
            (None, Ok(Some(second))) => {
                self.budget.note_second_screen(network, now_ms);
                Ok(AnswerReply::More(self.challenge(campaign, &second)))
            }
            (None, Ok(None)) => {
                self.budget.note_failure(network, now_ms);
                self.issue_again(campaign, state).map(AnswerReply::Again).map_err(AnswerError::NoNextScreen)
            }
        }
    }
}

/// Says in the log that a class is answered otherwise than usual.
fn tell(campaign: &LiveCampaign, alarm: &DriftAlarm) {
    tracing::warn!(
        campaign = %campaign.row.terms.name,
        class = if alarm.positive { "positive" } else { "negative" },
        on = if alarm.known == Known::Gold { "gold" } else { "nearly settled items" },
        usual_percent = alarm.usual.value() * 100.0,
        lately_percent = alarm.lately.value() * 100.0,
        answers = alarm.answers,
        "visitors contradict what is known of this class more often than usual"
    );
}
