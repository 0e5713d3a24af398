//! The few calls to the collector, in protocol types. Knows addresses and problem documents, not what follows from them.

use corvee_protocol::kinds::select::SelectAnswer;
use corvee_protocol::{Answer, AnswerReply, AnswerRequest, Challenge, ChallengeRequest, Problem, ReceiptCode, Timing};
use js_sys::{Array, JSON};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, Response};

use crate::trouble::Trouble;
use crate::wire;

/// Milliseconds a call may take before it counts as offline; a phone on a bad line needs several seconds.
const PATIENCE_MS: u32 = 30_000;

/// Asks for a challenge.
///
/// # Errors
/// [`Trouble`] when no challenge came.
pub async fn request_challenge(collector: &str, request: &ChallengeRequest) -> Result<Challenge, Trouble> {
    let response = call("POST", &[collector, "/v1/challenges"].concat(), Some(challenge_body(request))).await?;
    read(&response).await
}

/// Sends an answer.
///
/// # Errors
/// [`Trouble`] when the answer was not judged.
pub async fn send_answer(collector: &str, request: &AnswerRequest) -> Result<AnswerReply, Trouble> {
    let response = call("POST", &[collector, "/v1/answers"].concat(), Some(answer_body(request))).await?;
    read(&response).await
}

/// Has the votes of a receipt removed.
///
/// # Errors
/// [`Trouble`] when they are still there.
pub async fn remove_votes(collector: &str, code: &ReceiptCode) -> Result<(), Trouble> {
    call("DELETE", &[collector, "/v1/receipts/", code.as_str()].concat(), None).await.map(drop)
}

/// A call; a response is returned only when it is a success.
async fn call(method: &str, address: &str, body: Option<JsValue>) -> Result<Response, Trouble> {
    let init = RequestInit::new();
    init.set_method(method);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
    if let Some(body) = body {
        init.set_headers(&wire::object(&[("content-type", "application/json".into())]));
        let text: JsValue = JSON::stringify(&body).map_err(unexpected)?.into();
        init.set_body(&text);
    }
    let promise = gloo::utils::window().fetch_with_str_and_init(address, &init);
    let response = JsFuture::from(promise).await.map_err(offline)?;
    let response: Response = response.dyn_into().map_err(unexpected)?;
    if response.ok() {
        return Ok(response);
    }
    // Something between widget and collector may reply too, without a problem document; then the status has to do.
    Err(match read::<Problem>(&response).await {
        Ok(problem) => problem.kind.into(),
        Err(_) => match response.status() {
            429 => Trouble::TooMany,
            500.. => Trouble::Unavailable,
            _ => Trouble::Unexpected,
        },
    })
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

async fn read<T: DeserializeOwned>(response: &Response) -> Result<T, Trouble> {
    let promise = response.json().map_err(unexpected)?;
    let value = JsFuture::from(promise).await.map_err(unexpected)?;
    wire::read(value).map_err(unexpected)
}

/// A browser tells nobody why a call failed, and the visitor could do nothing with it.
fn offline(_: JsValue) -> Trouble {
    Trouble::Offline
}

/// The browser's console holds the reply; the visitor could do nothing with the reason.
fn unexpected<Reason>(_: Reason) -> Trouble {
    Trouble::Unexpected
}
