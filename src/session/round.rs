//! One screen in front of the visitor: what is asked, what is picked, whether it is being sent. Knows no other screen.

use std::rc::Rc;

use corvee_protocol::{AnswerRequest, Challenge, Timing};

use crate::kinds::Work;
use crate::message::Message;
use crate::trouble::Trouble;

/// Why there is another screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The collector wants a second screen.
    OneMore,
    /// The challenge is a fresh one.
    Others,
}

impl Note {
    /// In words.
    pub fn message(self) -> Message<'static> {
        match self {
            Self::OneMore => Message::OneMore,
            Self::Others => Message::HereAreOthers,
        }
    }
}

/// How far the screen has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The visitor works.
    Open,
    /// The answer is on its way.
    Sending {
        /// Which request.
        turn: u32,
        /// Milliseconds the screen took.
        screen_ms: u32,
    },
    /// A fresh challenge is on its way.
    Renewing {
        /// Which request.
        turn: u32,
    },
    /// Something went wrong; the visitor may try again.
    Troubled {
        /// What.
        trouble: Trouble,
        /// Milliseconds the screen took, when trying again sends the same answer; otherwise it fetches a fresh challenge.
        resend: Option<u32>,
    },
}

impl Stage {
    /// The stage after `trouble`.
    #[must_use]
    pub(super) fn troubled(self, trouble: Trouble) -> Self {
        let resend = match self {
            Self::Sending { screen_ms, .. } => Some(screen_ms),
            Self::Open | Self::Renewing { .. } | Self::Troubled { .. } => None,
        };
        Self::Troubled { trouble, resend }
    }
}

/// One screen and what became of it so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// What is asked.
    pub challenge: Rc<Challenge>,
    /// What the visitor has done.
    pub work: Work,
    /// Why there is another screen.
    pub note: Option<Note>,
    /// How far it has come.
    pub stage: Stage,
    /// Whether it is shown; a closed one is kept, so that nobody begins anew for having looked away.
    pub open: bool,
    /// Whether the challenge's life has passed.
    pub outdated: bool,
    /// Names this screen and its deadline.
    pub turn: u32,
    clock: Clock,
}

/// Time at work: from the pictures being on screen to handing in, without the time while closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// The pictures are not on screen yet.
    Waiting,
    Running {
        since_ms: u64,
        spent_ms: u64,
    },
    Paused {
        spent_ms: u64,
    },
}

impl Round {
    pub(super) fn new(challenge: Challenge, note: Option<Note>, open: bool, turn: u32) -> Self {
        Self {
            work: Work::begin(&challenge.screen.ask),
            challenge: Rc::new(challenge),
            note,
            stage: Stage::Open,
            open,
            outdated: false,
            turn,
            clock: Clock::Waiting,
        }
    }

    /// Whether nothing is on its way.
    pub fn is_idle(&self) -> bool {
        matches!(self.stage, Stage::Open | Stage::Troubled { .. })
    }

    /// Whether the pictures have been on screen.
    pub fn is_usable(&self) -> bool {
        self.clock != Clock::Waiting
    }

    /// Whether the visitor may pick and hand in.
    pub fn accepts_work(&self) -> bool {
        self.stage == Stage::Open
    }

    pub(super) fn shown(&mut self, now_ms: u64) {
        if self.clock == Clock::Waiting && self.open {
            self.clock = Clock::Running { since_ms: now_ms, spent_ms: 0 };
        }
    }

    pub(super) fn paused(&mut self, now_ms: u64) {
        if self.is_usable() {
            self.clock = Clock::Paused { spent_ms: self.spent_ms(now_ms) };
        }
    }

    pub(super) fn resumed(&mut self, now_ms: u64) {
        if let Clock::Paused { spent_ms } = self.clock {
            self.clock = Clock::Running { since_ms: now_ms, spent_ms };
        }
    }

    pub(super) fn finished(&self, now_ms: u64) -> u32 {
        u32::try_from(self.spent_ms(now_ms)).unwrap_or(u32::MAX)
    }

    fn spent_ms(&self, now_ms: u64) -> u64 {
        match self.clock {
            Clock::Waiting => 0,
            Clock::Running { since_ms, spent_ms } => spent_ms.saturating_add(now_ms.saturating_sub(since_ms)),
            Clock::Paused { spent_ms } => spent_ms,
        }
    }

    pub(super) fn request(&self, screen_ms: u32) -> AnswerRequest {
        AnswerRequest {
            challenge: self.challenge.challenge.clone(),
            answer: self.work.answer(),
            timing: Timing { screen_ms },
        }
    }
}
