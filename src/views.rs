//! What the visitor sees and reads, one noun a file: values in, callbacks out. No view calls anybody or looks at a clock.
//!
//! A view is a struct of values with `view()`. Only what keeps something of its own, the focus in a grid, is a Yew
//! component: each component adds about 2.5 kB to the module, and a dozen of them weighed 7 kB more in a first visit.

pub mod announcer;
pub mod card;
pub mod choice;
pub mod computing;
pub mod controls;
pub mod disclosure;
pub mod mark;
pub mod panel;
pub mod prompt;
pub mod receipt;
pub mod removal;
pub mod trouble;
