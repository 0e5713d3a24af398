//! Puts one crate's own verdicts beside those its documentation promises: `corvee-clients-rust NAME < site.json`. Prints
//! one JSON object. Knows no collector but by its address.

mod hcaptcha_crate;
mod rocket_crate;

use std::io::Read as _;

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde_json::{Value, json};

/// Of the shape that tokens have, and none.
const WRONG_TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const LOCK: &str = include_str!("../Cargo.lock");

/// A collector and the keys of one of its sites.
#[derive(Deserialize)]
struct Site {
    /// Such as `http://127.0.0.1:8080`.
    collector: String,
    sitekey: String,
    secret: String,
    wrong_secret: String,
    /// Two, fresh.
    tokens: [String; 2],
}

/// What each case must give, in the crate's own words.
struct Expected {
    success: Value,
    duplicate: Value,
    wrong_token: Value,
    missing_response: Value,
    wrong_secret: Value,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let name = std::env::args().nth(1).context("which crate?")?;
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let site: Site = serde_json::from_str(&text)?;
    let [first, second] = &site.tokens;
    // The wrong secret comes first: it must not use the token up.
    let asked: [(&str, &str, &str); 6] = [
        ("wrong secret", &site.wrong_secret, second),
        ("success", &site.secret, first),
        ("duplicate", &site.secret, first),
        ("wrong token", &site.secret, WRONG_TOKEN),
        ("missing response", &site.secret, ""),
        ("success after a wrong secret", &site.secret, second),
    ];
    let expected = match name.as_str() {
        "hcaptcha" => hcaptcha_crate::expected(),
        "rocket-recaptcha-v3" => rocket_crate::expected(),
        other => bail!("there is no client {other}"),
    };
    let mut checks = Vec::new();
    for (case, secret, token) in asked {
        let got = match name.as_str() {
            "hcaptcha" => hcaptcha_crate::verify(&site, secret, token).await,
            _ => rocket_crate::verify(&site, secret, token).await,
        };
        let expected = match case {
            "duplicate" => &expected.duplicate,
            "wrong token" => &expected.wrong_token,
            "missing response" => &expected.missing_response,
            "wrong secret" => &expected.wrong_secret,
            _ => &expected.success,
        };
        checks.push(json!({ "case": case, "expected": expected, "got": got }));
    }
    println!("{}", json!({ "client": name, "version": version(&name)?, "checks": checks }));
    Ok(())
}

/// The version in the lock file.
fn version(name: &str) -> anyhow::Result<&'static str> {
    let (_, after) = LOCK.split_once(&format!("name = \"{name}\"\nversion = \"")).context("not in the lock file")?;
    after.split('"').next().context("the lock file ends early")
}
