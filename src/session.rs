//! What happens between the first click and the token, as a state machine: events in, effects out.
//! Knows neither Yew, nor the browser, nor the network; time comes with every event.

mod done;
mod effect;
mod event;
mod round;

use std::rc::Rc;

use corvee_protocol::{AnswerReply, Challenge, Passed};

use crate::kinds::Step;
use crate::message::Message;
use crate::trouble::Trouble;

pub use done::{Done, Removal};
pub use effect::{Effect, Place};
pub use event::Event;
pub use round::{Note, Round, Stage};

/// Where the session stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing asked yet.
    Resting,
    /// The first challenge is on its way.
    Asking,
    /// No challenge came.
    Stuck(Trouble),
    /// A challenge is here.
    Working(Round),
    /// A challenge was passed.
    Done(Done),
}

/// A session: one checkbox and all that follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    phase: Phase,
    /// Counts requests and deadlines, so that late replies and clocks are known as such.
    turn: u32,
    /// What a screen reader is told, and a number that tells it from the same words said before.
    spoken: Option<(u32, Message<'static>)>,
}

impl Default for Session {
    fn default() -> Self {
        Self { phase: Phase::Resting, turn: 0, spoken: None }
    }
}

impl Session {
    /// Where it stands.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// What a screen reader is told now, and which announcement that is.
    pub fn spoken(&self) -> Option<&(u32, Message<'static>)> {
        self.spoken.as_ref()
    }

    /// Whether more than the closed widget is shown.
    pub fn is_open(&self) -> bool {
        match &self.phase {
            Phase::Resting | Phase::Asking | Phase::Stuck(_) => false,
            Phase::Working(round) => round.open,
            Phase::Done(done) => done.removal.is_some(),
        }
    }

    /// Turn and milliseconds of the next deadline: a challenge's life, or a token's.
    pub fn deadline(&self) -> Option<(u32, u32)> {
        match &self.phase {
            Phase::Resting | Phase::Asking | Phase::Stuck(_) => None,
            Phase::Working(round) => (!round.outdated).then_some((round.turn, round.challenge.lives_ms)),
            Phase::Done(done) => (!done.expired).then_some((done.turn, done.token_lives_ms)),
        }
    }

    /// Takes in an event at `now_ms`, milliseconds on a clock that never runs backwards.
    ///
    /// Events that do not fit the phase change nothing: they come from a view that is no longer shown, or a reply that
    /// is no longer awaited.
    pub fn on(&mut self, event: Event, now_ms: u64) -> Vec<Effect> {
        match event {
            Event::Ticked => self.ticked(now_ms),
            Event::Closed => self.closed(now_ms),
            Event::Reset => {
                self.turn += 1;
                self.phase = Phase::Resting;
                self.spoken = None;
                vec![]
            }
            Event::ChallengeArrived { turn, challenge } => self.challenge_arrived(turn, challenge),
            Event::AnswerJudged { turn, reply } => self.answer_judged(turn, reply),
            Event::Failed { turn, trouble } => self.failed(turn, trouble),
            Event::SpriteShown => self.in_round(|round| round.shown(now_ms)),
            Event::SpriteBroken => {
                if let Phase::Working(round) = &mut self.phase
                    && round.stage == Stage::Open
                {
                    return self.round_failed(Trouble::BrokenImage);
                }
                vec![]
            }
            Event::Worked(step) => self.worked(step),
            Event::Submitted => self.submitted(now_ms),
            Event::OthersWanted => match &self.phase {
                Phase::Working(round) if round.open && round.is_idle() => self.renew(),
                _ => vec![],
            },
            Event::Retried => self.retried(),
            Event::DeadlinePassed { turn } => self.deadline_passed(turn),
            Event::ReceiptOpened => match &mut self.phase {
                Phase::Done(done) if done.removal.is_none() => {
                    done.removal = Some(done.removal_so_far());
                    vec![Effect::Focus(Place::Receipt)]
                }
                _ => vec![],
            },
            Event::RemovalAsked => self.removal(|removal| match removal {
                Removal::Offered => Some((Removal::Asked, Place::RemovalQuestion)),
                _ => None,
            }),
            Event::RemovalDropped => self.removal(|removal| match removal {
                Removal::Asked | Removal::Failed => Some((Removal::Offered, Place::Receipt)),
                _ => None,
            }),
            Event::RemovalConfirmed => self.removal_confirmed(),
            Event::VotesRemoved { turn } => self.votes_removed(turn),
        }
    }

    fn say(&mut self, message: Message<'static>) {
        let number = self.spoken.as_ref().map_or(0, |(number, _)| number + 1);
        self.spoken = Some((number, message));
    }

    fn in_round(&mut self, change: impl FnOnce(&mut Round)) -> Vec<Effect> {
        if let Phase::Working(round) = &mut self.phase {
            change(round);
        }
        vec![]
    }

    fn ask(&mut self) -> Vec<Effect> {
        self.turn += 1;
        self.phase = Phase::Asking;
        vec![Effect::RequestChallenge { turn: self.turn }]
    }

    /// Fetches a fresh challenge in place of the present one, which stays on screen until then.
    fn renew(&mut self) -> Vec<Effect> {
        self.turn += 1;
        let turn = self.turn;
        self.in_round(|round| round.stage = Stage::Renewing { turn });
        vec![Effect::RequestChallenge { turn }]
    }

    fn ticked(&mut self, now_ms: u64) -> Vec<Effect> {
        match &mut self.phase {
            Phase::Resting | Phase::Stuck(_) => self.ask(),
            Phase::Done(done) if done.expired => self.ask(),
            Phase::Working(round) if !round.open => {
                round.open = true;
                round.resumed(now_ms);
                let renew = round.outdated && round.is_idle();
                let mut effects = if renew { self.renew() } else { vec![] };
                effects.push(Effect::Focus(Place::Work));
                effects
            }
            Phase::Asking | Phase::Working(_) | Phase::Done(_) => vec![],
        }
    }

    fn closed(&mut self, now_ms: u64) -> Vec<Effect> {
        match &mut self.phase {
            Phase::Asking => {
                self.turn += 1;
                self.phase = Phase::Resting;
                vec![]
            }
            Phase::Working(round) if round.open => {
                round.open = false;
                round.paused(now_ms);
                vec![Effect::Focus(Place::Card)]
            }
            Phase::Done(done) if done.removal.is_some() => {
                // A removal on its way goes on, and is remembered when it succeeds.
                done.removal = None;
                vec![Effect::Focus(Place::ReceiptButton)]
            }
            Phase::Resting | Phase::Stuck(_) | Phase::Working(_) | Phase::Done(_) => vec![],
        }
    }

    fn challenge_arrived(&mut self, turn: u32, challenge: Challenge) -> Vec<Effect> {
        match &self.phase {
            Phase::Asking if turn == self.turn => {
                self.phase = Phase::Working(Round::new(challenge, None, true, turn));
                vec![Effect::Focus(Place::Work)]
            }
            Phase::Working(round) if round.stage == (Stage::Renewing { turn }) => {
                self.next_round(challenge, Note::Others, turn)
            }
            _ => vec![],
        }
    }

    fn next_round(&mut self, challenge: Challenge, note: Note, turn: u32) -> Vec<Effect> {
        let open = self.is_open();
        self.phase = Phase::Working(Round::new(challenge, Some(note), open, turn));
        self.say(note.message());
        if open { vec![Effect::Focus(Place::Work)] } else { vec![] }
    }

    fn answer_judged(&mut self, turn: u32, reply: AnswerReply) -> Vec<Effect> {
        match &self.phase {
            Phase::Working(round) if matches!(round.stage, Stage::Sending { turn: sent, .. } if sent == turn) => {}
            _ => return vec![],
        }
        match reply {
            AnswerReply::More(challenge) => self.next_round(challenge, Note::OneMore, turn),
            AnswerReply::Again(challenge) => self.next_round(challenge, Note::Others, turn),
            AnswerReply::Passed(Passed { token, token_lives_ms, receipt }) => {
                let was_open = self.is_open();
                self.phase = Phase::Done(Done::new(Rc::new(receipt), turn, token_lives_ms));
                self.say(Message::Done);
                let mut effects = vec![Effect::GrantToken { token, lives_ms: token_lives_ms }];
                if was_open {
                    effects.push(Effect::Focus(Place::Card));
                }
                effects
            }
        }
    }

    fn failed(&mut self, turn: u32, trouble: Trouble) -> Vec<Effect> {
        match &mut self.phase {
            Phase::Asking if turn == self.turn => {
                self.phase = Phase::Stuck(trouble);
                self.say(Message::Trouble(trouble));
                vec![Effect::TellTrouble(trouble), Effect::Focus(Place::Card)]
            }
            Phase::Working(round) => match round.stage {
                // The answer came too late, or a reply to it was lost: only a fresh challenge helps, and nobody is to blame.
                Stage::Sending { turn: sent, .. } if sent == turn && trouble == Trouble::Outdated => self.renew(),
                Stage::Sending { turn: sent, .. } | Stage::Renewing { turn: sent } if sent == turn => {
                    self.round_failed(trouble)
                }
                _ => vec![],
            },
            Phase::Done(done) => {
                if done.removing == Some(turn) {
                    done.removing = None;
                    if done.removal.is_some() {
                        done.removal = Some(Removal::Failed);
                        self.say(Message::RemoveFailed);
                    }
                }
                vec![]
            }
            Phase::Resting | Phase::Asking | Phase::Stuck(_) => vec![],
        }
    }

    fn round_failed(&mut self, trouble: Trouble) -> Vec<Effect> {
        self.in_round(|round| round.stage = round.stage.troubled(trouble));
        self.say(Message::Trouble(trouble));
        vec![Effect::TellTrouble(trouble)]
    }

    fn worked(&mut self, step: Step) -> Vec<Effect> {
        let Phase::Working(round) = &mut self.phase else {
            return vec![];
        };
        if !round.open || round.stage != Stage::Open {
            return vec![];
        }
        if round.outdated {
            return self.renew();
        }
        round.work = round.work.after(step);
        let marks = round.work.marks();
        self.say(Message::Picked(marks));
        vec![]
    }

    fn submitted(&mut self, now_ms: u64) -> Vec<Effect> {
        let Phase::Working(round) = &self.phase else {
            return vec![];
        };
        match round.stage {
            // Enter among the tiles tries again, as the button does.
            Stage::Troubled { .. } => self.retried(),
            Stage::Open if round.open && round.is_usable() => {
                let screen_ms = round.finished(now_ms);
                if round.outdated { self.renew() } else { self.send(screen_ms) }
            }
            Stage::Open | Stage::Sending { .. } | Stage::Renewing { .. } => vec![],
        }
    }

    fn send(&mut self, screen_ms: u32) -> Vec<Effect> {
        self.turn += 1;
        let turn = self.turn;
        let Phase::Working(round) = &mut self.phase else {
            return vec![];
        };
        round.stage = Stage::Sending { turn, screen_ms };
        vec![Effect::SendAnswer { turn, request: round.request(screen_ms) }]
    }

    fn retried(&mut self) -> Vec<Effect> {
        match &self.phase {
            Phase::Stuck(_) => self.ask(),
            Phase::Done(done) if done.removal == Some(Removal::Failed) => self.removal_confirmed(),
            Phase::Working(round) => match round.stage {
                Stage::Troubled { resend: Some(screen_ms), .. } if round.open => self.send(screen_ms),
                Stage::Troubled { .. } if round.open => self.renew(),
                _ => vec![],
            },
            Phase::Resting | Phase::Asking | Phase::Done(_) => vec![],
        }
    }

    fn deadline_passed(&mut self, turn: u32) -> Vec<Effect> {
        match &mut self.phase {
            Phase::Working(round) if round.turn == turn => {
                round.outdated = true;
                vec![]
            }
            Phase::Done(done) if done.turn == turn && !done.expired => {
                done.expired = true;
                self.say(Message::TickAgain);
                vec![Effect::TellExpired]
            }
            _ => vec![],
        }
    }

    fn removal(&mut self, step: impl FnOnce(Removal) -> Option<(Removal, Place)>) -> Vec<Effect> {
        let Phase::Done(done) = &mut self.phase else {
            return vec![];
        };
        let Some((removal, place)) = done.removal.and_then(step) else {
            return vec![];
        };
        done.removal = Some(removal);
        vec![Effect::Focus(place)]
    }

    fn removal_confirmed(&mut self) -> Vec<Effect> {
        let Phase::Done(done) = &mut self.phase else {
            return vec![];
        };
        if !matches!(done.removal, Some(Removal::Asked | Removal::Failed)) {
            return vec![];
        }
        self.turn += 1;
        done.removal = Some(Removal::Sent);
        done.removing = Some(self.turn);
        vec![Effect::RemoveVotes { turn: self.turn, code: done.receipt.code.clone() }]
    }

    fn votes_removed(&mut self, turn: u32) -> Vec<Effect> {
        let Phase::Done(done) = &mut self.phase else {
            return vec![];
        };
        if done.removing != Some(turn) {
            return vec![];
        }
        done.removing = None;
        done.removed = true;
        let shown = done.removal.is_some();
        if shown {
            done.removal = Some(Removal::Done);
        }
        self.say(Message::Removed);
        if shown { vec![Effect::Focus(Place::Receipt)] } else { vec![] }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
