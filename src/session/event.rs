//! What can happen to a session. Knows no consequences.

use corvee_protocol::{AnswerReply, Challenge};

use crate::kinds::Step;
use crate::trouble::Trouble;

/// What the visitor, the collector, the clock or the page has done.
#[derive(Clone, Debug)]
pub enum Event {
    /// The visitor activated the checkbox, or the page asked for it.
    Ticked,
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
