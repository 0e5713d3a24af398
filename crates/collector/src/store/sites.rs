//! Sites and what belongs to them: host names, campaigns, settings, the digests of their secrets.

use std::collections::BTreeMap;

use corvee_protocol::{Hostname, SiteKey, SiteWords, Turn};
use sqlx::{Row as _, SqliteConnection};

use super::{Store, StoreError, exists, from_sql, to_sql};

/// Row of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub i64);

/// A site as stored.
#[derive(Clone, Debug)]
pub struct SiteRow {
    /// Its row.
    pub id: SiteId,
    /// Its public key.
    pub sitekey: SiteKey,
    /// What people call it.
    pub name: String,
    /// Digests of its secret's spellings.
    pub secrets: SecretDigests,
    /// Where its pages live.
    pub hostnames: Vec<Hostname>,
    /// Rows of its campaigns.
    pub campaigns: Vec<i64>,
    /// What its visitors are offered.
    pub turn: Turn,
    /// What it says in its own words.
    pub words: SiteWords,
    /// When it was created.
    pub created_ms: u64,
}

/// SHA-256 of a site's secret in its spellings. Sites of before have only the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretDigests {
    /// Of the 40 characters.
    pub first: [u8; 32],
    /// Of hCaptcha's spelling.
    pub hcaptcha: Option<[u8; 32]>,
    /// Of Turnstile's spelling.
    pub turnstile: Option<[u8; 32]>,
}

impl SecretDigests {
    /// Those there are.
    pub fn all(&self) -> impl Iterator<Item = [u8; 32]> {
        [Some(self.first), self.hcaptcha, self.turnstile].into_iter().flatten()
    }
}

/// What changes of a site; what is absent stays.
#[derive(Debug, Default)]
pub struct SiteEdit<'a> {
    /// What people call it.
    pub name: Option<&'a str>,
    /// Host names that come.
    pub add_hostnames: &'a [Hostname],
    /// Host names that go.
    pub remove_hostnames: &'a [Hostname],
    /// Rows of campaigns that come.
    pub add_campaigns: &'a [i64],
    /// Rows of campaigns that go.
    pub remove_campaigns: &'a [i64],
    /// What its visitors are offered.
    pub turn: Option<Turn>,
    /// What it says in its own words.
    pub words: Option<&'a SiteWords>,
}

/// A site about to be stored.
pub struct NewSiteRow<'a> {
    /// Its public key.
    pub sitekey: &'a SiteKey,
    /// Digests of its secret's spellings.
    pub secrets: SecretDigests,
    /// What people call it.
    pub name: &'a str,
    /// Where its pages live.
    pub hostnames: &'a [Hostname],
    /// Rows of its campaigns.
    pub campaigns: &'a [i64],
    /// What its visitors are offered.
    pub turn: Turn,
    /// What it says in its own words.
    pub words: &'a SiteWords,
    /// Now.
    pub created_ms: u64,
}

impl Store {
    /// Stores a site with its host names and campaigns, all or nothing.
    pub async fn create_site(&self, site: NewSiteRow<'_>) -> Result<SiteId, StoreError> {
        let mut transaction = self.writer.begin_with("begin immediate").await?;
        let id: i64 = sqlx::query_scalar(
            "insert into sites (sitekey, secret_digest, hcaptcha_secret_digest, turnstile_secret_digest, name, turn, words, \
             created_ms) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        )
        .bind(site.sitekey.as_str())
        .bind(site.secrets.first.as_slice())
        .bind(site.secrets.hcaptcha.as_ref().map(<[u8; 32]>::as_slice))
        .bind(site.secrets.turnstile.as_ref().map(<[u8; 32]>::as_slice))
        .bind(site.name)
        .bind(site.turn.to_string())
        .bind(serde_json::to_string(site.words).unwrap_or_default())
        .bind(to_sql(site.created_ms))
        .fetch_one(&mut *transaction)
        .await
        .map_err(|error| exists(error, "this site key"))?;
        add_hostnames(&mut transaction, id, site.hostnames).await?;
        add_campaigns(&mut transaction, id, site.campaigns).await?;
        transaction.commit().await?;
        Ok(SiteId(id))
    }

    /// Changes a site, all or nothing.
    pub async fn change_site(&self, id: SiteId, edit: SiteEdit<'_>) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin_with("begin immediate").await?;
        sqlx::query(
            "update sites set name = coalesce($1, name), turn = coalesce($2, turn), words = coalesce($3, words) where id = $4",
        )
        .bind(edit.name)
        .bind(edit.turn.map(|turn| turn.to_string()))
        .bind(edit.words.map(|words| serde_json::to_string(words).unwrap_or_default()))
        .bind(id.0)
        .execute(&mut *transaction)
        .await?;
        for hostname in edit.remove_hostnames {
            sqlx::query("delete from site_hostnames where site_id = $1 and hostname = $2")
                .bind(id.0)
                .bind(hostname.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        for campaign in edit.remove_campaigns {
            sqlx::query("delete from site_campaigns where site_id = $1 and campaign_id = $2")
                .bind(id.0)
                .bind(campaign)
                .execute(&mut *transaction)
                .await?;
        }
        add_hostnames(&mut transaction, id.0, edit.add_hostnames).await?;
        add_campaigns(&mut transaction, id.0, edit.add_campaigns).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Replaces a site's secrets: the old ones are worth nothing from then on.
    pub async fn rotate_site(&self, id: SiteId, secrets: SecretDigests) -> Result<(), StoreError> {
        sqlx::query(
            "update sites set secret_digest = $1, hcaptcha_secret_digest = $2, turnstile_secret_digest = $3 where id = $4",
        )
        .bind(secrets.first.as_slice())
        .bind(secrets.hcaptcha.as_ref().map(<[u8; 32]>::as_slice))
        .bind(secrets.turnstile.as_ref().map(<[u8; 32]>::as_slice))
        .bind(id.0)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Tokens that devices have earned by computing, over all sites.
    pub async fn machine_turns(&self) -> Result<u64, StoreError> {
        let turns: i64 =
            sqlx::query_scalar("select coalesce(sum(machine_turns), 0) from sites").fetch_one(&self.readers).await?;
        Ok(from_sql(turns))
    }

    /// All sites, oldest first.
    pub async fn sites(&self) -> Result<Vec<SiteRow>, StoreError> {
        let mut hostnames: BTreeMap<i64, Vec<Hostname>> = BTreeMap::new();
        for row in sqlx::query("select site_id, hostname from site_hostnames order by site_id, hostname")
            .fetch_all(&self.readers)
            .await?
        {
            let site: i64 = row.try_get(0)?;
            let hostname: String = row.try_get(1)?;
            let hostname = hostname.parse().map_err(|_cause| impossible("site_hostnames", "hostname", site))?;
            hostnames.entry(site).or_default().push(hostname);
        }
        let mut campaigns: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for row in sqlx::query("select site_id, campaign_id from site_campaigns order by site_id, campaign_id")
            .fetch_all(&self.readers)
            .await?
        {
            campaigns.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
        }
        let rows = sqlx::query(
            "select id, sitekey, name, secret_digest, hcaptcha_secret_digest, turnstile_secret_digest, turn, words, created_ms \
             from sites order by id",
        )
        .fetch_all(&self.readers)
        .await?;
        let mut sites = Vec::with_capacity(rows.len());
        for row in rows {
            let id: i64 = row.try_get(0)?;
            let sitekey: String = row.try_get(1)?;
            let digest = |column, name| -> Result<Option<[u8; 32]>, StoreError> {
                let digest: Option<Vec<u8>> = row.try_get(column)?;
                digest.map(|digest| digest.try_into().map_err(|_cause| impossible("sites", name, id))).transpose()
            };
            let first = digest(3, "secret_digest")?.ok_or_else(|| impossible("sites", "secret_digest", id))?;
            let (turn, words): (String, String) = (row.try_get(6)?, row.try_get(7)?);
            sites.push(SiteRow {
                id: SiteId(id),
                sitekey: sitekey.parse().map_err(|_cause| impossible("sites", "sitekey", id))?,
                name: row.try_get(2)?,
                secrets: SecretDigests {
                    first,
                    hcaptcha: digest(4, "hcaptcha_secret_digest")?,
                    turnstile: digest(5, "turnstile_secret_digest")?,
                },
                hostnames: hostnames.remove(&id).unwrap_or_default(),
                campaigns: campaigns.remove(&id).unwrap_or_default(),
                turn: turn.parse().map_err(|_cause| impossible("sites", "turn", id))?,
                words: serde_json::from_str(&words).map_err(|_cause| impossible("sites", "words", id))?,
                created_ms: from_sql(row.try_get(8)?),
            });
        }
        Ok(sites)
    }
}

async fn add_hostnames(connection: &mut SqliteConnection, site: i64, hostnames: &[Hostname]) -> Result<(), StoreError> {
    for hostname in hostnames {
        sqlx::query("insert into site_hostnames (site_id, hostname) values ($1, $2) on conflict do nothing")
            .bind(site)
            .bind(hostname.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn add_campaigns(connection: &mut SqliteConnection, site: i64, campaigns: &[i64]) -> Result<(), StoreError> {
    for campaign in campaigns {
        sqlx::query("insert into site_campaigns (site_id, campaign_id) values ($1, $2) on conflict do nothing")
            .bind(site)
            .bind(campaign)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn impossible(table: &'static str, column: &'static str, row: i64) -> StoreError {
    StoreError::Inconsistent { table, column, row }
}

#[cfg(test)]
mod tests {
    use sqlx::SqlitePool;

    use super::*;

    #[tokio::test]
    async fn a_site_and_a_token_of_before_live_through_the_migration() {
        let data = tempfile::tempdir().unwrap();
        let file = format!("sqlite://{}?mode=rwc", data.path().join("old.sqlite").display());
        let pool = SqlitePool::connect(&file).await.unwrap();
        sqlx::raw_sql(include_str!("../../migrations/sqlite/0001_first.sql")).execute(&pool).await.unwrap();
        let key = "K".repeat(40);
        sqlx::query("insert into sites (sitekey, secret_digest, name, created_ms) values ($1, $2, 'old', 7)")
            .bind(&key)
            .bind([1_u8; 32].as_slice())
            .execute(&pool)
            .await
            .unwrap();
        sqlx::query("insert into tokens (digest, site_id, hostname, challenge_ms, expires_ms) values ($1, 1, 'a.example', 5, 99)")
            .bind([2_u8; 32].as_slice())
            .execute(&pool)
            .await
            .unwrap();
        sqlx::raw_sql(include_str!("../../migrations/sqlite/0002_sites_and_tokens.sql")).execute(&pool).await.unwrap();
        let store = Store { readers: pool.clone(), writer: pool };
        let sites = store.sites().await.unwrap();
        let [site] = sites.as_slice() else { panic!("one site") };
        assert_eq!((site.sitekey.as_str(), site.name.as_str(), site.turn), (key.as_str(), "old", Turn::Both));
        assert_eq!(site.secrets, SecretDigests { first: [1; 32], hcaptcha: None, turnstile: None });
        let redemption = super::super::tokens::Redemption {
            digest: super::super::tokens::TokenDigest([2; 32]),
            site: site.id,
            now_ms: 10,
            idempotency_key: None,
        };
        let mut connection = store.writer.acquire().await.unwrap();
        let redeemed = super::super::tokens::redeem(&mut connection, &[redemption]).await.unwrap();
        assert!(matches!(redeemed.as_slice(), [super::super::tokens::Redeemed::Valid(_)]), "{redeemed:?}");
    }
}
