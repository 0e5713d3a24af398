//! `GET /frame`: the document inside the iframe, with the site's own policy. Paints before the widget's code arrives.

use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use corvee_protocol::{Dialect, Disclosure, Hostname, Language, Offer, Renewal, Settings, SiteKey, Size, Theme};
use serde::Deserialize;

use super::AppState;
use super::assets;

/// What the loader says about the page.
#[derive(Deserialize)]
pub struct FrameQuery {
    sitekey: Option<String>,
    hl: Option<String>,
    theme: Option<String>,
    size: Option<String>,
    dialect: Option<String>,
    action: Option<String>,
    cdata: Option<String>,
    renewal: Option<String>,
    origin: Option<String>,
}

/// English.
pub fn english() -> Language {
    "en".parse().expect("en is a language tag")
}

/// The frame's document. 200; 400, 403, 404, 503 as a plain sentence that the page's owner can read in the frame.
pub async fn show(State(app): State<AppState>, Query(query): Query<FrameQuery>) -> Response {
    let Some(template) = assets::find("frame.html").and_then(|asset| std::str::from_utf8(asset.raw).ok()) else {
        return sentence(
            StatusCode::SERVICE_UNAVAILABLE,
            "This collector was built without the widget: run `cargo xtask dist` and build it again.",
        );
    };
    let sitekey = query.sitekey.unwrap_or_default().parse::<SiteKey>();
    let Some(site) = sitekey.ok().and_then(|key| app.collector.register.site(&key)) else {
        return sentence(
            StatusCode::NOT_FOUND,
            "Corvée: no site has this data-sitekey. Compare it with `corvee site list`.",
        );
    };
    let origin = query.origin.unwrap_or_default();
    let Some(hostname) = hostname_of(&origin).filter(|hostname| site.hostnames.contains(hostname)) else {
        return sentence(
            StatusCode::FORBIDDEN,
            "Corvée: this page's host name is not one of the site's. Create the site with --hostname for it.",
        );
    };
    let Some(campaign) = app.collector.register.campaigns_of(&site).into_iter().next() else {
        return sentence(
            StatusCode::SERVICE_UNAVAILABLE,
            "Corvée: the site's campaigns have nothing to ask yet. Import pictures with `corvee import`.",
        );
    };
    let words = Words::of(query.hl.as_deref().unwrap_or("en"));
    let named = |value: &Option<String>| value.clone().unwrap_or_default();
    let theme = Theme::named(&named(&query.theme)).unwrap_or_default();
    let disclosure = campaign.disclosure();
    let settings = Settings {
        sitekey: site.sitekey.clone(),
        hostname,
        origin,
        language: words.language.parse().unwrap_or_else(|_cause| english()),
        theme,
        size: Size::named(&named(&query.size)).unwrap_or_default(),
        dialect: Dialect::named(&named(&query.dialect)).unwrap_or_default(),
        action: query.action.and_then(|action| action.parse().ok()),
        cdata: query.cdata.and_then(|cdata| cdata.parse().ok()),
        offer: Offer::Both,
        disclosure: disclosure.clone(),
        renewal: Renewal::named(&named(&query.renewal)).unwrap_or_default(),
        testing: None,
        collector: String::new(),
        worker: assets::path("worker.js"),
        plain: String::new(),
    };
    let settings = serde_json::to_string(&settings).unwrap_or_default();
    let page = template
        .replace("{{lang}}", words.language)
        .replace("{{dir}}", "ltr")
        .replace("{{theme}}", theme.as_str())
        .replace("{{label}}", words.label)
        .replace("{{text:noscript}}", words.noscript)
        .replace("{{disclosure}}", &escaped(&words.disclosure(&disclosure)))
        .replace("{{settings}}", &escaped(&settings));
    let mut response = page.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(policy) = HeaderValue::from_str(&policy(&site.hostnames)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The frame's policy: its own files, no inline code, and only the site's pages may show it.
fn policy(hostnames: &[Hostname]) -> String {
    let ancestors: Vec<String> = hostnames.iter().map(|name| format!("http://{name}:* https://{name}:*")).collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors {}",
        ancestors.join(" ")
    )
}

fn hostname_of(origin: &str) -> Option<Hostname> {
    let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"))?;
    let end = if rest.starts_with('[') { rest.find(']')? + 1 } else { rest.find(':').unwrap_or(rest.len()) };
    let (host, port) = rest.split_at_checked(end)?;
    let port = port.strip_prefix(':').or_else(|| port.is_empty().then_some("0"))?;
    port.parse::<u16>().ok()?;
    host.parse().ok()
}

/// The few words the frame paints before the widget's own come.
struct Words {
    language: &'static str,
    label: &'static str,
    noscript: &'static str,
}

impl Words {
    fn of(language: &str) -> Self {
        let primary = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
        match primary.as_str() {
            "fr" => Self {
                language: "fr",
                label: "Je ne suis pas un robot",
                noscript: "Ce contrôle a besoin de JavaScript.",
            },
            _ => Self { language: "en", label: "I am not a robot", noscript: "This check needs JavaScript." },
        }
    }

    fn disclosure(&self, disclosure: &Disclosure) -> String {
        let Disclosure { requester, data_set, seconds, .. } = disclosure;
        match self.language {
            "fr" => format!("Pour {requester}\u{a0}: {data_set}. Environ {seconds}\u{a0}s."),
            _ => format!("For {requester}: {data_set}. About {seconds}\u{a0}s."),
        }
    }
}

fn sentence(status: StatusCode, text: &'static str) -> Response {
    let (style, text) = (assets::path("pages.css"), escaped(text));
    let page = format!(
        "<!doctype html><html lang=\"en\"><title>Corvée</title><link rel=\"stylesheet\" href=\"{style}\"><p class=\"note waiting\">{text}</p>"
    );
    (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Requesters' words must not be read as a placeholder that is filled after them.
            '{' => escaped.push_str("&#123;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_becomes_its_host_name() {
        let host = |origin| hostname_of(origin).map(|name| name.to_string());
        assert_eq!(host("https://example.org").as_deref(), Some("example.org"));
        assert_eq!(host("http://127.0.0.1:8080").as_deref(), Some("127.0.0.1"));
        assert_eq!(host("http://[::1]:8080").as_deref(), Some("[::1]"));
        for origin in [
            "",
            "null",
            "example.org",
            "javascript:alert(1)",
            "https://",
            "https://a/b",
            "https://[::1",
            "http://a:80@evil",
            "http://a:x",
        ] {
            assert_eq!(host(origin), None, "{origin}");
        }
    }

    #[test]
    fn requesters_words_stay_words() {
        assert_eq!(
            escaped("<a href=\"x\">'&{{settings}}"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#123;&#123;settings}}"
        );
    }

    #[test]
    fn only_the_sites_pages_may_show_the_frame() {
        let policy = policy(&["example.org".parse().unwrap()]);
        assert!(policy.ends_with("frame-ancestors http://example.org:* https://example.org:*"), "{policy}");
        assert!(!policy.contains("unsafe-inline"));
    }
}
