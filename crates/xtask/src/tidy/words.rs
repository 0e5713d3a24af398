//! Words that may not stand in the repository: unfinished work, package registries, folders of one machine. Knows no
//! package and no room.

use super::Violation;
use super::rust::Kind;
use super::sources::Source;

/// Hosts of package registries, in pieces so that this file holds none.
const REGISTRIES: &[&[&str]] = &[
    &["crates", ".io"],
    &["npmjs", ".org"],
    &["npmjs", ".com"],
    &["yarnpkg", ".com"],
    &["pypi", ".org"],
    &["pythonhosted", ".org"],
    &["deb.debian", ".org"],
    &["security.debian", ".org"],
    &["proxy.golang", ".org"],
];

/// Where people and machines keep their work.
const FOLDERS: &[&[&str]] = &[&["/ho", "me/"], &["/ro", "ot/"], &["/Us", "ers/"], &["/wo", "rk/"]];

/// Words of this file that may not be there.
pub(crate) fn violations(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut add = |line: usize, what: String, remedy: &str| {
        violations.push(Violation { path: source.path.clone(), line, what, remedy: remedy.to_owned() });
    };
    for (line, what) in unfinished(source) {
        add(line, format!("`{what}`"), "finish it, or write the test so that it runs and states what it expects");
    }
    let file = source.path.rsplit('/').next().unwrap_or(&source.path);
    for (number, line) in source.lines() {
        // Cargo writes its registry into the lock file; there is no way to leave it out.
        if file != "Cargo.lock" && contains_any(line, REGISTRIES) {
            add(
                number,
                "the host of a package registry".to_owned(),
                "name the package alone; each machine has its own registry",
            );
        }
        if names_a_folder(line) {
            add(
                number,
                "a folder of one machine".to_owned(),
                "name it relative to the repository, or make it a parameter",
            );
        }
        if file == "package-lock.json" && line.contains("\"resolved\"") {
            add(
                number,
                "an address in package-lock.json".to_owned(),
                "run npm in tests/tools, whose .npmrc leaves addresses out",
            );
        }
    }
    violations
}

/// Unfinished work and tests that do not run, in Rust.
fn unfinished(source: &Source) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (index, token) in source.tokens.iter().enumerate() {
        let Kind::Word(word) = &token.kind else { continue };
        let before = index.checked_sub(1).and_then(|index| source.tokens.get(index)).map(|token| &token.kind);
        let after = source.tokens.get(index + 1).map(|token| &token.kind);
        match word.as_str() {
            "todo" if after == Some(&Kind::Mark('!')) => found.push((token.line, "todo!")),
            "unimplemented" if after == Some(&Kind::Mark('!')) => found.push((token.line, "unimplemented!")),
            "ignore" if before == Some(&Kind::Mark('[')) => found.push((token.line, "#[ignore]")),
            "should_panic" => found.push((token.line, "#[should_panic]")),
            _ => {}
        }
    }
    for (number, line) in source.lines() {
        let line = line.trim_start();
        let fence = line
            .strip_prefix("//!")
            .or_else(|| line.strip_prefix("///"))
            .and_then(|doc| doc.trim_start().strip_prefix("```"));
        match fence.map(|words| words.split(',').map(str::trim).find(|word| ["ignore", "should_panic"].contains(word)))
        {
            Some(Some("ignore")) => found.push((number, "an ignored doc test")),
            Some(Some(_)) => found.push((number, "a doc test that should panic")),
            _ => {}
        }
    }
    found
}

fn contains_any(line: &str, words: &[&[&str]]) -> bool {
    words.iter().any(|pieces| line.contains(&pieces.concat()))
}

/// Whether an absolute path into such a folder begins in this line.
fn names_a_folder(line: &str) -> bool {
    FOLDERS.iter().any(|pieces| {
        line.match_indices(&pieces.concat()).any(|(start, _)| {
            let before = line.get(..start).and_then(|text| text.chars().next_back());
            // Behind a letter it is the middle of a relative path or of an address.
            !before.is_some_and(|character| character.is_alphanumeric() || "._-})/".contains(character))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: &[usize]) {
        let found = violations(&Source::new(path, text.to_owned()));
        assert_eq!(found.iter().map(|violation| violation.line).collect::<Vec<_>>(), expected, "{path}: {text}");
    }

    #[test]
    fn unfinished_work_is_found_in_code_alone() {
        check("src/session.rs", "fn f() {\n    todo!()\n}", &[2]);
        check("src/session.rs", "unimplemented!(\"later\")", &[1]);
        check("src/session.rs", "// todo!() is forbidden\nlet a = \"todo!()\"; todo.push(1);", &[]);
        check("docs/operating.md", "`todo!()`", &[]);
    }

    #[test]
    fn tests_that_do_not_run_or_wait_for_a_panic_are_found() {
        check("tests/e2e.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}", &[2]);
        check("tests/e2e.rs", "#[should_panic]\nfn f() {}", &[1]);
        check("src/lib.rs", "/// ```ignore\n/// ```\n", &[1]);
        check("src/lib.rs", "//! ```rust,should_panic\n", &[1]);
        check("src/lib.rs", "/// ```\n/// let ignore = 1;\n/// ```\nfn ignore() {}", &[]);
    }

    #[test]
    fn no_file_names_a_registry_but_the_lock_file_that_cargo_writes() {
        let host = REGISTRIES.first().unwrap().concat();
        check("README.md", &format!("from {host}"), &[1]);
        check("Cargo.lock", &format!("source = \"registry+index-of-{host}\""), &[]);
        check("README.md", "from the registry that cargo knows", &[]);
    }

    #[test]
    fn no_file_names_a_folder_of_one_machine() {
        for pieces in FOLDERS {
            let folder = pieces.concat();
            check("docs/operating.md", &format!("\nopen {folder}me/corvee"), &[2]);
            check("docs/operating.md", &format!("open docs{folder}me/corvee"), &[]);
        }
    }

    #[test]
    fn the_lock_file_of_npm_holds_no_addresses() {
        check("tests/tools/package-lock.json", "{\n  \"resolved\": \"https://example.test/a.tgz\"\n}", &[2]);
        check("tests/tools/package-lock.json", "{ \"integrity\": \"sha512-x\" }", &[]);
    }
}
