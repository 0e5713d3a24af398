//! The bearer key of the requester API: a file in the data folder, compared in constant time.

use std::io;
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
/// Characters of a key, at least.
const KEY_BYTES: usize = 20;

/// The key.
#[derive(Debug)]
pub struct RequesterKey(SecretString);

impl RequesterKey {
    /// A key with this text.
    pub fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// The key in `data`.
    ///
    /// # Errors
    /// The file cannot be read, or what is in it could be guessed.
    pub fn load(data: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(data.join(KEY_FILE))?;
        let text = text.trim();
        if text.len() < KEY_BYTES {
            let short =
                format!("a key has {KEY_BYTES} characters or more: delete the file, and the next start makes one");
            return Err(io::Error::new(io::ErrorKind::InvalidData, short));
        }
        Ok(Self::new(text.to_owned()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_could_be_guessed_is_refused_with_a_remedy() {
        let folder = tempfile::tempdir().unwrap();
        for short in ["", " \n", "junk\n"] {
            std::fs::write(folder.path().join(KEY_FILE), short).unwrap();
            let refused = RequesterKey::load(folder.path()).unwrap_err().to_string();
            assert!(refused.contains("delete the file"), "{refused}");
        }
        std::fs::write(folder.path().join(KEY_FILE), "a".repeat(KEY_BYTES)).unwrap();
        assert!(RequesterKey::load(folder.path()).is_ok());
    }
}
