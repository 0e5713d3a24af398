//! `siteverify` in three vendors' contracts: HTTP 200 whatever the outcome, a boolean `success`, `error-codes` as a list.
//! Parameters, secrets among them, are never written to a log.

mod parameters;
mod refusal;
mod reply;

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use corvee_protocol::{Dialect, SiteKey, Token, limits};
use metrics::counter;

use self::parameters::Parameters;
use self::refusal::Refused;
pub use self::reply::Reply;
use super::AppState;
use crate::campaign::spelling;
use crate::campaign::test_keys::{self, TestSecret};
use crate::campaign::token::{secret_digest, token_digest};
use crate::observe::figures::REDEMPTIONS;
use crate::state::Collector;
use crate::store::sites::SiteRow;
use crate::store::tokens::{Redeemed, Redemption};

/// Time the body may take to arrive, and time the store may take: below the router's own limit, whose reply would be no
/// verification outcome.
const PATIENCE: Duration = Duration::from_secs(12);

/// `/siteverify`: hCaptcha's clients, ours, and whoever else; the secret's spelling says whose words they understand.
pub async fn by_secret(State(app): State<AppState>, request: Request) -> Json<Reply> {
    answer(&app, request, None).await
}

/// `/recaptcha/api/siteverify`.
pub async fn recaptcha(State(app): State<AppState>, request: Request) -> Json<Reply> {
    answer(&app, request, Some(Dialect::Recaptcha)).await
}

/// `/turnstile/v0/siteverify`.
pub async fn turnstile(State(app): State<AppState>, request: Request) -> Json<Reply> {
    answer(&app, request, Some(Dialect::Turnstile)).await
}

/// `GET /turnstile/v0/siteverify`: the one contract that takes no GET; says so as an outcome.
pub async fn not_by_get() -> Json<Reply> {
    Json(Reply::refused(Refused::BadRequest, Dialect::Turnstile))
}

async fn answer(app: &AppState, mut request: Request, dialect: Option<Dialect>) -> Json<Reply> {
    // Who asks for the head of a reply does not read whether it was a success: nothing is redeemed for that.
    if request.method() == Method::HEAD {
        return Json(Reply::refused(Refused::BadRequest, dialect.unwrap_or_default()));
    }
    DefaultBodyLimit::max(limits::SITEVERIFY_BODY_BYTES).apply(&mut request);
    let Ok(Some(parameters)) = tokio::time::timeout(PATIENCE, Parameters::read(request)).await else {
        return Json(Reply::refused(Refused::BadRequest, dialect.unwrap_or_default()));
    };
    let dialect = dialect.unwrap_or_else(|| dialect_of(&parameters));
    let verdict = tokio::time::timeout(PATIENCE, verify(&app.collector, &parameters, dialect)).await;
    let verdict = verdict.unwrap_or(Err(Refused::Internal));
    Json(verdict.unwrap_or_else(|refused| Reply::refused(refused, dialect)))
}

/// Whether a request of this `Content-Type`, query and body holds parameters in one of their forms.
pub async fn are_parameters(content_type: &str, query: &str, body: Vec<u8>) -> bool {
    let request = Request::post(format!("/siteverify?{query}")).header(CONTENT_TYPE, content_type);
    match request.body(Body::from(body)) {
        Ok(request) => Parameters::read(request).await.is_some(),
        // No client can send such a query, or such a header.
        Err(_impossible) => false,
    }
}

/// Whose words the caller of `/siteverify` understands: only hCaptcha's clients name a site key.
fn dialect_of(parameters: &Parameters) -> Dialect {
    match spelling::dialect_of_secret(parameters.get("secret").unwrap_or_default()) {
        Dialect::Corvee if parameters.get("sitekey").is_some() => Dialect::Hcaptcha,
        dialect => dialect,
    }
}

async fn verify(collector: &Collector, parameters: &Parameters, dialect: Dialect) -> Result<Reply, Refused> {
    let secret = parameters.get("secret").ok_or(Refused::MissingSecret)?;
    let response = parameters.get("response").ok_or(Refused::MissingResponse)?;
    let now_ms = collector.clock.now_ms();
    if let Some(test) = test_keys::secret(secret) {
        return verify_test(collector, test, parameters, response, dialect)
            .map(|()| Reply::testing(test, dialect, now_ms));
    }
    if test_keys::is_hcaptcha_token(response) {
        return Err(Refused::TestTokenWithSecret);
    }
    let site = collector.register.site_by_secret(&secret_digest(secret)).ok_or(Refused::InvalidSecret)?;
    if dialect == Dialect::Hcaptcha {
        check_sitekey(collector, parameters, &site)?;
    }
    let idempotency_key = match parameters.get("idempotency_key") {
        Some(key) if dialect == Dialect::Turnstile => Some(uuid(key).ok_or(Refused::BadRequest)?),
        _ => None,
    };
    response.parse::<Token>().map_err(|_cause| Refused::InvalidResponse)?;
    let redemption = Redemption { digest: token_digest(response), site: site.id, now_ms, idempotency_key };
    let redeemed = collector.writer.redeem(redemption).await;
    if let Ok(redeemed) = &redeemed {
        counter!(REDEMPTIONS, "outcome" => outcome(redeemed)).increment(1);
    }
    match redeemed {
        Ok(Redeemed::Valid(earned)) => Ok(Reply::earned(earned, dialect)),
        Ok(Redeemed::Seen) => Err(Refused::Seen),
        Ok(Redeemed::Expired) => Err(Refused::Expired),
        Ok(Redeemed::Unknown) => Err(Refused::InvalidResponse),
        Err(error) => {
            tracing::error!(%error, "a token could not be redeemed");
            Err(Refused::Internal)
        }
    }
}

fn outcome(redeemed: &Redeemed) -> &'static str {
    match redeemed {
        Redeemed::Valid(_) => "valid",
        Redeemed::Seen => "seen",
        Redeemed::Expired => "expired",
        Redeemed::Unknown => "unknown",
    }
}

/// The site key that hCaptcha's clients may name: in any spelling, it must be this site's.
fn check_sitekey(collector: &Collector, parameters: &Parameters, site: &SiteRow) -> Result<(), Refused> {
    let Some(sitekey) = parameters.get("sitekey") else {
        return Ok(());
    };
    if test_keys::is_hcaptcha_sitekey(sitekey) {
        return Err(Refused::SitekeyMismatch);
    }
    let sitekey: SiteKey = sitekey.parse().map_err(|_cause| Refused::InvalidSitekey)?;
    let named = collector.register.site(&sitekey).ok_or(Refused::InvalidSitekey)?;
    if named.id == site.id { Ok(()) } else { Err(Refused::SitekeyMismatch) }
}

/// What a vendor's published secret answers. Nothing is looked up and nothing is spent.
fn verify_test(
    collector: &Collector,
    test: TestSecret,
    parameters: &Parameters,
    response: &str,
    dialect: Dialect,
) -> Result<(), Refused> {
    match test {
        TestSecret::Recaptcha | TestSecret::TurnstilePasses => Ok(()),
        TestSecret::TurnstileFails => Err(Refused::InvalidResponse),
        TestSecret::TurnstileSpent => Err(Refused::Seen),
        TestSecret::Hcaptcha if !test_keys::is_hcaptcha_token(response) => Err(Refused::TestSecretWithToken),
        TestSecret::Hcaptcha => match parameters.get("sitekey") {
            Some(sitekey) if dialect == Dialect::Hcaptcha && !test_keys::is_hcaptcha_sitekey(sitekey) => {
                let known = sitekey.parse().ok().and_then(|sitekey| collector.register.site(&sitekey));
                Err(if known.is_some() { Refused::SitekeyMismatch } else { Refused::InvalidSitekey })
            }
            _ => Ok(()),
        },
    }
}

/// The bytes of a UUID, with its dashes or without.
fn uuid(text: &str) -> Option<[u8; 16]> {
    let digits: Vec<u32> = match text.len() {
        32 => text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?,
        36 => {
            let dashes_fit = text.char_indices().all(|(at, c)| (c == '-') == matches!(at, 8 | 13 | 18 | 23));
            let digits = text.chars().filter(|c| *c != '-').map(|c| c.to_digit(16));
            digits.collect::<Option<_>>().filter(|_| dashes_fit)?
        }
        _ => return None,
    };
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair.iter().fold(0, |byte, digit| byte << 4 | u8::try_from(*digit).unwrap_or_default());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
