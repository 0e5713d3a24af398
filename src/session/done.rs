//! A pass: how it was earned, how long its token lives, and whether the answers were taken back. Knows no screens.

use std::rc::Rc;

use corvee_protocol::{Receipt, Token};

use crate::trouble::Trouble;

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

/// How a pass was earned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Earned {
    /// By labelling pictures.
    Labels(Rc<Receipt>),
    /// By the visitor's device.
    Machine {
        /// Milliseconds it computed.
        work_ms: u32,
    },
    /// A vendor's test key asks for nothing.
    Nothing,
}

/// Whether the page holds a token that can be redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// It does.
    Alive,
    /// It has died; the visitor can have a fresh one.
    Expired,
    /// A fresh one is on its way, asked for by the visitor.
    Renewing,
    /// It has died, and a fresh one did not come.
    Troubled(Trouble),
}

/// A pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// How it was earned.
    pub earned: Earned,
    /// Whether its token can be redeemed.
    pub validity: Validity,
    /// Whether the answers are removed.
    pub removed: bool,
    /// The open receipt, if it is open.
    pub removal: Option<Removal>,
    /// Names the token's deadline.
    pub turn: u32,
    /// Milliseconds until the token dies, or until a fresh one is fetched ahead of that.
    pub deadline_ms: u32,
    pub(super) token: Token,
    pub(super) removing: Option<u32>,
    /// The renewal on its way, if there is one.
    pub(super) renewing: Option<u32>,
}

impl Done {
    pub(super) fn new(earned: Earned, token: Token, turn: u32, deadline_ms: u32) -> Self {
        Self {
            earned,
            validity: Validity::Alive,
            removed: false,
            removal: None,
            turn,
            deadline_ms,
            token,
            removing: None,
            renewing: None,
        }
    }

    /// What the visitor did, when that was to label.
    pub fn receipt(&self) -> Option<&Rc<Receipt>> {
        match &self.earned {
            Earned::Labels(receipt) => Some(receipt),
            Earned::Machine { .. } | Earned::Nothing => None,
        }
    }

    pub(super) fn removal_so_far(&self) -> Removal {
        match (self.removed, self.removing) {
            (true, _) => Removal::Done,
            (false, Some(_)) => Removal::Sent,
            (false, None) => Removal::Offered,
        }
    }
}
