//! The crate rocket-recaptcha-v3 as a client of version 2: urlencoded POST; keys of 40 characters, tokens in unpadded
//! base64url, success only with time and host name.

use rocket_recaptcha_v3::validators::traits::ValidateString as _;
use rocket_recaptcha_v3::{ReCaptcha, ReCaptchaError, ReCaptchaErrorCode, ReCaptchaToken, V2};
use serde_json::{Value, json};

use crate::{Expected, Site};

pub(crate) fn expected() -> Expected {
    let refused = |code: ReCaptchaErrorCode| json!(format!("{:?}", ReCaptchaError::ErrorCodes(vec![code])));
    Expected {
        success: json!(["127.0.0.1", 1.0]),
        duplicate: refused(ReCaptchaErrorCode::TimeoutOrDuplicate),
        wrong_token: refused(ReCaptchaErrorCode::InvalidInputResponse),
        // The crate refuses an empty token itself, and asks nobody.
        missing_response: json!("token: invalid Base64-url"),
        wrong_secret: refused(ReCaptchaErrorCode::InvalidInputSecret),
    }
}

pub(crate) async fn verify(site: &Site, secret: &str, token: &str) -> Value {
    let mut recaptcha = match ReCaptcha::<V2>::parse_str(Some(&site.sitekey), secret) {
        Ok(recaptcha) => recaptcha,
        Err(error) => return json!(format!("keys: {error}")),
    };
    recaptcha.set_api_url(format!("{}/recaptcha/api/siteverify", site.collector));
    let token = match ReCaptchaToken::parse_str(token) {
        Ok(token) => token,
        Err(error) => return json!(format!("token: {error}")),
    };
    match recaptcha.verify(&token, None).await {
        // It puts 1 where there is no score.
        Ok(verification) => json!([verification.hostname, verification.score]),
        Err(error) => json!(format!("{error:?}")),
    }
}
