//! What answers are. Knows a name for each kind and which file runs it; does not know how.

mod boxes;
mod choose;
mod compare;
mod plain;
mod point;
mod rate;
mod tags;
mod tiles;
mod transcribe;

use std::str::FromStr;

use crate::error::Error;
use crate::listener::Listener;
use crate::request::Request;
use crate::summary::Summary;

/// What answers are. A kind is a file below `kind/`, a variant here, and a line in [`Kind::ALL`] and [`run`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// One label of several.
    #[default]
    Choose,
    /// A number on a scale.
    Rate,
    /// A text.
    Transcribe,
    /// Boxes around objects.
    Box,
    /// Clicks on things.
    Point,
    /// Masks of cells.
    Tiles,
    /// Several labels at a time, or none.
    Tags,
    /// One of two items preferred.
    Compare,
}

impl Kind {
    /// All kinds with name and summary, the default first.
    pub const ALL: &[(Self, &'static str, &'static str)] = &[
        (Self::Choose, "choose", "one label of several"),
        (Self::Rate, "rate", "a number on a scale; label is a number"),
        (Self::Transcribe, "transcribe", "a text; label may be empty"),
        (Self::Box, "box", "boxes around objects; columns x1, y1, x2, y2, empty for none, instead of label"),
        (Self::Point, "point", "clicks on things; columns x, y, empty for none, instead of label; wants --reach"),
        (Self::Tiles, "tiles", "masks of cells; columns width, height, rle instead of label"),
        (Self::Tags, "tags", "several labels at a time, a row for each; an empty label for none"),
        (Self::Compare, "compare", "which of two; columns worker, left, right, winner"),
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, name, _)| name)
    }
}

impl FromStr for Kind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(kind, ..)| *kind);
        found.ok_or_else(|| Error::UnknownKind {
            name: name.to_owned(),
            known: Self::ALL.iter().map(|(_, name, _)| *name).collect::<Vec<_>>().join(", "),
        })
    }
}

/// Aggregates answers of the kind that is asked for.
pub(crate) fn run(request: &Request, listener: &dyn Listener) -> Result<Summary, Error> {
    match request.kind {
        Kind::Choose => choose::run(request, listener),
        Kind::Rate => rate::run(request, listener),
        Kind::Transcribe => transcribe::run(request, listener),
        Kind::Box => boxes::run(request, listener),
        Kind::Point => point::run(request, listener),
        Kind::Tiles => tiles::run(request, listener),
        Kind::Tags => tags::run(request, listener),
        Kind::Compare => compare::run(request, listener),
    }
}
