//! What hCaptcha's clients see that others do not.

use serde_json::{Value, json};

use crate::http::testing::TestCollector;

/// A secret as hCaptcha's clients spell it, and the site key.
fn spelled(site: &corvee_protocol::site::CreatedSite) -> (String, String) {
    let key = site.keys.iter().find(|key| key.dialect == corvee_protocol::Dialect::Hcaptcha).unwrap();
    (key.secret.clone().unwrap(), key.sitekey.to_string())
}

async fn verify(test: &TestCollector, form: &str) -> Value {
    test.siteverify_at("/siteverify", form).await
}

fn failure(code: &str) -> Value {
    json!({ "success": false, "error-codes": [code] })
}

#[tokio::test]
async fn seen_expired_and_invented_tokens_have_words_of_their_own() {
    let test = TestCollector::start().await;
    let (secret, _) = spelled(&test.site);
    let token = test.pass_on("198.51.100.7", &json!({ "dialect": "hcaptcha" })).await.token;
    let form = format!("secret={secret}&response={token}");
    assert_eq!(verify(&test, &form).await["success"], true);
    assert_eq!(verify(&test, &form).await, failure("already-seen-response"));
    let token = test.pass_on("198.52.100.7", &json!({ "dialect": "hcaptcha" })).await.token;
    test.clock.advance(120_000);
    assert_eq!(verify(&test, &format!("secret={secret}&response={token}")).await, failure("expired-input-response"));
    assert_eq!(verify(&test, &form).await, failure("already-seen-response"), "seen stays seen when it has expired");
    let invented = format!("secret={secret}&response={}", "A".repeat(43));
    assert_eq!(verify(&test, &invented).await, failure("invalid-input-response"));
    assert_eq!(
        verify(&test, &format!("secret=0x{}&response=x", "1".repeat(40))).await,
        failure("invalid-input-secret")
    );
    assert_eq!(verify(&test, &format!("secret={secret}")).await, failure("missing-input-response"));
}

#[tokio::test]
async fn the_site_key_is_checked_when_it_is_named() {
    let test = TestCollector::start().await;
    let (secret, sitekey) = spelled(&test.site);
    let (_, others) = spelled(&test.another_site().await);
    let token = test.pass_from("198.51.100.7").await.token;
    let named = |sitekey: &str| format!("secret={secret}&response={token}&sitekey={sitekey}");
    let cases = [
        (others.as_str(), "sitekey-secret-mismatch"),
        ("10000000-ffff-ffff-ffff-000000000001", "sitekey-secret-mismatch"),
        ("6a7b8c9d-0000-4000-8000-000000000000", "invalid-sitekey"),
        ("nonsense", "invalid-sitekey"),
    ];
    for (sitekey, code) in cases {
        assert_eq!(verify(&test, &named(sitekey)).await, failure(code), "{sitekey}");
    }
    assert_eq!(verify(&test, &named(&sitekey)).await["success"], true, "none of these spent the token");
}

#[tokio::test]
async fn whoever_names_a_site_key_speaks_hcaptchas_words() {
    let test = TestCollector::start().await;
    let token = test.pass_from("198.51.100.7").await.token;
    let form = format!("secret={}&response={token}&sitekey={}", test.site.secret, test.site.sitekey);
    assert_eq!(verify(&test, &form).await["success"], true);
    assert_eq!(verify(&test, &form).await, failure("already-seen-response"));
}
