//! The steps by which the schema came about, each in two texts: for a file and for a server. Steps that were released never
//! change; what comes is a step of its own, which only adds, so that a collector of before still works. Knows no table.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// A step: its number and name, and its texts.
struct Step {
    name: &'static str,
    file: &'static str,
    server: &'static str,
}

/// The step whose two files have this name.
macro_rules! step {
    ($name:literal) => {
        Step {
            name: $name,
            file: include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")),
            server: include_str!(concat!("../../../migrations/postgres/", $name, ".sql")),
        }
    };
}

const STEPS: [Step; 8] = [
    step!("0001_first"),
    step!("0002_sites_and_tokens"),
    step!("0003_machines_turn"),
    step!("0004_several_collectors"),
    step!("0005_statistics"),
    step!("0006_replies"),
    step!("0007_tallies"),
    step!("0008_votes_by_network"),
];

/// The steps of a file.
pub(in crate::store) fn of_file() -> Migrator {
    migrator(|step| step.file)
}

/// The steps of a server. A newer collector may have taken some that this one has never heard of.
pub(in crate::store) fn of_server() -> Migrator {
    let mut migrator = migrator(|step| step.server);
    migrator.set_ignore_missing(true);
    migrator
}

fn migrator(text: fn(&Step) -> &'static str) -> Migrator {
    let migration = |step: &Step| {
        let (number, name) = step.name.split_once('_').unwrap_or_default();
        let number = number.parse().expect("a step's name begins with its number");
        let name = Cow::Owned(name.replace('_', " "));
        Migration::new(number, name, MigrationType::Simple, text(step).into_sql_str(), false)
    };
    Migrator::with_migrations(STEPS.iter().map(migration).collect())
}
