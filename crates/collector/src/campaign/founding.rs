//! Founds campaigns and sites: the same checks for the command line and the API.

use corvee_protocol::campaign::{Campaign, NewCampaign};
use corvee_protocol::site::{CreatedSite, NewSite, Site};
use corvee_protocol::{Problem, ProblemKind, limits};

use super::token;
use crate::chance::Chance;
use crate::clock::rfc3339;
use crate::store::campaigns::CampaignRow;
use crate::store::sites::{NewSiteRow, SiteRow};
use crate::store::{Store, StoreError};

/// Why nothing was founded.
#[derive(Debug, thiserror::Error)]
pub enum FoundError {
    /// A field is wrong.
    #[error("{field}: {detail}")]
    Field {
        /// Which.
        field: &'static str,
        /// What is wrong and what to do.
        detail: String,
    },
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FoundError {
    /// The problem to tell over HTTP; store failures stay with the caller.
    pub fn into_problem(self) -> Result<Problem, StoreError> {
        match self {
            Self::Field { field, detail } => Ok(Problem::new(ProblemKind::InvalidRequest, detail).on(field)),
            Self::Store(error) => Err(error),
        }
    }
}

/// Stores a new campaign.
///
/// # Errors
/// [`FoundError::Field`] names the field; [`StoreError::Exists`] when the name is taken.
pub async fn found_campaign(store: &Store, terms: &NewCampaign, now_ms: u64) -> Result<Campaign, FoundError> {
    if terms.question.is_empty() {
        return Err(field("question", "give the question in at least one language, such as en"));
    }
    for text in terms.question.values() {
        check_text("question", text)?;
    }
    check_text("target", &terms.target)?;
    check_text("requester", &terms.requester)?;
    check_text("data_set", &terms.data_set)?;
    check_text("licence", &terms.licence)?;
    if !(0.9..=0.999_999).contains(&terms.confidence) {
        return Err(field("confidence", "must be from 0.9 to 0.999999"));
    }
    if !(1..=1000).contains(&terms.gold_servings) {
        return Err(field("gold_servings", "must be from 1 to 1000"));
    }
    store.create_campaign(terms, now_ms).await?;
    Ok(Campaign { terms: terms.clone(), created_at: rfc3339(now_ms), active: true })
}

/// Stores a new site with fresh keys. The secret is in the reply and nowhere else.
///
/// # Errors
/// [`FoundError::Field`] names the field.
pub async fn found_site(store: &Store, chance: &Chance, site: NewSite, now_ms: u64) -> Result<CreatedSite, FoundError> {
    check_text("name", &site.name)?;
    if site.hostnames.is_empty() {
        return Err(field("hostnames", "give at least one host name on which the site's pages live"));
    }
    if site.campaigns.is_empty() {
        return Err(field("campaigns", "give at least one campaign the site's visitors work for"));
    }
    let mut campaigns = Vec::with_capacity(site.campaigns.len());
    for name in &site.campaigns {
        let Some(campaign) = store.campaign(name).await? else {
            return Err(field("campaigns", format!("there is no campaign {name}: create it first")));
        };
        campaigns.push(campaign.id.0);
    }
    let (sitekey, secret) = (token::mint_sitekey(chance), token::mint_secret(chance));
    let row = NewSiteRow {
        sitekey: &sitekey,
        secret_digest: token::secret_digest(&secret),
        name: &site.name,
        hostnames: &site.hostnames,
        campaigns: &campaigns,
        created_ms: now_ms,
    };
    store.create_site(row).await?;
    Ok(CreatedSite { sitekey, secret, site })
}

/// A stored campaign as its requester reads it.
pub fn campaign(row: CampaignRow) -> Campaign {
    Campaign { terms: row.terms, created_at: rfc3339(row.created_ms), active: row.active }
}

/// Stored sites as their owners read them.
pub fn sites(rows: Vec<SiteRow>, campaigns: &[CampaignRow]) -> Vec<Site> {
    let name =
        |id: &i64| campaigns.iter().find(|campaign| campaign.id.0 == *id).map(|campaign| campaign.terms.name.clone());
    rows.into_iter()
        .map(|row| Site {
            sitekey: row.sitekey,
            site: NewSite {
                name: row.name,
                hostnames: row.hostnames,
                campaigns: row.campaigns.iter().filter_map(name).collect(),
            },
            created_at: rfc3339(row.created_ms),
        })
        .collect()
}

fn check_text(name: &'static str, text: &str) -> Result<(), FoundError> {
    let n_chars = text.chars().count();
    if n_chars == 0 || n_chars > limits::TEXT_CHARS || text.trim() != text || text.chars().any(char::is_control) {
        let detail = format!(
            "must have 1 to {} characters, none at the ends blank, none a control character",
            limits::TEXT_CHARS
        );
        return Err(field(name, detail));
    }
    Ok(())
}

fn field(field: &'static str, detail: impl Into<String>) -> FoundError {
    FoundError::Field { field, detail: detail.into() }
}
