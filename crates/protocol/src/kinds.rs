//! The kinds of challenge, one file each; a new kind is a file here and a variant in [`crate::Ask`] and [`crate::Answer`].

pub mod select;
