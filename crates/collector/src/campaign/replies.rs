//! A reply that was lost on its way, given again to whoever sends the very same answer again. What a spent challenge was
//! answered with is kept beside its nonce, for as long; nothing is recorded, counted or earned a second time.
//!
//! The second reply is no second chance. A token is a function of what its seal hides, so that it is the same token. A
//! second screen comes back with the same nonce and the same tiles. Only a fresh challenge after a failed one is a fresh one
//! again, and costs the network's budget what every challenge costs. Another answer, or another network than the one that
//! was asked, is told that the challenge is spent: addresses of pictures, which hold the challenge, open nothing in a log.

use corvee_consensus::Decision;
use corvee_protocol::ReceiptCode;
use corvee_protocol::answer::{AnswerReply, Passed};
use corvee_protocol::puzzle::Granted;
use corvee_protocol::sealed_puzzle::SealedPuzzle;
use corvee_protocol::sealed_state::{SealedEvidence, SealedState, SealedTile, Standing};
use serde::{Deserialize, Serialize};

use super::address::PrefixHash;
use super::answering::AnswerError;
use super::issuing::{IssueError, seen_after};
use super::proofs::ProofError;
use super::register::LiveCampaign;
use super::token;
use crate::state::Collector;
use crate::store::StoreError;
use crate::store::answers::Recorded;

/// What an answer was, hashed with the nonce of what it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AnswerHash([u8; 16]);

/// What a challenge or a puzzle was answered, and what came of it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    answer: AnswerHash,
    replied_ms: u64,
    outcome: Outcome,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Outcome {
    /// A token; it follows from the seal.
    Token,
    /// A second screen, as far as it does not follow from the first; `None` when there were too few items for one.
    More(Option<SecondScreen>),
    /// A fresh challenge.
    Again,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct SecondScreen {
    nonce: [u8; 16],
    expires_ms: u64,
    standing: Standing,
    tiles: Vec<SealedTile>,
    before: SealedEvidence,
}

impl AnswerHash {
    /// Of a screen.
    pub(super) fn of_screen(state: &SealedState, picked: &[bool]) -> Self {
        let picked: Vec<u8> = picked.iter().copied().map(u8::from).collect();
        Self::of(&state.nonce, &picked)
    }

    /// Of a puzzle.
    pub(super) fn of_puzzle(puzzle: &SealedPuzzle, numbers: &[u32]) -> Self {
        let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        Self::of(&puzzle.nonce, &numbers)
    }

    fn of(nonce: &[u8; 16], answer: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("corvee 2026-11 what a challenge was answered");
        let mut hash = [0; 16];
        hasher.update(nonce).update(answer).finalize_xof().fill(&mut hash);
        Self(hash)
    }
}

/// What is kept of a screen's reply.
pub(super) fn keep_screen(
    answer: AnswerHash,
    replied_ms: u64,
    decision: Decision,
    second: Option<&SealedState>,
) -> Vec<u8> {
    let outcome = match decision {
        Decision::Accept => Outcome::Token,
        Decision::Refuse => Outcome::Again,
        Decision::OneMore => Outcome::More(second.map(|second| SecondScreen {
            nonce: second.nonce,
            expires_ms: second.expires_ms,
            standing: second.standing,
            tiles: second.tiles.clone(),
            before: second.before,
        })),
    };
    Kept { answer, replied_ms, outcome }.write()
}

/// What is kept of a proof's reply.
pub(super) fn keep_token(answer: AnswerHash, replied_ms: u64) -> Vec<u8> {
    Kept { answer, replied_ms, outcome: Outcome::Token }.write()
}

impl Kept {
    fn write(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("what is kept holds plain values only")
    }

    /// Milliseconds that a token of this reply still lives.
    fn lives_ms(&self, life_ms: u64, now_ms: u64) -> u32 {
        u32::try_from((self.replied_ms + life_ms).saturating_sub(now_ms)).unwrap_or(u32::MAX)
    }
}

impl SecondScreen {
    fn after(self, first: &SealedState) -> SealedState {
        let Self { nonce, expires_ms, standing, tiles, before } = self;
        let (screen, seen) = (first.screen + 1, seen_after(first));
        SealedState { nonce, expires_ms, standing, tiles, before, screen, seen, ..first.clone() }
    }
}

impl Collector {
    /// The reply to an answer whose challenge is spent, when it is the answer that spent it.
    pub(super) async fn reply_again(
        &self,
        campaign: &LiveCampaign,
        state: &SealedState,
        answer: AnswerHash,
        prefix: PrefixHash,
    ) -> Result<AnswerReply, AnswerError> {
        if prefix.0 != state.prefix {
            return Err(AnswerError::Spent);
        }
        let kept = self.kept(&state.nonce, answer).await.map_err(AnswerError::Store)?.ok_or(AnswerError::Spent)?;
        let lives_ms = kept.lives_ms(state.page.token_life_ms(), self.clock.now_ms());
        match kept.outcome {
            Outcome::Token => {
                let code = ReceiptCode::from_bytes(state.receipt);
                let row = self.store.receipt(&token::code_digest(&code)).await.map_err(AnswerError::Store)?;
                let row = row.ok_or(AnswerError::Spent)?;
                let recorded = Recorded { screens: row.screens, solve_ms: row.solve_ms, ..Recorded::default() };
                Ok(AnswerReply::Passed(Passed {
                    token: token::of_challenge(state),
                    token_lives_ms: lives_ms,
                    receipt: Self::receipt_of(campaign, state, &recorded),
                }))
            }
            Outcome::More(Some(second)) => Ok(AnswerReply::More(self.challenge(campaign, &second.after(state)))),
            Outcome::More(None) => Err(AnswerError::NoNextScreen(IssueError::NothingToAsk)),
            Outcome::Again => {
                self.issue_again(campaign, state).map(AnswerReply::Again).map_err(AnswerError::NoNextScreen)
            }
        }
    }

    /// The reply to a proof whose puzzle is spent, when it is the proof that spent it.
    pub(super) async fn grant_again(
        &self,
        puzzle: &SealedPuzzle,
        answer: AnswerHash,
        prefix: PrefixHash,
    ) -> Result<Granted, ProofError> {
        if prefix.0 != puzzle.prefix {
            return Err(ProofError::Spent);
        }
        let kept = self.kept(&puzzle.nonce, answer).await.map_err(ProofError::Store)?.ok_or(ProofError::Spent)?;
        let token_lives_ms = kept.lives_ms(puzzle.page.token_life_ms(), self.clock.now_ms());
        Ok(Granted { token: token::of_puzzle(puzzle), token_lives_ms })
    }

    async fn kept(&self, nonce: &[u8; 16], answer: AnswerHash) -> Result<Option<Kept>, StoreError> {
        // What cannot be read was kept by another version: then the challenge is spent, and that is all.
        let kept = self.store.reply(nonce).await?.and_then(|kept| postcard::from_bytes::<Kept>(&kept).ok());
        Ok(kept.filter(|kept| kept.answer == answer))
    }
}
