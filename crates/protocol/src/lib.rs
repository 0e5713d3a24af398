//! What travels between widget, collector, requester and simulator: wire types, newtypes, limits, problem types.
//!
//! It knows serde and nothing else: no network, no browser, no database, no clock.
//! Every value from outside becomes a newtype here, so that code inside need not check again.

pub mod answer;
pub mod campaign;
pub mod challenge;
pub mod dialect;
pub mod disclosure;
pub mod ids;
pub mod kinds;
pub mod ledger;
pub mod limits;
pub mod problem;
pub mod puzzle;
pub mod receipt;
pub mod sealed_puzzle;
pub mod sealed_state;
pub mod sealed_wait;
pub mod settings;
pub mod site;
pub mod words;

pub use answer::{Answer, AnswerReply, AnswerRequest, Passed, Timing};
pub use challenge::{Ask, Challenge, ChallengeRequest, Screen};
pub use dialect::Dialect;
pub use disclosure::{Disclosure, SecondsSource};
pub use ids::{Action, CampaignName, CustomData, Hostname, Language, ReceiptCode, Sealed, SiteKey, Token};
pub use problem::{Problem, ProblemKind};
pub use puzzle::{Granted, ProofRequest, Puzzle, RenewalRequest, Wish};
pub use receipt::{PriceMeasure, Receipt};
pub use settings::{Offer, Renewal, Settings, Size, Testing, Theme};
pub use site::{SiteWords, Turn};
pub use words::{Arg, Category, Word, Words};
