//! Group commit: one task takes all writes that wait, carries them out in one transaction, and answers after it is on disk.
//!
//! While one commit runs the next batch gathers, so that the cost of reaching the disk is shared. When a batch fails,
//! nothing of it was recorded and everyone in it is told so. On a database that is shared a transaction may lose a race or
//! its connection before it commits: then it is carried out again.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use metrics::{counter, histogram};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::answers::{self, Settled, Settlement};
use super::database::statement::{Statement, nothing};
use super::database::{self, Transaction};
use super::grants::{self, Grant, GrantOutcome};
use super::receipts::{self, Removal, Removed};
use super::statistics::{self, Statistics};
use super::tokens::{self, Redeemed, Redemption, Renewal, Renewed};
use super::{Store, StoreError};
use crate::observe::figures::{COMMIT_SECONDS, COMMIT_WRITES};

/// Writes that may wait; beyond it callers wait before they can wait.
const QUEUE: usize = 4096;
/// Writes of one transaction: 9 tiles each with 8 parameters stay below SQLite's 32,766.
const BATCH: usize = 256;
/// How long commits gather in the file's log before they are brought into the file: what gathers longer keeps the disk, and
/// with it the next commits, busy for longer at once; what gathers for less is written more often.
const LOG_PAUSE: Duration = Duration::from_millis(60);
/// Times that a transaction is carried out at most.
const TRIES: u32 = 6;
/// The pause after the first of them.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

enum Write {
    Settle(Box<Settlement>, Reply<Settled>),
    Grant(Box<Grant>, Reply<GrantOutcome>),
    Redeem(Redemption, Reply<Redeemed>),
    Renew(Renewal, Reply<Renewed>),
    Remove(Removal, Reply<Removed>),
}

struct Reply<T>(oneshot::Sender<Result<T, StoreError>>);

/// Hands writes to the writer.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Write>,
}

impl Writer {
    /// Starts the writer; it ends, after its last commit, when every handle is gone.
    ///
    /// It has a thread to itself: a commit is a dozen statements one after the other, and between two of them it must not
    /// queue behind the requests of others.
    pub fn start(store: Store) -> (Self, JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let work = move || Handle::current().block_on(run(store, waiting));
        (Self { queue }, tokio::task::spawn_blocking(work))
    }

    /// Records an answered screen.
    pub async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError> {
        self.write(|reply| Write::Settle(Box::new(settlement), reply)).await
    }

    /// Stores what an accepted proof earned.
    pub async fn grant(&self, grant: Grant) -> Result<GrantOutcome, StoreError> {
        self.write(|reply| Write::Grant(Box::new(grant), reply)).await
    }

    /// Redeems a token.
    pub async fn redeem(&self, redemption: Redemption) -> Result<Redeemed, StoreError> {
        self.write(|reply| Write::Redeem(redemption, reply)).await
    }

    /// Puts a fresh token in the place of an unredeemed one.
    pub async fn renew(&self, renewal: Renewal) -> Result<Renewed, StoreError> {
        self.write(|reply| Write::Renew(renewal, reply)).await
    }

    /// Removes a receipt's votes.
    pub async fn remove(&self, removal: Removal) -> Result<Removed, StoreError> {
        self.write(|reply| Write::Remove(removal, reply)).await
    }

    async fn write<T>(&self, write: impl FnOnce(Reply<T>) -> Write) -> Result<T, StoreError> {
        let (reply, outcome) = oneshot::channel();
        self.queue.send(write(Reply(reply))).await.map_err(|_cause| StoreError::Stopping)?;
        outcome.await.map_err(|_cause| StoreError::Stopping)?
    }
}

async fn run(store: Store, mut waiting: mpsc::Receiver<Write>) {
    let (committed, commits) = watch::channel(());
    tokio::spawn(shorten_log(store.clone(), commits));
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let mut group = Group::default();
        for write in batch.drain(..) {
            group.add(write);
        }
        group.commit(&store).await;
        committed.send_replace(());
    }
}

/// Brings commits from the file's log into the file beside the writer, not in it; ends with the writer.
async fn shorten_log(store: Store, mut commits: watch::Receiver<()>) {
    while commits.changed().await.is_ok() {
        tokio::time::sleep(LOG_PAUSE).await;
        match store.database.shorten_log().await {
            // The collector has ended, and with it whoever could wait for a commit.
            Ok(()) | Err(sqlx::Error::PoolClosed) => {}
            Err(error) => tracing::warn!(%error, "the database's log was not shortened: commits will take longer"),
        }
    }
}

/// The writes of one transaction, by sort.
#[derive(Default)]
struct Group {
    settlements: Vec<Settlement>,
    settle_replies: Vec<Reply<Settled>>,
    grants: Vec<Grant>,
    grant_replies: Vec<Reply<GrantOutcome>>,
    redemptions: Vec<Redemption>,
    redeem_replies: Vec<Reply<Redeemed>>,
    renewals: Vec<Renewal>,
    renew_replies: Vec<Reply<Renewed>>,
    removals: Vec<(Removal, Reply<Removed>)>,
}

#[derive(Default)]
struct Outcomes {
    settled: Vec<Settled>,
    granted: Vec<GrantOutcome>,
    redeemed: Vec<Redeemed>,
    renewed: Vec<Renewed>,
}

impl Group {
    fn add(&mut self, write: Write) {
        match write {
            Write::Settle(settlement, reply) => {
                self.settlements.push(*settlement);
                self.settle_replies.push(reply);
            }
            Write::Grant(grant, reply) => {
                self.grants.push(*grant);
                self.grant_replies.push(reply);
            }
            Write::Redeem(redemption, reply) => {
                self.redemptions.push(redemption);
                self.redeem_replies.push(reply);
            }
            Write::Renew(renewal, reply) => {
                self.renewals.push(renewal);
                self.renew_replies.push(reply);
            }
            Write::Remove(removal, reply) => {
                self.removals.push((removal, reply));
            }
        }
    }

    fn len(&self) -> usize {
        self.settlements.len() + self.grants.len() + self.redemptions.len() + self.renewals.len()
    }

    async fn commit(self, store: &Store) {
        if self.len() > 0 {
            let begin = Instant::now();
            let writes = self.len();
            let outcomes = self.carry_out(store).await;
            histogram!(COMMIT_SECONDS).record(begin.elapsed());
            store.write_failed.store(outcomes.is_err(), Ordering::Relaxed);
            match outcomes {
                Ok(outcomes) => {
                    counter!(COMMIT_WRITES).increment(u64::try_from(writes).unwrap_or(u64::MAX));
                    // By a thread that answers requests: each caller that this one woke would be a call to the operating system.
                    tokio::spawn(async move {
                        reply_all(self.settle_replies, outcomes.settled);
                        reply_all(self.grant_replies, outcomes.granted);
                        reply_all(self.redeem_replies, outcomes.redeemed);
                        reply_all(self.renew_replies, outcomes.renewed);
                    });
                }
                Err(error) => {
                    tracing::error!(%error, "a batch of writes failed: none of it is acknowledged");
                    let cause = error.to_string();
                    refuse_all(self.settle_replies, &cause);
                    refuse_all(self.grant_replies, &cause);
                    refuse_all(self.redeem_replies, &cause);
                    refuse_all(self.renew_replies, &cause);
                }
            }
        }
        // Each in a transaction of its own: they take rows that a batch of answers takes later.
        for (removal, Reply(reply)) in self.removals {
            drop(reply.send(remove(store, &removal).await));
        }
    }

    /// Carries the writes out, again while they lose races.
    async fn carry_out(&self, store: &Store) -> Result<Outcomes, StoreError> {
        let mut patience = Patience::default();
        loop {
            match self.try_to_carry_out(store).await {
                Err(error) if patience.allows(&error).await => {}
                done => return done,
            }
        }
    }

    async fn try_to_carry_out(&self, store: &Store) -> Result<Outcomes, StoreError> {
        let mut transaction = store.database.begin().await?;
        let (mut outcomes, mut counted) = (Outcomes::default(), Statistics::new());
        if !self.settlements.is_empty() {
            outcomes.settled = answers::settle(&mut transaction, &self.settlements, &mut counted).await?;
        }
        if !self.grants.is_empty() {
            outcomes.granted = grants::grant(&mut transaction, &self.grants, &mut counted).await?;
        }
        if !self.redemptions.is_empty() {
            outcomes.redeemed = tokens::redeem(&mut transaction, &self.redemptions, &mut counted).await?;
        }
        outcomes.renewed = tokens::renew(&mut transaction, &self.renewals).await?;
        commit(transaction, statistics::added(&counted)).await?;
        Ok(outcomes)
    }
}

async fn remove(store: &Store, removal: &Removal) -> Result<Removed, StoreError> {
    let mut patience = Patience::default();
    loop {
        match try_to_remove(store, removal).await {
            Err(error) if patience.allows(&error).await => {}
            done => return done,
        }
    }
}

async fn try_to_remove(store: &Store, removal: &Removal) -> Result<Removed, StoreError> {
    let mut transaction = store.database.begin().await?;
    let removed = receipts::remove(&mut transaction, removal).await?;
    commit(transaction, nothing()).await?;
    Ok(removed)
}

/// Commits after a last statement. Of a server that goes away in the middle of it nobody knows what became of the
/// transaction, unless it said that it lost a race.
async fn commit(mut transaction: Transaction, last: Statement) -> Result<(), StoreError> {
    if !transaction.is_shared() {
        return Ok(transaction.commit_after(last).await?);
    }
    last.execute(&mut transaction).await?;
    transaction.commit().await.map_err(|error| {
        if database::has_lost_a_race(&error) {
            error.into()
        } else {
            StoreError::Unanswered { cause: error.to_string() }
        }
    })
}

/// How often a transaction that lost a race is tried again: up to [`TRIES`] times, each pause twice the last.
struct Patience {
    tries: u32,
    pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { tries: 0, pause: FIRST_PAUSE }
    }
}

impl Patience {
    /// Whether to try again after this error; waits first.
    async fn allows(&mut self, error: &StoreError) -> bool {
        self.tries += 1;
        if self.tries >= TRIES || !error.is_passing() {
            return false;
        }
        tracing::debug!(%error, tries = self.tries, "a transaction lost a race: it is tried again");
        tokio::time::sleep(self.pause).await;
        self.pause *= 2;
        true
    }
}

/// A caller that has gone away, its connection closed, needs no reply: what it asked for is recorded all the same.
fn reply_all<T>(replies: Vec<Reply<T>>, outcomes: Vec<T>) {
    for (Reply(reply), outcome) in replies.into_iter().zip(outcomes) {
        drop(reply.send(Ok(outcome)));
    }
}

fn refuse_all<T>(replies: Vec<Reply<T>>, cause: &str) {
    for Reply(reply) in replies {
        drop(reply.send(Err(StoreError::Batch { cause: cause.to_owned() })));
    }
}
