//! Why a verification failed, and the word for it in each vendor's vocabulary. Knows no request.

use corvee_protocol::Dialect;

/// Why a verification failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// No secret.
    MissingSecret,
    /// Nobody's secret.
    InvalidSecret,
    /// No token.
    MissingResponse,
    /// No token of this site.
    InvalidResponse,
    /// Expired before it was redeemed.
    Expired,
    /// Redeemed before.
    Seen,
    /// Neither form nor JSON, too large, not to the end, or an idempotency key that is no UUID.
    BadRequest,
    /// Nobody's site key.
    InvalidSitekey,
    /// Another site's key.
    SitekeyMismatch,
    /// A test key's token with a secret that is not the published one.
    TestTokenWithSecret,
    /// The published secret with a token that is not a test key's.
    TestSecretWithToken,
    /// The collector failed; whether the token was redeemed is not known.
    Internal,
}

impl Refused {
    /// The vendor's word for it.
    pub(super) fn code(self, dialect: Dialect) -> &'static str {
        match (self, dialect) {
            (Self::MissingSecret, _) => "missing-input-secret",
            (Self::InvalidSecret, _) => "invalid-input-secret",
            (Self::MissingResponse, _) => "missing-input-response",
            (Self::BadRequest, _) => "bad-request",
            (Self::Internal, _) => "internal-error",
            (Self::Expired, Dialect::Hcaptcha) => "expired-input-response",
            (Self::Seen, Dialect::Hcaptcha) => "already-seen-response",
            (Self::Expired | Self::Seen, _) => "timeout-or-duplicate",
            (Self::InvalidSitekey, Dialect::Hcaptcha) => "invalid-sitekey",
            (Self::SitekeyMismatch, Dialect::Hcaptcha) => "sitekey-secret-mismatch",
            (Self::TestTokenWithSecret, Dialect::Hcaptcha) => "not-using-dummy-secret",
            (Self::TestSecretWithToken, Dialect::Hcaptcha) => "not-using-dummy-passcode",
            (
                Self::InvalidResponse
                | Self::InvalidSitekey
                | Self::SitekeyMismatch
                | Self::TestTokenWithSecret
                | Self::TestSecretWithToken,
                _,
            ) => "invalid-input-response",
        }
    }
}
