//! A challenge on screen: it comes, it is answered, another follows. Knows no browser and no token.

use std::rc::Rc;

use corvee_protocol::{AnswerReply, Challenge, Granted, Passed};

use super::{Earned, Effect, Note, Phase, Place, Round, Session, Stage};
use crate::kinds::Step;
use crate::message::Message;
use crate::trouble::Trouble;

impl Session {
    pub(super) fn challenge_arrived(&mut self, turn: u32, challenge: Challenge) -> Vec<Effect> {
        match &self.phase {
            Phase::Asking(_) if turn == self.turn => {
                self.phase = Phase::Working(Round::new(challenge, None, true, turn));
                // What was said of a lost connection is over.
                self.spoken = None;
                vec![Effect::Focus(Place::Work)]
            }
            Phase::Working(round) if round.stage == (Stage::Renewing { turn }) => {
                self.next_round(challenge, Note::Others, turn)
            }
            _ => vec![],
        }
    }

    pub(super) fn next_round(&mut self, challenge: Challenge, note: Note, turn: u32) -> Vec<Effect> {
        let open = self.is_open();
        self.phase = Phase::Working(Round::new(challenge, Some(note), open, turn));
        self.say(note.message());
        if open { vec![Effect::Focus(Place::Work)] } else { vec![] }
    }

    pub(super) fn answer_judged(&mut self, turn: u32, reply: AnswerReply) -> Vec<Effect> {
        match &self.phase {
            Phase::Working(round) if matches!(round.stage, Stage::Sending { turn: sent, .. } if sent == turn) => {}
            _ => return vec![],
        }
        match reply {
            AnswerReply::More(challenge) => self.next_round(challenge, Note::OneMore, turn),
            AnswerReply::Again(challenge) => self.next_round(challenge, Note::Others, turn),
            AnswerReply::Passed(Passed { token, token_lives_ms, receipt }) => {
                let granted = Granted { token, token_lives_ms };
                self.pass(Earned::Labels(Rc::new(receipt)), granted, turn, Message::Done)
            }
        }
    }

    pub(super) fn round_failed(&mut self, trouble: Trouble) -> Vec<Effect> {
        self.in_round(|round| round.stage = round.stage.troubled(trouble));
        self.say(Message::Trouble(trouble));
        vec![Effect::TellTrouble(trouble)]
    }

    pub(super) fn worked(&mut self, step: Step) -> Vec<Effect> {
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

    pub(super) fn submitted(&mut self, now_ms: u64) -> Vec<Effect> {
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

    pub(super) fn send(&mut self, screen_ms: u32) -> Vec<Effect> {
        self.turn += 1;
        let turn = self.turn;
        let Phase::Working(round) = &mut self.phase else {
            return vec![];
        };
        round.stage = Stage::Sending { turn, screen_ms };
        vec![Effect::SendAnswer { turn, request: round.request(screen_ms) }]
    }

    /// Fetches a fresh challenge in place of the present one, which stays on screen until then.
    pub(super) fn renew(&mut self) -> Vec<Effect> {
        self.turn += 1;
        let turn = self.turn;
        self.in_round(|round| round.stage = Stage::Renewing { turn });
        vec![Effect::RequestChallenge { turn }]
    }
}
