//! `GET /frame`: the document inside the iframe, with the site's own policy. Paints before the widget's code arrives.

use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use corvee_protocol::{Arg, Category, Disclosure, Hostname, Offer, Settings, Wish, Word};

use super::AppState;
use super::assets;
use super::client_address::ClientAddress;
use super::settings::{SettingsQuery, fields, page_settings};
use crate::campaign::issuing::IssueError;

/// The frame's document. 200; 403, 404, 503 as a plain sentence that the page's owner can read in the frame.
pub async fn show(
    State(app): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Query(query): Query<SettingsQuery>,
) -> Response {
    let Some(template) = assets::find("frame.html").and_then(|asset| std::str::from_utf8(asset.raw).ok()) else {
        return sentence(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "This collector was built without the widget: run `cargo xtask dist` and build it again.",
        );
    };
    let prefix = app.collector.prefixes.hash(address, app.collector.clock.now_ms());
    let page = match page_settings(&app.collector, query, &headers, prefix) {
        Ok(page) => page,
        Err(error) => return refused(error),
    };
    let settings = page.settings;
    let json = serde_json::to_string(&settings).unwrap_or_default();
    let words = &settings.words;
    let document = template
        .replace("{{lang}}", &words.tag)
        .replace("{{dir}}", words.dir())
        .replace("{{theme}}", settings.theme.as_str())
        .replace("{{size}}", settings.size.as_str())
        .replace("{{text:frame_title}}", &escaped(words.template(Word::FrameTitle)))
        .replace("{{text:open_challenge}}", &escaped(words.template(Word::OpenChallenge)))
        .replace("{{text:group_name}}", &escaped(words.template(group_name(&settings))))
        .replace("{{text:slow_loading}}", &escaped(words.template(Word::SlowLoading)))
        .replace("{{text:plain_version}}", &escaped(words.template(Word::PlainVersion)))
        .replace("{{purpose}}", &escaped(&purpose(&settings)))
        .replace("{{ways}}", &ways(&settings))
        .replace("{{fields}}", &hidden_fields(&settings))
        .replace("{{plain}}", &escaped(&settings.plain))
        .replace("{{settings}}", &escaped(&json));
    let mut response = document.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(policy) = HeaderValue::from_str(&policy(page.site.as_ref().map(|site| site.hostnames.as_slice()))) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

pub(super) fn refused(error: IssueError) -> Response {
    match error {
        IssueError::HostnameRefused => sentence(
            StatusCode::FORBIDDEN,
            "hostname-refused",
            "Corvée: this page's host name is not one of the site's. Add it with `corvee site change KEY --add-hostname`.",
        ),
        IssueError::NothingToAsk => sentence(
            StatusCode::SERVICE_UNAVAILABLE,
            "nothing-to-ask",
            "Corvée: the site's campaigns have nothing to ask yet. Import pictures with `corvee import`.",
        ),
        IssueError::UnknownSitekey | IssueError::LabellingRefused | IssueError::TooMany { .. } => sentence(
            StatusCode::NOT_FOUND,
            "unknown-sitekey",
            "Corvée: no site has this data-sitekey, or it is missing. Compare it with `corvee site list`.",
        ),
    }
}

/// The frame's policy: its own files, no inline code, and only the site's pages may show it; any page a test key's.
pub(super) fn policy(hostnames: Option<&[Hostname]>) -> String {
    let ancestors: Vec<String> = match hostnames {
        Some(hostnames) => hostnames.iter().map(|name| format!("http://{name}:* https://{name}:*")).collect(),
        None => vec!["http: https:".to_owned()],
    };
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors {}",
        ancestors.join(" ")
    )
}

/// What the closed widget says above its buttons: src/views/card.rs.
fn purpose(settings: &Settings) -> String {
    let words = &settings.words;
    let Disclosure { requester, data_set, seconds, .. } = &settings.disclosure;
    let args = [
        ("requester", Arg::Text(requester)),
        ("data_set", Arg::Text(data_set)),
        ("seconds", Arg::Count(u32::from(*seconds))),
    ];
    let line = match (&settings.testing, settings.offer) {
        (Some(_), _) => Word::TestingOnly,
        (None, Offer::Machine) => Word::NobodyLabels,
        (None, Offer::Both) => Word::Purpose,
    };
    let line = words.say(line, &args, |count| Category::of(&words.tag, count));
    [&line, " ", words.template(Word::KeepsOut)].concat()
}

/// What the group of its buttons is called.
fn group_name(settings: &Settings) -> Word {
    match settings.offer {
        Offer::Both => Word::ChooseGroup,
        Offer::Machine => Word::OpenChallenge,
    }
}

/// The buttons of the closed widget: src/views/choice.rs.
fn ways(settings: &Settings) -> String {
    let way = |wish: Wish, word| {
        let (name, text) = (wish.as_str(), escaped(settings.words.template(word)));
        format!(
            "<button type=\"submit\" name=\"wish\" value=\"{name}\" class=\"way way-{name}\" \
             aria-describedby=\"corvee-purpose\">{text}</button>"
        )
    };
    let machine = way(Wish::Machine, Word::DeviceComputes);
    match settings.offer {
        Offer::Both => way(Wish::Label, Word::LabelPictures) + &machine,
        Offer::Machine => machine,
    }
}

/// What the same buttons carry to the challenge without script.
fn hidden_fields(settings: &Settings) -> String {
    let field = |(name, value): (&str, String)| {
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\" />", escaped(&value))
    };
    fields(settings).into_iter().map(field).collect()
}

/// A sentence for the page's owner in place of the widget; `code` goes to the page's error callback.
fn sentence(status: StatusCode, code: &'static str, text: &'static str) -> Response {
    let (style, script, text) = (assets::path("pages.css"), assets::path("refused.js"), escaped(text));
    let page = format!(
        "<!doctype html><html lang=\"en\" data-code=\"{code}\"><title>Corvée</title>\
         <link rel=\"stylesheet\" href=\"{style}\"><script type=\"module\" src=\"{script}\"></script>\
         <p class=\"note waiting\">{text}</p>"
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
    fn requesters_words_stay_words() {
        assert_eq!(
            escaped("<a href=\"x\">'&{{settings}}"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#123;&#123;settings}}"
        );
    }

    #[test]
    fn only_the_sites_pages_may_show_the_frame() {
        let policy = policy(Some(&["example.org".parse().unwrap()]));
        assert!(policy.ends_with("frame-ancestors http://example.org:* https://example.org:*"), "{policy}");
        assert!(!policy.contains("unsafe-inline"));
        assert!(super::policy(None).ends_with("frame-ancestors http: https:"), "a test key's may be shown anywhere");
    }
}
