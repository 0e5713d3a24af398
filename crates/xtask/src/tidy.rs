//! `tidy`: the rules of the house that no compiler checks, also run as a test. Knows the rules' names; each group of rules
//! is a file of its own.

mod arrows;
mod names;
mod rooms;
mod rust;
mod sources;
mod words;

use std::fmt;

use anyhow::{Result, bail};

use self::sources::Source;
use crate::workspace::Workspace;

/// One place that breaks a rule.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Violation {
    /// The file, relative to the repository.
    pub(crate) path: String,
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// What is wrong.
    pub(crate) what: String,
    /// What to do.
    pub(crate) remedy: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}: {}", self.path, self.line, self.what, self.remedy)
    }
}

/// Prints every violation.
///
/// # Errors
/// There is one.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let violations = violations(workspace)?;
    for violation in &violations {
        println!("{violation}");
    }
    if !violations.is_empty() {
        bail!("{} places break the rules of the house; each line above says where and what to do", violations.len());
    }
    println!("tidy: no violation");
    Ok(())
}

fn violations(workspace: &Workspace) -> Result<Vec<Violation>> {
    let mut violations = arrows::violations(workspace)?;
    for path in sources::paths(&workspace.root)? {
        violations.extend(names::violations(&path));
        if let Some(source) = Source::read(&workspace.root, &path)? {
            violations.extend(names::shape(&source));
            violations.extend(rooms::violations(&source));
            violations.extend(words::violations(&source));
        }
    }
    violations.sort();
    Ok(violations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_keeps_the_rules_of_the_house() {
        let violations = violations(&Workspace::find().unwrap()).unwrap();
        let listed = violations.iter().map(Violation::to_string).collect::<Vec<_>>().join("\n");
        assert!(violations.is_empty(), "mend these, or run `cargo xtask tidy` to see them again:\n{listed}");
    }
}
