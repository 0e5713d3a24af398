//! The bearer key of the requester API: a file in the data folder, compared in constant time.

use std::path::Path;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use corvee_protocol::ProblemKind;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use crate::http::AppState;
use crate::http::problems::Refusal;

/// The file inside the data folder.
pub const KEY_FILE: &str = "requester.key";

/// The key.
#[derive(Debug)]
pub struct RequesterKey(SecretString);

impl RequesterKey {
    /// A key with this text.
    pub fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// The key in `data`.
    pub fn load(data: &Path) -> std::io::Result<Self> {
        Ok(Self::new(std::fs::read_to_string(data.join(KEY_FILE))?.trim().to_owned()))
    }

    fn opens(&self, offered: &str) -> bool {
        offered.as_bytes().ct_eq(self.0.expose_secret().as_bytes()).into()
    }
}

/// Lets a request through that brings the key.
pub async fn require(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let offered = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let offered = offered.and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer ")));
    if offered.is_some_and(|offered| app.requester_key.opens(offered.trim())) {
        return next.run(request).await;
    }
    let detail = format!("send `Authorization: Bearer <key>`; the key is in the data folder's {KEY_FILE}");
    let mut refusal = Refusal::new(ProblemKind::Unauthorized, detail).into_response();
    debug_assert_eq!(refusal.status(), StatusCode::UNAUTHORIZED);
    refusal.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    refusal
}
