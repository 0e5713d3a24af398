//! A sentence of ours with texts of requesters in it, each of which keeps its own language and direction. Knows no words.

use corvee_protocol::Language;

/// Stands in a sentence where the first text of a requester comes; nobody writes this character.
pub(super) const FIRST: &str = "\u{f8f0}";
/// The same for the second.
pub(super) const SECOND: &str = "\u{f8f1}";

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Words in the language of the page.
    Ours(String),
    /// A requester's words, in whatever language.
    Theirs {
        /// The words.
        text: &'a str,
        /// Their language, if it is known.
        language: Option<&'a Language>,
    },
}

/// Puts texts and their languages where their marks stand.
pub(super) fn pieces<'a>(sentence: &str, texts: &[(&str, (&'a str, Option<&'a Language>))]) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    for part in sentence.split_inclusive([FIRST, SECOND].map(|mark| mark.chars().next().unwrap_or_default())) {
        let found = texts.iter().find_map(|(mark, theirs)| Some((part.strip_suffix(mark)?, theirs)));
        let (ours, theirs) = found.map_or((part, None), |(ours, theirs)| (ours, Some(theirs)));
        if !ours.is_empty() {
            pieces.push(Piece::Ours(ours.to_owned()));
        }
        pieces.extend(theirs.map(|(text, language)| Piece::Theirs { text, language: *language }));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_stands_where_its_mark_stood() {
        let german: Language = "de".parse().unwrap();
        let texts = [(FIRST, ("Museum", None)), (SECOND, ("Straßen", Some(&german)))];
        let theirs = |text, language| Piece::Theirs { text, language };
        assert_eq!(
            pieces("\u{f8f1}: for \u{f8f0}.", &texts),
            [
                theirs("Straßen", Some(&german)),
                Piece::Ours(": for ".to_owned()),
                theirs("Museum", None),
                Piece::Ours(".".to_owned()),
            ]
        );
        assert_eq!(pieces("none", &texts), [Piece::Ours("none".to_owned())]);
        assert!(pieces("", &texts).is_empty());
    }
}
