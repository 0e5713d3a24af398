//! One visitor's session: a challenge of at most two screens, answered, and its token redeemed. Knows no crowd.

use core::time::Duration;
use std::net::Ipv4Addr;

use corvee_protocol::answer::{Answer, AnswerReply, AnswerRequest, Passed, Timing};
use corvee_protocol::challenge::{Ask, Challenge};
use corvee_protocol::kinds::select::SelectAnswer;
use corvee_protocol::sealed_state::{SealedState, SealedTile, TileRole};
use corvee_protocol::{Receipt, limits};
use rand_chacha::ChaCha8Rng;

use crate::client::{Client, Timed};
use crate::error::SimulateError;
use crate::solve_time::draw_screen_ms;
use crate::truth::Truth;
use crate::visitor::Visitor;

/// What came of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A token.
    Passed,
    /// Another challenge was offered instead of a token.
    Failed,
    /// The collector gave this network no challenge.
    TurnedAway,
}

/// A step of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// `POST /v1/challenges`.
    Challenge,
    /// The sprite of a screen.
    Sprite,
    /// `POST /v1/answers`.
    Answer,
    /// `POST /siteverify`.
    Redeem,
}

/// One request of a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepRecord {
    pub(crate) step: Step,
    pub(crate) took: Duration,
    pub(crate) bytes: usize,
}

/// What happened in a session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) outcome: Outcome,
    /// Screens answered.
    pub(crate) screens: u32,
    /// Milliseconds reported for all of them.
    pub(crate) solve_ms: u32,
    /// All tiles answered.
    pub(crate) tiles: Vec<SealedTile>,
    pub(crate) redeemed: bool,
    pub(crate) steps: Vec<StepRecord>,
}

/// A visitor on the way in.
pub(crate) struct Visit<'a> {
    pub(crate) client: &'a Client,
    pub(crate) truth: &'a Truth,
    pub(crate) visitor: Visitor,
    pub(crate) from: Ipv4Addr,
    pub(crate) chance: ChaCha8Rng,
    /// Fresh challenges tried after a failed one.
    pub(crate) retries: u32,
}

impl Visit<'_> {
    /// Goes through a session.
    pub(crate) async fn run(mut self) -> Result<Session, SimulateError> {
        let mut session = Session {
            outcome: Outcome::TurnedAway,
            screens: 0,
            solve_ms: 0,
            tiles: Vec::new(),
            redeemed: false,
            steps: Vec::new(),
        };
        let Some(first) = self.client.challenge(self.from).await? else {
            return Ok(session);
        };
        let mut challenge = session.note(Step::Challenge, first);
        let mut screen = 1;
        loop {
            let state = self.client.open(&challenge.challenge)?;
            check_screen(&challenge, &state, screen)?;
            let Some(reply) = self.answer(&challenge, &state, &mut session).await? else {
                session.outcome = Outcome::Failed;
                return Ok(session);
            };
            match reply {
                AnswerReply::Passed(passed) => {
                    check_receipt(&passed.receipt, &session)?;
                    return self.redeem(&passed, session).await;
                }
                AnswerReply::More(next) => {
                    screen += 1;
                    challenge = next;
                }
                AnswerReply::Again(_) if self.retries == 0 => {
                    session.outcome = Outcome::Failed;
                    return Ok(session);
                }
                AnswerReply::Again(fresh) => {
                    self.retries -= 1;
                    screen = 1;
                    challenge = fresh;
                }
            }
        }
    }

    /// Looks at a screen and answers it.
    async fn answer(
        &mut self,
        challenge: &Challenge,
        state: &SealedState,
        session: &mut Session,
    ) -> Result<Option<AnswerReply>, SimulateError> {
        let sprite = self.client.sprite(&challenge.screen.sprite, self.from).await?;
        session.note(Step::Sprite, sprite);
        let truth = state.tiles.iter().map(|tile| self.truth.positive(tile.item)).collect::<Result<Vec<bool>, _>>()?;
        let picked = self.visitor.picks(&truth, &mut self.chance);
        let screen_ms = draw_screen_ms(&mut self.chance);
        let request = AnswerRequest {
            challenge: challenge.challenge.clone(),
            answer: Answer::Select(SelectAnswer { picked }),
            timing: Timing { screen_ms },
        };
        let reply = self.client.answer(&request, self.from).await?;
        session.screens += 1;
        session.solve_ms += counted_ms(screen_ms);
        session.tiles.extend(&state.tiles);
        Ok(reply.map(|reply| session.note(Step::Answer, reply)))
    }

    async fn redeem(&self, passed: &Passed, mut session: Session) -> Result<Session, SimulateError> {
        session.outcome = Outcome::Passed;
        if let Some(secret) = self.client.secret() {
            let redeemed = self.client.redeem(&passed.token, secret).await?;
            session.note(Step::Redeem, redeemed);
            session.redeemed = true;
        }
        Ok(session)
    }
}

impl Session {
    fn note<T>(&mut self, step: Step, timed: Timed<T>) -> T {
        self.steps.push(StepRecord { step, took: timed.took, bytes: timed.bytes });
        timed.reply
    }

    /// Tiles whose answer was known.
    pub(crate) fn gold_tiles(&self) -> usize {
        self.tiles.iter().filter(|tile| tile.role.is_gold()).count()
    }

    /// Gold tiles that had been served too often.
    pub(crate) fn over_exposed_tiles(&self) -> usize {
        self.tiles.iter().filter(|tile| matches!(tile.role, TileRole::WornGold { .. })).count()
    }
}

/// What a receipt counts of a screen's time.
fn counted_ms(screen_ms: u32) -> u32 {
    u32::try_from(u64::from(screen_ms).min(limits::SCREEN_MS_COUNTED)).unwrap_or(u32::MAX)
}

fn check_screen(challenge: &Challenge, state: &SealedState, expected: u8) -> Result<(), SimulateError> {
    let broken = |what: String| Err(SimulateError::Contract { call: "the challenge", what });
    let Ask::Select(ask) = &challenge.screen.ask;
    if [challenge.screen.number, state.screen] != [expected; 2] || expected > limits::SCREENS_PER_CHALLENGE {
        return broken(format!(
            "screen {expected} says that it is screen {}, and its seal that it is screen {}",
            challenge.screen.number, state.screen
        ));
    }
    let shown = usize::from(ask.columns) * usize::from(ask.rows);
    if shown != limits::SELECT_TILES || state.tiles.len() != limits::SELECT_TILES {
        return broken(format!("a screen of {shown} tiles whose seal holds {}", state.tiles.len()));
    }
    let mut items: Vec<i64> = state.tiles.iter().map(|tile| tile.item).collect();
    items.sort_unstable();
    items.dedup();
    if items.len() != state.tiles.len() {
        return broken("a screen shows an item twice".to_owned());
    }
    let gold = state.tiles.iter().filter(|tile| tile.role.is_gold()).count();
    if !limits::GOLD_PER_SCREEN.contains(&gold) {
        return broken(format!("a screen holds {gold} gold tiles"));
    }
    Ok(())
}

/// A receipt tells the time that was measured, and of gold and votes what adds up to the tiles that were shown, whatever the
/// screens held: their numbers are told of no single screen.
fn check_receipt(receipt: &Receipt, session: &Session) -> Result<(), SimulateError> {
    let done = (session.solve_ms, session.tiles.len());
    let told = (receipt.solve_ms, usize::from(receipt.gold_tiles) + usize::from(receipt.votes));
    if done == told {
        return Ok(());
    }
    let what = format!(
        "a receipt tells of {} ms and {} tiles, but {} ms and {} tiles were answered",
        told.0, told.1, done.0, done.1
    );
    Err(SimulateError::Contract { call: "the receipt", what })
}
