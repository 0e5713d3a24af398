//! What a deserializer complains of, in words for people who write JSON or TOML. Knows serde's sentences, not what is read.

/// A message of serde's about a value, such as "invalid type: integer `7`, expected a string at line 1 column 9". What is none of
/// its sentences stays as it is, without the place in a text that nobody sees.
pub fn plain(message: &str) -> String {
    let message = without_place(message);
    let wrong_value = ["invalid type: ", "invalid value: ", "invalid length: "]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.rsplit_once(", expected "));
    if let Some((found, wanted)) = wrong_value {
        return format!("it must be {}, and is {}", in_words(wanted, &WANTED), described(found));
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("{field} is missing: add it");
    }
    if let Some(field) = message.strip_prefix("duplicate field ") {
        return format!("{field} is there twice: keep one");
    }
    for (start, what) in [("unknown field ", "field"), ("unknown variant ", "value")] {
        if let Some((found, known)) = message.strip_prefix(start).and_then(|rest| rest.rsplit_once(", expected ")) {
            let known = known.strip_prefix("one of ").unwrap_or(known);
            return format!("unknown {what} {found}: there is {known}");
        }
    }
    message.to_owned()
}

/// What serde calls what it wanted.
const WANTED: [(&str, &str); 13] = [
    ("a string", "a text"),
    ("str", "a text"),
    ("string", "a text"),
    ("a boolean", "true or false"),
    ("bool", "true or false"),
    ("u8", "a whole number from 0 to 255"),
    ("u16", "a whole number from 0 to 65535"),
    ("u32", "a whole number from 0 to 4294967295"),
    ("u64", "a whole number, 0 or more"),
    ("i64", "a whole number"),
    ("f64", "a number"),
    ("a sequence", "a list"),
    ("a map", "an object"),
];

/// What serde calls what it found.
const FOUND: [(&str, &str); 3] = [("map", "an object"), ("sequence", "a list"), ("unit value", "nothing")];

fn in_words(text: &str, words: &[(&str, &str)]) -> String {
    if text.starts_with("struct ") {
        return "an object".to_owned();
    }
    words.iter().find(|(serde, _)| *serde == text).map_or(text, |(_, plain)| plain).to_owned()
}

fn described(found: &str) -> String {
    let kinds =
        [("integer ", "the number "), ("floating point ", "the number "), ("string ", "the text "), ("boolean ", "")];
    let described = kinds.iter().find_map(|(kind, plain)| Some((plain, found.strip_prefix(kind)?)));
    match described {
        Some((plain, value)) => format!("{plain}{}", value.trim_matches('`')),
        None => in_words(found, &FOUND),
    }
}

/// The message without " at line 1 column 9" at its end.
fn without_place(message: &str) -> &str {
    let is_place = |place: &str| {
        let (line, column) = place.split_once(" column ")?;
        [line, column].iter().all(|number| number.bytes().all(|byte| byte.is_ascii_digit())).then_some(())
    };
    match message.rsplit_once(" at line ") {
        Some((said, place)) if is_place(place).is_some() => said,
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its refusals are looked at")]
    struct Shelf {
        name: String,
        #[serde(default)]
        places: u8,
        #[serde(default)]
        lit: bool,
        #[serde(default)]
        books: Vec<String>,
        #[serde(default)]
        by_name: BTreeMap<String, f64>,
        #[serde(default)]
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Open,
        Closed,
    }

    fn check(json: &str, expected: &str) {
        assert_eq!(plain(&serde_json::from_str::<Shelf>(json).unwrap_err().to_string()), expected, "{json}");
    }

    #[test]
    fn what_a_value_must_be_is_said_without_rust() {
        check(r#"{"name":7}"#, "it must be a text, and is the number 7");
        check(r#"{"name":null}"#, "it must be a text, and is null");
        check(r#"{"name":"a","places":256}"#, "it must be a whole number from 0 to 255, and is the number 256");
        check(r#"{"name":"a","places":1.5}"#, "it must be a whole number from 0 to 255, and is the number 1.5");
        check(r#"{"name":"a","lit":"yes"}"#, "it must be true or false, and is the text \"yes\"");
        check(r#"{"name":"a","books":{}}"#, "it must be a list, and is an object");
        check(r#"{"name":"a","by_name":[]}"#, "it must be an object, and is a list");
        check(r#"{"name":"a","by_name":{"b":true}}"#, "it must be a number, and is true");
        check("7", "it must be an object, and is the number 7");
    }

    #[test]
    fn what_is_missing_unknown_or_twice_there_is_named() {
        check("{}", "`name` is missing: add it");
        check(r#"{"name":"a","name":"b"}"#, "`name` is there twice: keep one");
        check(r#"{"nmae":"a"}"#, "unknown field `nmae`: there is `name`, `places`, `lit`, `books`, `by_name`, `kind`");
        check(r#"{"name":"a","kind":"half"}"#, "unknown value `half`: there is `open` or `closed`");
    }

    #[test]
    fn words_of_a_visitor_are_not_taken_for_serdes() {
        let json = r#"{"name":"a","places":", expected u8 at line 1 column 2"}"#;
        check(json, "it must be a whole number from 0 to 255, and is the text \", expected u8 at line 1 column 2\"");
        assert_eq!(plain("a site key has 40 letters at line 3 column 4"), "a site key has 40 letters");
        assert_eq!(plain("the question at line x column y"), "the question at line x column y");
    }
}
