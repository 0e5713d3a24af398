//! Which package may import which, from `cargo metadata`. Knows no source file.

use std::path::Path;

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, MetadataCommand};

use super::Violation;
use crate::workspace::Workspace;

/// One row of the table in ARCHITECTURE.md.
struct Package {
    name: &'static str,
    /// Packages of ours that it may import.
    ours: &'static [&'static str],
    /// What of others it may import.
    others: Others,
}

enum Others {
    /// These alone.
    Only(&'static [&'static str]),
    /// Any but these.
    Except(&'static [&'static str]),
}

/// What reaches for a clock, a disk, a network, a database or a page.
const OUTSIDE: &[&str] =
    &["axum", "gloo", "jiff", "js-sys", "reqwest", "sqlx", "tokio", "tower", "tower-http", "web-sys", "yew"];

/// Packages of ours that tests alone may import: the end-to-end tests hold the operator's keys, as the
/// simulator does; the widget's words come with its settings.
const TEST_ARROWS: &[(&str, &str)] = &[("corvee", "corvee-seal"), ("corvee", "corvee-words")];

const TABLE: &[Package] = &[
    Package { name: "corvee", ours: &["corvee-protocol"], others: Others::Except(&["axum", "sqlx", "tokio"]) },
    Package { name: "corvee-protocol", ours: &[], others: Others::Only(&["serde", "thiserror"]) },
    Package { name: "corvee-words", ours: &["corvee-protocol"], others: Others::Only(&["thiserror", "toml"]) },
    Package { name: "corvee-consensus", ours: &["corvee-protocol"], others: Others::Except(OUTSIDE) },
    Package { name: "corvee-aggregate", ours: &["corvee-consensus"], others: Others::Except(OUTSIDE) },
    Package { name: "corvee-seal", ours: &[], others: Others::Except(OUTSIDE) },
    Package { name: "corvee-work", ours: &[], others: Others::Only(&["argon2", "wasm-bindgen"]) },
    Package { name: "corvee-samples", ours: &[], others: Others::Except(OUTSIDE) },
    Package { name: "corvee-sprite", ours: &[], others: Others::Only(&["rand"]) },
    Package {
        name: "corvee-simulate",
        ours: &["corvee-protocol", "corvee-consensus", "corvee-seal", "corvee-work"],
        others: Others::Except(&["axum", "sqlx"]),
    },
    Package {
        name: "corvee-collector",
        ours: &[
            "corvee-protocol",
            "corvee-consensus",
            "corvee-seal",
            "corvee-work",
            "corvee-samples",
            "corvee-simulate",
            "corvee-sprite",
            "corvee-aggregate",
            "corvee-words",
        ],
        others: Others::Except(&["yew", "web-sys"]),
    },
    Package {
        name: "corvee-fuzz",
        ours: &["corvee-protocol", "corvee-seal", "corvee-aggregate", "corvee-collector"],
        others: Others::Except(&["axum", "sqlx"]),
    },
    Package { name: "xtask", ours: &[], others: Others::Except(&[]) },
];

/// An arrow from one package to another.
struct Arrow<'a> {
    from: &'a str,
    to: &'a str,
    /// Whether it exists for tests alone.
    tests_only: bool,
}

/// Every arrow of the workspace that the table does not allow.
pub(crate) fn violations(workspace: &Workspace) -> Result<Vec<Violation>> {
    let metadata =
        MetadataCommand::new().current_dir(&workspace.root).no_deps().exec().context("cannot read the workspace")?;
    let mut violations = Vec::new();
    for package in &metadata.packages {
        let arrows = package.dependencies.iter().map(|dependency| Arrow {
            from: &package.name,
            to: &dependency.name,
            tests_only: dependency.kind == DependencyKind::Development,
        });
        let refused: Vec<_> = if TABLE.iter().any(|row| row.name == *package.name) {
            arrows.filter_map(|arrow| Some((refusal(&arrow)?, arrow.to.to_owned()))).collect()
        } else {
            vec![(
                format!("the package {} is in no row of the table of arrows", package.name),
                package.name.to_string(),
            )]
        };
        let manifest = package.manifest_path.as_std_path();
        let path = manifest.strip_prefix(&workspace.root).unwrap_or(manifest);
        for (what, dependency) in refused {
            violations.push(Violation {
                path: path.display().to_string(),
                line: line_of(manifest, &dependency)?,
                what,
                remedy: "move the code to a package that may, or change ARCHITECTURE.md and crates/xtask/src/tidy/arrows.rs \
                         with a decision record"
                    .to_owned(),
            });
        }
    }
    Ok(violations)
}

/// Why this arrow may not be, if so.
fn refusal(arrow: &Arrow<'_>) -> Option<String> {
    let row = TABLE.iter().find(|row| row.name == arrow.from)?;
    let is_ours = TABLE.iter().any(|row| row.name == arrow.to);
    let allowed = if is_ours {
        row.ours.contains(&arrow.to) || (arrow.tests_only && TEST_ARROWS.contains(&(arrow.from, arrow.to)))
    } else if arrow.tests_only {
        // Tests may start servers and browsers.
        true
    } else {
        match &row.others {
            Others::Only(names) => names.contains(&arrow.to),
            Others::Except(names) => !names.contains(&arrow.to),
        }
    };
    (!allowed).then(|| format!("{} may not import {}", arrow.from, arrow.to))
}

fn line_of(manifest: &Path, dependency: &str) -> Result<usize> {
    let text = std::fs::read_to_string(manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let names = |line: &str| line.split(['=', '.', ' ']).next() == Some(dependency);
    Ok(text.lines().position(names).map_or(1, |index| index + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, tests_only: bool, allowed: bool) {
        assert_eq!(refusal(&Arrow { from, to, tests_only }).is_none(), allowed, "{from} -> {to}");
    }

    #[test]
    fn the_arrows_of_the_architecture_are_allowed() {
        check("corvee", "corvee-protocol", false, true);
        check("corvee-consensus", "corvee-protocol", false, true);
        check("corvee-collector", "corvee-samples", false, true);
        check("corvee-simulate", "corvee-seal", false, true);
        check("corvee-aggregate", "corvee-consensus", false, true);
        check("corvee-collector", "corvee-aggregate", false, true);
        check("corvee-collector", "corvee-work", false, true);
        check("corvee-collector", "corvee-sprite", false, true);
        check("corvee-simulate", "corvee-work", false, true);
        check("corvee-protocol", "serde", false, true);
        check("corvee", "tokio", true, true);
        check("corvee", "corvee-seal", true, true);
        check("corvee", "corvee-words", true, true);
    }

    #[test]
    fn every_other_arrow_is_refused_even_in_tests() {
        check("corvee", "corvee-consensus", false, false);
        check("corvee", "corvee-words", false, false);
        check("corvee", "corvee-seal", false, false);
        check("corvee", "corvee-collector", true, false);
        check("corvee-protocol", "corvee-seal", false, false);
        check("corvee-protocol", "tokio", false, false);
        check("corvee-consensus", "sqlx", false, false);
        check("corvee-seal", "corvee-protocol", false, false);
        check("corvee-work", "corvee-protocol", false, false);
        check("corvee-sprite", "corvee-protocol", false, false);
        check("corvee", "corvee-work", false, false);
        check("corvee-collector", "corvee", false, false);
        check("corvee-aggregate", "corvee-collector", false, false);
        check("corvee-aggregate", "tokio", false, false);
        check("corvee-consensus", "corvee-aggregate", false, false);
        check("xtask", "corvee-protocol", false, false);
    }
}
