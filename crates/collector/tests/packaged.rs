//! The files of `packaging/` and the guide that tells how to use them: they must speak of the same user, folder and files.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The value of a setting of a unit, which must be there once.
fn setting<'a>(unit: &'a str, name: &str) -> &'a str {
    let values: Vec<&str> = unit
        .lines()
        .filter_map(|line| line.split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value)
        .collect();
    let [value] = values[..] else { panic!("{name} in the unit: {values:?}") };
    value
}

#[test]
fn the_unit_runs_as_the_user_that_is_made_for_it() {
    let (unit, users) = (text("packaging/systemd/corvee.service"), text("packaging/sysusers.d/corvee.conf"));
    let user = setting(&unit, "User");
    assert_eq!(setting(&unit, "Group"), user);
    assert!(users.lines().any(|line| line.starts_with(&format!("u {user} "))), "{users}");
    let folder = format!("/var/lib/{}", setting(&unit, "StateDirectory"));
    assert!(setting(&unit, "ExecStart").contains(&format!("--data {folder} ")), "the unit serves another folder");
    assert!(users.contains(&folder), "{users}");
    // Its folder would be a link, and its user gone whenever it rests: nobody could run a command beside it.
    assert!(!unit.contains("DynamicUser="));
}

#[test]
fn the_guide_installs_every_file_and_runs_every_command_as_that_user() {
    let guide = text("docs/operating.md");
    for folder in ["packaging/systemd", "packaging/sysusers.d"] {
        for file in fs::read_dir(root().join(folder)).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let installs = |line: &str| line.starts_with("    install ") && line.contains(&format!("{folder}/{name}"));
            assert!(guide.lines().any(installs), "{folder}/{name} is installed by nobody");
        }
    }
    let commands: Vec<&str> = guide
        .lines()
        .filter(|line| line.starts_with("    ") && line.contains("corvee --data /var/lib/corvee"))
        .collect();
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        assert!(command.starts_with("    runuser -u corvee -- "), "{command}");
    }
}
