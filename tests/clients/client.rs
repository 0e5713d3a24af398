//! What came of one client: a line of the table, or a failure with the client's own output. Knows no client.

use corvee_protocol::Dialect;
use serde::Deserialize;
use serde_json::Value;

/// What came of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The package's name.
    pub(crate) client: String,
    /// Its version, as installed.
    pub(crate) version: String,
    /// Such as `Python`.
    pub(crate) language: &'static str,
    /// Whose contract it speaks.
    pub(crate) dialect: Dialect,
    /// How it was used.
    pub(crate) exercised: String,
    /// Cases in which it said what it should, and all.
    pub(crate) right: usize,
    /// All cases.
    pub(crate) cases: usize,
    failure: Option<String>,
}

/// One JSON object of a client's driver.
#[derive(Debug, Deserialize)]
pub(crate) struct Told {
    client: String,
    version: String,
    checks: Vec<Check>,
}

/// One case.
#[derive(Debug, Deserialize)]
struct Check {
    case: String,
    expected: Value,
    got: Value,
}

impl Outcome {
    /// What `told` makes of a client; `missing` are the cases that it must have gone through.
    pub(crate) fn of(
        told: Told,
        (language, dialect, exercised): (&'static str, Dialect, &str),
        cases: &[&str],
        said: &str,
    ) -> Self {
        let mut wrong: Vec<String> = Vec::new();
        for case in cases.iter().filter(|case| !told.checks.iter().any(|check| check.case == **case)) {
            wrong.push(format!("  {case}: it was not asked"));
        }
        for Check { case, expected, got } in told.checks.iter().filter(|check| check.got != check.expected) {
            wrong.push(format!("  {case}: it must say {expected}, and says {got}"));
        }
        let Told { client, version, checks } = told;
        let right = checks.iter().filter(|check| check.got == check.expected).count();
        let failure = (!wrong.is_empty()).then(|| {
            let said =
                if said.trim().is_empty() { String::new() } else { format!("\n  its output:\n{}", said.trim_end()) };
            format!("{client} {version} ({language}, {}):\n{}{said}", dialect.as_str(), wrong.join("\n"))
        });
        let exercised = exercised.to_owned();
        Self { client, version, language, dialect, exercised, right, cases: checks.len(), failure }
    }

    /// A client that did not come to an end.
    pub(crate) fn broken(client: &str, language: &'static str, dialect: Dialect, why: &str) -> Self {
        Self {
            client: client.to_owned(),
            version: String::new(),
            language,
            dialect,
            exercised: String::new(),
            right: 0,
            cases: 0,
            failure: Some(format!("{client} ({language}, {}) did not come to an end:\n{why}", dialect.as_str())),
        }
    }

    /// Why it does not work.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }
}
