//! A passed challenge: its receipt, how long its token lives, and whether the answers were taken back. Knows no screens.

use std::rc::Rc;

use corvee_protocol::Receipt;

/// How far the removal of the answers has come, while the receipt is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The visitor may ask for it.
    Offered,
    /// The visitor is asked to confirm.
    Asked,
    /// It is on its way.
    Sent,
    /// It did not succeed; the visitor may try again.
    Failed,
    /// The answers are removed.
    Done,
}

/// A passed challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// What the visitor did.
    pub receipt: Rc<Receipt>,
    /// Whether the token has died.
    pub expired: bool,
    /// Whether the answers are removed.
    pub removed: bool,
    /// The open receipt, if it is open.
    pub removal: Option<Removal>,
    /// Names the token's deadline.
    pub turn: u32,
    /// Milliseconds the token lives.
    pub token_lives_ms: u32,
    pub(super) removing: Option<u32>,
}

impl Done {
    pub(super) fn new(receipt: Rc<Receipt>, turn: u32, token_lives_ms: u32) -> Self {
        Self { receipt, expired: false, removed: false, removal: None, turn, token_lives_ms, removing: None }
    }

    pub(super) fn removal_so_far(&self) -> Removal {
        match (self.removed, self.removing) {
            (true, _) => Removal::Done,
            (false, Some(_)) => Removal::Sent,
            (false, None) => Removal::Offered,
        }
    }
}
