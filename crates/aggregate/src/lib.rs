//! Labels, workers and agreement from a file of crowd answers. Knows files and the estimators of `corvee-consensus`; knows
//! no collector, no campaign, no clock and no terminal.
//!
//! A file names for each answer the task, the worker and the label. [`aggregate`] reads it once, estimates the label of
//! every task with its confidence, and writes a table of tasks, on request a table of workers and a report.
//!
//! What it promises: the same bytes for any order of rows and any number of threads; no row dropped in silence; nothing
//! written unless everything was; files appear whole or not at all.
//!
//! Memory: each different name once, four bytes per answer, and four bytes for each task and class. Rows on their way
//! (twelve bytes each) lie in a temporary file beside the output once they take more than 64 MiB. The agreement takes
//! eight bytes for each different label of a task while it is calculated.

mod agreement;
mod answers;
mod bad_row;
mod confidence;
mod confusion;
mod error;
mod gold;
mod kind;
mod left_out;
mod listener;
mod method;
mod names;
mod output;
mod read;
mod reliability;
mod report;
mod request;
mod spool;
mod state;
mod summary;
mod table;
mod workers;

pub use bad_row::{BadRow, Problem};
pub use error::Error;
pub use kind::Kind;
pub use listener::{Listener, Silent, Stage};
pub use method::Method;
pub use read::{Format, ReadError};
pub use request::{BadRows, ColumnNames, Request};
pub use state::{Rule, State};
pub use summary::{Coefficient, GoldSummary, States, Summary};

/// Does what `request` says and tells `listener` how far it is.
///
/// # Errors
/// [`Error`]; then none of the files of the request was touched.
pub fn aggregate(request: &Request, listener: &dyn Listener) -> Result<Summary, Error> {
    request.check()?;
    kind::run(request, listener)
}
