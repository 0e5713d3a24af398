//! Estimators that look at all answers at once: classes of items and abilities of workers together. Knows no file, no
//! clock and no chance; the streaming part of the crate decides answer by answer instead.
//!
//! All take [`Answers`] (compressed rows of item, worker, class) and [`Gold`] (classes known beforehand) and return an
//! [`Aggregate`]. [`Blend`] is the one to begin with.

mod aggregate;
mod answers;
mod blend;
mod bwa;
mod dawid_skene;
mod ebcc;
mod expectation;
mod gamma;
mod glad;
mod gold;
mod item_walk;
mod mace;
mod majority;
mod one_coin;
mod pooled;
mod threads;
mod wawa;

pub use aggregate::{Aggregate, AggregateError, Aggregator};
pub use answers::{Answer, Answers, AnswersError, Extent};
pub use blend::Blend;
pub use bwa::Bwa;
pub use dawid_skene::DawidSkene;
pub use ebcc::Ebcc;
pub use glad::Glad;
pub use gold::Gold;
pub use mace::Mace;
pub use majority::MajorityVote;
pub use one_coin::OneCoin;
pub use pooled::Pooled;
pub use threads::Threads;
pub use wawa::Wawa;
