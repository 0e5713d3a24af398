//! What happens between the first click and the token, as a state machine: events in, effects out.
//! Knows neither Yew, nor the browser, nor the network; time comes with every event.

mod answering;
mod computing;
mod done;
mod effect;
mod event;
mod keeping;
mod round;

use corvee_protocol::{Granted, Offer, Renewal, Settings, Size, Testing, Wish};

use crate::message::Message;
use crate::trouble::Trouble;

pub use computing::Computation;
pub use done::{Done, Earned, Removal, Validity};
pub use effect::{Effect, Place};
pub use event::Event;
pub use round::{Note, Round, Stage};

/// Where the session stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing asked yet.
    Resting,
    /// The page asked for a token: the choice stands open.
    Choosing,
    /// The first challenge, or a puzzle, is on its way.
    Asking(Wish),
    /// It did not come, or the device could not compute it.
    Stuck(Wish, Trouble),
    /// A challenge is here.
    Working(Round),
    /// The device computes.
    Computing(Computation),
    /// The visitor is through.
    Done(Done),
}

/// What of the settings decides over a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// What the visitor may choose between.
    pub offer: Offer,
    /// What happens when a token dies.
    pub renewal: Renewal,
    /// Whether there is no closed widget to show anything on.
    pub invisible: bool,
    /// A vendor's test key.
    pub testing: Option<Testing>,
}

impl From<&Settings> for Manner {
    fn from(settings: &Settings) -> Self {
        Self {
            offer: settings.offer,
            renewal: settings.renewal,
            invisible: settings.size == Size::Invisible,
            testing: settings.testing.clone(),
        }
    }
}

/// A session: one widget and all that follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    manner: Manner,
    phase: Phase,
    /// Whether the page opened the choice: what follows stays open until the visitor is through or closes it.
    begun_by_page: bool,
    /// Counts requests and deadlines, so that late replies and clocks are known as such.
    turn: u32,
    /// What a screen reader is told, and a number that tells it from the same words said before.
    spoken: Option<(u32, Message<'static>)>,
}

impl Session {
    /// A session that nothing has happened to.
    pub fn new(manner: Manner) -> Self {
        Self { manner, phase: Phase::Resting, begun_by_page: false, turn: 0, spoken: None }
    }

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
            Phase::Choosing => true,
            Phase::Working(round) => round.open,
            Phase::Done(done) => done.removal.is_some(),
            Phase::Asking(_) | Phase::Stuck(..) | Phase::Computing(_) => self.manner.invisible || self.begun_by_page,
            Phase::Resting => false,
        }
    }

    /// Turn and milliseconds of the next deadline: a challenge's life, a puzzle's, or a token's.
    pub fn deadline(&self) -> Option<(u32, u32)> {
        match &self.phase {
            Phase::Resting | Phase::Choosing | Phase::Asking(_) | Phase::Stuck(..) => None,
            Phase::Working(round) => (!round.outdated).then_some((round.turn, round.challenge.lives_ms)),
            Phase::Computing(computation) => Some((computation.turn, computation.puzzle.lives_ms)),
            Phase::Done(done) => (done.validity == Validity::Alive).then_some((done.turn, done.deadline_ms)),
        }
    }

    /// Takes in an event at `now_ms`, milliseconds on a clock that never runs backwards.
    ///
    /// Events that do not fit the phase change nothing: they come from a view that is no longer shown, or a reply that
    /// is no longer awaited.
    pub fn on(&mut self, event: Event, now_ms: u64) -> Vec<Effect> {
        match event {
            Event::Chosen(wish) => self.chosen(wish, now_ms),
            Event::Executed => self.executed(now_ms),
            Event::Closed => self.closed(now_ms),
            Event::Reset => self.reset(),
            Event::ChallengeArrived { turn, challenge } => self.challenge_arrived(turn, challenge),
            Event::PuzzleArrived { turn, puzzle } => self.puzzle_arrived(turn, puzzle, now_ms),
            Event::Progressed { turn, percent } => self.progressed(turn, percent),
            Event::Solved { turn, numbers } => self.solved(turn, numbers, now_ms),
            Event::Granted { turn, granted } => match self.proof_accepted(turn, &granted) {
                Some(effects) => effects,
                None => self.renewed(turn, granted),
            },
            Event::AnswerJudged { turn, reply } => self.answer_judged(turn, reply),
            Event::Failed { turn, trouble } => self.failed(turn, trouble),
            Event::SpriteShown => self.in_round(|round| round.shown(now_ms)),
            Event::SpriteBroken => match &self.phase {
                Phase::Working(round) if round.stage == Stage::Open => self.round_failed(Trouble::BrokenImage),
                _ => vec![],
            },
            Event::Worked(step) => self.worked(step),
            Event::Submitted => self.submitted(now_ms),
            Event::OthersWanted => match &self.phase {
                Phase::Working(round) if round.open && round.is_idle() => self.renew(),
                _ => vec![],
            },
            Event::RenewalWanted => self.renewal_wanted(),
            Event::Retried => self.retried(),
            Event::DeadlinePassed { turn } => self.deadline_passed(turn),
            Event::ReceiptOpened => self.receipt_opened(),
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

    fn ask(&mut self, wish: Wish) -> Vec<Effect> {
        self.turn += 1;
        let turn = self.turn;
        match &self.manner.testing {
            Some(Testing::Blocks) => {
                self.phase = Phase::Stuck(wish, Trouble::TestBlocked);
                self.say(Message::Trouble(Trouble::TestBlocked));
                return vec![Effect::TellTrouble(Trouble::TestBlocked), Effect::Focus(Place::Card)];
            }
            Some(Testing::Passes(token) | Testing::Asks(token)) => {
                let granted = Granted { token: token.clone(), token_lives_ms: TEST_TOKEN_LIFE_MS };
                return self.pass(Earned::Nothing, granted, turn, Message::TestingOnly);
            }
            None => {}
        }
        self.phase = Phase::Asking(wish);
        vec![match wish {
            Wish::Label => Effect::RequestChallenge { turn },
            Wish::Machine => Effect::RequestPuzzle { turn },
        }]
    }

    fn chosen(&mut self, wish: Wish, now_ms: u64) -> Vec<Effect> {
        if wish == Wish::Label && self.manner.offer == Offer::Machine {
            return vec![];
        }
        match &mut self.phase {
            Phase::Resting | Phase::Choosing | Phase::Stuck(..) => self.ask(wish),
            Phase::Asking(asked) if *asked != wish => self.ask(wish),
            // The visitor comes back to the pictures, or has had enough of them.
            Phase::Working(round) => match wish {
                Wish::Label if round.open => vec![],
                Wish::Label => {
                    round.open = true;
                    round.resumed(now_ms);
                    let renew = round.outdated && round.is_idle();
                    let mut effects = if renew { self.renew() } else { vec![] };
                    effects.push(Effect::Focus(Place::Work));
                    effects
                }
                Wish::Machine if round.is_idle() => self.ask(Wish::Machine),
                Wish::Machine => vec![],
            },
            Phase::Asking(_) | Phase::Computing(_) | Phase::Done(_) => vec![],
        }
    }

    fn executed(&mut self, now_ms: u64) -> Vec<Effect> {
        match (&self.phase, self.manner.offer) {
            (Phase::Resting, _) if self.manner.testing.is_some() => self.ask(Wish::Machine),
            (Phase::Resting, Offer::Machine) => self.ask(Wish::Machine),
            (Phase::Resting, Offer::Both) => {
                self.phase = Phase::Choosing;
                self.begun_by_page = true;
                vec![Effect::Focus(Place::Choice)]
            }
            (Phase::Working(_), _) => self.chosen(Wish::Label, now_ms),
            (Phase::Stuck(..), _) => self.retried(),
            (Phase::Done(_), _) => self.renewal_wanted(),
            (Phase::Choosing | Phase::Asking(_) | Phase::Computing(_), _) => vec![],
        }
    }

    fn closed(&mut self, now_ms: u64) -> Vec<Effect> {
        let was_open = self.is_open();
        self.begun_by_page = false;
        // What was said of the work is over with it.
        self.spoken = None;
        match &mut self.phase {
            Phase::Asking(Wish::Machine) => {
                self.turn += 1;
                self.phase = Phase::Resting;
                vec![Effect::TellDismissed, Effect::Focus(Place::Machine)]
            }
            Phase::Choosing | Phase::Asking(Wish::Label) => {
                self.turn += 1;
                self.phase = Phase::Resting;
                vec![Effect::TellDismissed, Effect::Focus(Place::Card)]
            }
            Phase::Computing(_) => {
                self.turn += 1;
                self.phase = Phase::Resting;
                vec![Effect::StopComputing, Effect::TellDismissed, Effect::Focus(Place::Machine)]
            }
            Phase::Stuck(..) if was_open => {
                self.phase = Phase::Resting;
                vec![Effect::TellDismissed, Effect::Focus(Place::Card)]
            }
            Phase::Working(round) if round.open => {
                round.open = false;
                round.paused(now_ms);
                vec![Effect::TellDismissed, Effect::Focus(Place::Card)]
            }
            Phase::Done(done) if done.removal.is_some() => {
                // A removal on its way goes on, and is remembered when it succeeds.
                done.removal = None;
                vec![Effect::Focus(Place::ReceiptButton)]
            }
            Phase::Resting | Phase::Stuck(..) | Phase::Working(_) | Phase::Done(_) => vec![],
        }
    }

    fn reset(&mut self) -> Vec<Effect> {
        self.turn += 1;
        self.begun_by_page = false;
        self.spoken = None;
        match std::mem::replace(&mut self.phase, Phase::Resting) {
            Phase::Computing(_) => vec![Effect::StopComputing],
            _ => vec![],
        }
    }

    fn failed(&mut self, turn: u32, trouble: Trouble) -> Vec<Effect> {
        match &self.phase {
            Phase::Asking(wish) if turn == self.turn => {
                let wish = *wish;
                self.stuck(wish, trouble)
            }
            Phase::Computing(_) if self.is_computing(turn) => {
                // The puzzle is out of date, or a reply to the proof was lost: only a fresh one helps.
                let mut effects = vec![Effect::StopComputing];
                effects.extend(match trouble {
                    Trouble::Outdated => self.ask(Wish::Machine),
                    _ => self.stuck(Wish::Machine, trouble),
                });
                effects
            }
            Phase::Working(round) => match round.stage {
                // The answer came too late, or a reply to it was lost: only a fresh challenge helps, and nobody is to blame.
                Stage::Sending { turn: sent, .. } if sent == turn && trouble == Trouble::Outdated => self.renew(),
                Stage::Sending { turn: sent, .. } | Stage::Renewing { turn: sent } if sent == turn => {
                    self.round_failed(trouble)
                }
                _ => vec![],
            },
            Phase::Done(_) => self.keeping_failed(turn, trouble),
            Phase::Resting | Phase::Choosing | Phase::Asking(_) | Phase::Stuck(..) | Phase::Computing(_) => vec![],
        }
    }

    fn stuck(&mut self, wish: Wish, trouble: Trouble) -> Vec<Effect> {
        self.phase = Phase::Stuck(wish, trouble);
        self.say(Message::Trouble(trouble));
        vec![Effect::TellTrouble(trouble), Effect::Focus(Place::Card)]
    }

    fn retried(&mut self) -> Vec<Effect> {
        match &self.phase {
            Phase::Stuck(wish, _) => {
                let wish = *wish;
                self.ask(wish)
            }
            Phase::Done(done) if done.removal == Some(Removal::Failed) => self.removal_confirmed(),
            Phase::Working(round) => match round.stage {
                Stage::Troubled { resend: Some(screen_ms), .. } if round.open => self.send(screen_ms),
                Stage::Troubled { .. } if round.open => self.renew(),
                _ => vec![],
            },
            Phase::Resting | Phase::Choosing | Phase::Asking(_) | Phase::Computing(_) | Phase::Done(_) => vec![],
        }
    }

    fn deadline_passed(&mut self, turn: u32) -> Vec<Effect> {
        match &self.phase {
            Phase::Working(round) if round.turn == turn && !round.outdated => {
                let open = round.open;
                self.in_round(|round| round.outdated = true);
                if open { vec![Effect::TellOutdated] } else { vec![] }
            }
            Phase::Computing(_) if self.is_computing(turn) => {
                let mut effects = vec![Effect::StopComputing];
                effects.extend(self.ask(Wish::Machine));
                effects
            }
            Phase::Done(done) if done.turn == turn && done.validity == Validity::Alive && done.renewing.is_none() => {
                self.token_ends()
            }
            _ => vec![],
        }
    }
}

/// Milliseconds the page may keep the token of a vendor's test key: those tokens never die.
const TEST_TOKEN_LIFE_MS: u32 = 24 * 60 * 60 * 1000;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
