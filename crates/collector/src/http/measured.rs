//! Counts and times every request, and logs it at level debug. Knows routes, never paths: those hold challenges and codes.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, histogram};

use crate::observe::figures::{REQUEST_SECONDS, REQUESTS};

/// Measures a request on its way through.
pub async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = name(request.method());
    let begin = Instant::now();
    let response = next.run(request).await;
    let (seconds, status) = (begin.elapsed().as_secs_f64(), response.status().as_u16());
    tracing::debug!(method, route, status, seconds, "answered");
    counter!(REQUESTS, "route" => route.clone(), "method" => method, "status" => status.to_string()).increment(1);
    histogram!(REQUEST_SECONDS, "route" => route).record(seconds);
    response
}

/// A method's name; clients may invent others without end.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_methods_are_counted_together() {
        assert_eq!(name(&Method::POST), "POST");
        assert_eq!(name(&Method::from_bytes(b"BREW").unwrap()), "other");
    }
}
