//! Sites and what belongs to them: host names, campaigns, the digest of their secret.

use std::collections::BTreeMap;

use corvee_protocol::{Hostname, SiteKey};
use sqlx::Row as _;

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
    /// SHA-256 of its secret.
    pub secret_digest: [u8; 32],
    /// Where its pages live.
    pub hostnames: Vec<Hostname>,
    /// Rows of its campaigns.
    pub campaigns: Vec<i64>,
    /// When it was created.
    pub created_ms: u64,
}

/// A site about to be stored.
pub struct NewSiteRow<'a> {
    /// Its public key.
    pub sitekey: &'a SiteKey,
    /// SHA-256 of its secret.
    pub secret_digest: [u8; 32],
    /// What people call it.
    pub name: &'a str,
    /// Where its pages live.
    pub hostnames: &'a [Hostname],
    /// Rows of its campaigns.
    pub campaigns: &'a [i64],
    /// Now.
    pub created_ms: u64,
}

impl Store {
    /// Stores a site with its host names and campaigns, all or nothing.
    pub async fn create_site(&self, site: NewSiteRow<'_>) -> Result<SiteId, StoreError> {
        let mut transaction = self.writer.begin_with("begin immediate").await?;
        let id: i64 = sqlx::query_scalar(
            "insert into sites (sitekey, secret_digest, name, created_ms) values ($1, $2, $3, $4) returning id",
        )
        .bind(site.sitekey.as_str())
        .bind(site.secret_digest.as_slice())
        .bind(site.name)
        .bind(to_sql(site.created_ms))
        .fetch_one(&mut *transaction)
        .await
        .map_err(|error| exists(error, "this site key"))?;
        for hostname in site.hostnames {
            sqlx::query("insert into site_hostnames (site_id, hostname) values ($1, $2) on conflict do nothing")
                .bind(id)
                .bind(hostname.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        for campaign in site.campaigns {
            sqlx::query("insert into site_campaigns (site_id, campaign_id) values ($1, $2) on conflict do nothing")
                .bind(id)
                .bind(campaign)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(SiteId(id))
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
        let rows = sqlx::query("select id, sitekey, name, secret_digest, created_ms from sites order by id")
            .fetch_all(&self.readers)
            .await?;
        let mut sites = Vec::with_capacity(rows.len());
        for row in rows {
            let id: i64 = row.try_get(0)?;
            let sitekey: String = row.try_get(1)?;
            let digest: Vec<u8> = row.try_get(3)?;
            sites.push(SiteRow {
                id: SiteId(id),
                sitekey: sitekey.parse().map_err(|_cause| impossible("sites", "sitekey", id))?,
                name: row.try_get(2)?,
                secret_digest: digest.try_into().map_err(|_cause| impossible("sites", "secret_digest", id))?,
                hostnames: hostnames.remove(&id).unwrap_or_default(),
                campaigns: campaigns.remove(&id).unwrap_or_default(),
                created_ms: from_sql(row.try_get(4)?),
            });
        }
        Ok(sites)
    }
}

fn impossible(table: &'static str, column: &'static str, row: i64) -> StoreError {
    StoreError::Inconsistent { table, column, row }
}
