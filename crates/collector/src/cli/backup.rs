//! `corvee backup`.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use super::{Context, progress};
use crate::backup::{self, Rows};
use crate::config::DatabaseUrl;

/// Arguments of `corvee backup`.
#[derive(Args)]
pub(super) struct Backup {
    /// The folder to make; it must not exist.
    target: PathBuf,
}

/// What is printed.
#[derive(Serialize)]
struct Taken {
    #[serde(flatten)]
    backup: backup::Backup,
    /// What copies a database that is on a server.
    #[serde(skip_serializing_if = "Option::is_none")]
    database_command: Option<String>,
}

impl Backup {
    /// An error when pictures were lost before: the backup is there, without them.
    pub(super) async fn run(self, context: Context) -> anyhow::Result<()> {
        let pictures = context.shelf()?;
        let store = context.store().await?;
        let bar = progress::bar(0, "copying");
        let drawn = bar.clone();
        let step = move |done, total| {
            drawn.set_length(u64::try_from(total).unwrap_or(0));
            drawn.set_position(u64::try_from(done).unwrap_or(0));
        };
        let taken = backup::take(&context.data, &store, &pictures, &self.target, Box::new(step)).await;
        bar.finish_and_clear();
        store.close().await;
        let database_command = context.config.database.as_ref().map(dump);
        let taken = Taken { backup: taken.context("there is no backup")?, database_command };
        context.output.print(&taken, || describe(&taken))?;
        let n_lost = taken.backup.lost_pictures.len();
        anyhow::ensure!(
            n_lost == 0,
            "{n_lost} pictures are missing or damaged in {} and are not in the backup; `--json` names them",
            context.data.path().display()
        );
        Ok(())
    }
}

/// The password, if there is one, is left to `PGPASSWORD` or `~/.pgpass`. What is deleted within a day is left out.
fn dump(database: &DatabaseUrl) -> String {
    let left_out =
        ["spent_challenges", "tokens", "prefix_keys", "moves"].map(|table| format!("--exclude-table-data={table}"));
    format!("pg_dump --format=custom --no-owner {} --file=corvee.pgdump {database}", left_out.join(" "))
}

fn describe(taken: &Taken) -> String {
    let Taken { backup, database_command } = taken;
    let mut text = format!("{} holds", backup.folder.display());
    let told = match &backup.database {
        Some(Rows { campaigns, items, votes, sites }) => {
            write!(text, " the database ({campaigns} campaigns, {items} items, {votes} votes, {sites} sites),")
        }
        None => Ok(()),
    };
    told.and_then(|()| {
        let (files, mib) = (backup.files.join(", "), backup.size_bytes as f64 / 1_048_576.0);
        match backup.pictures {
            Some(pictures) => write!(text, " {pictures} pictures, {files}: {mib:.1} MiB."),
            None => write!(text, " {files}: {mib:.1} MiB. The pictures stay in their bucket: copy it as well."),
        }
    })
    .expect("writing to a String cannot fail");
    match database_command {
        Some(command) => {
            text.push_str("\nThe database is on a server and not in it. Copy it BEFORE the pictures, so that none is missing:\n  ");
            text.push_str(command);
            text.push_str("\nthen take this backup once more.");
        }
        None => {
            write!(
                text,
                "\nTo restore, put the folder in the place of the data folder, or: corvee --data {} serve",
                backup.folder.display()
            )
            .expect("writing to a String cannot fail");
        }
    }
    text
}
