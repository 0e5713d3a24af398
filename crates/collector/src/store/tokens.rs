//! Tokens: stored as digests, redeemed once by one conditional update.

use std::collections::BTreeSet;

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
    /// When the challenge was issued.
    pub challenge_ms: u64,
    /// When it can no longer be redeemed.
    pub expires_ms: u64,
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
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// Redeemed now, and never again.
    Now {
        /// Host name of the page.
        hostname: String,
        /// When the challenge was issued.
        challenge_ms: u64,
    },
    /// Redeemed before, or expired.
    TooLate,
    /// No such token of this site.
    Unknown,
}

pub(super) async fn insert(connection: &mut SqliteConnection, tokens: &[&NewToken]) -> Result<(), StoreError> {
    if tokens.is_empty() {
        return Ok(());
    }
    let mut statement =
        QueryBuilder::<Sqlite>::new("insert into tokens (digest, site_id, hostname, challenge_ms, expires_ms) ");
    statement.push_values(tokens, |mut row, token| {
        row.push_bind(token.digest.0.as_slice())
            .push_bind(token.site.0)
            .push_bind(token.hostname.as_str())
            .push_bind(to_sql(token.challenge_ms))
            .push_bind(to_sql(token.expires_ms));
    });
    statement.build().execute(connection).await?;
    Ok(())
}

/// Redeems a batch inside the caller's transaction; one outcome a redemption, in order.
pub(super) async fn redeem(
    connection: &mut SqliteConnection,
    batch: &[Redemption],
) -> Result<Vec<Redeemed>, StoreError> {
    let mut statement = QueryBuilder::<Sqlite>::new("with asked (digest, site_id, now_ms) as (");
    statement.push_values(batch, |mut row, asked| {
        row.push_bind(asked.digest.0.as_slice()).push_bind(asked.site.0).push_bind(to_sql(asked.now_ms));
    });
    statement.push(
        ") update tokens set redeemed_ms = asked.now_ms from asked where tokens.digest = asked.digest \
         and tokens.site_id = asked.site_id and tokens.redeemed_ms is null and tokens.expires_ms > asked.now_ms \
         returning tokens.digest",
    );
    let mut redeemed_now = BTreeSet::new();
    for row in statement.build().fetch_all(&mut *connection).await? {
        redeemed_now.extend(digest(row.try_get(0)?));
    }
    let mut statement =
        QueryBuilder::<Sqlite>::new("select digest, site_id, hostname, challenge_ms from tokens where digest in (");
    let mut list = statement.separated(", ");
    for asked in batch {
        list.push_bind(asked.digest.0.as_slice());
    }
    statement.push(")");
    let mut known = Vec::new();
    for row in statement.build().fetch_all(&mut *connection).await? {
        let Some(digest) = digest(row.try_get(0)?) else {
            continue;
        };
        let hostname: String = row.try_get(2)?;
        known.push((digest, SiteId(row.try_get(1)?), hostname, from_sql(row.try_get(3)?)));
    }
    let outcomes = batch.iter().map(|asked| {
        let token = known.iter().find(|(digest, site, ..)| *digest == asked.digest && *site == asked.site);
        match token {
            None => Redeemed::Unknown,
            // Two calls for one token may share a batch: the first one has it.
            Some((digest, _, hostname, challenge_ms)) if redeemed_now.remove(digest) => {
                Redeemed::Now { hostname: hostname.clone(), challenge_ms: *challenge_ms }
            }
            Some(_) => Redeemed::TooLate,
        }
    });
    Ok(outcomes.collect())
}

fn digest(bytes: Vec<u8>) -> Option<TokenDigest> {
    bytes.try_into().ok().map(TokenDigest)
}
