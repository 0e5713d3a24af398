//! Pictures: taken in, kept, varied and served. Knows pixels and files; does not know campaigns, items or visitors.

pub mod gallery;
pub mod intake;
mod jpeg_stream;
pub mod place;
mod recent;
mod renderer;
pub mod shelf;
mod stock;
#[cfg(test)]
pub mod testing;
pub mod tile;
