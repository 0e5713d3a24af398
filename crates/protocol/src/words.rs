//! The words of one language, and how a sentence is made of them. Knows no language but the plurals of each.
//!
//! A template is text of the ICU `MessageFormat` kind, and of that only this much:
//!
//! - `{name}` stands for an argument;
//! - `{name, plural, one {# label} other {# labels}}` chooses by the number's plural category; `#` is the number; `other`
//!   comes last and is taken for every category that is not named;
//! - braces cannot be written, a plural holds no other, and an apostrophe is one: nothing can be quoted. So that every
//!   tool reads the same, an apostrophe may not stand before a brace, a `#` or another apostrophe.
//!
//! Templates are checked where a catalogue or a site's own words are loaded. Here whatever does not fit is passed over.

mod plural;
mod word;

use std::str::Chars;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use plural::Category;
pub use word::{Placeholder, Word};

/// The words of one language.
///
/// On the wire go those that the widget says ([`Word::IN_WIDGET`]), and another number of them is refused: their places
/// mean what they mean in one version only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Tag of the language, such as `zh-Hans`.
    pub tag: String,
    /// Whether it is written from right to left.
    pub rtl: bool,
    /// A template for each [`Word`], in the order of [`Word::ALL`].
    #[serde(serialize_with = "said_by_widget", deserialize_with = "all_of_widget")]
    pub templates: Vec<String>,
}

/// What stands for a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arg<'a> {
    /// Text as it is.
    Text(&'a str),
    /// A whole number, in Latin digits.
    Count(u32),
}

impl Words {
    /// The template of a word; empty when there is none.
    pub fn template(&self, word: Word) -> &str {
        self.templates.get(word as usize).map_or("", String::as_str)
    }

    /// Value of the `dir` attribute: `ltr` or `rtl`.
    pub const fn dir(&self) -> &'static str {
        if self.rtl { "rtl" } else { "ltr" }
    }

    /// A word with its arguments; `category` tells which plural goes with a number.
    pub fn say(&self, word: Word, args: &[(&str, Arg<'_>)], category: impl Fn(u32) -> Category) -> String {
        write(self.template(word), args, category)
    }
}

/// A template with its arguments, as [`Words::say`] writes it.
pub fn write(template: &str, args: &[(&str, Arg<'_>)], category: impl Fn(u32) -> Category) -> String {
    let text = String::with_capacity(template.len());
    let mut writer = Writer { rest: template.chars(), args, category: &category, text };
    writer.message(None, true);
    writer.text
}

/// Writes a template out.
struct Writer<'a> {
    rest: Chars<'a>,
    args: &'a [(&'a str, Arg<'a>)],
    category: &'a dyn Fn(u32) -> Category,
    text: String,
}

impl<'a> Writer<'a> {
    /// Goes on to the brace that closes what it stands in, or to the end. `count` is what `#` stands for; what is not
    /// `shown` is only passed over.
    fn message(&mut self, count: Option<u32>, shown: bool) {
        while let Some(character) = self.rest.next() {
            match (character, count) {
                ('}', _) => return,
                ('{', _) => self.placeholder(shown),
                ('#', Some(count)) if shown => self.text.push_str(&count.to_string()),
                _ if shown => self.text.push(character),
                _ => {}
            }
        }
    }

    /// Goes on to the end of a placeholder whose brace is open.
    fn placeholder(&mut self, shown: bool) {
        let (name, end) = self.name();
        let value = self.args.iter().find_map(|(given, value)| (*given == name).then_some(*value));
        if end != Some(',') {
            match value {
                Some(Arg::Text(text)) if shown => self.text.push_str(text),
                Some(Arg::Count(count)) if shown => self.text.push_str(&count.to_string()),
                _ => {}
            }
            return;
        }
        // The word `plural`: there is nothing else it could be.
        self.name();
        let count = if let Some(Arg::Count(count)) = value { count } else { 0 };
        let wanted = if shown { (self.category)(count).as_str() } else { "" };
        let mut found = !shown;
        loop {
            let (form, Some('{')) = self.name() else { return };
            let fits = !found && (form == wanted || form == Category::Other.as_str());
            self.message(Some(count), fits);
            found |= fits;
        }
    }

    /// What stands before the next comma or brace, and which of them it is.
    fn name(&mut self) -> (&'a str, Option<char>) {
        let rest = self.rest.as_str();
        let end = self.rest.find(|character| matches!(character, ',' | '{' | '}'));
        let length = rest.len() - self.rest.as_str().len() - usize::from(end.is_some());
        (rest.get(..length).unwrap_or_default().trim_ascii(), end)
    }
}

fn said_by_widget<S: Serializer>(templates: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(templates.iter().take(Word::IN_WIDGET))
}

fn all_of_widget<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let templates = Vec::<String>::deserialize(deserializer)?;
    if templates.len() == Word::IN_WIDGET {
        Ok(templates)
    } else {
        Err(D::Error::custom("these are the words of another version of the widget"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(template: &str) -> Words {
        Words { tag: "en".to_owned(), rtl: false, templates: vec![template.to_owned()] }
    }

    fn check(template: &str, args: &[(&str, Arg<'_>)], expected: &str) {
        let said = words(template).say(Word::KeepsOut, args, |count| Category::of("ru", count));
        assert_eq!(said, expected, "{template}");
    }

    #[test]
    fn arguments_stand_where_their_names_stood() {
        check("I’m no robot, it's #1", &[], "I’m no robot, it's #1");
        check("{a}, { b }; {a}", &[("a", Arg::Text("é{b}")), ("b", Arg::Count(7))], "é{b}, 7; é{b}");
    }

    #[test]
    fn a_plural_takes_the_form_of_its_number_else_other() {
        let all = "у нас {n, plural, one {# кот} few {# кота} many {# котов} other {# кота}}!";
        for (count, expected) in [(1, "у нас 1 кот!"), (22, "у нас 22 кота!"), (11, "у нас 11 котов!")]
        {
            check(all, &[("n", Arg::Count(count))], expected);
        }
        let two = "{n,plural,one{the {thing}}other{all # {thing}s}}";
        for (count, expected) in [(21, "the cat"), (5, "all 5 cats")] {
            check(two, &[("n", Arg::Count(count)), ("thing", Arg::Text("cat"))], expected);
        }
        // A number alone is a form of its own in a template of one form.
        check("{n, plural, other {#件}}", &[("n", Arg::Count(0))], "0件");
    }

    #[test]
    fn what_does_not_fit_is_passed_over() {
        for template in
            ["", "{", "{}", "{x}", "{x, plural", "{x, plural, one", "{x, plural, one {", "}", "{x, plural, }", "{,"]
        {
            check(template, &[], "");
        }
        check("a {x, plural, one {b} other {c", &[], "a c");
        check("é{é", &[], "é");
        assert_eq!(words("x").say(Word::Submit, &[], |_| Category::Other), "");
    }

    #[test]
    fn only_what_the_widget_says_travels() {
        let all = Words {
            tag: "ar".to_owned(),
            rtl: true,
            templates: Word::ALL.iter().map(|word| word.key().to_owned()).collect(),
        };
        let json = serde_json::to_string(&all).unwrap();
        assert!(json.starts_with(r#"{"tag":"ar","rtl":true,"templates":["keeps_out","purpose","#), "{json}");
        let read: Words = serde_json::from_str(&json).unwrap();
        assert_eq!(read.templates, all.templates[..Word::IN_WIDGET]);
        assert_eq!((read.template(Word::TestingBlocked), read.template(Word::PlainSend)), ("testing_blocked", ""));
        assert!(serde_json::from_str::<Words>(&json.replacen("\"keeps_out\",", "", 1)).is_err());
    }
}
