//! Accessibility defects of the present document, found by axe-core. Knows rules by their names, not by their meaning.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Context as _;

use super::browser::Browser;
use super::programs;

/// WCAG 2.2 A and AA, and what axe-core counts as good practice.
const TAGS: &str = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']";
/// Rules about whole pages; a frame is a part of one.
const NOT_INSIDE_A_FRAME: [&str; 3] = ["landmark-one-main", "page-has-heading-one", "region"];

/// What axe-core found in one or many documents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// Defects, with where they were found.
    pub(crate) violations: BTreeSet<String>,
    /// What a person has to look at, with where.
    pub(crate) incomplete: BTreeSet<String>,
    /// Documents looked at.
    pub(crate) documents: u32,
}

/// Which document is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A whole page.
    Page,
    /// A frame on a page.
    Frame,
}

impl Findings {
    /// Looks at the document that `browser` speaks to, and calls it `state`.
    pub(crate) async fn look(&mut self, browser: &Browser, part: Part, state: &str) -> anyhow::Result<()> {
        if !browser.read::<bool>("'axe' in window").await? {
            // The driver's own scripts are not bound by the document's policy.
            browser.run(&fs::read_to_string(programs::axe()?)?).await?;
        }
        // Off unless asked for; and a page's frame is looked at by its own call.
        let mut rules = vec!["'target-size': { enabled: true }, 'frame-tested': { enabled: false }".to_owned()];
        if part == Part::Frame {
            rules.extend(NOT_INSIDE_A_FRAME.map(|rule| format!("'{rule}': {{ enabled: false }}")));
        }
        let rules = rules.join(", ");
        let script = format!(
            "axe.run(document, {{ runOnly: {TAGS}, rules: {{ {rules} }}, iframes: false, resultTypes: ['violations', 'incomplete'] }})
                .then(({{ violations, incomplete }}) => {{
                    const list = (found) => found.flatMap(({{ id, nodes }}) =>
                        nodes.map((node) => `${{id}}: ${{node.target.join(' ')}}: ${{(node.any[0] || node.all[0] || node.none[0] || {{}}).message}}`));
                    done([list(violations), list(incomplete)]);
                }})
                .catch((error) => done(String(error)));"
        );
        let found = browser.run_async(&script).await?;
        let (violations, incomplete): (Vec<String>, Vec<String>) =
            serde_json::from_value(found.clone()).with_context(|| format!("axe-core says {found}"))?;
        self.violations.extend(violations.iter().map(|found| format!("{state}: {found}")));
        self.incomplete.extend(incomplete.iter().map(|found| format!("{state}: {found}")));
        self.documents += 1;
        Ok(())
    }
}
