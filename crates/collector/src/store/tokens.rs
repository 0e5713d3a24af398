//! Tokens: stored as digests, redeemed once and renewed by one conditional update each.

use std::collections::BTreeSet;

use corvee_protocol::sealed_state::SealedPage;
use corvee_protocol::{Action, CustomData, Dialect, Wish, limits};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::sites::SiteId;
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

pub(super) async fn insert(connection: &mut SqliteConnection, tokens: &[&NewToken]) -> Result<(), StoreError> {
    if tokens.is_empty() {
        return Ok(());
    }
    let mut statement = QueryBuilder::<Sqlite>::new(
        "insert into tokens (digest, site_id, hostname, dialect, action, cdata, way, challenge_ms, passed_ms, expires_ms) ",
    );
    statement.push_values(tokens, |mut row, token| {
        row.push_bind(token.digest.0.as_slice())
            .push_bind(token.site.0)
            .push_bind(token.hostname.as_str())
            .push_bind(token.page.dialect.as_str())
            .push_bind(token.page.action.as_ref().map(Action::as_str))
            .push_bind(token.page.cdata.as_ref().map(CustomData::as_str))
            .push_bind(token.way.as_str())
            .push_bind(to_sql(token.challenge_ms))
            .push_bind(to_sql(token.passed_ms))
            .push_bind(to_sql(token.expires_ms()));
    });
    statement.build().execute(connection).await?;
    Ok(())
}

/// Redeems a batch inside the caller's transaction; one outcome a redemption, in order.
pub(super) async fn redeem(
    connection: &mut SqliteConnection,
    batch: &[Redemption],
) -> Result<Vec<Redeemed>, StoreError> {
    // Several calls for one token may share a batch: the first of them is the one that may redeem it.
    let mut named = BTreeSet::new();
    let first_of_token: Vec<bool> = batch.iter().map(|asked| named.insert((asked.digest, asked.site))).collect();
    let firsts = batch.iter().zip(&first_of_token).filter_map(|(asked, first)| first.then_some(asked));
    let mut statement = QueryBuilder::<Sqlite>::new("with asked (digest, site_id, now_ms, idempotency_key) as (");
    statement.push_values(firsts, |mut row, asked| {
        row.push_bind(asked.digest.0.as_slice())
            .push_bind(asked.site.0)
            .push_bind(to_sql(asked.now_ms))
            .push_bind(asked.idempotency_key.as_ref().map(<[u8; 16]>::as_slice));
    });
    statement.push(
        ") update tokens set redeemed_ms = asked.now_ms, idempotency_key = asked.idempotency_key from asked \
         where tokens.digest = asked.digest and tokens.site_id = asked.site_id and tokens.redeemed_ms is null \
         and tokens.expires_ms > asked.now_ms returning tokens.digest",
    );
    let mut redeemed_now = BTreeSet::new();
    for row in statement.build().fetch_all(&mut *connection).await? {
        redeemed_now.extend(digest(row.try_get(0)?));
    }
    let mut statement = QueryBuilder::<Sqlite>::new(
        "select digest, site_id, hostname, dialect, action, cdata, way, challenge_ms, expires_ms, redeemed_ms, idempotency_key \
         from tokens where digest in (",
    );
    let mut list = statement.separated(", ");
    for asked in batch {
        list.push_bind(asked.digest.0.as_slice());
    }
    statement.push(")");
    let rows = statement.build().fetch_all(&mut *connection).await?;
    let known = rows.iter().map(KnownToken::read).collect::<Result<Vec<_>, StoreError>>()?;
    let outcomes = batch.iter().zip(first_of_token).map(|(asked, first)| {
        let Some(token) = known.iter().find(|token| token.digest == asked.digest && token.site == asked.site) else {
            return Redeemed::Unknown;
        };
        let again = asked.idempotency_key.is_some() && asked.idempotency_key == token.idempotency_key;
        match () {
            () if first && redeemed_now.contains(&token.digest) => Redeemed::Valid(token.earned.clone()),
            () if token.redeemed && again && token.expires_ms > asked.now_ms => Redeemed::Valid(token.earned.clone()),
            () if token.redeemed => Redeemed::Seen,
            () => Redeemed::Expired,
        }
    });
    Ok(outcomes.collect())
}

/// Renews inside the caller's transaction; one outcome a renewal, in order.
pub(super) async fn renew(connection: &mut SqliteConnection, batch: &[Renewal]) -> Result<Vec<Renewed>, StoreError> {
    let mut outcomes = Vec::with_capacity(batch.len());
    for asked in batch {
        let dialect: Option<String> = sqlx::query_scalar(
            "update tokens set digest = $1, expires_ms = $2 + case dialect when 'turnstile' then $3 else $4 end \
             where digest = $5 and redeemed_ms is null and passed_ms > $6 returning dialect",
        )
        .bind(asked.fresh.0.as_slice())
        .bind(to_sql(asked.now_ms))
        .bind(to_sql(Dialect::Turnstile.token_life_ms()))
        .bind(to_sql(Dialect::Corvee.token_life_ms()))
        .bind(asked.old.0.as_slice())
        .bind(to_sql(asked.now_ms.saturating_sub(limits::RENEWABLE_MS)))
        .fetch_optional(&mut *connection)
        .await?;
        let dialect = dialect.map(|name| Dialect::named(&name).ok_or_else(|| impossible("dialect"))).transpose()?;
        outcomes.push(dialect.map_or(Renewed::Gone, Renewed::Now));
    }
    Ok(outcomes)
}

/// A token as stored.
struct KnownToken {
    digest: TokenDigest,
    site: SiteId,
    earned: Earned,
    expires_ms: u64,
    redeemed: bool,
    idempotency_key: Option<[u8; 16]>,
}

impl KnownToken {
    fn read(row: &SqliteRow) -> Result<Self, StoreError> {
        let (dialect, way): (String, String) = (row.try_get(3)?, row.try_get(6)?);
        let (action, cdata): (Option<String>, Option<String>) = (row.try_get(4)?, row.try_get(5)?);
        let page = SealedPage {
            dialect: Dialect::named(&dialect).ok_or_else(|| impossible("dialect"))?,
            action: action.map(Action::try_from).transpose().map_err(|_cause| impossible("action"))?,
            cdata: cdata.map(CustomData::try_from).transpose().map_err(|_cause| impossible("cdata"))?,
            by_hand: false,
        };
        let way = match way.as_str() {
            "label" => Wish::Label,
            "machine" => Wish::Machine,
            _ => return Err(impossible("way")),
        };
        let challenge_ms = from_sql(row.try_get(7)?);
        let key: Option<Vec<u8>> = row.try_get(10)?;
        Ok(Self {
            digest: digest(row.try_get(0)?).ok_or_else(|| impossible("digest"))?,
            site: SiteId(row.try_get(1)?),
            earned: Earned { hostname: row.try_get(2)?, page, way, challenge_ms },
            expires_ms: from_sql(row.try_get(8)?),
            redeemed: row.try_get::<Option<i64>, _>(9)?.is_some(),
            idempotency_key: key
                .map(|key| key.try_into().map_err(|_cause| impossible("idempotency_key")))
                .transpose()?,
        })
    }
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
        let mut connection = self.writer.acquire().await.expect("the test's database is open");
        insert(&mut connection, &[token]).await.expect("the test's token is new");
    }
}
