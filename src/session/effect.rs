//! What a session wants done in the world. Knows no way to do it.

use corvee_protocol::{AnswerRequest, ReceiptCode, Token};

use crate::trouble::Trouble;

/// What is to be done in the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the collector for a challenge.
    RequestChallenge {
        /// Comes back with the reply.
        turn: u32,
    },
    /// Send an answer to the collector.
    SendAnswer {
        /// Comes back with the reply.
        turn: u32,
        /// The answer.
        request: AnswerRequest,
    },
    /// Have the collector remove the votes of a receipt.
    RemoveVotes {
        /// Comes back with the reply.
        turn: u32,
        /// The receipt's code.
        code: ReceiptCode,
    },
    /// Put the focus here, once the view shows it.
    Focus(Place),
    /// Give the page its token.
    GrantToken {
        /// The token.
        token: Token,
        /// Milliseconds it can be redeemed.
        lives_ms: u32,
    },
    /// Tell the page that its token has died.
    TellExpired,
    /// Tell the page that something went wrong.
    TellTrouble(Trouble),
}

/// Where the focus can be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The checkbox, or what stands in its place.
    Card,
    /// The button that opens the receipt.
    ReceiptButton,
    /// Where the work begins.
    Work,
    /// The heading of the receipt.
    Receipt,
    /// The question whether to remove.
    RemovalQuestion,
}
