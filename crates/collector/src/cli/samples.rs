//! `corvee samples`.

use std::path::PathBuf;

use clap::Args;
use corvee_samples::ObjectClass;
use serde_json::json;

use super::output::Output;
use super::progress;
use crate::sample_folder;

/// Arguments of `corvee samples`.
#[derive(Args)]
pub(super) struct Samples {
    /// Folder to write into.
    folder: PathBuf,
    /// How many pictures.
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    count: u32,
    /// Thing the labels speak of, such as bicycle.
    #[arg(long, default_value = "bicycle", value_parser = class)]
    class: ObjectClass,
    /// Another seed draws other pictures.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Samples {
    pub(super) fn run(self, output: Output) -> anyhow::Result<()> {
        let bar = progress::bar(u64::from(self.count), "drawing");
        sample_folder::write(&self.folder, self.class, self.count, self.seed, &|_| bar.inc(1))?;
        bar.finish_and_clear();
        let folder = self.folder.display().to_string();
        output.print(&json!({ "folder": folder, "pictures": self.count, "label": self.class.name() }), || {
            format!("{} pictures and labels.csv are in {folder}.", self.count)
        })
    }
}

fn class(name: &str) -> anyhow::Result<ObjectClass> {
    let known = || ObjectClass::ALL.iter().map(|class| class.name()).collect::<Vec<_>>().join(", ");
    let found = ObjectClass::ALL.iter().find(|class| class.name() == name);
    found.copied().ok_or_else(|| anyhow::anyhow!("nothing of this name is drawn; there are: {}", known()))
}
