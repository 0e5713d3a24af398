//! What a session wants done in the world. Knows no way to do it.

use corvee_protocol::{AnswerRequest, ProofRequest, Puzzle, ReceiptCode, Token};

use crate::trouble::Trouble;

/// What is to be done in the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the collector for a challenge.
    RequestChallenge {
        /// Comes back with the reply.
        turn: u32,
    },
    /// Ask the collector for a puzzle.
    RequestPuzzle {
        /// Comes back with the reply.
        turn: u32,
    },
    /// Have the device compute.
    Compute {
        /// Comes back with what it finds.
        turn: u32,
        /// What it is to find.
        puzzle: Puzzle,
    },
    /// Have the device stop computing.
    StopComputing,
    /// Send what the device found.
    SendProof {
        /// Comes back with the reply.
        turn: u32,
        /// What was found.
        request: ProofRequest,
    },
    /// Ask the collector for a fresh token in place of one that nobody has redeemed.
    RenewToken {
        /// Comes back with the reply.
        turn: u32,
        /// The old one.
        token: Token,
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
        /// Whether it takes the place of one that nobody redeemed.
        renewed: bool,
    },
    /// Tell the page that its token has died.
    TellExpired,
    /// Tell the page that an open challenge can no longer be answered.
    TellOutdated,
    /// Tell the page that the visitor closed a challenge without passing.
    TellDismissed,
    /// Tell the page that something went wrong.
    TellTrouble(Trouble),
}

/// Where the focus can be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// What can be done on the closed widget.
    Card,
    /// The button that lets the device compute.
    Machine,
    /// The choice between the ways through.
    Choice,
    /// The button that opens the receipt.
    ReceiptButton,
    /// Where the work begins.
    Work,
    /// The heading of the receipt.
    Receipt,
    /// The question whether to remove.
    RemovalQuestion,
}
