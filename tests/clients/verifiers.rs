//! The packages that verify tokens on a site's server, and how they are asked: each by a small driver in its own language.
//! Knows no package's code.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use anyhow::Context as _;
use corvee_protocol::Dialect;
use serde_json::json;

use super::client::{Outcome, Told};
use super::installed;
use super::own_collector::{ACTION, CDATA, HOSTNAME, OwnCollector};

/// What every package is asked.
const CASES: &[&str] =
    &["success", "duplicate", "wrong token", "missing response", "wrong secret", "success after a wrong secret"];

/// A package and the module that asks it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verifier {
    /// Of the folder `verifiers` of its language's driver.
    pub(crate) module: &'static str,
    written_in: WrittenIn,
    dialect: Dialect,
    /// How it calls.
    call: &'static str,
}

/// Languages that have a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WrittenIn {
    Python,
    JavaScript,
    Rust,
}

const FORM: &str = "form POST";
const FORM_HTTPS: &str = "form POST over https";

/// All of them, in the order of the table.
pub(crate) const VERIFIERS: &[Verifier] = &[
    python("flask_wtf", Dialect::Recaptcha, FORM),
    python("django_recaptcha", Dialect::Recaptcha, FORM_HTTPS),
    python("drf_recaptcha", Dialect::Recaptcha, FORM_HTTPS),
    python("flask_xcaptcha", Dialect::Recaptcha, "GET, all in the query"),
    python("google_recaptcha", Dialect::Recaptcha, FORM),
    python("django_hcaptcha", Dialect::Hcaptcha, FORM),
    python("drf_hcaptcha", Dialect::Hcaptcha, FORM_HTTPS),
    python("flask_hcaptcha", Dialect::Hcaptcha, FORM),
    python("django_turnstile", Dialect::Turnstile, FORM),
    python("flask_turnstile", Dialect::Turnstile, FORM),
    node("better-auth-recaptcha", Dialect::Recaptcha, "form POST; host name"),
    node("better-auth-hcaptcha", Dialect::Hcaptcha, "form POST; site key"),
    node("better-auth-turnstile", Dialect::Turnstile, "JSON POST; host name, action"),
    node("nestlab-google-recaptcha", Dialect::Recaptcha, FORM),
    node("google-recaptcha", Dialect::Recaptcha, FORM),
    node("recaptcha2", Dialect::Recaptcha, FORM),
    node("cf-turnstile", Dialect::Turnstile, "form POST; host name, action, custom data"),
    rust("hcaptcha", Dialect::Hcaptcha, "form POST; shapes of keys, site key"),
    rust("rocket-recaptcha-v3", Dialect::Recaptcha, "form POST; shapes of keys and token, time"),
];

const fn python(module: &'static str, dialect: Dialect, call: &'static str) -> Verifier {
    Verifier { module, written_in: WrittenIn::Python, dialect, call }
}

const fn node(module: &'static str, dialect: Dialect, call: &'static str) -> Verifier {
    Verifier { module, written_in: WrittenIn::JavaScript, dialect, call }
}

const fn rust(module: &'static str, dialect: Dialect, call: &'static str) -> Verifier {
    Verifier { module, written_in: WrittenIn::Rust, dialect, call }
}

impl WrittenIn {
    const fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
            Self::Rust => "Rust",
        }
    }

    fn driver(self) -> anyhow::Result<Command> {
        Ok(match self {
            Self::Python => {
                let mut command = Command::new(installed::python()?);
                command.arg("-B").arg(installed::repository("tests/clients/python/run.py"));
                command
            }
            Self::JavaScript => {
                let mut command = Command::new("node");
                command.arg(installed::repository("tests/clients/node/run.mjs"));
                command
            }
            Self::Rust => Command::new(installed::crates()?),
        })
    }
}

impl Verifier {
    /// Asks the package in every case, with tokens of challenges just passed.
    ///
    /// # Errors
    /// There are no tokens or no driver. What the package does wrong is in the outcome.
    pub(crate) fn run(&self, collector: &OwnCollector) -> anyhow::Result<Outcome> {
        let Self { module, written_in, dialect, call } = *self;
        let keys = collector.keys(dialect)?;
        let site = json!({
            "collector": collector.origin(),
            "hostname": HOSTNAME,
            "action": ACTION,
            "cdata": CDATA,
            "sitekey": keys.sitekey,
            "secret": keys.secret,
            "wrong_secret": keys.wrong_secret(),
            "tokens": collector.tokens(dialect, 2)?,
        });
        let output = ask(written_in.driver()?.arg(module), &site.to_string())?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let told = printed.lines().last().and_then(|line| serde_json::from_str::<Told>(line).ok());
        let language = written_in.name();
        Ok(match told {
            Some(told) if output.status.success() => Outcome::of(told, (language, dialect, call), CASES, &said),
            _ => Outcome::broken(module, language, dialect, &format!("{}\n{printed}{said}", output.status)),
        })
    }
}

fn ask(command: &mut Command, input: &str) -> anyhow::Result<Output> {
    let shown = format!("{command:?}");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{shown} does not start"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A driver that ends before it has read says why in its output.
        drop(stdin.write_all(input.as_bytes()));
    }
    child.wait_with_output().with_context(|| format!("{shown} was lost"))
}
