//! Accessibility defects of the present document, found by axe-core. Knows rules by their names, not by their meaning.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::json;

use super::browser::Browser;
use super::programs;

/// WCAG 2.2 A and AA, and what axe-core counts as good practice.
const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/// What a person has looked at: rule, selector, reason.
const TRIAGE: &str = include_str!("axe_triage.md");

/// Runs axe-core; every finding that is no violation is compared with the triage: the numbers of the rows that fit, and the
/// findings that none fits.
const LOOK: &str = "
    const told = (id, node) => `${id}: ${node.target.join(' ')}: ${(node.any[0] || node.all[0] || node.none[0] || {}).message}`;
    axe.run(document, options).then(({ violations, incomplete }) => {
        const rows = new Set(), open = [];
        for (const { id, nodes } of incomplete) for (const node of nodes) {
            const element = document.querySelector(node.target[0]);
            const row = triage.findIndex(({ rule, selector }) => rule === id && element.matches(selector));
            if (row < 0) open.push(told(id, node)); else rows.add(row);
        }
        done({ violations: violations.flatMap(({ id, nodes }) => nodes.map((node) => told(id, node))), open, rows: [...rows] });
    }).catch((error) => done(String(error)));";

/// What axe-core found in one or many documents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// Defects, with where they were found.
    pub(crate) violations: BTreeSet<String>,
    /// What a person has to look at and has not, with where.
    pub(crate) open: BTreeSet<String>,
    /// Rows of the triage that were needed.
    pub(crate) rows: BTreeSet<usize>,
    /// Documents looked at.
    pub(crate) documents: u32,
}

#[derive(Deserialize)]
struct Look {
    violations: Vec<String>,
    open: Vec<String>,
    rows: Vec<usize>,
}

/// The rows of the triage: rule and selector.
pub(crate) fn triage() -> anyhow::Result<Vec<(&'static str, &'static str)>> {
    let rows = TRIAGE.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|line| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let (rule, selector, reason) = (cells.next(), cells.next(), cells.next());
        let row = rule.zip(selector).filter(|_| reason.is_some_and(|reason| !reason.is_empty()));
        row.with_context(|| format!("axe_triage.md: a row needs a rule, a selector and a reason: {line}"))
    })
    .collect()
}

impl Findings {
    /// Looks at the document that `browser` speaks to, and calls it `state`.
    pub(crate) async fn look(&mut self, browser: &Browser, state: &str) -> anyhow::Result<()> {
        if !browser.read::<bool>("'axe' in window").await? {
            // The driver's own scripts are not bound by the document's policy.
            browser.run(&fs::read_to_string(programs::axe()?)?).await?;
        }
        // Off unless asked for; and a page's frame is looked at by its own call.
        let rules = json!({ "target-size": { "enabled": true }, "frame-tested": { "enabled": false } });
        let options = json!({
            "runOnly": TAGS, "rules": rules, "iframes": false, "resultTypes": ["violations", "incomplete"],
        });
        let triage: Vec<_> =
            triage()?.iter().map(|(rule, selector)| json!({ "rule": rule, "selector": selector })).collect();
        let script = format!("const options = {options}, triage = {};{LOOK}", json!(triage));
        let found = browser.run_async(&script).await?;
        let Look { violations, open, rows } =
            serde_json::from_value(found.clone()).with_context(|| format!("axe-core says {found}"))?;
        self.violations.extend(violations.iter().map(|found| format!("{state}: {found}")));
        self.open.extend(open.iter().map(|found| format!("{state}: {found}")));
        self.rows.extend(rows);
        self.documents += 1;
        Ok(())
    }
}
