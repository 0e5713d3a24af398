//! What went wrong with a request to the store, in words that tell an operator what to do. Makes no request.

use std::time::Duration;

use object_store::Error;

use super::ShelfError;

/// Characters of a store's own words that are passed on.
const WORDS: usize = 300;

/// Why a request came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The store said so, or the way to it.
    Store(Error),
    /// It took longer than this.
    Slow(Duration),
}

impl Failure {
    /// The same as the shelf tells it.
    pub(super) fn told_of(self, place: String) -> ShelfError {
        let error = match self {
            Self::Slow(patience) => {
                return ShelfError::Unreachable { place, cause: format!("nothing within {} s", patience.as_secs()) };
            }
            Self::Store(error) => error,
        };
        let text = error.to_string();
        if is_bucket_missing(&text) {
            let cause = "there is no such bucket: create it, or correct [images] in corvee.toml".to_owned();
            return ShelfError::Refused { place, cause };
        }
        let said = said(&text);
        let is_forbidden = matches!(error, Error::PermissionDenied { .. } | Error::Unauthenticated { .. })
            || text.contains("status code: 401")
            || text.contains("status code: 403");
        if is_forbidden {
            let said = said.unwrap_or_else(|| "it does not say why".to_owned());
            let cause = format!(
                "{said}: look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, at what they may do there (list, read, write, \
                 delete), at the region, and at this machine's clock"
            );
            return ShelfError::Refused { place, cause };
        }
        if text.contains("status code: 4") || text.contains("configured region") {
            return ShelfError::Refused { place, cause: said.unwrap_or_else(|| innermost(&error)) };
        }
        ShelfError::Unreachable { place, cause: said.unwrap_or_else(|| innermost(&error)) }
    }
}

/// Whether the store speaks of the bucket when it says that something is not there.
pub(super) fn is_bucket_missing(text: &str) -> bool {
    between(text, "<Code>", "</Code>") == Some("NoSuchBucket")
}

/// Whether the store does not know what was asked of it.
pub(super) fn is_not_implemented(failure: &Failure) -> bool {
    match failure {
        Failure::Store(Error::NotImplemented { .. } | Error::NotSupported { .. }) => true,
        Failure::Store(error) => between(&error.to_string(), "<Code>", "</Code>") == Some("NotImplemented"),
        Failure::Slow(_) => false,
    }
}

/// What is at the bottom of an error: all above it repeats it.
pub(super) fn innermost(error: &Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string().chars().take(WORDS).collect()
}

/// Code and message of a store's reply; the rest of it may repeat what was sent.
fn said(text: &str) -> Option<String> {
    let code = between(text, "<Code>", "</Code>")?;
    let message = between(text, "<Message>", "</Message>").unwrap_or_default();
    let said = if message.is_empty() { code.to_owned() } else { format!("{code} ({message})") };
    Some(said.chars().take(WORDS).collect())
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    Some(text.split_once(before)?.1.split_once(after)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> ShelfError {
        let error = Error::Generic { store: "S3", source: text.into() };
        Failure::Store(error).told_of("s3://museum".to_owned())
    }

    #[test]
    fn a_refusal_is_told_from_an_absence_and_says_what_to_do() {
        let error = told("status code: 404 Not Found: <Error><Code>NoSuchBucket</Code></Error>");
        assert_eq!(
            error.to_string(),
            "s3://museum refuses: there is no such bucket: create it, or correct [images] in corvee.toml"
        );
        let reply =
            "<Code>InvalidAccessKeyId</Code><Message>no such key</Message><AWSAccessKeyId>AKIA7</AWSAccessKeyId>";
        let error = told(&format!("status code: 403 Forbidden: {reply}")).to_string();
        assert!(error.starts_with("s3://museum refuses: InvalidAccessKeyId (no such key): look at AWS_ACCESS_KEY_ID"));
        assert!(!error.contains("AKIA7"), "{error}");
        assert!(matches!(told("status code: 503 Slow Down: <Code>SlowDown</Code>"), ShelfError::Unreachable { .. }));
        let error = told("connection refused").to_string();
        assert_eq!(error, "s3://museum does not answer: connection refused");
        let error = Failure::Slow(Duration::from_secs(8)).told_of("s3://museum".to_owned());
        assert_eq!(error.to_string(), "s3://museum does not answer: nothing within 8 s");
    }
}
