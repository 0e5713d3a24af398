//! What nobody who means well sends: strangers, forged origins, markup in every field.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{ADDRESS, hidden};
use crate::campaign::budget::BudgetLimits;
use crate::http::testing::{Reply, TestCollector};

const ORIGIN: &str = "https://example.org";
const NAMES: [&str; 14] = [
    "sitekey",
    "hl",
    "theme",
    "size",
    "dialect",
    "action",
    "cdata",
    "renewal",
    "origin",
    "wait",
    "wish",
    "challenge",
    "picked",
    "elsewhere",
];

impl TestCollector {
    async fn coming_from(&self, referer: Option<&str>, query: &str) -> Reply {
        let path = format!("/plain?sitekey={}{query}", self.site.sitekey);
        let mut request = Request::get(path).header("x-forwarded-for", ADDRESS);
        if let Some(referer) = referer {
            request = request.header("referer", referer);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// The same fields as a form and as an address, beside what makes a good request.
    async fn sent(&self, fields: &[(String, String)]) -> [Reply; 2] {
        let mut all =
            vec![("sitekey".to_owned(), self.site.sitekey.to_string()), ("origin".to_owned(), ORIGIN.to_owned())];
        all.retain(|(name, _)| !fields.iter().any(|(given, _)| given == name));
        all.extend(fields.iter().cloned());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&all).finish();
        [self.form_from(ADDRESS, &all).await, self.page_from(ADDRESS, &format!("/plain?{query}")).await]
    }
}

fn origin(page: &Reply) -> Option<String> {
    hidden(page).into_iter().find(|(name, _)| name == "origin").map(|(_, value)| value)
}

#[tokio::test]
async fn the_page_is_known_by_its_origin_else_by_where_the_browser_comes_from_else_it_is_the_sites_first() {
    let test = TestCollector::start().await;
    let cases = [
        (None, "", Some("https://example.org")),
        (None, "&origin=", Some("https://example.org")),
        (Some("http://example.org:8080/guest/book?x=1"), "", Some("http://example.org:8080")),
        (Some("https://elsewhere.example/"), "&origin=https://example.org:8443", Some("https://example.org:8443")),
        (Some("https://elsewhere.example/"), "", None),
        (Some("https://example.org.elsewhere.example/"), "", None),
        (Some("https://example.org"), "&origin=https://elsewhere.example", None),
        (None, "&origin=null", None),
        (None, "&origin=example.org", None),
        (None, "&origin=javascript://example.org", None),
        (None, "&origin=https://example.org@elsewhere.example", None),
    ];
    for (referer, query, expected) in cases {
        let page = test.coming_from(referer, query).await;
        let status = if expected.is_some() { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!((page.status, origin(&page).as_deref()), (status, expected), "{referer:?} {query}: {}", page.text);
        assert!(page.content_type.starts_with("text/html"), "a person reads it: {}", page.content_type);
    }
}

#[tokio::test]
async fn a_site_key_that_no_site_has_is_refused() {
    let test = TestCollector::start().await;
    let unknown = format!("?sitekey={}&origin={ORIGIN}", "A".repeat(40));
    for query in ["", "?sitekey=", "?sitekey=%22%3E%3Cb%3E", &unknown] {
        let page = test.page_from(ADDRESS, &format!("/plain{query}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{query}: {}", page.text);
        assert!(!page.text.contains("<b>"), "{}", page.text);
    }
}

#[tokio::test]
async fn markup_in_any_field_is_refused_or_escaped() {
    let test = TestCollector::start().await;
    let values =
        ["\"><script>alert(1)</script>", "' onload='alert(1)", "https://example.org:443\"><b>", "{{settings}}"];
    for value in values {
        for name in NAMES {
            for page in test.sent(&[(name.to_owned(), value.to_owned())]).await {
                assert_ne!(page.status, StatusCode::INTERNAL_SERVER_ERROR, "{name}={value}: {}", page.text);
                assert!(!page.text.contains(value), "{name}={value} stands in the page: {}", page.text);
            }
        }
    }
}

/// Empty, right, one of those that mean something, or with a mark that may only come back escaped.
fn value() -> impl Strategy<Value = String> {
    let known = ["label", "machine", "answer", "begin", "en", "ar", "dark", "invisible", "turnstile", "3", "255", "-1"];
    prop_oneof![
        1 => Just(String::new()),
        3 => Just(ORIGIN.to_owned()),
        4 => select(known.to_vec()).prop_map(str::to_owned),
        4 => "[ -~\u{a0}-\u{ff}]{0,40}<zq\"'>[ -~]{0,20}",
        2 => any::<String>().prop_map(|text| format!("{ORIGIN}:80<zq\"'>{text}")),
    ]
}

#[test]
fn no_form_makes_it_fail_or_repeat_what_was_sent_as_markup() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let limits = BudgetLimits { challenges: 1_000_000, ..BudgetLimits::default() };
    let test = runtime.block_on(TestCollector::with_limits(limits));
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) };
    proptest!(config, |(fields in vec((select(NAMES.to_vec()).prop_map(str::to_owned), value()), 0..10))| {
        for page in runtime.block_on(test.sent(&fields)) {
            prop_assert!(page.status.as_u16() < 500, "{}: {}", page.status, page.text);
            prop_assert!(!page.text.contains("<zq") && !page.text.contains("zq\""), "{}", page.text);
        }
    });
}
