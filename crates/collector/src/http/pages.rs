//! The pages a visitor reads outside the widget: the payslip behind a receipt's code, and the form that takes votes back.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use corvee_protocol::{Language, PriceMeasure};
use serde::Deserialize;

use super::problems::Refusal;
use super::receipts::read_code;
use super::{AppState, assets};
use crate::campaign::receipts::StoredReceipt;

/// What our own pages may load: their style, their script, the widget's frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; frame-src 'self'; connect-src 'self'; \
     img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    style: String,
    french: bool,
    stored: StoredReceipt,
    removed_now: Option<u64>,
    seconds: String,
    prices: Vec<Price>,
}

#[derive(Template)]
#[template(path = "find_receipt.html")]
struct FindReceiptPage {
    style: String,
    french: bool,
    trouble: Option<String>,
}

/// A price measure, its amount written out.
struct Price {
    usd: String,
    measure: PriceMeasure,
}

/// Query and form of the receipt pages.
#[derive(Deserialize)]
pub struct PageQuery {
    hl: Option<Language>,
    code: Option<String>,
}

/// `GET /receipt`: asks for a code, or goes to its page.
pub async fn find_receipt(headers: HeaderMap, Query(query): Query<PageQuery>) -> Response {
    let french = wants_french(query.hl.as_ref(), &headers);
    let Some(typed) = query.code else {
        return find(french, None, StatusCode::OK);
    };
    match read_code(&typed) {
        Ok(code) => Redirect::to(&format!("/receipt/{code}")).into_response(),
        Err(_) => find(french, Some(typed), StatusCode::BAD_REQUEST),
    }
}

/// `GET /receipt/{code}`: the payslip.
pub async fn receipt(
    State(app): State<AppState>,
    Path(typed): Path<String>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let french = wants_french(query.hl.as_ref(), &headers);
    payslip(&app, &typed, french, None).await
}

/// `POST /receipt/{code}`: takes the votes back and shows the payslip without them.
pub async fn remove_receipt(
    State(app): State<AppState>,
    Path(typed): Path<String>,
    headers: HeaderMap,
    Form(query): Form<PageQuery>,
) -> Result<Response, Refusal> {
    let french = wants_french(query.hl.as_ref(), &headers);
    let Ok(code) = read_code(&typed) else {
        return Ok(find(french, Some(typed), StatusCode::BAD_REQUEST));
    };
    let removed = app.collector.remove_receipt(&code).await?;
    payslip(&app, &typed, french, removed).await
}

async fn payslip(app: &AppState, typed: &str, french: bool, removed_now: Option<u64>) -> Result<Response, Refusal> {
    let Ok(code) = read_code(typed) else {
        return Ok(find(french, Some(typed.to_owned()), StatusCode::BAD_REQUEST));
    };
    let language =
        if french { "fr".parse().unwrap_or_else(|_| super::settings::english()) } else { super::settings::english() };
    let Some(stored) = app.collector.receipt(&code, &language).await? else {
        return Ok(find(french, Some(typed.to_owned()), StatusCode::NOT_FOUND));
    };
    let prices = stored
        .receipt
        .prices
        .iter()
        .map(|measure| Price { usd: usd(measure.usd_micros, french), measure: measure.clone() });
    let page = ReceiptPage {
        style: assets::path("pages.css"),
        french,
        seconds: seconds(stored.receipt.solve_ms, french),
        prices: prices.collect(),
        stored,
        removed_now,
    };
    Ok(show(&page, StatusCode::OK))
}

fn find(french: bool, trouble: Option<String>, status: StatusCode) -> Response {
    show(&FindReceiptPage { style: assets::path("pages.css"), french, trouble }, status)
}

/// A page under our policy, never kept by caches.
pub fn show(page: &impl Template, status: StatusCode) -> Response {
    match page.render() {
        Ok(html) => (status, [(CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "private, no-store")], Html(html))
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn wants_french(hl: Option<&Language>, headers: &HeaderMap) -> bool {
    let first =
        || headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    hl.map_or_else(|| first().trim_start().starts_with("fr"), |language| language.primary() == "fr")
}

/// Dollars with as many digits as the amount needs: `$0.0075`, in French `0,0075 $`.
fn usd(micros: u32, french: bool) -> String {
    let fraction = format!("{:06}", micros % 1_000_000);
    let digits = fraction.trim_end_matches('0');
    let digits = if digits.len() < 2 { fraction.get(..2).unwrap_or(digits) } else { digits };
    let whole = micros / 1_000_000;
    if french { format!("{whole},{digits}\u{a0}$") } else { format!("${whole}.{digits}") }
}

fn seconds(ms: u32, french: bool) -> String {
    let tenths = (ms + 50) / 100;
    let (whole, tenth, point) = (tenths / 10, tenths % 10, if french { ',' } else { '.' });
    format!("{whole}{point}{tenth}\u{a0}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_people_write_them() {
        assert_eq!(usd(7_500, false), "$0.0075");
        assert_eq!(usd(175_000, false), "$0.175");
        assert_eq!(usd(60_000, true), "0,06\u{a0}$");
        assert_eq!(usd(1_000_000, false), "$1.00");
        assert_eq!(usd(0, false), "$0.00");
        assert_eq!(seconds(9_449, false), "9.4\u{a0}s");
        assert_eq!(seconds(13_500, true), "13,5\u{a0}s");
    }
}
