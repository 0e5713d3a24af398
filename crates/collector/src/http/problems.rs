//! Refusals as RFC 9457 documents: the one place where an error of ours becomes an HTTP reply. Knows no handler.

use std::any::Any;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use corvee_protocol::{Problem, ProblemKind};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::campaign::answering::AnswerError;
use crate::campaign::issuing::{IssueError, OpenChallengeError};
use crate::campaign::proofs::ProofError;
use crate::campaign::renewing::RenewError;
use crate::plain_words::plain;
use crate::state::SpriteError;
use crate::store::StoreError;

/// A refusal on its way out.
#[derive(Debug)]
pub struct Refusal {
    problem: Problem,
    retry_after_ms: Option<u64>,
}

impl Refusal {
    /// A problem of this kind, with what exactly was wrong and what to do.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Problem::new(kind, detail).into()
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        // A database that does not answer is back in a moment, or on another collector.
        let retry_after_ms = (problem.status == StatusCode::SERVICE_UNAVAILABLE.as_u16()).then_some(1000);
        Self { problem, retry_after_ms }
    }
}

impl From<IssueError> for Refusal {
    fn from(error: IssueError) -> Self {
        let retry_after_ms = match error {
            IssueError::TooMany { retry_after_ms } => Some(retry_after_ms),
            _ => None,
        };
        Self { problem: error.into(), retry_after_ms }
    }
}

impl From<OpenChallengeError> for Refusal {
    fn from(error: OpenChallengeError) -> Self {
        Problem::from(error).into()
    }
}

impl From<AnswerError> for Refusal {
    fn from(error: AnswerError) -> Self {
        if let AnswerError::Store(cause) = &error {
            tracing::error!(%cause, "an answer was not recorded");
        }
        Problem::from(error).into()
    }
}

impl From<ProofError> for Refusal {
    fn from(error: ProofError) -> Self {
        if let ProofError::Store(cause) = &error {
            tracing::error!(%cause, "a proof was not recorded");
        }
        Problem::from(error).into()
    }
}

impl From<RenewError> for Refusal {
    fn from(error: RenewError) -> Self {
        if let RenewError::Store(cause) = &error {
            tracing::error!(%cause, "a token was not renewed");
        }
        Problem::from(error).into()
    }
}

impl From<SpriteError> for Refusal {
    fn from(error: SpriteError) -> Self {
        tracing::error!(%error, "a sprite could not be drawn");
        if matches!(&error, SpriteError::Gallery(cause) if cause.is_passing()) {
            let detail = "the pictures of this screen cannot be had now: try again in a moment";
            return Self::new(ProblemKind::Unavailable, detail);
        }
        Self::new(ProblemKind::Internal, "the pictures of this screen could not be drawn: ask for a fresh challenge")
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        if let StoreError::Exists { what } = error {
            return Problem::new(ProblemKind::Conflict, format!("{what} exists already: choose another name"))
                .on("name")
                .into();
        }
        tracing::error!(%error, "the store failed");
        Self::new(ProblemKind::Unavailable, "the store does not answer; nothing was recorded: try again in a moment")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(ms) = self.retry_after_ms {
            headers.insert(RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
        }
        response
    }
}

/// A JSON body; what is wrong with it is said by field.
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let content_type =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !content_type.trim_start().to_ascii_lowercase().starts_with("application/json") {
            let detail = "send the body as application/json and say so in Content-Type";
            return Err(Problem::new(ProblemKind::InvalidRequest, detail).on("Content-Type").into());
        }
        if request.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            let detail = "send the body as it is: no encoding of bodies is understood";
            return Err(Problem::new(ProblemKind::InvalidRequest, detail).on("Content-Encoding").into());
        }
        let body = Bytes::from_request(request, state).await.map_err(|rejection| from_body(&rejection))?;
        parse(&body).map(Self)
    }
}

/// What a JSON body holds.
///
/// # Errors
/// A refusal that names the field by its path.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    // A list would be read field by field, and refused in words that nobody outside knows.
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::new(ProblemKind::InvalidRequest, "the body is a list: send one JSON object").into());
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let (path, cause) = (error.path().to_string(), error.inner());
        let told = cause.to_string();
        let problem = Problem::new(ProblemKind::InvalidRequest, in_json(cause).unwrap_or_else(|| plain(&told)));
        if let Some(missing) = quoted(&told, "missing field `") {
            let field = if path == "." { missing.to_owned() } else { format!("{path}.{missing}") };
            return Refusal::from(problem.on(field));
        }
        Refusal::from(if path == "." || path == "?" { problem } else { problem.on(path) })
    })?;
    deserializer.end().map_err(|_trailing| {
        Refusal::new(ProblemKind::InvalidRequest, "more follows the JSON object: send one object and nothing else")
    })?;
    Ok(parsed)
}

/// What is wrong with a text that is no JSON at all.
fn in_json(error: &serde_json::Error) -> Option<String> {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        Category::Eof => Some(format!("the body ends in the middle, at {place}: send one whole JSON object")),
        Category::Syntax => {
            Some(format!("the body is no JSON, at {place}: {}: send one JSON object", plain(&error.to_string())))
        }
        Category::Data | Category::Io => None,
    }
}

/// What stands between `before` and the next backquote.
fn quoted<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split('`').next()
}

/// The field that a refused query or form names in its bare text.
fn field_of_bare_text(text: &str) -> Option<String> {
    let named = quoted(text, "missing field `").or_else(|| quoted(text, "unknown field `"));
    let leading = || {
        let (_, reason) = text.split_once("query string: ")?;
        let (field, _) = reason.split_once(':')?;
        field.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_').then_some(field)
    };
    named.or_else(leading).map(str::to_owned)
}

/// What a refused query, form or path says, without the words of the library that refused it.
fn in_bare_text(text: &str) -> String {
    if let Some(name) = quoted(text, "Invalid UTF-8 in `") {
        return format!("what stands for {name} in the path is no UTF-8: encode it anew");
    }
    let Some((_, reason)) = text.split_once("deserialize query string: ") else { return text.to_owned() };
    let reason = match (field_of_bare_text(text), reason.split_once(": ")) {
        (Some(field), Some((leading, reason))) if field == leading => reason,
        _ => reason,
    };
    match reason {
        "invalid digit found in string" | "cannot parse integer from empty string" => "write a whole number".to_owned(),
        "number too large to fit in target type" => "the number is too large".to_owned(),
        "invalid float literal" => "write a number, such as 0.45".to_owned(),
        "provided string was not `true` or `false`" => "write true or false".to_owned(),
        reason => plain(reason),
    }
}

/// A body that could not be read.
pub fn from_body(rejection: &BytesRejection) -> Refusal {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Refusal::new(ProblemKind::TooLarge, "the body is larger than this call takes")
    } else {
        Refusal::new(ProblemKind::InvalidRequest, "the body broke off: send it again")
    }
}

/// No route has this path.
pub async fn no_such_path(uri: Uri) -> Refusal {
    Refusal::new(ProblemKind::NotFound, format!("there is nothing at {}", uri.path()))
}

/// The route does not take this method.
pub async fn no_such_method(method: Method, uri: Uri) -> Refusal {
    Refusal::new(ProblemKind::MethodRefused, format!("{} does not take {method}", uri.path()))
}

/// A handler panicked: a defect, told without its text.
pub fn from_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    Refusal::new(ProblemKind::Internal, "this is a defect of the collector: please report what you did").into_response()
}

/// Turns refusals that layers and extractors make as bare text into documents of our shape.
pub async fn as_documents(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bare = content_type.is_empty() || content_type.starts_with("text/plain");
    if !bare || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let kind = match status {
        StatusCode::NOT_FOUND => ProblemKind::NotFound,
        StatusCode::REQUEST_TIMEOUT => ProblemKind::Timeout,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemKind::TooLarge,
        StatusCode::METHOD_NOT_ALLOWED => ProblemKind::MethodRefused,
        status if status.is_client_error() => ProblemKind::InvalidRequest,
        _ => ProblemKind::Internal,
    };
    let text = axum::body::to_bytes(body, 2048).await.unwrap_or_default();
    let detail = match kind {
        ProblemKind::Internal => "the collector failed".to_owned(),
        _ if text.is_empty() => kind.title().to_owned(),
        _ => in_bare_text(&String::from_utf8_lossy(&text)),
    };
    let mut refusal = Refusal::new(kind, detail);
    refusal.problem.field = field_of_bare_text(&String::from_utf8_lossy(&text));
    let mut refusal = refusal.into_response();
    if let Some(allow) = parts.headers.get(axum::http::header::ALLOW) {
        refusal.headers_mut().insert(axum::http::header::ALLOW, allow.clone());
    }
    refusal.map(Body::new)
}

#[cfg(test)]
mod tests;
