//! The crate hcaptcha: urlencoded POST; checks the shapes of secret, site key and address before it asks.

use hcaptcha::{Client, Code, Error, Request};
use serde_json::{Value, json};

use crate::{Expected, Site};

pub(crate) fn expected() -> Expected {
    let refused = |codes: &[Code]| json!(format!("{codes:?}"));
    Expected {
        success: json!(["127.0.0.1", "a time"]),
        // It knows the older name alone and keeps this one as it is.
        duplicate: refused(&[Code::Unknown("already-seen-response".to_owned())]),
        wrong_token: refused(&[Code::InvalidResponse]),
        missing_response: refused(&[Code::MissingResponse]),
        wrong_secret: refused(&[Code::InvalidSecret]),
    }
}

pub(crate) async fn verify(site: &Site, secret: &str, token: &str) -> Value {
    match ask(site, secret, token).await {
        Ok(accepted) => accepted,
        Err(Error::Codes(codes)) => json!(format!("{:?}", Vec::from_iter(codes))),
        Err(other) => json!(other.to_string()),
    }
}

async fn ask(site: &Site, secret: &str, token: &str) -> Result<Value, Error> {
    let request = Request::new_from_response(secret, token)?.set_sitekey(&site.sitekey)?.set_remoteip("192.0.2.7")?;
    let client = Client::new().set_url(&format!("{}/siteverify", site.collector))?;
    let response = client.verify(request).await?;
    Ok(json!([response.hostname(), response.timestamp().map(|_| "a time")]))
}
