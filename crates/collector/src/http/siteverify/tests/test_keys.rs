//! The vendors' published test keys behave as published.

use serde_json::{Value, json};

use crate::http::testing::TestCollector;

const DUMMY: &str = "XXXX.DUMMY.TOKEN.XXXX";
const HCAPTCHA_SECRET: &str = "0x0000000000000000000000000000000000000000";
const HCAPTCHA_TOKEN: &str = "20000000-aaaa-bbbb-cccc-000000000002";

async fn verify(test: &TestCollector, path: &str, secret: &str, response: &str) -> Value {
    test.siteverify_at(path, &format!("secret={secret}&response={response}")).await
}

#[tokio::test]
async fn recaptchas_secret_passes_every_token_again_and_again() {
    let test = TestCollector::start().await;
    for path in ["/recaptcha/api/siteverify", "/siteverify"] {
        for token in ["anything", DUMMY, "anything"] {
            let reply = verify(&test, path, "6LeIxAcTAAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe", token).await;
            let expected = json!({
                "success": true, "challenge_ts": "2026-01-01T00:00:00Z", "hostname": "testkey.google.com", "error-codes": [],
            });
            assert_eq!(reply, expected);
        }
    }
    let empty = verify(&test, "/siteverify", "6LeIxAcTAAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe", "").await;
    assert_eq!(empty["error-codes"], json!(["missing-input-response"]));
}

#[tokio::test]
async fn hcaptchas_secret_passes_its_own_tokens_only() {
    let test = TestCollector::start().await;
    let reply = verify(&test, "/siteverify", HCAPTCHA_SECRET, HCAPTCHA_TOKEN).await;
    assert_eq!((&reply["success"], &reply["hostname"]), (&json!(true), &json!("dummy-key-pass")));
    let token = test.pass_from("198.51.100.7").await.token;
    let real = verify(&test, "/siteverify", HCAPTCHA_SECRET, token.as_str()).await;
    assert_eq!(real, json!({ "success": false, "error-codes": ["not-using-dummy-passcode"] }));
    let named = |sitekey: &str| {
        let form = format!("secret={HCAPTCHA_SECRET}&response={HCAPTCHA_TOKEN}&sitekey={sitekey}");
        let test = &test;
        async move { test.siteverify_at("/siteverify", &form).await }
    };
    assert_eq!(named("20000000-ffff-ffff-ffff-000000000002").await["success"], true);
    assert_eq!(named(test.site.sitekey.as_str()).await["error-codes"], json!(["sitekey-secret-mismatch"]));
    assert_eq!(named("nonsense").await["error-codes"], json!(["invalid-sitekey"]));
}

#[tokio::test]
async fn turnstiles_secrets_pass_fail_and_call_it_spent() {
    let test = TestCollector::start().await;
    let path = "/turnstile/v0/siteverify";
    let passes = verify(&test, path, "1x0000000000000000000000000000000AA", DUMMY).await;
    let expected = json!({
        "success": true, "error-codes": [], "challenge_ts": "2026-01-01T00:00:00Z", "hostname": "example.com",
        "action": "", "cdata": "", "metadata": { "interactive": false, "result_with_testing_key": true },
    });
    assert_eq!(passes, expected);
    let fails = verify(&test, path, "2x0000000000000000000000000000000AA", DUMMY).await;
    assert_eq!(fails["error-codes"], json!(["invalid-input-response"]));
    let spent = verify(&test, path, "3x0000000000000000000000000000000AA", DUMMY).await;
    assert_eq!(spent["error-codes"], json!(["timeout-or-duplicate"]));
}

#[tokio::test]
async fn a_sites_own_secret_refuses_the_tokens_of_test_keys() {
    let test = TestCollector::start().await;
    for key in &test.site.keys {
        let secret = key.secret.as_deref().unwrap();
        for token in [DUMMY, HCAPTCHA_TOKEN, "03corvee-token-of-the-published-test-key_03"] {
            let reply = verify(&test, &key.siteverify, secret, token).await;
            let hcaptcha = key.dialect == corvee_protocol::Dialect::Hcaptcha && token == HCAPTCHA_TOKEN;
            let code = if hcaptcha { "not-using-dummy-secret" } else { "invalid-input-response" };
            assert_eq!(reply["error-codes"], json!([code]), "{token} at {}", key.siteverify);
        }
    }
}

#[tokio::test]
async fn a_test_secret_spends_no_token_of_a_site() {
    let test = TestCollector::start().await;
    let token = test.pass_from("198.51.100.7").await.token;
    verify(&test, "/siteverify", "6LeIxAcTAAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe", token.as_str()).await;
    assert_eq!(test.siteverify(&test.site.secret, token.as_str()).await["success"], true);
}
