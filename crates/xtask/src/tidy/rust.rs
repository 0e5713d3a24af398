//! Rust text as words without comments and literals, and the crates that it mentions. Knows no rule and no grammar beyond
//! paths and `use` trees.

/// A word with its line, counted from 1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Where it stands.
    pub(crate) line: usize,
}

/// The words that matter here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// An identifier or keyword.
    Word(String),
    /// `::`
    PathSeparator,
    /// Any other character.
    Mark(char),
}

impl Kind {
    fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text == word)
    }
}

/// The words of a Rust file; comments, strings and characters are left out.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut reader = Reader { rest: text, line: 1 };
    let mut tokens = Vec::new();
    while let Some(next) = reader.rest.chars().next() {
        let line = reader.line;
        if reader.rest.starts_with("//") {
            reader.take_while(|character| character != '\n');
        } else if reader.rest.starts_with("/*") {
            reader.skip_block_comment();
        } else if next == '"' {
            reader.skip_string();
        } else if next == '\'' {
            reader.skip_character_or_lifetime();
        } else if next.is_alphabetic() || next == '_' {
            let word = reader.take_while(|character| character.is_alphanumeric() || character == '_');
            let raw = matches!(word, "r" | "br" | "cr") && reader.skip_raw_string();
            if !raw {
                tokens.push(Token { kind: Kind::Word(word.to_owned()), line });
            }
        } else if reader.rest.starts_with("::") {
            reader.advance(2);
            tokens.push(Token { kind: Kind::PathSeparator, line });
        } else {
            reader.advance(next.len_utf8());
            if !next.is_whitespace() {
                tokens.push(Token { kind: Kind::Mark(next), line });
            }
        }
    }
    tokens
}

/// The lines that name the crate `name`: as the root of a path or of a `use`, or as an attribute.
pub(crate) fn mentions(tokens: &[Token], name: &str) -> Vec<usize> {
    let kind = |index: Option<usize>| index.and_then(|index| tokens.get(index)).map(|token| &token.kind);
    let mut lines = Vec::new();
    let mut import: Option<Import> = None;
    for (index, token) in tokens.iter().enumerate() {
        let before = kind(index.checked_sub(1));
        let before_that = kind(index.checked_sub(2));
        let after = kind(Some(index + 1));
        if let Some(tree) = &mut import {
            match &token.kind {
                Kind::Mark(';') => import = None,
                // `use {a, b}` opens a group of roots; any other group hangs below a path.
                Kind::Mark('{') => tree.groups.push(before.is_some_and(|kind| kind.is("use"))),
                Kind::Mark('}') => drop(tree.groups.pop()),
                kind if kind.is(name) && tree.at_root(before, before_that) => lines.push(token.line),
                _ => {}
            }
            continue;
        }
        // `impl Trait + use<'a>` is no import.
        if token.kind.is("use") && after != Some(&Kind::Mark('<')) {
            import = Some(Import { groups: Vec::new() });
        } else if token.kind.is(name) {
            let below_a_path = before == Some(&Kind::PathSeparator) && is_path_end(before_that);
            let member = before == Some(&Kind::Mark('.'));
            let attribute = before == Some(&Kind::Mark('[')) && matches!(before_that, Some(Kind::Mark('#' | '!')));
            let root = after == Some(&Kind::PathSeparator) || attribute || before.is_some_and(|kind| kind.is("crate"));
            if root && !below_a_path && !member {
                lines.push(token.line);
            }
        }
    }
    lines
}

/// A `use` that is being read: for each open brace, whether it holds roots.
struct Import {
    groups: Vec<bool>,
}

impl Import {
    fn at_root(&self, before: Option<&Kind>, before_that: Option<&Kind>) -> bool {
        let in_roots = self.groups.iter().all(|roots| *roots);
        let begins = match before {
            Some(Kind::Mark('{' | ',')) => true,
            Some(Kind::PathSeparator) => !is_path_end(before_that) || before_that.is_some_and(|kind| kind.is("use")),
            Some(kind) => kind.is("use"),
            None => false,
        };
        in_roots && begins
    }
}

fn is_path_end(kind: Option<&Kind>) -> bool {
    matches!(kind, Some(Kind::Word(_) | Kind::Mark('>')))
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Reader<'a> {
    fn advance(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|character| !wanted(character)).unwrap_or(self.rest.len());
        self.advance(end)
    }

    fn skip_block_comment(&mut self) {
        self.advance(2);
        let mut depth = 1;
        while depth > 0 && !self.rest.is_empty() {
            if self.rest.starts_with("/*") {
                depth += 1;
                self.advance(2);
            } else if self.rest.starts_with("*/") {
                depth -= 1;
                self.advance(2);
            } else {
                self.skip_one();
            }
        }
    }

    fn skip_string(&mut self) {
        self.advance(1);
        while !self.rest.is_empty() {
            if self.rest.starts_with('\\') {
                self.advance(1);
                self.skip_one();
            } else if self.rest.starts_with('"') {
                self.advance(1);
                return;
            } else {
                self.skip_one();
            }
        }
    }

    /// After `r`: skips `#"…"#` with any number of marks. A raw identifier is no string.
    fn skip_raw_string(&mut self) -> bool {
        let marks = self.rest.chars().take_while(|character| *character == '#').count();
        if self.rest.chars().nth(marks) != Some('"') {
            return false;
        }
        self.advance(marks + 1);
        let end = format!("\"{}", "#".repeat(marks));
        let length = self.rest.find(&end).map_or(self.rest.len(), |start| start + end.len());
        self.advance(length);
        true
    }

    fn skip_character_or_lifetime(&mut self) {
        self.advance(1);
        let mut characters = self.rest.chars();
        let first = characters.next();
        if first == Some('\\') {
            self.advance(1);
            self.skip_one();
            self.take_while(|character| character != '\'');
            self.advance(1);
        } else if characters.next() == Some('\'') {
            self.skip_one();
            self.advance(1);
        } else {
            self.take_while(|character| character.is_alphanumeric() || character == '_');
        }
    }

    fn skip_one(&mut self) {
        self.advance(self.rest.chars().next().map_or(0, char::len_utf8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[usize]) {
        assert_eq!(mentions(&tokens(text), "image"), expected, "{text}");
    }

    #[test]
    fn a_crate_is_mentioned_where_a_path_or_an_import_begins_with_it() {
        check("use image::Rgb;", &[1]);
        check("use image;", &[1]);
        check("use image as pictures;", &[1]);
        check("\nfn f() -> image::Rgb { ::image::open() }", &[2, 2]);
        check("use {std::fs, image::Rgb};", &[1]);
        check("use ::image::Rgb;", &[1]);
        check("extern crate image;", &[1]);
        check("#[image(rename = 1)]\nstruct A;", &[1]);
        check("#![image::inner]", &[1]);
        check("#[derive(image::Derive)]", &[1]);
    }

    #[test]
    fn a_variable_a_member_or_a_module_of_the_same_name_is_no_mention() {
        check("let image = item.image; image.width()", &[]);
        check("use crate::image::Rgb; use super::{image::Rgb, other}; use crate::{images::{image}};", &[]);
        check("crate::image::open(); Self::image(); <T as A>::image();", &[]);
        check("impl Iterator<Item = A> + use<'a> { image }", &[]);
    }

    #[test]
    fn comments_strings_and_characters_are_no_mention() {
        check("// image::open\n/* image:: /* nested */ image:: */ /// image::x", &[]);
        check("let a = \"image::x \\\" image::y\"; r#\"image::\"z\"#; b\"image::\"; '\"'; '\\''; image::seen()", &[1]);
        check("fn f<'a>(a: &'a str) -> image::Rgb", &[1]);
        check("r\"\\\"; image::seen()", &[1]);
        check("\"one\ntwo\";\nimage::seen()", &[3]);
        check("let r#type = 1; image::seen()", &[1]);
    }
}
