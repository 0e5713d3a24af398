//! How far people agree beyond chance: Krippendorff's alpha, Fleiss' and Cohen's kappa, Gwet's AC1, with bootstrap
//! intervals. Knows no truth, no model and no file; two people who are wrong together agree.
//!
//! All coefficients are 1 where everybody agrees, 0 where people agree as often as chance would, and below 0 where they
//! agree less. What is undefined (nobody shares a task, only one value was ever given) is an [`AgreementError`], never a
//! number.
//!
//! ```
//! use corvee_consensus::agreement::{Level, Ratings, bootstrap, krippendorff_alpha};
//!
//! // Three tasks, two values: (task, value), one entry per answer.
//! let ratings = Ratings::new(3, 2, [(0, 0), (0, 0), (1, 1), (1, 1), (2, 0), (2, 1)])?;
//! let all = ratings.once_each();
//! let alpha = krippendorff_alpha(&ratings, &all, Level::Nominal)?;
//! assert!((alpha - 4.0 / 9.0).abs() < 1e-12);
//!
//! let interval = bootstrap(ratings.tasks(), 1_000, 1, |weights| krippendorff_alpha(&ratings, weights, Level::Nominal).ok());
//! assert!(interval.is_some_and(|interval| interval.low <= alpha && alpha <= interval.high));
//! # Ok::<(), corvee_consensus::agreement::AgreementError>(())
//! ```

mod bootstrap;
mod cohen;
mod fleiss;
mod gwet;
mod krippendorff;
mod ratings;

pub use bootstrap::{Interval, bootstrap};
pub use cohen::{Disagreement, cohen_kappa};
pub use fleiss::fleiss_kappa;
pub use gwet::gwet_ac1;
pub use krippendorff::{Level, krippendorff_alpha};
pub use ratings::{AgreementError, Ratings};
