//! Founds campaigns, and says what cannot be founded: the same checks for the command line and the API.

use corvee_protocol::campaign::{Campaign, NewCampaign};
use corvee_protocol::{Problem, ProblemKind, limits};

use crate::clock::rfc3339;
use crate::store::campaigns::CampaignRow;
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
    let data_set = terms.data_set.texts();
    if data_set.is_empty() {
        return Err(field("data_set", "say what the labels build, in at least one language"));
    }
    for text in data_set {
        check_text("data_set", text)?;
    }
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

/// A stored campaign as its requester reads it.
pub fn campaign(row: CampaignRow) -> Campaign {
    Campaign { terms: row.terms, created_at: rfc3339(row.created_ms), active: row.active }
}

pub(super) fn check_text(name: &'static str, text: &str) -> Result<(), FoundError> {
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

pub(super) fn field(field: &'static str, detail: impl Into<String>) -> FoundError {
    FoundError::Field { field, detail: detail.into() }
}
