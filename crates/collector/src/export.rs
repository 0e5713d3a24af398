//! Writes a campaign's labels and votes as files that add up, or writes nothing. Does not know who asks for it.
//!
//! Everything is read from one snapshot, page by page in constant memory, and counted on the way; the counts must agree
//! with the database's own and with the ledger before the folder appears.

pub mod evaluation;
pub mod folder;
pub mod manifest;
pub mod tables;

use std::io;
use std::path::{Path, PathBuf};

use corvee_protocol::campaign::Campaign;
use corvee_protocol::ledger::ItemCounts;

use self::evaluation::Evaluation;
use self::folder::{Existing, PartFolder};
use self::manifest::{Assumptions, ExportedLedger, FORMAT, FORMAT_VERSION, Generator, Manifest};
use self::tables::{LABEL_COLUMNS, LabelNames, LabelRow, Table, VOTE_COLUMNS, VoteLine};
use crate::clock;
use crate::store::StoreError;
use crate::store::answers::CampaignRules;
use crate::store::campaigns::CampaignRow;
use crate::store::items::ItemState;
use crate::store::snapshot::tally::Tally;
use crate::store::snapshot::{ItemRow, Snapshot, VoteRow};

/// The file that describes the others.
pub const MANIFEST_FILE: &str = "manifest.json";
/// All files of an export.
pub const FILES: [&str; 5] = ["labels.csv", "labels.jsonl", "votes.csv", "votes.jsonl", MANIFEST_FILE];
/// Rows in memory at once.
const PAGE: u32 = 2000;

/// Where to export to and what with.
#[derive(Clone, Debug)]
pub struct ExportOptions {
    /// The folder to be; made when absent.
    pub folder: PathBuf,
    /// What to do when it holds an export already.
    pub existing: Existing,
    /// Whether final labels are compared with the labels kept at import.
    pub evaluate: bool,
}

/// How far an export has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Rows written, items and votes together.
    pub done: u64,
    /// Of how many.
    pub total: u64,
}

/// Told of every page; called from one task, in order.
pub type Progress<'a> = dyn Fn(Step) + Send + Sync + 'a;

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The folder is not empty.
    #[error("{} is not empty, nothing was exported: name another folder, or replace the export in it with --replace", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds something that no export wrote.
    #[error("{} holds {found}, which no export wrote, and is not replaced: name another folder", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// One of the files.
        found: String,
    },
    /// The file system refused.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        cause: io::Error,
    },
    /// What was read does not add up. Nothing was exported: a set that drops or doubles rows would be worse than none.
    #[error("the export does not add up, nothing was exported: {left} are {n_left}, {right} are {n_right}")]
    Unreconciled {
        /// What was counted.
        left: &'static str,
        /// How many.
        n_left: u64,
        /// What it must equal.
        right: &'static str,
        /// How many.
        n_right: u64,
    },
    /// The campaign is gone.
    #[error("there is no such campaign")]
    NoCampaign,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A thread that worked on it is gone.
    #[error("the export was interrupted")]
    Interrupted,
}

/// Exports a campaign as the snapshot sees it. `rules` are those its votes were counted with.
///
/// # Errors
/// [`ExportError`]: nothing was exported.
pub async fn export(
    snapshot: &mut Snapshot,
    campaign: &CampaignRow,
    rules: &CampaignRules,
    options: &ExportOptions,
    now_ms: u64,
    progress: &Progress<'_>,
) -> Result<Manifest, ExportError> {
    let tally = snapshot.tally(campaign.id).await?.ok_or(ExportError::NoCampaign)?;
    let target = options.folder.clone();
    let existing = options.existing;
    let folder = blocking(move || PartFolder::begin(&target, existing)).await??;
    let mut export = Export {
        names: LabelNames::of(&campaign.terms.target),
        rules: *rules,
        counted: Counted::default(),
        evaluation: options.evaluate.then(Evaluation::default),
        labels: create(folder.path(), "labels", &LABEL_COLUMNS)?,
        votes: create(folder.path(), "votes", &VOTE_COLUMNS)?,
    };
    let total = tally.items.items + tally.sums.votes;
    let report = |counted: &Counted| {
        let done = counted.items.items + counted.vote_rows;
        progress(Step { done, total });
    };

    let mut after = 0;
    loop {
        let page = snapshot.items_page(campaign.id, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id.0;
        let part = folder.path().to_owned();
        export = blocking(move || export.write_items(&page).map_err(at(&part))).await??;
        report(&export.counted);
    }
    let mut after = 0;
    loop {
        let page = snapshot.votes_page(campaign.id, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        let part = folder.path().to_owned();
        export = blocking(move || export.write_votes(&page).map_err(at(&part))).await??;
        report(&export.counted);
    }
    export.counted.reconcile(&tally)?;

    let campaign = campaign.clone();
    blocking(move || {
        let manifest = export.finish(&campaign, &tally, now_ms).map_err(at(folder.path()))?;
        let path = folder.path().join(MANIFEST_FILE);
        let text = serde_json::to_string_pretty(&manifest).map_err(io::Error::from);
        text.and_then(|text| write_synced(&path, &(text + "\n"))).map_err(at(&path))?;
        folder.publish(existing)?;
        Ok(manifest)
    })
    .await?
}

/// An export being written.
struct Export {
    names: LabelNames,
    rules: CampaignRules,
    counted: Counted,
    evaluation: Option<Evaluation>,
    labels: Table,
    votes: Table,
}

impl Export {
    fn write_items(mut self, page: &[ItemRow]) -> io::Result<Self> {
        for item in page {
            self.labels.write(&LabelRow::new(item, &self.names))?;
            self.counted.item(item);
            if let Some(evaluation) = &mut self.evaluation {
                evaluation.add(item, &self.names.positive);
            }
        }
        Ok(self)
    }

    fn write_votes(mut self, page: &[VoteRow]) -> io::Result<Self> {
        for vote in page {
            self.votes.write(&VoteLine::new(vote, &self.names, &self.rules.crowd))?;
            self.counted.vote(vote);
        }
        Ok(self)
    }

    fn finish(self, campaign: &CampaignRow, tally: &Tally, now_ms: u64) -> io::Result<Manifest> {
        let [labels, votes] = [self.labels.finish()?, self.votes.finish()?];
        Ok(Manifest {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            generator: Generator::this(),
            exported_at: clock::rfc3339(now_ms),
            campaign: Campaign {
                terms: campaign.terms.clone(),
                created_at: clock::rfc3339(campaign.created_ms),
                active: campaign.active,
            },
            labels: self.names,
            counts: self.counted.items,
            ledger: ExportedLedger::of(&tally.sums),
            assumptions: Assumptions::of(tally.prior, &self.rules.crowd, &self.rules.stop),
            files: [labels, votes].concat(),
            evaluation: self.evaluation,
        })
    }
}

/// What was written, counted row by row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counted {
    items: ItemCounts,
    items_with_gold: u64,
    item_votes: u64,
    item_votes_positive: u64,
    item_votes_over_exposed: u64,
    vote_rows: u64,
    vote_rows_positive: u64,
    vote_rows_over_exposed: u64,
}

impl Counted {
    fn item(&mut self, item: &ItemRow) {
        self.items.items += 1;
        *match item.state {
            ItemState::Gold => &mut self.items.gold,
            ItemState::Final => &mut self.items.settled,
            ItemState::Ambiguous => &mut self.items.ambiguous,
            ItemState::Open => &mut self.items.open,
        } += 1;
        self.items_with_gold += u64::from(item.gold.is_some());
        self.item_votes += item.n_votes;
        self.item_votes_positive += item.n_positive;
        self.item_votes_over_exposed += item.n_over_exposed;
    }

    fn vote(&mut self, vote: &VoteRow) {
        self.vote_rows += 1;
        self.vote_rows_positive += u64::from(vote.picked);
        self.vote_rows_over_exposed += u64::from(vote.over_exposed_gold);
    }

    /// Whether everything adds up, among itself and with what the database says.
    fn reconcile(&self, tally: &Tally) -> Result<(), ExportError> {
        let states = self.items.settled + self.items.ambiguous + self.items.open + self.items.gold;
        let equations = [
            ("items", self.items.items, "final + ambiguous + open + gold", states),
            ("exported items", self.items.items, "items in the database", tally.items.items),
            ("exported final items", self.items.settled, "final items in the database", tally.items.settled),
            (
                "exported ambiguous items",
                self.items.ambiguous,
                "ambiguous items in the database",
                tally.items.ambiguous,
            ),
            ("exported open items", self.items.open, "open items in the database", tally.items.open),
            ("exported gold items", self.items.gold, "gold items in the database", tally.items.gold),
            ("items in state gold", self.items.gold, "items with a known answer", self.items_with_gold),
            ("exported votes", self.vote_rows, "the votes of all items", self.item_votes),
            ("exported votes", self.vote_rows, "votes in the ledger", tally.sums.votes),
            ("positive votes", self.vote_rows_positive, "positive votes of all items", self.item_votes_positive),
            (
                "votes beside over-exposed gold",
                self.vote_rows_over_exposed,
                "those of all items",
                self.item_votes_over_exposed,
            ),
        ];
        for (left, n_left, right, n_right) in equations {
            if n_left != n_right {
                return Err(ExportError::Unreconciled { left, n_left, right, n_right });
            }
        }
        Ok(())
    }
}

fn create(folder: &Path, name: &'static str, columns: &[&str]) -> Result<Table, ExportError> {
    Table::create(folder, name, columns).map_err(at(folder))
}

fn write_synced(path: &Path, text: &str) -> io::Result<()> {
    std::fs::write(path, text)?;
    std::fs::File::open(path)?.sync_all()
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ExportError {
    let path = path.to_owned();
    move |cause| ExportError::File { path, cause }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ExportError> {
    tokio::task::spawn_blocking(work).await.map_err(|_panicked| ExportError::Interrupted)
}

#[cfg(test)]
mod tests;
