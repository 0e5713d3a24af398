//! The table of clients in `docs/embedding.md`: written on request, else compared. Knows no client.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, ensure};
use corvee_protocol::Dialect;

use super::client::Outcome;
use super::installed;

const DOCUMENT: &str = "docs/embedding.md";
const BEGIN: &str = "<!-- clients:begin -->\n";
const END: &str = "<!-- clients:end -->";
/// Set by `cargo xtask test --only clients --write`.
const WRITE: &str = "CORVEE_WRITE_TABLE";

/// Writes the table, or makes sure that the document holds it.
///
/// # Errors
/// The document holds another one; the error has the remedy.
pub(crate) fn keep(outcomes: &[Outcome]) -> anyhow::Result<()> {
    let path = installed::repository(DOCUMENT);
    let document = fs::read_to_string(&path).with_context(|| format!("{DOCUMENT} cannot be read"))?;
    let parts = document.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?)));
    let (head, (found, tail)) = parts.with_context(|| format!("{DOCUMENT} lacks the lines {BEGIN} and {END}"))?;
    let table = table(outcomes);
    if std::env::var_os(WRITE).is_some() {
        return fs::write(&path, format!("{head}{BEGIN}{table}{END}{tail}")).context("the table cannot be written");
    }
    let remedy = "write it anew with `cargo xtask test --only clients --write`";
    ensure!(found == table, "{DOCUMENT} does not hold the table of this run: {remedy}\n\n{table}");
    Ok(())
}

fn table(outcomes: &[Outcome]) -> String {
    let mut table =
        "| client | version | language | dialect | exercised | result |\n|---|---|---|---|---|---|\n".to_owned();
    for Outcome { client, version, language, dialect, exercised, right, cases, .. } in outcomes {
        let dialect = named(*dialect);
        writeln!(table, "| {client} | {version} | {language} | {dialect} | {exercised} | {right} of {cases} |")
            .expect("writing to a string does not fail");
    }
    table
}

const fn named(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Corvee => "Corvée",
        Dialect::Recaptcha => "reCAPTCHA",
        Dialect::Hcaptcha => "hCaptcha",
        Dialect::Turnstile => "Turnstile",
    }
}
