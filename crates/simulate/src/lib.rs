//! A crowd for one's own collector: people and random clickers that answer challenges over HTTP, load, and attacks.
//!
//! It speaks to a collector as browsers, a site's server and a requester do, and opens seals with the operator's key to
//! learn which item is on which tile. It knows the truth of the items from the requester API or from a file of labels. It
//! does not know the collector's database, its score, or any address but loopback.

pub mod attack;
mod client;
mod crowd;
mod error;
mod forwarded;
pub mod load;
mod report;
mod run;
mod session;
mod share;
mod solve_time;
mod target;
mod tokens;
mod truth;
mod visitor;

pub use crowd::{Crowd, Pace};
pub use error::SimulateError;
pub use report::{GoldReport, GroupReport, LabelReport, Report, SolveSeconds, TokenReport, WrongLabel};
pub use run::run;
pub use share::Share;
pub use target::Target;
pub use tokens::{Page, tokens};
pub use truth::{Labels, LabelsError};
pub use visitor::{ClickerModel, PersonModel};
