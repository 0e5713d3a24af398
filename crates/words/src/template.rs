//! Reads a template strictly, so that nothing malformed reaches a visitor. Knows the form of sentences, not their sense.

use corvee_protocol::words::Placeholder;
use corvee_protocol::{Category, Word};

/// What is the matter with a template, and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A brace without its counterpart.
    #[error("a brace is not closed or not opened; write `{{name}}` or `{{name, plural, one {{…}} other {{…}}}}`")]
    Brace,
    /// An apostrophe that other tools would take for a quote.
    #[error("an apostrophe stands before a brace, a # or an apostrophe; write ’ instead")]
    Apostrophe,
    /// A placeholder that this word does not have.
    #[error("there is no `{{{0}}}` here; it has {1}")]
    Placeholder(String, String),
    /// A plural of what is no number.
    #[error("`{0}` is no number; write `{{{0}}}`")]
    Uncounted(String),
    /// Something other than a plural.
    #[error("after `{{{0},` only `plural` is understood")]
    Choice(String),
    /// Forms that are not those of the language.
    #[error("the plural of `{name}` has the forms {given}; this language needs {needed}, in this order")]
    Forms {
        /// The placeholder.
        name: String,
        /// What is there.
        given: String,
        /// What should be.
        needed: String,
    },
    /// A plural within a plural.
    #[error("a plural stands within a plural; make one of them, or two sentences")]
    Nested,
}

/// Checks the template of `word` in the language `tag`, and returns the placeholders it uses.
pub(super) fn check(word: Word, tag: &str, template: &str) -> Result<Vec<&'static str>, TemplateError> {
    check_with(word.placeholders(), tag, template)
}

/// The same for a text of other placeholders than a word's.
pub(super) fn check_with(
    known: &'static [Placeholder],
    tag: &str,
    template: &str,
) -> Result<Vec<&'static str>, TemplateError> {
    let mut reader = Reader { rest: template, known, tag, used: Vec::new() };
    reader.message(Within::Nothing)?;
    reader.used.sort_unstable();
    reader.used.dedup();
    Ok(reader.used)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Plural,
}

struct Reader<'a> {
    rest: &'a str,
    known: &'static [Placeholder],
    tag: &'a str,
    used: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    fn message(&mut self, within: Within) -> Result<(), TemplateError> {
        loop {
            let Some((before, character)) = self.until(&['{', '}', '\'']) else {
                self.rest = "";
                return if within == Within::Nothing { Ok(()) } else { Err(TemplateError::Brace) };
            };
            debug_assert!(!before.contains(['{', '}']), "{before}");
            match character {
                '{' => self.placeholder(within)?,
                '}' if within == Within::Plural => return Ok(()),
                '}' => return Err(TemplateError::Brace),
                _ if self.rest.starts_with(['{', '}', '#', '\'']) => return Err(TemplateError::Apostrophe),
                _ => {}
            }
        }
    }

    fn placeholder(&mut self, within: Within) -> Result<(), TemplateError> {
        let (name, end) = self.until(&['{', '}', ',']).ok_or(TemplateError::Brace)?;
        let (name, known) = (name.trim_ascii(), self.known);
        let placeholder = known.iter().find(|placeholder| placeholder.name == name).ok_or_else(|| {
            let names: Vec<_> = known.iter().map(|placeholder| format!("`{{{}}}`", placeholder.name)).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            TemplateError::Placeholder(name.to_owned(), names)
        })?;
        self.used.push(placeholder.name);
        match end {
            '}' => return Ok(()),
            ',' if within == Within::Plural => return Err(TemplateError::Nested),
            ',' if !placeholder.counts => return Err(TemplateError::Uncounted(name.to_owned())),
            ',' => {}
            _ => return Err(TemplateError::Brace),
        }
        let (choice, end) = self.until(&['{', '}', ',']).ok_or(TemplateError::Brace)?;
        if choice.trim_ascii() != "plural" || end != ',' {
            return Err(TemplateError::Choice(name.to_owned()));
        }
        let mut given = Vec::new();
        loop {
            let (form, end) = self.until(&['{', '}', ',']).ok_or(TemplateError::Brace)?;
            match (form.trim_ascii(), end) {
                ("", '}') => break,
                (form, '{') => given.push(form),
                _ => return Err(TemplateError::Brace),
            }
            self.message(Within::Plural)?;
        }
        let needed: Vec<_> = Category::needed(self.tag).iter().map(|category| category.as_str()).collect();
        if given == needed {
            return Ok(());
        }
        Err(TemplateError::Forms { name: name.to_owned(), given: given.join(" "), needed: needed.join(" ") })
    }

    /// What stands before the next of these characters, and which it is; goes on behind it.
    fn until(&mut self, ends: &[char]) -> Option<(&'a str, char)> {
        let at = self.rest.find(ends)?;
        let (before, rest) = self.rest.split_at_checked(at)?;
        let mut rest = rest.chars();
        let end = rest.next()?;
        self.rest = rest.as_str();
        Some((before, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_word_may_say_is_read() {
        for (word, template, used) in [
            (Word::KeepsOut, "I'm no robot # 1", &[][..]),
            (Word::Purpose, "{ requester }: {data_set}", &["data_set", "requester"]),
            (
                Word::DoneIn,
                "{labels, plural, one {# in {seconds}} other {{labels}}} {seconds,plural,one{#}other{#}}",
                &["labels", "seconds"],
            ),
        ] {
            assert_eq!(check(word, "en", template).as_deref(), Ok(used), "{template}");
        }
    }

    #[test]
    fn what_is_malformed_says_its_remedy() {
        for (word, tag, template, says) in [
            (Word::KeepsOut, "en", "{", "brace"),
            (Word::KeepsOut, "en", "a}", "brace"),
            (Word::KeepsOut, "en", "{name}", "there is no `{name}` here; it has none"),
            (Word::Picked, "en", "{Count}", "it has `{count}`"),
            (Word::Picked, "en", "'{count}'", "apostrophe"),
            (Word::Picked, "en", "l''image", "apostrophe"),
            (Word::Picked, "en", "{count", "brace"),
            (Word::Picked, "en", "{count {}}", "brace"),
            (Word::Picked, "en", "{count, select, other {a}}", "only `plural`"),
            (Word::Picked, "en", "{count, plural}", "only `plural`"),
            (Word::Picked, "en", "{count, plural, other {#}", "brace"),
            (Word::Picked, "en", "{count, plural, other {#}}", "needs one other"),
            (Word::Picked, "en", "{count, plural, other {#} one {#}}", "forms other one"),
            (Word::Picked, "en", "{count, plural, one {#} few {#} other {#}}", "forms one few other"),
            (Word::Picked, "ja", "{count, plural, one {#} other {#}}", "needs other"),
            (Word::Picked, "en", "{count, plural, one {{count, plural, }} other {#}}", "within"),
            (Word::Purpose, "en", "{requester, plural, one {a} other {b}}", "no number"),
        ] {
            let error = check(word, tag, template).map_err(|error| error.to_string());
            assert!(error.as_ref().is_err_and(|error| error.contains(says)), "{template}: {error:?}");
        }
    }
}
