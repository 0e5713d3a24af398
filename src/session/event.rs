//! What can happen to a session. Knows no consequences.

use corvee_protocol::{AnswerReply, Challenge, Granted, Puzzle, Wish};

use crate::kinds::Step;
use crate::trouble::Trouble;

/// What the visitor, the collector, the clock or the page has done.
#[derive(Clone, Debug)]
pub enum Event {
    /// The visitor chose a way through.
    Chosen(Wish),
    /// The page wants a token: the visitor is shown the choice, where there is one.
    Executed,
    /// The visitor, or the page, closed what was open.
    Closed,
    /// The page wants to begin anew.
    Reset,
    /// A challenge came.
    ChallengeArrived {
        /// Which request it belongs to.
        turn: u32,
        /// The challenge.
        challenge: Challenge,
    },
    /// A puzzle came.
    PuzzleArrived {
        /// Which request it belongs to.
        turn: u32,
        /// The puzzle.
        puzzle: Puzzle,
    },
    /// The device has come so far.
    Progressed {
        /// Which computation.
        turn: u32,
        /// Percent of the work that is expected.
        percent: u8,
    },
    /// The device has found its numbers.
    Solved {
        /// Which computation.
        turn: u32,
        /// One number for each solution.
        numbers: Vec<u32>,
    },
    /// The collector gave a token for a proof, or for a token that died.
    Granted {
        /// Which request it belongs to.
        turn: u32,
        /// The token.
        granted: Granted,
    },
    /// The collector judged an answer.
    AnswerJudged {
        /// Which request it belongs to.
        turn: u32,
        /// What became of the answer.
        reply: AnswerReply,
    },
    /// A request failed.
    Failed {
        /// Which request.
        turn: u32,
        /// Why.
        trouble: Trouble,
    },
    /// The pictures are on screen.
    SpriteShown,
    /// The pictures did not load.
    SpriteBroken,
    /// The visitor did something on the screen.
    Worked(Step),
    /// The visitor handed the screen in.
    Submitted,
    /// The visitor wants other pictures.
    OthersWanted,
    /// The visitor wants a fresh token for one that has died.
    RenewalWanted,
    /// The visitor tries once more.
    Retried,
    /// A deadline passed.
    DeadlinePassed {
        /// Which deadline.
        turn: u32,
    },
    /// The visitor wants to see the receipt.
    ReceiptOpened,
    /// The visitor wants the answers removed.
    RemovalAsked,
    /// The visitor keeps them after all.
    RemovalDropped,
    /// The visitor confirmed.
    RemovalConfirmed,
    /// The answers are removed.
    VotesRemoved {
        /// Which request.
        turn: u32,
    },
}
