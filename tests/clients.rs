//! Other people's CAPTCHA clients, unmodified, against the built collector: packages that verify tokens on a server, and
//! components that show the widget in a real browser. Knows their names, not their code.
#![cfg(not(target_arch = "wasm32"))]

#[path = "e2e/browser.rs"]
#[expect(dead_code, unused_imports, reason = "the end-to-end tests use all of it")]
mod browser;
#[path = "e2e/demonstration.rs"]
mod demonstration;
#[path = "e2e/kept.rs"]
mod kept;
#[path = "e2e/process.rs"]
mod process;
#[path = "e2e/programs.rs"]
#[expect(dead_code, reason = "the end-to-end tests use all of it")]
mod programs;

#[path = "clients/client.rs"]
mod client;
#[path = "clients/components.rs"]
mod components;
#[path = "clients/installed.rs"]
#[expect(dead_code, reason = "the tests of the snippets use the rest")]
mod installed;
#[path = "clients/own_collector.rs"]
mod own_collector;
#[path = "clients/pages.rs"]
mod pages;
#[path = "clients/table.rs"]
mod table;
#[path = "clients/verifiers.rs"]
mod verifiers;

use anyhow::ensure;

use browser::{Browser, Device};
use client::Outcome;
use own_collector::OwnCollector;

/// Names one client, to run it alone; the table is left as it is.
const ALONE: &str = "CORVEE_CLIENT";

#[tokio::test]
async fn every_client_works_unmodified() -> anyhow::Result<()> {
    let alone = std::env::var(ALONE).ok();
    let chosen = |name: &str| alone.as_deref().is_none_or(|alone| alone == name);
    let collector = OwnCollector::start()?;
    let mut outcomes = Vec::new();
    for verifier in verifiers::VERIFIERS.iter().filter(|verifier| chosen(verifier.module)) {
        outcomes.push(verifier.run(&collector)?);
    }
    let shown: Vec<_> = components::COMPONENTS.iter().filter(|component| chosen(component.page)).collect();
    if !shown.is_empty() {
        let lives = Browser::open(Device::CHROMIUM, async |browser| {
            let mut lives = Vec::new();
            for component in shown {
                lives.push(component.run(&browser, &collector).await?);
            }
            Ok(lives)
        });
        outcomes.extend(lives.await?);
    }
    ensure!(!outcomes.is_empty(), "{ALONE} names {alone:?}, which is no client: tests/clients/ holds their names");
    let failures: Vec<&str> = outcomes.iter().filter_map(Outcome::failure).collect();
    ensure!(
        failures.is_empty(),
        "{} of {} clients do not work:\n\n{}",
        failures.len(),
        outcomes.len(),
        failures.join("\n\n")
    );
    if alone.is_none() {
        table::keep(&outcomes)?;
    }
    Ok(())
}
