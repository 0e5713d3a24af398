//! Sites founded, changed and listed: the same checks for the command line and the API. Knows no page.

use corvee_protocol::site::{CreatedSite, NewSite, Site, SiteChange, Turn};
use corvee_protocol::{CampaignName, SiteKey, SiteWords};
use corvee_words::{Catalogue, with_overrides};

use super::founding::{FoundError, check_text, field};
use super::{spelling, token};
use crate::chance::Chance;
use crate::clock::rfc3339;
use crate::store::campaigns::CampaignRow;
use crate::store::sites::{NewSiteRow, SiteEdit, SiteRow};
use crate::store::{Store, StoreError};

/// Bytes that all of a site's own words may take, as JSON.
const WORDS_BYTES: usize = 64 * 1024;

/// Stores a new site with fresh keys. The secrets are in the reply and nowhere else.
///
/// # Errors
/// [`FoundError::Field`] names the field.
pub async fn found_site(store: &Store, chance: &Chance, site: NewSite, now_ms: u64) -> Result<CreatedSite, FoundError> {
    check_text("name", &site.name)?;
    check_words(&site.words)?;
    if site.hostnames.is_empty() {
        return Err(field("hostnames", "give at least one host name on which the site's pages live"));
    }
    if site.campaigns.is_empty() && site.turn != Turn::Machine {
        return Err(field("campaigns", "give at least one campaign the site's visitors work for, or the turn machine"));
    }
    let campaigns = campaign_rows("campaigns", &site.campaigns, &store.campaigns().await?)?;
    let (sitekey, secret) = (token::mint_sitekey(chance), token::mint_secret(chance));
    let row = NewSiteRow {
        sitekey: &sitekey,
        secrets: token::secret_digests(&secret),
        name: &site.name,
        hostnames: &site.hostnames,
        campaigns: &campaigns,
        turn: site.turn,
        words: &site.words,
        created_ms: now_ms,
    };
    store.create_site(row).await?;
    Ok(created(sitekey, secret, site))
}

/// Changes a site; it counts from the register's next refresh on.
///
/// # Errors
/// [`FoundError::Field`] names the field; nothing has changed then.
pub async fn change_site(store: &Store, row: &SiteRow, change: &SiteChange) -> Result<Site, FoundError> {
    if let Some(name) = &change.name {
        check_text("name", name)?;
    }
    if let Some(words) = &change.words {
        check_words(words)?;
    }
    let campaigns = store.campaigns().await?;
    let add_campaigns = campaign_rows("add_campaigns", &change.add_campaigns, &campaigns)?;
    let remove_campaigns = campaign_rows("remove_campaigns", &change.remove_campaigns, &campaigns)?;
    let stays = |name| !change.remove_hostnames.contains(name) || change.add_hostnames.contains(name);
    if change.add_hostnames.is_empty() && !row.hostnames.iter().any(stays) {
        return Err(field("remove_hostnames", "the site needs at least one host name: add another one with it"));
    }
    let some_campaign = !add_campaigns.is_empty() || row.campaigns.iter().any(|id| !remove_campaigns.contains(id));
    if !some_campaign && change.turn.unwrap_or(row.turn) != Turn::Machine {
        let wrong = if remove_campaigns.is_empty() { "turn" } else { "remove_campaigns" };
        return Err(field(
            wrong,
            "the site needs at least one campaign, or the turn machine: give it one with this change",
        ));
    }
    let edit = SiteEdit {
        name: change.name.as_deref(),
        add_hostnames: &change.add_hostnames,
        remove_hostnames: &change.remove_hostnames,
        add_campaigns: &add_campaigns,
        remove_campaigns: &remove_campaigns,
        turn: change.turn,
        words: change.words.as_ref(),
    };
    store.change_site(row.id, edit).await?;
    let changed = find_site(store, &row.sitekey).await?;
    changed.map(|row| site(row, &campaigns)).ok_or_else(|| field("sitekey", "the site has gone"))
}

/// Gives a site fresh secrets; the old ones are worth nothing from the register's next refresh on.
pub async fn rotate_site(store: &Store, chance: &Chance, row: SiteRow) -> Result<CreatedSite, StoreError> {
    let secret = token::mint_secret(chance);
    store.rotate_site(row.id, token::secret_digests(&secret)).await?;
    let campaigns = store.campaigns().await?;
    let Site { sitekey, site, .. } = site(row, &campaigns);
    Ok(created(sitekey, secret, site))
}

/// The stored site with this key, in whatever spelling.
pub async fn find_site(store: &Store, key: &SiteKey) -> Result<Option<SiteRow>, StoreError> {
    let has_key = |row: &SiteRow| spelling::keys(&row.sitekey, None).iter().any(|spelled| spelled.sitekey == *key);
    Ok(store.sites().await?.into_iter().find(has_key))
}

/// A stored site as its owner reads it.
pub fn site(row: SiteRow, campaigns: &[CampaignRow]) -> Site {
    let name =
        |id: &i64| campaigns.iter().find(|campaign| campaign.id.0 == *id).map(|campaign| campaign.terms.name.clone());
    Site {
        keys: spelling::keys(&row.sitekey, None),
        sitekey: row.sitekey,
        site: NewSite {
            name: row.name,
            hostnames: row.hostnames,
            campaigns: row.campaigns.iter().filter_map(name).collect(),
            turn: row.turn,
            words: row.words,
        },
        created_at: rfc3339(row.created_ms),
    }
}

fn created(sitekey: SiteKey, secret: String, site: NewSite) -> CreatedSite {
    CreatedSite { keys: spelling::keys(&sitekey, Some(&secret)), sitekey, secret, site }
}

fn campaign_rows(
    name: &'static str,
    names: &[CampaignName],
    campaigns: &[CampaignRow],
) -> Result<Vec<i64>, FoundError> {
    let row = |wanted: &CampaignName| {
        let found = campaigns.iter().find(|campaign| campaign.terms.name == *wanted);
        found
            .map(|campaign| campaign.id.0)
            .ok_or_else(|| field(name, format!("there is no campaign {wanted}: create it first")))
    };
    names.iter().map(row).collect()
}

/// Whether these can be a site's own words: names as the widget's strings have them, texts of a visitor's length.
fn check_words(words: &SiteWords) -> Result<(), FoundError> {
    let spoken: Vec<&str> = Catalogue::all().iter().map(|words| words.tag.as_str()).collect();
    for (language, own) in words {
        let Some(ours) = Catalogue::all().iter().find(|words| words.tag == language.as_str()) else {
            let detail = format!("there is no language {language}; there are {}", spoken.join(", "));
            return Err(field("words", detail));
        };
        with_overrides(ours, own).map_err(|error| field("words", error.to_string()))?;
        if let Some((name, _)) = own.iter().find(|(_, text)| text.chars().any(char::is_control)) {
            return Err(field("words", format!("{name} in {language} holds a control character: take it out")));
        }
    }
    let size_bytes = serde_json::to_string(words).map_or(usize::MAX, |json| json.len());
    if size_bytes > WORDS_BYTES {
        return Err(field("words", format!("all words together may take {WORDS_BYTES} bytes of JSON")));
    }
    Ok(())
}
