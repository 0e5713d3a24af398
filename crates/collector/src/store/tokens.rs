//! Tokens: stored as digests, redeemed once and renewed by one conditional update each.

use std::collections::{BTreeMap, BTreeSet};

use corvee_protocol::sealed_state::SealedPage;
use corvee_protocol::{Action, CustomData, Dialect, Wish, limits};

use super::database::Transaction;
use super::database::statement::{Row, Statement, Value, nothing, sql, together};
use super::sites::SiteId;
use super::statistics::{Counts, Heading, Statistics};
use super::{StoreError, from_sql, to_sql};

/// SHA-256 of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenDigest(pub [u8; 32]);

/// A token about to be stored.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// SHA-256 of the token.
    pub digest: TokenDigest,
    /// The site it proves something to.
    pub site: SiteId,
    /// Host name of the page it was earned on.
    pub hostname: String,
    /// What that page said of itself.
    pub page: SealedPage,
    /// What the visitor did for it.
    pub way: Wish,
    /// When the challenge, or the puzzle, was issued.
    pub challenge_ms: u64,
    /// When the visit passed: the token can be exchanged for a fresh one for an hour from then on.
    pub passed_ms: u64,
}

impl NewToken {
    /// When it can no longer be redeemed.
    pub fn expires_ms(&self) -> u64 {
        self.passed_ms + self.page.token_life_ms()
    }
}

/// A site's wish to redeem a token.
#[derive(Clone, Copy, Debug)]
pub struct Redemption {
    /// SHA-256 of the token.
    pub digest: TokenDigest,
    /// The site that asks.
    pub site: SiteId,
    /// Now.
    pub now_ms: u64,
    /// Under which the same call may be repeated while the token lives.
    pub idempotency_key: Option<[u8; 16]>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// Redeemed now and never again, or redeemed before under the same idempotency key.
    Valid(Earned),
    /// Redeemed before.
    Seen,
    /// Expired before it was redeemed.
    Expired,
    /// No such token of this site.
    Unknown,
}

/// What a token proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earned {
    /// Host name of the page.
    pub hostname: String,
    /// What that page said of itself.
    pub page: SealedPage,
    /// What the visitor did for it.
    pub way: Wish,
    /// When the challenge, or the puzzle, was issued.
    pub challenge_ms: u64,
}

/// A visitor's wish for a fresh token in place of one that nobody has redeemed.
#[derive(Clone, Copy, Debug)]
pub struct Renewal {
    /// SHA-256 of the old token, alive or dead.
    pub old: TokenDigest,
    /// SHA-256 of the fresh one.
    pub fresh: TokenDigest,
    /// Now.
    pub now_ms: u64,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// The fresh token has taken the old one's place; it lives as long as tokens of this dialect do.
    Now(Dialect),
    /// Redeemed, not known, or its hour is over.
    Gone,
}

/// Stores tokens.
pub(super) fn inserted(tokens: &[&NewToken]) -> Statement {
    if tokens.is_empty() {
        return nothing();
    }
    let row = |token: &&NewToken| {
        [
            token.digest.0.as_slice().into(),
            token.site.0.into(),
            token.hostname.as_str().into(),
            token.page.dialect.as_str().into(),
            token.page.action.as_ref().map(Action::as_str).into(),
            token.page.cdata.as_ref().map(CustomData::as_str).into(),
            token.way.as_str().into(),
            to_sql(token.challenge_ms).into(),
            to_sql(token.passed_ms).into(),
            Value::from(to_sql(token.expires_ms())),
        ]
    };
    sql("insert into tokens (digest, site_id, hostname, dialect, action, cdata, way, challenge_ms, passed_ms, expires_ms) ")
        .push_rows(tokens.iter().map(row))
}

/// Redeems a batch inside the caller's transaction, and counts it; one outcome a redemption, in order.
pub(super) async fn redeem(
    transaction: &mut Transaction,
    batch: &[Redemption],
    statistics: &mut Statistics,
) -> Result<Vec<Redeemed>, StoreError> {
    let mut redeemed = redeem_now(transaction, batch).await?;
    let late = batch.iter().enumerate().filter(|(place, _)| !redeemed.contains_key(place));
    let known = known(transaction, late.map(|(_, asked)| asked.digest).collect()).await?;
    let mut outcomes = Vec::with_capacity(batch.len());
    for (place, asked) in batch.iter().enumerate() {
        let now = redeemed.remove(&place);
        let redeems = now.is_some();
        let before = || known.get(&(asked.digest, asked.site)).map_or(Redeemed::Unknown, |token| token.answer(asked));
        let outcome = now.map_or_else(before, Redeemed::Valid);
        let refused = !matches!(outcome, Redeemed::Valid(_));
        let counts = Counts { redeemed: u64::from(redeems), refused: u64::from(refused), ..Counts::default() };
        *statistics.entry(Heading::new(asked.now_ms, Some(asked.site), None)).or_default() += counts;
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Redeems what can be redeemed, and returns what it proves by its place in the batch.
///
/// All of it comes as one text, tokens by spaces and fields by commas, which no field holds: rows would pass one by one from
/// the database's thread to ours, through a lock for which both of them queue.
async fn redeem_now(
    transaction: &mut Transaction,
    batch: &[Redemption],
) -> Result<BTreeMap<usize, Earned>, StoreError> {
    // Several calls for one token may share a batch: the first of them is the one that may redeem it.
    let mut named = BTreeSet::new();
    let firsts = batch.iter().enumerate().filter(|(_, asked)| named.insert((asked.digest, asked.site)));
    let firsts: Vec<(usize, &Redemption)> = firsts.collect();
    let row = |(place, asked): &(usize, &Redemption)| {
        [
            Value::from(i64::try_from(*place).unwrap_or(i64::MAX)),
            asked.digest.0.as_slice().into(),
            asked.site.0.into(),
            to_sql(asked.now_ms).into(),
        ]
    };
    let told = sql("with asked (place, digest, site_id, now_ms) as (").push_rows(firsts.iter().map(row)).push(
        ") select string_agg(concat_ws(',', place, hostname, dialect, coalesce(action, ''), coalesce(cdata, ''), way, \
         challenge_ms), ' ') from (select asked.place, hostname, dialect, action, cdata, way, challenge_ms from asked \
         join tokens on tokens.digest = asked.digest and tokens.site_id = asked.site_id \
         where tokens.redeemed_ms is null and tokens.expires_ms > asked.now_ms",
    );
    let told = told.push(transaction.row_lock()).push(") as redeemable");
    let row = |(_, asked): &(usize, &Redemption)| {
        [
            asked.digest.0.as_slice().into(),
            asked.site.0.into(),
            to_sql(asked.now_ms).into(),
            Value::from(asked.idempotency_key.as_ref()),
        ]
    };
    let spent =
        sql("with asked (digest, site_id, now_ms, idempotency_key) as (").push_rows(firsts.iter().map(row)).push(
            ") update tokens set redeemed_ms = asked.now_ms, idempotency_key = asked.idempotency_key from asked \
         where tokens.digest = asked.digest and tokens.site_id = asked.site_id and tokens.redeemed_ms is null \
         and tokens.expires_ms > asked.now_ms",
        );
    let [told, _none] = together(transaction, [told, spent]).await?;
    let told = told.first().map(|row| row.read::<Option<String>>(0)).transpose()?.flatten().unwrap_or_default();
    told.split(' ').filter(|token| !token.is_empty()).map(read_told).collect()
}

/// A token and its place, as [`redeem_now`] is told of them.
fn read_told(told: &str) -> Result<(usize, Earned), StoreError> {
    let fields: Vec<&str> = told.split(',').collect();
    let [place, hostname, dialect, action, cdata, way, challenge_ms] = fields.as_slice() else {
        return Err(impossible("hostname"));
    };
    let text = |field: &&str| (!field.is_empty()).then(|| (*field).to_owned());
    let place = place.parse().map_err(|_cause| impossible("digest"))?;
    let challenge_ms = challenge_ms.parse().map_err(|_cause| impossible("challenge_ms"))?;
    Ok((place, earned((*hostname).to_owned(), dialect, text(action), text(cdata), way, challenge_ms)?))
}

/// Tokens of these names, as they are now.
async fn known(
    transaction: &mut Transaction,
    digests: BTreeSet<TokenDigest>,
) -> Result<BTreeMap<(TokenDigest, SiteId), KnownToken>, StoreError> {
    if digests.is_empty() {
        return Ok(BTreeMap::new());
    }
    let statement =
        sql("select digest, site_id, hostname, dialect, action, cdata, way, challenge_ms, expires_ms, redeemed_ms, \
                         idempotency_key from tokens where digest in (");
    let statement = statement.push_list(digests.iter().map(|digest| digest.0.as_slice())).push(")");
    statement.all(transaction).await?.iter().map(KnownToken::read).collect()
}

/// Renews inside the caller's transaction; one outcome a renewal, in order.
pub(super) async fn renew(transaction: &mut Transaction, batch: &[Renewal]) -> Result<Vec<Renewed>, StoreError> {
    let mut outcomes = Vec::with_capacity(batch.len());
    for asked in batch {
        let row =
            sql("update tokens set digest = $1, expires_ms = $2 + case dialect when 'turnstile' then $3 else $4 end \
             where digest = $5 and redeemed_ms is null and passed_ms > $6 returning dialect")
            .bind(asked.fresh.0.as_slice())
            .bind(to_sql(asked.now_ms))
            .bind(to_sql(Dialect::Turnstile.token_life_ms()))
            .bind(to_sql(Dialect::Corvee.token_life_ms()))
            .bind(asked.old.0.as_slice())
            .bind(to_sql(asked.now_ms.saturating_sub(limits::RENEWABLE_MS)))
            .optional(&mut *transaction)
            .await?;
        let dialect = row.map(|row| row.read::<String>(0)).transpose()?;
        let dialect = dialect.map(|name| Dialect::named(&name).ok_or_else(|| impossible("dialect"))).transpose()?;
        outcomes.push(dialect.map_or(Renewed::Gone, Renewed::Now));
    }
    Ok(outcomes)
}

/// A token as stored, but for its name.
struct KnownToken {
    earned: Earned,
    expires_ms: u64,
    redeemed: bool,
    idempotency_key: Option<[u8; 16]>,
}

impl KnownToken {
    /// What becomes of a redemption that came too late to redeem it.
    fn answer(&self, asked: &Redemption) -> Redeemed {
        let again = asked.idempotency_key.is_some() && asked.idempotency_key == self.idempotency_key;
        match () {
            () if self.redeemed && again && self.expires_ms > asked.now_ms => Redeemed::Valid(self.earned.clone()),
            () if self.redeemed => Redeemed::Seen,
            () => Redeemed::Expired,
        }
    }

    /// A token and its name.
    fn read(row: &Row) -> Result<((TokenDigest, SiteId), Self), StoreError> {
        let name = (digest(row.read(0)?).ok_or_else(|| impossible("digest"))?, SiteId(row.read(1)?));
        let (dialect, way): (String, String) = (row.read(3)?, row.read(6)?);
        let challenge_ms = from_sql(row.read(7)?);
        let key: Option<Vec<u8>> = row.read(10)?;
        let token = Self {
            earned: earned(row.read(2)?, &dialect, row.read(4)?, row.read(5)?, &way, challenge_ms)?,
            expires_ms: from_sql(row.read(8)?),
            redeemed: row.read::<Option<i64>>(9)?.is_some(),
            idempotency_key: key
                .map(|key| key.try_into().map_err(|_cause| impossible("idempotency_key")))
                .transpose()?,
        };
        Ok((name, token))
    }
}

/// What a token proves.
fn earned(
    hostname: String,
    dialect: &str,
    action: Option<String>,
    cdata: Option<String>,
    way: &str,
    challenge_ms: u64,
) -> Result<Earned, StoreError> {
    let page = SealedPage {
        dialect: Dialect::named(dialect).ok_or_else(|| impossible("dialect"))?,
        action: action.map(Action::try_from).transpose().map_err(|_cause| impossible("action"))?,
        cdata: cdata.map(CustomData::try_from).transpose().map_err(|_cause| impossible("cdata"))?,
        by_hand: false,
    };
    let way = match way {
        "label" => Wish::Label,
        "machine" => Wish::Machine,
        _ => return Err(impossible("way")),
    };
    Ok(Earned { hostname, page, way, challenge_ms })
}

fn digest(bytes: Vec<u8>) -> Option<TokenDigest> {
    bytes.try_into().ok().map(TokenDigest)
}

/// Tokens have no row number: their digest is nobody's to read.
fn impossible(column: &'static str) -> StoreError {
    StoreError::Inconsistent { table: "tokens", column, row: 0 }
}

#[cfg(test)]
impl super::Store {
    /// Stores a token that no challenge earned.
    pub(crate) async fn insert_token(&self, token: &NewToken) {
        let mut transaction = self.database.begin().await.expect("the test's database is open");
        inserted(&[token]).execute(&mut transaction).await.expect("the test's token is new");
        transaction.commit().await.expect("the test's database is open");
    }
}
