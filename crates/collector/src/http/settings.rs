//! `GET /v1/settings`, and what the frame's document is filled with: everything the widget must know before anything is
//! asked. Knows no HTML.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL};
use axum::response::{IntoResponse as _, Response};
use corvee_protocol::disclosure::{Disclosure, SecondsSource};
use corvee_protocol::{
    Dialect, Hostname, Language, Offer, Renewal, Settings, SiteKey, Size, Testing, Theme, Turn, Words,
};
use corvee_words::{Catalogue, with_overrides};
use serde::Deserialize;

use super::client_address::ClientAddress;
use super::problems::Refusal;
use super::{AppState, assets};
use crate::campaign::address::PrefixHash;
use crate::campaign::issuing::IssueError;
use crate::campaign::test_keys;
use crate::state::Collector;
use crate::store::sites::SiteRow;

/// What the loader says about the page. What the widget can do without is ignored when it is nonsense.
#[derive(Clone, Default, Deserialize)]
pub struct SettingsQuery {
    pub(super) sitekey: Option<String>,
    hl: Option<String>,
    theme: Option<String>,
    size: Option<String>,
    dialect: Option<String>,
    action: Option<String>,
    cdata: Option<String>,
    renewal: Option<String>,
    pub(super) origin: Option<String>,
    /// The ticket of a wait, on the page without script.
    pub(super) wait: Option<String>,
}

impl SettingsQuery {
    /// The same out of a form.
    pub(super) fn of(field: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            sitekey: field("sitekey"),
            hl: field("hl"),
            theme: field("theme"),
            size: field("size"),
            dialect: field("dialect"),
            action: field("action"),
            cdata: field("cdata"),
            renewal: field("renewal"),
            origin: field("origin"),
            wait: field("wait"),
        }
    }
}

/// Settings, and what only the collector must know of the site.
pub struct PageSettings {
    /// What the widget is told.
    pub settings: Settings,
    /// The site; `None` for a vendor's test key, which any page may show.
    pub site: Option<Arc<SiteRow>>,
    /// The language that the data set is named in, where that is known.
    pub data_set_language: Option<Language>,
}

/// The settings as JSON. 200, or a problem: 403 `hostname-refused`, 404 `unknown-sitekey`.
pub async fn show(
    State(app): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Query(query): Query<SettingsQuery>,
) -> Result<Response, Refusal> {
    let prefix = app.collector.prefixes.hash(address, app.collector.clock.now_ms());
    let page = page_settings(&app.collector, query, &headers, prefix)?;
    Ok(([(CACHE_CONTROL, "private, no-cache")], Json(page.settings)).into_response())
}

/// What the widget is told on this page, for this visitor.
///
/// # Errors
/// [`IssueError::UnknownSitekey`], [`IssueError::HostnameRefused`].
pub fn page_settings(
    collector: &Collector,
    query: SettingsQuery,
    headers: &HeaderMap,
    prefix: PrefixHash,
) -> Result<PageSettings, IssueError> {
    let sitekey: SiteKey = query.sitekey.unwrap_or_default().parse().map_err(|_cause| IssueError::UnknownSitekey)?;
    let named = |value: &Option<String>| value.clone().unwrap_or_default();
    let size = Size::named(&named(&query.size)).unwrap_or_default();
    let origin = query.origin.unwrap_or_default();
    let hostname = hostname_of(&origin);
    let words = Catalogue::chosen(query.hl.as_deref(), accept_language(headers));
    let language = language(query.hl.as_deref(), words);
    let shown = if let Some(testing) = test_keys::testing(sitekey.as_str(), size) {
        Shown::for_test_key(testing)
    } else {
        let row = collector.register.site(&sitekey).ok_or(IssueError::UnknownSitekey)?;
        if !hostname.as_ref().is_some_and(|hostname| row.hostnames.contains(hostname)) {
            return Err(IssueError::HostnameRefused);
        }
        Shown::for_site(collector, row, prefix, &language)
    };
    let words = shown.site.as_ref().map_or_else(|| words.clone(), |site| sites_own(words, site));
    let mut settings = Settings {
        sitekey,
        hostname: hostname.ok_or(IssueError::HostnameRefused)?,
        origin,
        language,
        words,
        theme: Theme::named(&named(&query.theme)).unwrap_or_default(),
        size,
        dialect: Dialect::named(&named(&query.dialect)).unwrap_or_default(),
        action: query.action.and_then(|action| action.parse().ok()),
        cdata: query.cdata.and_then(|cdata| cdata.parse().ok()),
        offer: shown.offer,
        disclosure: shown.disclosure,
        renewal: Renewal::named(&named(&query.renewal)).unwrap_or_default(),
        testing: shown.testing,
        collector: String::new(),
        style: assets::path("widget.css"),
        worker: assets::path("worker.js"),
        plain: String::new(),
    };
    settings.plain = plain_address(&settings, None);
    Ok(PageSettings { settings, site: shown.site, data_set_language: shown.data_set_language })
}

/// What the site key alone decides.
struct Shown {
    offer: Offer,
    disclosure: Disclosure,
    data_set_language: Option<Language>,
    testing: Option<Testing>,
    site: Option<Arc<SiteRow>>,
}

impl Shown {
    fn for_test_key(testing: Testing) -> Self {
        Self {
            offer: Offer::Machine,
            disclosure: test_keys::disclosure(),
            data_set_language: Some(english()),
            testing: Some(testing),
            site: None,
        }
    }

    fn for_site(collector: &Collector, site: Arc<SiteRow>, prefix: PrefixHash, language: &Language) -> Self {
        let campaign = collector.register.campaigns_of(&site).into_iter().next();
        let offer = match site.turn {
            // With nothing to label the device still computes: nobody is locked out.
            Turn::Both if campaign.is_none() => Offer::Machine,
            Turn::Both => Offer::Both,
            Turn::Machine => Offer::Machine,
            Turn::AfterFailures(failures) => {
                let failed = collector.budget.failures(prefix, collector.clock.now_ms());
                if campaign.is_some() && failed >= failures { Offer::Both } else { Offer::Machine }
            }
        };
        let (disclosure, data_set_language) = match campaign {
            Some(campaign) => (campaign.disclosure(language), campaign.data_set_language(language).cloned()),
            None => (nothing_labelled(&site), Some(english())),
        };
        Self { offer, disclosure, data_set_language, testing: None, site: Some(site) }
    }
}

/// What is disclosed where nobody is asked to label and no campaign says for whom.
fn nothing_labelled(site: &SiteRow) -> Disclosure {
    Disclosure {
        requester: site.name.clone(),
        data_set: "nothing is labelled".to_owned(),
        licence: "not published".to_owned(),
        seconds: 0,
        seconds_source: SecondsSource::Study,
    }
}

/// English.
pub fn english() -> Language {
    "en".parse().expect("en is a language tag")
}

/// What the page asks for, even without words for it: the question may come in it.
fn language(hl: Option<&str>, words: &Words) -> Language {
    hl.and_then(|tag| tag.parse().ok()).or_else(|| words.tag.parse().ok()).unwrap_or_else(english)
}

fn accept_language(headers: &HeaderMap) -> Option<&str> {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())
}

/// The words with the site's own in place of ours.
fn sites_own(words: &Words, site: &SiteRow) -> Words {
    let own = words.tag.parse::<Language>().ok().and_then(|language| site.words.get(&language).cloned());
    // They were checked before they were stored.
    with_overrides(words, &own.unwrap_or_default()).unwrap_or_else(|_unfit| words.clone())
}

/// What the same page without script is told of the page around it, by name.
pub(super) fn fields(settings: &Settings) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("sitekey", settings.sitekey.to_string()),
        ("hl", settings.language.to_string()),
        ("theme", settings.theme.as_str().to_owned()),
        ("origin", settings.origin.clone()),
        ("dialect", settings.dialect.as_str().to_owned()),
        ("size", settings.size.as_str().to_owned()),
        ("renewal", settings.renewal.as_str().to_owned()),
    ];
    fields.extend(settings.action.iter().map(|action| ("action", action.to_string())));
    fields.extend(settings.cdata.iter().map(|cdata| ("cdata", cdata.to_string())));
    fields
}

/// Address of the same challenge without script, with the ticket of a wait.
pub(super) fn plain_address(settings: &Settings, ticket: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields(settings)).extend_pairs(ticket.map(|ticket| ("wait", ticket)));
    format!("/plain?{}", query.finish())
}

/// Address of the widget, for the way back from there.
pub(super) fn frame_address(settings: &Settings) -> String {
    format!("/frame?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(fields(settings)).finish())
}

/// An origin of the site, for a visitor whose browser does not say from which page it comes.
pub(super) fn first_origin(collector: &Collector, query: &SettingsQuery) -> Option<String> {
    let sitekey = query.sitekey.as_deref()?.parse().ok()?;
    let site = collector.register.site(&sitekey)?;
    site.hostnames.first().map(|hostname| format!("https://{hostname}"))
}

pub(super) fn hostname_of(origin: &str) -> Option<Hostname> {
    let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"))?;
    let end = if rest.starts_with('[') { rest.find(']')? + 1 } else { rest.find(':').unwrap_or(rest.len()) };
    let (host, port) = rest.split_at_checked(end)?;
    let port = port.strip_prefix(':').or_else(|| port.is_empty().then_some("0"))?;
    port.parse::<u16>().ok()?;
    host.parse().ok()
}

#[cfg(test)]
mod tests;
