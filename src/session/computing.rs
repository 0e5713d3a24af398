//! The machine's turn: a puzzle comes, the device computes, its proof earns a token. Knows neither worker nor hash.

use corvee_protocol::{Granted, ProofRequest, Puzzle};

use super::{Earned, Effect, Phase, Place, Session};
use crate::message::Message;

/// The device at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computation {
    /// What it is to find.
    pub puzzle: Puzzle,
    /// Percent of the work that is expected; 100 while the proof is on its way.
    pub percent: u8,
    /// Names the computation and its deadline.
    pub turn: u32,
    since_ms: u64,
    /// The proof on its way, and milliseconds the device computed for it.
    proof: Option<(u32, u32)>,
}

impl Session {
    pub(super) fn puzzle_arrived(&mut self, turn: u32, puzzle: Puzzle, now_ms: u64) -> Vec<Effect> {
        if !matches!(self.phase, Phase::Asking(_)) || turn != self.turn {
            return vec![];
        }
        let effect = Effect::Compute { turn, puzzle: puzzle.clone() };
        self.phase = Phase::Computing(Computation { puzzle, percent: 0, turn, since_ms: now_ms, proof: None });
        self.say(Message::Computing);
        vec![effect, Effect::Focus(Place::Card)]
    }

    pub(super) fn progressed(&mut self, turn: u32, percent: u8) -> Vec<Effect> {
        if let Phase::Computing(computation) = &mut self.phase
            && computation.turn == turn
        {
            computation.percent = percent.clamp(computation.percent, 100);
        }
        vec![]
    }

    pub(super) fn solved(&mut self, turn: u32, numbers: Vec<u32>, now_ms: u64) -> Vec<Effect> {
        match &mut self.phase {
            Phase::Computing(computation) if computation.turn == turn && computation.proof.is_none() => {
                self.turn += 1;
                let work_ms = u32::try_from(now_ms.saturating_sub(computation.since_ms)).unwrap_or(u32::MAX);
                computation.percent = 100;
                computation.proof = Some((self.turn, work_ms));
                let request = ProofRequest { puzzle: computation.puzzle.puzzle.clone(), numbers };
                vec![Effect::StopComputing, Effect::SendProof { turn: self.turn, request }]
            }
            _ => vec![],
        }
    }

    /// The collector accepted a proof; `None` when the grant belongs to something else.
    pub(super) fn proof_accepted(&mut self, turn: u32, granted: &Granted) -> Option<Vec<Effect>> {
        let Phase::Computing(Computation { proof: Some((sent, work_ms)), .. }) = &self.phase else {
            return None;
        };
        let work_ms = (*sent == turn).then_some(*work_ms)?;
        Some(self.pass(Earned::Machine { work_ms }, granted.clone(), turn, Message::ComputedIn { ms: work_ms }))
    }

    /// Whether `turn` names this computation or its proof.
    pub(super) fn is_computing(&self, turn: u32) -> bool {
        match &self.phase {
            Phase::Computing(computation) => {
                computation.turn == turn || computation.proof.is_some_and(|(sent, _)| sent == turn)
            }
            _ => false,
        }
    }
}
