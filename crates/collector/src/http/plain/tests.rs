//! The challenge as a form: both ways through it, and everything that must be refused on the way.

mod hostile;
mod waits;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use corvee_protocol::Sealed;
use serde_json::{Value, json};

use crate::campaign::budget::BudgetLimits;
use crate::http::testing::{Reply, TestCollector};

const ADDRESS: &str = "198.51.100.7";

type Fields = Vec<(String, String)>;

impl TestCollector {
    async fn page_from(&self, address: &str, path: &str) -> Reply {
        let request = Request::get(path).header("x-forwarded-for", address);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn form_from(&self, address: &str, fields: &[(String, String)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post("/plain").header("content-type", "application/x-www-form-urlencoded");
        self.send(request.header("x-forwarded-for", address).body(Body::from(body)).unwrap()).await
    }

    /// Presses the button of this wish in the form of a page.
    async fn press(&self, page: &Reply, wish: &str, more: &[(&str, String)]) -> Reply {
        let mut fields = hidden(page);
        fields.push(("wish".to_owned(), wish.to_owned()));
        fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        self.form_from(ADDRESS, &fields).await
    }

    async fn choice(&self) -> Reply {
        let query = format!("sitekey={}&origin=https://example.org&hl=en&action=login", self.site.sitekey);
        let page = self.page_from(ADDRESS, &format!("/plain?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        page
    }

    /// The picture numbers of a person who sees everything, and of one who sees the opposite.
    async fn picks(&self, page: &Reply) -> (Vec<(&'static str, String)>, Vec<(&'static str, String)>) {
        let sealed = Sealed::try_from(sealed(page)).unwrap();
        let truth = self.truth(&sealed).await;
        let pick = |tile: u8| ("picked", tile.to_string());
        let (right, wrong): (Vec<u8>, Vec<u8>) = (0..9).partition(|tile| truth.contains(tile));
        (right.into_iter().map(pick).collect(), wrong.into_iter().map(pick).collect())
    }
}

/// The hidden fields of the page's form.
fn hidden(page: &Reply) -> Fields {
    let field = |text: &str| {
        let (name, rest) = text.split_once("\" value=\"")?;
        Some((name.to_owned(), unescaped(rest.split_once('"')?.0)))
    };
    page.text.split("<input type=\"hidden\" name=\"").skip(1).filter_map(field).collect()
}

fn unescaped(text: &str) -> String {
    text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'").replace("&#38;", "&")
}

fn attribute(page: &Reply, name: &str) -> Option<String> {
    let (_, rest) = page.text.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split_once('"')?.0))
}

fn sealed(page: &Reply) -> String {
    let challenge = hidden(page).into_iter().find(|(name, _)| name == "challenge");
    challenge.unwrap_or_else(|| panic!("no screen: {}", page.text)).1
}

fn token(page: &Reply) -> Option<String> {
    attribute(page, "data-token")
}

async fn change(test: &TestCollector, change: Value) {
    let path = format!("/v1/sites/{}", test.site.sitekey);
    let reply = test.request(Method::PATCH, &path, Some(&change)).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
}

async fn redeems_once(test: &TestCollector, token: &str) {
    let verified = test.siteverify(&test.site.secret, token).await;
    assert_eq!((&verified["success"], &verified["hostname"]), (&json!(true), &json!("example.org")), "{verified}");
    assert_eq!(test.siteverify(&test.site.secret, token).await["success"], false);
}

#[tokio::test]
async fn right_answers_end_in_a_token_that_redeems_once() {
    let test = TestCollector::start().await;
    let choice = test.choice().await;
    assert!(choice.text.contains("value=\"label\"") && choice.text.contains("value=\"machine\""), "{}", choice.text);
    for theirs in [
        r#"For <bdi dir="auto">Test Museum</bdi>: <bdi dir="auto">things</bdi>."#,
        r#"Licence: <bdi dir="auto">CC0-1.0</bdi>."#,
    ] {
        assert!(choice.text.contains(theirs), "it says for whom: {}", choice.text);
    }
    let mut page = test.press(&choice, "label", &[]).await;
    for screen in 1..=6 {
        assert!(page.text.contains("Which show a thing?"), "screen {screen}: {}", page.text);
        assert_eq!(page.text.matches("type=\"checkbox\"").count(), 9);
        test.clock.advance(9_000);
        let (right, _) = test.picks(&page).await;
        page = test.press(&page, "answer", &right).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        if token(&page).is_some() {
            break;
        }
    }
    let given = token(&page).unwrap_or_else(|| panic!("right answers did not pass: {}", page.text));
    assert!(page.text.contains(&format!(">{given}</textarea>")), "it can be copied: {}", page.text);
    assert!(page.text.contains("href=\"/receipt/"), "there is a receipt: {}", page.text);
    redeems_once(&test, &given).await;
    assert_eq!(test.ledger().await["visits"], 1);
}

#[tokio::test]
async fn wrong_answers_end_in_other_pictures_without_blame() {
    let test = TestCollector::start().await;
    let mut page = test.press(&test.choice().await, "label", &[]).await;
    let mut notes = Vec::new();
    for _ in 0..4 {
        let (_, wrong) = test.picks(&page).await;
        let next = test.press(&page, "answer", &wrong).await;
        assert_eq!((next.status, token(&next)), (StatusCode::OK, None), "{}", next.text);
        assert_ne!(sealed(&next), sealed(&page));
        notes.push(next.text.contains("Here are other pictures."));
        page = next;
    }
    assert!(notes.contains(&true), "a challenge failed, and nobody said that there are others");
    assert!(!page.text.to_lowercase().contains("wrong"), "{}", page.text);
}

#[tokio::test]
async fn a_suspicious_network_gets_a_second_screen_and_then_the_token() {
    let test = TestCollector::with_limits(BudgetLimits { clean_challenges: 0, ..BudgetLimits::default() }).await;
    let mut second_screens = 0;
    for _visit in 0..10 {
        let mut page = test.press(&test.choice().await, "label", &[]).await;
        let mut screens = 0;
        while token(&page).is_none() {
            assert!(screens < 8, "right answers did not pass: {}", page.text);
            let (right, _) = test.picks(&page).await;
            page = test.press(&page, "answer", &right).await;
            screens += 1;
            second_screens += usize::from(page.text.contains("One more screen, please."));
        }
        redeems_once(&test, &token(&page).unwrap()).await;
    }
    assert!(second_screens >= 5, "{second_screens} of ten visits saw a second screen");
}

#[tokio::test]
async fn other_pictures_can_be_had_and_an_answer_counts_once() {
    let test = TestCollector::start().await;
    let first = test.press(&test.choice().await, "label", &[]).await;
    let others = test.press(&first, "label", &[]).await;
    assert_ne!(sealed(&others), sealed(&first));
    let (right, wrong) = test.picks(&others).await;
    assert_eq!(test.press(&others, "answer", &wrong).await.status, StatusCode::OK);
    let reloaded = test.press(&others, "answer", &wrong).await;
    assert_eq!((reloaded.status, token(&reloaded)), (StatusCode::OK, None), "a page loaded again says the same");
    let again = test.press(&others, "answer", &right).await;
    assert_eq!((again.status, token(&again)), (StatusCode::CONFLICT, None), "{}", again.text);
    assert!(again.text.contains("value=\"begin\""), "it offers to begin anew: {}", again.text);
    let anew = test.press(&again, "begin", &[]).await;
    assert!(anew.text.contains("value=\"label\""), "{}", anew.text);
}

#[tokio::test]
async fn a_broken_or_expired_challenge_is_exchanged_for_fresh_pictures() {
    let test = TestCollector::start().await;
    let mut page = test.press(&test.choice().await, "label", &[]).await;
    let good = sealed(&page);
    let mut altered = good.clone();
    altered.replace_range(40..41, if good.as_bytes()[40] == b'A' { "B" } else { "A" });
    test.clock.advance(20 * 60 * 1000);
    for broken in [String::new(), "x".to_owned(), "<script>".to_owned(), altered, good] {
        let mut fields = hidden(&page);
        fields.retain(|(name, _)| name != "challenge");
        fields.push(("challenge".to_owned(), broken.clone()));
        fields.push(("wish".to_owned(), "answer".to_owned()));
        page = test.form_from(ADDRESS, &fields).await;
        assert_eq!((page.status, token(&page)), (StatusCode::OK, None), "{broken}: {}", page.text);
        assert_ne!(sealed(&page), broken);
    }
}

#[tokio::test]
async fn a_site_that_asks_nobody_to_label_offers_no_pictures() {
    let test = TestCollector::start().await;
    change(&test, json!({ "turn": "machine" })).await;
    let choice = test.choice().await;
    assert!(!choice.text.contains("value=\"label\"") && choice.text.contains("value=\"machine\""), "{}", choice.text);
    assert!(!choice.text.contains("Two ways"), "{}", choice.text);
    let refused = test.press(&choice, "label", &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    assert!(!refused.text.contains("checkbox"), "{}", refused.text);
}

#[tokio::test]
async fn a_test_key_asks_nothing_and_nobody_waits() {
    let test = TestCollector::start().await;
    let page =
        async |key: &str| test.page_from(ADDRESS, &format!("/plain?sitekey={key}&origin=http://localhost")).await;
    let passes = page("1x00000000000000000000AA").await;
    assert!(!passes.text.contains("value=\"label\""), "{}", passes.text);
    let through = test.press(&passes, "machine", &[]).await;
    assert_eq!(token(&through).as_deref(), Some("XXXX.DUMMY.TOKEN.XXXX"), "{}", through.text);
    let blocked = test.press(&page("2x00000000000000000000AB").await, "machine", &[]).await;
    assert_eq!(token(&blocked), None);
    assert!(blocked.text.contains("This test key always refuses."), "{}", blocked.text);
}

#[tokio::test]
async fn only_the_sites_pages_may_show_it_and_it_runs_no_code_of_others() {
    let test = TestCollector::start().await;
    let choice = test.choice().await;
    let screen = test.press(&choice, "label", &[]).await;
    for page in [&choice, &screen] {
        assert_eq!(
            page.headers["content-security-policy"],
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
             connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; \
             frame-ancestors http://example.org:* https://example.org:*"
        );
        assert_eq!(page.headers["cache-control"], "private, no-store");
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        assert!(page.content_type.starts_with("text/html"), "{}", page.content_type);
    }
}
