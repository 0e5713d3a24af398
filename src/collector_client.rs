//! The few calls to the collector, in protocol types. Knows addresses and problem documents, not what follows from them.

use corvee_protocol::kinds::select::SelectAnswer;
use corvee_protocol::{
    Answer, AnswerRequest, ChallengeRequest, Problem, ProofRequest, ReceiptCode, SiteKey, Timing, Token,
};
use js_sys::{Array, JSON};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, Response};

use crate::trouble::Trouble;
use crate::wire::{self, Read as _};

/// Milliseconds a call may take before it counts as offline; a phone on a bad line needs several seconds.
const PATIENCE_MS: u32 = 30_000;

/// A call to the collector.
#[derive(Clone, Debug)]
pub struct Call {
    method: &'static str,
    path: String,
    body: Option<JsValue>,
}

impl Call {
    fn post(path: &str, body: JsValue) -> Self {
        Self { method: "POST", path: path.to_owned(), body: Some(body) }
    }

    /// Asks what the widget must know beforehand, for a page that is no frame; the reply is a `Settings`.
    pub fn settings(sitekey: &SiteKey, language: &str, action: &str) -> Self {
        let window = gloo::utils::window();
        let origin = window.location().origin().unwrap_or_default();
        let mut path = "/v1/settings?sitekey=".to_owned();
        for part in [sitekey.as_str(), "&hl=", language, "&action=", action, "&origin=", &origin] {
            let coded = if part.starts_with('&') { part.into() } else { js_sys::encode_uri_component(part) };
            path.push_str(&String::from(coded));
        }
        Self { method: "GET", path, body: None }
    }

    /// Asks for a challenge, or for a puzzle where the request wishes that.
    pub fn challenge(request: &ChallengeRequest) -> Self {
        Self::post("/v1/challenges", challenge_body(request))
    }

    /// Sends what the device found; the reply is a `Granted`.
    pub fn proof(request: &ProofRequest) -> Self {
        Self::post("/v1/proofs", proof_body(request))
    }

    /// Exchanges a token that nobody has redeemed for a fresh one; the reply is a `Granted`, or the trouble `Outdated`.
    pub fn renewal(token: &Token) -> Self {
        Self::post("/v1/renewals", wire::object(&[("token", token.as_str().into())]))
    }

    /// Sends an answer; the reply is an `AnswerReply`.
    pub fn answer(request: &AnswerRequest) -> Self {
        Self::post("/v1/answers", answer_body(request))
    }

    /// Has the votes of a receipt removed.
    pub fn removal(code: &ReceiptCode) -> Self {
        Self { method: "DELETE", path: ["/v1/receipts/", code.as_str()].concat(), body: None }
    }

    /// Makes the call at `collector`, an origin without a slash at the end, and gives what came back in JSON.
    ///
    /// # Errors
    /// [`Trouble`] when it was no success.
    pub async fn send(self, collector: &str) -> Result<JsValue, Trouble> {
        let init = RequestInit::new();
        init.set_method(self.method);
        init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
        if let Some(body) = self.body {
            init.set_headers(&wire::object(&[("content-type", "application/json".into())]));
            let text: JsValue = JSON::stringify(&body).map_err(unexpected)?.into();
            init.set_body(&text);
        }
        let promise = gloo::utils::window().fetch_with_str_and_init(&[collector, &self.path].concat(), &init);
        let response = JsFuture::from(promise).await.map_err(offline)?;
        let response: Response = response.dyn_into().map_err(unexpected)?;
        let reply = JsFuture::from(response.json().map_err(unexpected)?).await;
        if response.ok() {
            return reply.map_err(unexpected);
        }
        // Something between widget and collector may reply too, without a problem document; then the status has to do.
        Err(match reply.map(|reply| Problem::read(&reply)) {
            Ok(Ok(problem)) => problem.kind.into(),
            _ => match response.status() {
                429 => Trouble::TooMany,
                500.. => Trouble::Unavailable,
                _ => Trouble::Unexpected,
            },
        })
    }
}

/// A request as JSON has it: `{"sitekey": …, "hostname": …, "language": …, "wish": …, …}`; what is undefined is left out.
///
/// Written by hand, and read back by a test: a general serializer would add 1.6 kB to the widget.
pub fn challenge_body(request: &ChallengeRequest) -> JsValue {
    let ChallengeRequest { sitekey, hostname, language, wish, dialect, action, cdata } = request;
    wire::object(&[
        ("sitekey", sitekey.as_str().into()),
        ("hostname", hostname.as_str().into()),
        ("language", language.as_str().into()),
        ("wish", wish.as_str().into()),
        ("dialect", dialect.as_str().into()),
        ("action", action.as_ref().map_or(JsValue::UNDEFINED, |action| action.as_str().into())),
        ("cdata", cdata.as_ref().map_or(JsValue::UNDEFINED, |cdata| cdata.as_str().into())),
    ])
}

/// A proof as JSON has it: `{"puzzle": …, "numbers": […]}`.
pub fn proof_body(request: &ProofRequest) -> JsValue {
    let ProofRequest { puzzle, numbers } = request;
    let numbers: Array = numbers.iter().copied().map(JsValue::from).collect();
    wire::object(&[("puzzle", puzzle.as_str().into()), ("numbers", numbers.into())])
}

/// An answer as JSON has it: `{"challenge": …, "answer": {"select": {"picked": […]}}, "timing": {"screen_ms": …}}`.
pub fn answer_body(request: &AnswerRequest) -> JsValue {
    let AnswerRequest { challenge, answer, timing: Timing { screen_ms } } = request;
    let answer = match answer {
        Answer::Select(SelectAnswer { picked }) => {
            let picked: Array = picked.iter().copied().map(JsValue::from).collect();
            wire::object(&[("select", wire::object(&[("picked", picked.into())]))])
        }
    };
    wire::object(&[
        ("challenge", challenge.as_str().into()),
        ("answer", answer),
        ("timing", wire::object(&[("screen_ms", (*screen_ms).into())])),
    ])
}

/// A browser tells nobody why a call failed, and the visitor could do nothing with it.
fn offline(_: JsValue) -> Trouble {
    Trouble::Offline
}

/// The browser's console holds the reply; the visitor could do nothing with the reason.
fn unexpected<Reason>(_: Reason) -> Trouble {
    Trouble::Unexpected
}
