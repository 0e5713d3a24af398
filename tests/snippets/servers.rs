//! Snippets that are servers, each with its framework on a port of its own: their page publishes with a token, and no token
//! is good twice. Knows how each starts, not what it does.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use corvee_protocol::Dialect;
use reqwest::header::{COOKIE, SET_COOKIE};
use tempfile::TempDir;

use super::browser::Browser;
use super::installed;
use super::own_collector::OwnCollector;
use super::process::Process;
use super::site;
use super::visit::{self, PUBLISHED, REFUSED};

/// The field in which Django's forms bring back their cookie.
const CSRF: &str = "csrfmiddlewaretoken";
const NODE_MODULES: &str = "tests/clients/node/node_modules";

/// A snippet, and the framework that runs it.
#[derive(Clone, Copy, Debug)]
enum Framework {
    Axum,
    Django,
    Express,
    Flask,
    /// The two changed lines of a Flask application written for another vendor.
    OneEdit(Dialect),
}

#[tokio::test(flavor = "multi_thread")]
async fn the_flask_server_takes_a_token_once() -> anyhow::Result<()> {
    check(Framework::Flask).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_django_server_takes_a_token_once() -> anyhow::Result<()> {
    check(Framework::Django).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_express_server_takes_a_token_once() -> anyhow::Result<()> {
    check(Framework::Express).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_axum_server_takes_a_token_once() -> anyhow::Result<()> {
    check(Framework::Axum).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_written_for_recaptcha_takes_a_token_once_after_one_edit() -> anyhow::Result<()> {
    check(Framework::OneEdit(Dialect::Recaptcha)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_written_for_hcaptcha_takes_a_token_once_after_one_edit() -> anyhow::Result<()> {
    check(Framework::OneEdit(Dialect::Hcaptcha)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_written_for_turnstile_takes_a_token_once_after_one_edit() -> anyhow::Result<()> {
    check(Framework::OneEdit(Dialect::Turnstile)).await
}

async fn check(framework: Framework) -> anyhow::Result<()> {
    let collector = OwnCollector::start()?;
    let folder = framework.folder(&collector)?;
    let ready = |line: &str| line.starts_with("http://127.0.0.1:").then(|| line.to_owned());
    let (process, url) = Process::start(framework.command(&collector, folder.path())?, ready)?;
    let outcome = async {
        framework.takes_a_token_once(&url, &collector).await?;
        let publish = async |browser: Browser| visit::publish(&browser, &url, framework.field()).await;
        Browser::open(visit::CHROMIUM, publish).await
    };
    let said = || format!("{framework:?} said:\n{}\nthe collector said:\n{}", process.said(), collector.said());
    outcome.await.map_err(|error: anyhow::Error| error.context(said()))
}

impl Framework {
    const fn dialect(self) -> Dialect {
        match self {
            Self::OneEdit(dialect) => dialect,
            Self::Axum | Self::Django | Self::Express | Self::Flask => Dialect::Corvee,
        }
    }

    /// The token's name in the form.
    const fn field(self) -> &'static str {
        match self.dialect() {
            Dialect::Corvee => "corvee-response",
            Dialect::Recaptcha => "g-recaptcha-response",
            Dialect::Hcaptcha => "h-captcha-response",
            Dialect::Turnstile => "cf-turnstile-response",
        }
    }

    /// A folder of its own, with what cannot run where it stands.
    fn folder(self, collector: &OwnCollector) -> anyhow::Result<TempDir> {
        let snippet = |name: &str| fs::read_to_string(installed::repository("docs/snippets").join(name));
        Ok(match self {
            // Node.js looks for packages above a script.
            Self::Express => {
                let folder = tempfile::tempdir_in(installed::repository(NODE_MODULES))?;
                fs::write(folder.path().join("app.mjs"), snippet("express/app.mjs")?)?;
                folder
            }
            Self::OneEdit(dialect) => {
                let folder = tempfile::tempdir()?;
                let edit = snippet(&format!("one-edit/{}.diff", dialect.as_str()))?;
                let edited = site::filled(&edited(&edit)?, collector)?;
                fs::write(folder.path().join("app.py"), edited)?;
                folder
            }
            Self::Axum | Self::Django | Self::Flask => tempfile::tempdir()?,
        })
    }

    fn command(self, collector: &OwnCollector, folder: &Path) -> anyhow::Result<Command> {
        let python = |framework: &str, folder: &Path| -> anyhow::Result<Command> {
            let mut command = Command::new(installed::python()?);
            command.arg("-B").arg(installed::repository("tests/snippets/serve.py")).arg(framework).arg(folder);
            Ok(command)
        };
        let mut command = match self {
            Self::Axum => Command::new(installed::axum_snippet()?),
            Self::Django => python("django", &installed::repository("docs/snippets/django"))?,
            Self::Express => {
                let mut command = Command::new("node");
                command.arg(folder.join("app.mjs"));
                command
            }
            Self::Flask => python("flask", &installed::repository("docs/snippets/flask"))?,
            Self::OneEdit(_) => python("flask", folder)?,
        };
        let keys = collector.keys(self.dialect())?;
        command.env("PORT", "0").env("CORVEE_COLLECTOR", collector.origin());
        for (name, value) in [("SITEKEY", &keys.sitekey), ("SECRET", &keys.secret)] {
            command.env(name, value).env(format!("CORVEE_{name}"), value);
        }
        Ok(command)
    }

    /// What a program that is no browser sees of the server.
    async fn takes_a_token_once(self, url: &str, collector: &OwnCollector) -> anyhow::Result<()> {
        let client = reqwest::Client::new();
        let reply = client.get(url).send().await?;
        let cookie = reply.headers().get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok()?.split(';').next());
        let cookie = cookie.unwrap_or_default().to_owned();
        let page = reply.text().await?;
        let sitekey = collector.keys(self.dialect())?.sitekey;
        for part in [&format!("src=\"{}/", collector.origin()), &format!("data-sitekey=\"{sitekey}\"")] {
            ensure!(page.contains(part), "the page holds no {part}:\n{page}");
        }
        let csrf = page.split_once(&format!("name=\"{CSRF}\" value=\"")).and_then(|(_, rest)| rest.split('"').next());
        let token = collector.tokens(self.dialect(), 1)?.concat();
        let cases = [
            ("a fresh token", Some(token.as_str()), (200, PUBLISHED)),
            ("the same again", Some(token.as_str()), (403, REFUSED)),
            ("none", None, (403, REFUSED)),
            ("nonsense", Some("nonsense"), (403, REFUSED)),
        ];
        for (case, token, expected) in cases {
            let mut form = BTreeMap::from([("comment", "A pretty page.")]);
            form.extend(token.map(|token| (self.field(), token)));
            form.extend(csrf.map(|value| (CSRF, value)));
            let request = client.post(format!("{url}comment")).header(COOKIE, &cookie).form(&form);
            let reply = request.send().await?;
            let status = reply.status().as_u16();
            let text = reply.text().await?;
            ensure!((status, text.as_str()) == expected, "{case}: {status} {text}, not {expected:?}");
        }
        Ok(())
    }
}

/// The file that a difference leads to.
fn edited(difference: &str) -> anyhow::Result<String> {
    let changed = |sign: char| difference.lines().filter(|line| line.starts_with(sign)).count();
    ensure!((changed('-'), changed('+')) == (2, 2), "one edit is two changed lines");
    let kept = difference.lines().filter(|line| !line.starts_with('-'));
    let lines = kept.map(|line| line.get(1..).unwrap_or_default()).collect::<Vec<_>>().join("\n");
    lines.contains("import").then_some(lines + "\n").context("the difference holds no program")
}
