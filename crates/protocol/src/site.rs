//! A site as its owner writes and reads it.

use serde::{Deserialize, Serialize};

use crate::ids::{CampaignName, Hostname, SiteKey};

/// `POST /v1/sites`: a site that will show the widget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    /// What people call it.
    pub name: String,
    /// Where its pages live; at least one.
    pub hostnames: Vec<Hostname>,
    /// Which campaigns its visitors work for; at least one.
    pub campaigns: Vec<CampaignName>,
}

/// A site just created. The secret is shown this once and stored as a digest only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedSite {
    /// Goes into the page.
    pub sitekey: SiteKey,
    /// Goes into the site's server, never into a page.
    pub secret: String,
    /// The site.
    #[serde(flatten)]
    pub site: NewSite,
}

/// A site in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Goes into the page.
    pub sitekey: SiteKey,
    /// The site.
    #[serde(flatten)]
    pub site: NewSite,
    /// When it was created, RFC 3339.
    pub created_at: String,
}
