//! The model, and the store it stands beside. The model keeps lists and looks everything up; it is right because it is short.

use std::collections::BTreeMap;
use std::fmt::Debug;

use corvee_consensus::{ItemPosterior, Probability, Vote};

use super::operation::Operation;
use crate::store::answers::Settled;
use crate::store::campaigns::LedgerSums;
use crate::store::items::ItemId;
use crate::store::receipts::{Removal, Removed};
use crate::store::testing::{NOW, Place, Stage, new_item, tag};
use crate::store::tokens::{Redeemed, Redemption, Renewal, Renewed, TokenDigest};
use crate::store::writer::Writer;

const MINUTE_MS: u64 = 60 * 1000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
/// Milliseconds on every screen.
const SCREEN_MS: u64 = 9000;

/// A vote as the model keeps it, in the order of casting.
#[derive(Clone, Debug)]
struct ModelVote {
    item: usize,
    visit: u8,
    picked: bool,
    prefix: Option<u8>,
    new_prefix: bool,
    cast_ms: u64,
}

#[derive(Clone, Debug, Default)]
struct ModelReceipt {
    screens: u64,
    passed: bool,
    removed: bool,
}

#[derive(Clone, Debug)]
struct ModelToken {
    passed_ms: u64,
    expires_ms: u64,
    redeemed: bool,
    /// Deleted, or another has taken its place.
    gone: bool,
}

/// What should be.
#[derive(Clone, Debug, Default)]
struct Model {
    spent: BTreeMap<u8, u64>,
    receipts: BTreeMap<u8, ModelReceipt>,
    votes: Vec<ModelVote>,
    tokens: Vec<ModelToken>,
    passes: u64,
    removed_votes: u64,
}

/// Two collectors on one store, and the model.
pub(super) struct World<'a> {
    place: &'a Place,
    collectors: [Stage; 2],
    /// Keeps this world's nonces, visits and tokens apart from those of others in the same database.
    base: u32,
    now_ms: u64,
    n_imported: u8,
    model: Model,
}

impl<'a> World<'a> {
    pub(super) async fn new(place: &'a Place, number: u32) -> Self {
        let one = Stage::set_up_beside(place.open().await, number).await;
        let other = one.again(place).await;
        Self {
            place,
            collectors: [one, other],
            base: number * 1000,
            now_ms: NOW,
            n_imported: 0,
            model: Model::default(),
        }
    }

    /// Carries an operation out on both.
    ///
    /// # Errors
    /// What they tell differs.
    pub(super) async fn carry_out(&mut self, operation: &Operation) -> Result<(), String> {
        match operation {
            Operation::Import { n } => self.import(*n).await,
            Operation::Answer { collector, challenge, visit, prefix, votes, passes } => {
                return self.answer(*collector, *challenge, *visit, *prefix, votes, *passes).await;
            }
            Operation::Redeem { collector, token } => return self.redeem(*collector, usize::from(*token)).await,
            Operation::Renew { collector, token } => return self.renew(*collector, usize::from(*token)).await,
            Operation::Remove { collector, visit } => return self.remove(*collector, *visit).await,
            Operation::Pause { minutes } => self.now_ms += u64::from(*minutes) * MINUTE_MS,
            Operation::Sweep { collector } => self.sweep(*collector).await,
            Operation::Restart { collector } => {
                let store = self.place.open().await;
                let old = std::mem::replace(&mut self.collectors[*collector].store, store.clone());
                self.collectors[*collector].writer = Writer::start(store).0;
                old.close().await;
            }
        }
        Ok(())
    }

    async fn import(&mut self, n: u8) {
        let stage = &self.collectors[0];
        let import = stage.store.begin_import(stage.campaign, self.now_ms).await.unwrap();
        let items: Vec<_> = (0..n).map(|at| new_item(100 + self.n_imported + at)).collect();
        stage.store.stage_items(stage.campaign, import, &items).await.unwrap();
        stage.store.complete_import(stage.campaign, import, 0.25, self.now_ms).await.unwrap();
        let standings = stage.store.standings(stage.campaign).await.unwrap();
        let unknown: Vec<ItemId> =
            standings.iter().filter(|standing| standing.gold.is_none()).map(|standing| standing.id).collect();
        self.n_imported += n;
        for stage in &mut self.collectors {
            stage.unknown.clone_from(&unknown);
        }
    }

    async fn answer(
        &mut self,
        collector: usize,
        challenge: u8,
        visit: u8,
        prefix: u8,
        votes: &[(u8, bool)],
        passes: bool,
    ) -> Result<(), String> {
        let stage = &self.collectors[collector];
        let votes: Vec<(usize, bool)> =
            votes.iter().map(|(item, picked)| (usize::from(*item) % stage.unknown.len(), *picked)).collect();
        let (expires_ms, token) = (self.now_ms + 20 * MINUTE_MS, u32::try_from(self.model.tokens.len()).unwrap());
        let mut answer = stage.answer(
            self.base + u32::from(challenge),
            self.base + u32::from(visit),
            self.base + u32::from(prefix),
            &votes,
        );
        (answer.now_ms, answer.nonce_expires_ms) = (self.now_ms, expires_ms);
        answer.token = passes.then(|| {
            let mut token = stage.token(self.base + token);
            token.passed_ms = self.now_ms;
            token
        });
        let lives_ms = stage.token(0).page.token_life_ms();
        let told = stage.writer.settle(answer).await.unwrap();
        if self.model.spent.contains_key(&challenge) {
            return same("an answer", &told, &Settled::AlreadySpent);
        }
        self.model.spent.insert(challenge, expires_ms);
        for (item, picked) in votes {
            self.model.cast(item, visit, picked, prefix, self.now_ms);
        }
        let receipt = self.model.receipts.entry(visit).or_default();
        receipt.screens += 1;
        receipt.passed |= passes;
        let screens = receipt.screens;
        if passes {
            let (passed_ms, expires_ms) = (self.now_ms, self.now_ms + lives_ms);
            self.model.tokens.push(ModelToken { passed_ms, expires_ms, redeemed: false, gone: false });
            self.model.passes += 1;
        }
        let Settled::Recorded(recorded) = told else { return Err("a fresh challenge was spent".to_owned()) };
        let told = (recorded.votes, recorded.gold_answers, recorded.solve_ms);
        same("a receipt so far", &told, &(self.model.votes_of(visit), 2 * screens, SCREEN_MS * screens))
    }

    async fn redeem(&mut self, collector: usize, token: usize) -> Result<(), String> {
        let stage = &self.collectors[collector];
        let digest = TokenDigest(tag(self.base + u32::try_from(token).unwrap()));
        let asked = Redemption { digest, site: stage.site, now_ms: self.now_ms, idempotency_key: None };
        let told = match stage.writer.redeem(asked).await.unwrap() {
            Redeemed::Valid(_) => "valid",
            Redeemed::Seen => "seen",
            Redeemed::Expired => "expired",
            Redeemed::Unknown => "unknown",
        };
        let should = match self.model.tokens.get_mut(token) {
            Some(token) if !token.gone => {
                let now = if token.redeemed {
                    "seen"
                } else if token.expires_ms > self.now_ms {
                    "valid"
                } else {
                    "expired"
                };
                token.redeemed |= now == "valid";
                now
            }
            _ => "unknown",
        };
        same("a redemption", &told, &should)
    }

    async fn renew(&mut self, collector: usize, token: usize) -> Result<(), String> {
        let fresh = self.model.tokens.len();
        let digest = |number: usize| TokenDigest(tag(self.base + u32::try_from(number).unwrap()));
        let stage = &self.collectors[collector];
        let renewal = Renewal { old: digest(token), fresh: digest(fresh), now_ms: self.now_ms };
        let told = stage.writer.renew(renewal).await.unwrap() != Renewed::Gone;
        let lives_ms = stage.token(0).page.token_life_ms();
        let old = self.model.tokens.get_mut(token);
        let old = old.filter(|old| !old.gone && !old.redeemed && old.passed_ms + HOUR_MS > self.now_ms);
        let should = old.is_some();
        if let Some(old) = old {
            old.gone = true;
            let (passed_ms, expires_ms) = (old.passed_ms, self.now_ms + lives_ms);
            self.model.tokens.push(ModelToken { passed_ms, expires_ms, redeemed: false, gone: false });
        }
        same("a renewal", &told, &should)
    }

    async fn remove(&mut self, collector: usize, visit: u8) -> Result<(), String> {
        let stage = &self.collectors[collector];
        let code_digest = tag(self.base + u32::from(visit));
        let removal = Removal { code_digest, campaign: stage.rules(), now_ms: self.now_ms };
        let told = match stage.writer.remove(removal).await.unwrap() {
            Removed::Unknown => None,
            Removed::Votes { n_votes, .. } => Some(n_votes),
        };
        let should = self.model.remove(visit);
        same("a removal", &told, &should)
    }

    async fn sweep(&mut self, collector: usize) {
        self.collectors[collector].store.sweep(self.now_ms).await.unwrap();
        let now_ms = self.now_ms;
        self.model.spent.retain(|_, expires_ms| *expires_ms + 10 * MINUTE_MS >= now_ms);
        for token in &mut self.model.tokens {
            token.gone |= token.expires_ms + HOUR_MS < now_ms;
        }
        for vote in &mut self.model.votes {
            vote.prefix = vote.prefix.filter(|_| vote.cast_ms + 23 * HOUR_MS >= now_ms);
        }
    }

    /// Compares everything there is to see.
    ///
    /// # Errors
    /// The first thing that differs.
    pub(super) async fn compare(&self) -> Result<(), String> {
        for stage in &self.collectors {
            self.compare_items(stage).await?;
            let mut snapshot = stage.store.snapshot().await.unwrap();
            let votes = snapshot.votes_page(stage.campaign, 0, 100_000).await.unwrap();
            let told: Vec<_> = votes.iter().map(|vote| (vote.item, vote.picked, vote.new_prefix)).collect();
            let should = self.model.votes.iter();
            let should: Vec<_> = should.map(|vote| (stage.unknown[vote.item], vote.picked, vote.new_prefix)).collect();
            same("all votes", &told, &should)?;
            let sums = snapshot.tally(stage.campaign).await.unwrap().unwrap().sums;
            same("the ledger", &sums, &self.model.sums())?;
            let (counts, _) = stage.store.all_counts(stage.campaign).await;
            let told = LedgerSums {
                screens: counts.screens,
                visits: counts.visits,
                passed: counts.passed,
                visitor_ms: counts.visitor_ms,
                gold_answers: counts.gold_answers,
                votes: counts.votes - counts.votes_removed,
                votes_removed: counts.votes_removed,
            };
            same("the statistics", &told, &sums)?;
            for (visit, should) in &self.model.receipts {
                let told = stage.store.receipt(&tag(self.base + u32::from(*visit))).await.unwrap();
                let told = told.map(|row| (row.votes, row.solve_ms, row.passed, row.removed_ms.is_some()));
                let votes = self.model.votes_of(*visit);
                same("a receipt", &told, &Some((votes, SCREEN_MS * should.screens, should.passed, should.removed)))?;
            }
        }
        Ok(())
    }

    async fn compare_items(&self, stage: &Stage) -> Result<(), String> {
        let rules = stage.rules();
        let standings = stage.store.standings(stage.campaign).await.unwrap();
        let unknown = standings.iter().filter(|standing| standing.gold.is_none());
        for (item, standing) in unknown.enumerate() {
            let votes = self.model.votes.iter().filter(|vote| vote.item == item).map(|vote| Vote {
                picked: vote.picked,
                human: Probability::saturating(0.97),
                new_prefix: vote.new_prefix,
            });
            let posterior = ItemPosterior::replay(&rules.crowd, rules.prior, votes);
            let told = (standing.id, standing.log_odds.to_bits(), standing.n_votes);
            same("an item", &told, &(stage.unknown[item], posterior.log_odds().to_bits(), posterior.votes()))?;
        }
        Ok(())
    }
}

impl Model {
    fn cast(&mut self, item: usize, visit: u8, picked: bool, prefix: u8, now_ms: u64) {
        let on_item = || self.votes.iter().filter(|vote| vote.item == item);
        if on_item().any(|vote| vote.visit == visit) {
            return;
        }
        let new_prefix = !on_item().any(|vote| vote.prefix == Some(prefix));
        self.votes.push(ModelVote { item, visit, picked, prefix: Some(prefix), new_prefix, cast_ms: now_ms });
    }

    fn remove(&mut self, visit: u8) -> Option<u64> {
        let receipt = self.receipts.get_mut(&visit)?;
        receipt.removed = true;
        let (removed, kept) = std::mem::take(&mut self.votes).into_iter().partition(|vote| vote.visit == visit);
        let removed: Vec<ModelVote> = removed;
        self.votes = kept;
        for gone in removed.iter().filter(|gone| gone.new_prefix && gone.prefix.is_some()) {
            let heir = self.votes.iter_mut().find(|vote| vote.item == gone.item && vote.prefix == gone.prefix);
            if let Some(heir) = heir {
                heir.new_prefix = true;
            }
        }
        let n = u64::try_from(removed.len()).unwrap();
        self.removed_votes += n;
        Some(n)
    }

    fn votes_of(&self, visit: u8) -> u64 {
        u64::try_from(self.votes.iter().filter(|vote| vote.visit == visit).count()).unwrap()
    }

    fn sums(&self) -> LedgerSums {
        let screens = self.receipts.values().map(|receipt| receipt.screens).sum();
        LedgerSums {
            screens,
            visits: u64::try_from(self.receipts.len()).unwrap(),
            passed: self.passes,
            visitor_ms: SCREEN_MS * screens,
            gold_answers: 2 * screens,
            votes: u64::try_from(self.votes.len()).unwrap(),
            votes_removed: self.removed_votes,
        }
    }
}

fn same<T: PartialEq + Debug>(what: &str, told: &T, should: &T) -> Result<(), String> {
    if told == should { Ok(()) } else { Err(format!("{what} is {told:?} and should be {should:?}")) }
}
