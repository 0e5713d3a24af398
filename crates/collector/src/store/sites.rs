//! Sites and what belongs to them: host names, campaigns, settings, the digests of their secrets.

use std::collections::BTreeMap;

use corvee_protocol::{Hostname, SiteKey, SiteWords, Turn};

use super::database::Transaction;
use super::database::statement::sql;
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
        let mut transaction = self.database.begin().await?;
        let row = sql(
            "insert into sites (sitekey, secret_digest, hcaptcha_secret_digest, turnstile_secret_digest, name, turn, words, \
             created_ms) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        )
        .bind(site.sitekey.as_str())
        .bind(site.secrets.first.as_slice())
        .bind(site.secrets.hcaptcha.as_ref())
        .bind(site.secrets.turnstile.as_ref())
        .bind(site.name)
        .bind(site.turn.to_string())
        .bind(serde_json::to_string(site.words).unwrap_or_default())
        .bind(to_sql(site.created_ms))
        .one(&mut transaction)
        .await
        .map_err(|error| exists(error, "this site key"))?;
        let id: i64 = row.read(0)?;
        add_hostnames(&mut transaction, id, site.hostnames).await?;
        add_campaigns(&mut transaction, id, site.campaigns).await?;
        transaction.commit().await?;
        Ok(SiteId(id))
    }

    /// Changes a site, all or nothing.
    pub async fn change_site(&self, id: SiteId, edit: SiteEdit<'_>) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        sql(
            "update sites set name = coalesce($1, name), turn = coalesce($2, turn), words = coalesce($3, words) where id = $4",
        )
        .bind(edit.name)
        .bind(edit.turn.map(|turn| turn.to_string()))
        .bind(edit.words.map(|words| serde_json::to_string(words).unwrap_or_default()))
        .bind(id.0)
        .execute(&mut transaction)
        .await?;
        for hostname in edit.remove_hostnames {
            sql("delete from site_hostnames where site_id = $1 and hostname = $2")
                .bind(id.0)
                .bind(hostname.as_str())
                .execute(&mut transaction)
                .await?;
        }
        for campaign in edit.remove_campaigns {
            sql("delete from site_campaigns where site_id = $1 and campaign_id = $2")
                .bind(id.0)
                .bind(*campaign)
                .execute(&mut transaction)
                .await?;
        }
        add_hostnames(&mut transaction, id.0, edit.add_hostnames).await?;
        add_campaigns(&mut transaction, id.0, edit.add_campaigns).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Replaces a site's secrets: the old ones are worth nothing from then on.
    pub async fn rotate_site(&self, id: SiteId, secrets: SecretDigests) -> Result<(), StoreError> {
        sql(
            "update sites set secret_digest = $1, hcaptcha_secret_digest = $2, turnstile_secret_digest = $3 where id = $4",
        )
        .bind(secrets.first.as_slice())
        .bind(secrets.hcaptcha.as_ref())
        .bind(secrets.turnstile.as_ref())
        .bind(id.0)
        .execute(self.database.writer())
        .await?;
        Ok(())
    }

    /// Tokens that devices have earned by computing, over all sites.
    pub async fn machine_turns(&self) -> Result<u64, StoreError> {
        let row = sql("select cast(coalesce(sum(machine_turns), 0) as bigint) from sites")
            .one(self.database.reader())
            .await?;
        Ok(from_sql(row.read(0)?))
    }

    /// All sites, oldest first.
    pub async fn sites(&self) -> Result<Vec<SiteRow>, StoreError> {
        let mut hostnames: BTreeMap<i64, Vec<Hostname>> = BTreeMap::new();
        for row in sql("select site_id, hostname from site_hostnames order by site_id, hostname")
            .all(self.database.reader())
            .await?
        {
            let site: i64 = row.read(0)?;
            let hostname: String = row.read(1)?;
            let hostname = hostname.parse().map_err(|_cause| impossible("site_hostnames", "hostname", site))?;
            hostnames.entry(site).or_default().push(hostname);
        }
        let mut campaigns: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for row in sql("select site_id, campaign_id from site_campaigns order by site_id, campaign_id")
            .all(self.database.reader())
            .await?
        {
            campaigns.entry(row.read(0)?).or_default().push(row.read(1)?);
        }
        let rows = sql(
            "select id, sitekey, name, secret_digest, hcaptcha_secret_digest, turnstile_secret_digest, turn, words, created_ms \
             from sites order by id",
        )
        .all(self.database.reader())
        .await?;
        let mut sites = Vec::with_capacity(rows.len());
        for row in rows {
            let id: i64 = row.read(0)?;
            let sitekey: String = row.read(1)?;
            let digest = |column, name| -> Result<Option<[u8; 32]>, StoreError> {
                let digest: Option<Vec<u8>> = row.read(column)?;
                digest.map(|digest| digest.try_into().map_err(|_cause| impossible("sites", name, id))).transpose()
            };
            let first = digest(3, "secret_digest")?.ok_or_else(|| impossible("sites", "secret_digest", id))?;
            let (turn, words): (String, String) = (row.read(6)?, row.read(7)?);
            sites.push(SiteRow {
                id: SiteId(id),
                sitekey: sitekey.parse().map_err(|_cause| impossible("sites", "sitekey", id))?,
                name: row.read(2)?,
                secrets: SecretDigests {
                    first,
                    hcaptcha: digest(4, "hcaptcha_secret_digest")?,
                    turnstile: digest(5, "turnstile_secret_digest")?,
                },
                hostnames: hostnames.remove(&id).unwrap_or_default(),
                campaigns: campaigns.remove(&id).unwrap_or_default(),
                turn: turn.parse().map_err(|_cause| impossible("sites", "turn", id))?,
                words: serde_json::from_str(&words).map_err(|_cause| impossible("sites", "words", id))?,
                created_ms: from_sql(row.read(8)?),
            });
        }
        Ok(sites)
    }
}

async fn add_hostnames(transaction: &mut Transaction, site: i64, hostnames: &[Hostname]) -> Result<(), StoreError> {
    for hostname in hostnames {
        sql("insert into site_hostnames (site_id, hostname) values ($1, $2) on conflict do nothing")
            .bind(site)
            .bind(hostname.as_str())
            .execute(&mut *transaction)
            .await?;
    }
    Ok(())
}

async fn add_campaigns(transaction: &mut Transaction, site: i64, campaigns: &[i64]) -> Result<(), StoreError> {
    for campaign in campaigns {
        sql("insert into site_campaigns (site_id, campaign_id) values ($1, $2) on conflict do nothing")
            .bind(site)
            .bind(*campaign)
            .execute(&mut *transaction)
            .await?;
    }
    Ok(())
}

fn impossible(table: &'static str, column: &'static str, row: i64) -> StoreError {
    StoreError::Inconsistent { table, column, row }
}
