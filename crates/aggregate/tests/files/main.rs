//! The whole tool, through files in a folder that is removed afterwards.

mod folder;
mod kinds;
mod laws;
#[cfg(feature = "parquet")]
mod parquet;
mod refusals;
mod report_page;
mod tables;
