//! Sessions over HTTP without pictures: the attacker is told by the operator's key what a screen holds, and answers as the
//! attack wants. Knows no attack.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use corvee_protocol::Token;
use corvee_protocol::answer::{Answer, AnswerReply, AnswerRequest, Timing};
use corvee_protocol::challenge::Challenge;
use corvee_protocol::kinds::select::SelectAnswer;
use corvee_protocol::sealed_state::SealedState;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use tokio::task::JoinSet;

use super::AttackError;
use super::program::Running;
use crate::client::Client;
use crate::truth::Truth;
use crate::visitor::{PersonModel, Visitor};

/// Sessions under way at once.
const AT_ONCE: usize = 16;
/// Milliseconds that a session says it took, where that is not the attack.
pub(super) const SCREEN_MS: u32 = 9_000;

/// Somebody who looks and never errs.
pub(super) const TRUTHFUL: Visitor = Visitor::Person(PersonModel { true_positive: 1.0, false_positive: 0.0 });

/// A collector with the truth of its items.
pub(super) struct Scene {
    pub(super) client: Client,
    pub(super) truth: Truth,
}

/// What a reply says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Passed,
    More,
    Again,
    /// Recorded, but this network gets nothing further.
    TurnedAway,
}

/// A session that has ended.
#[derive(Clone, Debug)]
pub(super) struct Visited {
    /// The token, when it passed.
    pub(super) token: Option<Token>,
    /// Replies to its one or two screens.
    pub(super) replies: Vec<Reply>,
    /// What was on them.
    pub(super) screens: Vec<SealedState>,
}

impl Scene {
    /// Connects to a collector and learns the truth.
    pub(super) async fn of(running: &Running) -> Result<Arc<Self>, AttackError> {
        let client = Client::connect(&running.target).await?;
        let truth = Truth::of(&client.campaign().await?, &client.items().await?, None)?;
        Ok(Arc::new(Self { client, truth }))
    }

    /// The truth of a screen's tiles.
    pub(super) fn truth_of(&self, state: &SealedState) -> Result<Vec<bool>, AttackError> {
        Ok(state.tiles.iter().map(|tile| self.truth.positive(tile.item)).collect::<Result<_, _>>()?)
    }

    /// What this visitor picks of a screen.
    pub(super) fn picks(
        &self,
        state: &SealedState,
        visitor: Visitor,
        chance: &mut ChaCha8Rng,
    ) -> Result<Vec<u8>, AttackError> {
        Ok(visitor.picks(&self.truth_of(state)?, chance))
    }

    /// One challenge of at most two screens from one network; `None` when it is given none.
    pub(super) async fn session(
        &self,
        from: Ipv4Addr,
        visitor: Visitor,
        chance: &mut ChaCha8Rng,
        screen_ms: u32,
    ) -> Result<Option<Visited>, AttackError> {
        let Some(first) = self.client.challenge(from).await? else { return Ok(None) };
        self.answer_all(first.reply, from, visitor, chance, screen_ms).await.map(Some)
    }

    /// Answers a challenge from `from`, whoever asked for it.
    pub(super) async fn answer_all(
        &self,
        mut challenge: Challenge,
        from: Ipv4Addr,
        visitor: Visitor,
        chance: &mut ChaCha8Rng,
        screen_ms: u32,
    ) -> Result<Visited, AttackError> {
        let mut visited = Visited { token: None, replies: Vec::new(), screens: Vec::new() };
        loop {
            let state = self.client.open(&challenge.challenge)?;
            let picked = self.picks(&state, visitor, chance)?;
            visited.screens.push(state);
            let request = answer(&challenge, picked, screen_ms);
            let Some(reply) = self.client.answer(&request, from).await? else {
                visited.replies.push(Reply::TurnedAway);
                return Ok(visited);
            };
            match reply.reply {
                AnswerReply::Passed(passed) => {
                    visited.replies.push(Reply::Passed);
                    visited.token = Some(passed.token);
                    return Ok(visited);
                }
                AnswerReply::Again(_) => {
                    visited.replies.push(Reply::Again);
                    return Ok(visited);
                }
                AnswerReply::More(next) => {
                    visited.replies.push(Reply::More);
                    challenge = next;
                }
            }
        }
    }
}

/// An answer to a challenge.
pub(super) fn answer(challenge: &Challenge, picked: Vec<u8>, screen_ms: u32) -> AnswerRequest {
    AnswerRequest {
        challenge: challenge.challenge.clone(),
        answer: Answer::Select(SelectAnswer { picked }),
        timing: Timing { screen_ms },
    }
}

/// Does `work` for the numbers below `count`, many at once, each with its own chance; results in no order.
pub(super) async fn many<T, F, Fut>(count: u32, seed: u64, work: F) -> Result<Vec<T>, AttackError>
where
    T: Send + 'static,
    F: Fn(u32, ChaCha8Rng) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<T, AttackError>> + Send,
{
    let (next, work) = (Arc::new(AtomicU32::new(0)), Arc::new(work));
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (next, work) = (Arc::clone(&next), Arc::clone(&work));
        workers.spawn(async move {
            let mut done = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok::<_, AttackError>(done);
                }
                let mut chance = ChaCha8Rng::seed_from_u64(seed);
                chance.set_stream(u64::from(number) + 1);
                done.push(work(number, chance).await?);
            }
        });
    }
    let mut results = Vec::new();
    while let Some(worker) = workers.join_next().await {
        results.extend(worker.map_err(crate::SimulateError::from)??);
    }
    Ok(results)
}
