//! The calls a visitor's browser, a site's server and a requester make, in protocol types. Knows no visitor and no truth.

use core::time::Duration;
use std::net::Ipv4Addr;
use std::time::Instant;

use corvee_protocol::answer::{AnswerReply, AnswerRequest};
use corvee_protocol::campaign::Campaign;
use corvee_protocol::challenge::{Challenge, ChallengeRequest};
use corvee_protocol::ledger::ItemCounts;
use corvee_protocol::sealed_state::{CHALLENGE_BYTES, CHALLENGE_PURPOSE, SealedState};
use corvee_protocol::{Language, Problem, Sealed, Token, Wish, limits};
use corvee_seal::Sealer;
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::SimulateError;
use crate::target::{Loopback, Target};
use crate::tokens::Page;
use crate::truth::ListedItem;

const CHALLENGES: &str = "POST /v1/challenges";
const SPRITE: &str = "GET the sprite";
const ANSWERS: &str = "POST /v1/answers";
const SITEVERIFY: &str = "POST /siteverify";
const CAMPAIGN: &str = "GET /v1/campaigns/{name}";
const ITEMS: &str = "GET /v1/campaigns/{name}/items";

/// Items in one page of the list.
const PAGE: u32 = 1000;
/// A collector that takes longer has stopped.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A reply with what it cost.
#[derive(Clone, Debug)]
pub(crate) struct Timed<T> {
    pub(crate) reply: T,
    /// From sending the request to having read the reply's last byte.
    pub(crate) took: Duration,
    /// Bytes of the reply's body.
    pub(crate) bytes: usize,
}

/// A collector as everybody outside sees it, and its seals as its operator sees them.
pub(crate) struct Client {
    http: reqwest::Client,
    base: Url,
    siteverify: Url,
    sealer: Sealer,
    target: Target,
}

#[derive(Deserialize)]
struct ItemPage {
    items: Vec<ListedItem>,
    counts: ItemCounts,
    next: Option<i64>,
}

#[derive(Deserialize)]
struct Verified {
    success: bool,
    hostname: Option<String>,
    #[serde(rename = "error-codes", default)]
    error_codes: Vec<String>,
}

/// A client that reaches the proven addresses and no other: no proxy, no redirect, no second look at the host's name.
pub(crate) fn http(loopback: &Loopback) -> Result<reqwest::Client, SimulateError> {
    let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(TIMEOUT);
    let builder = builder.resolve_to_addrs(&loopback.host, &loopback.addresses);
    builder.build().map_err(SimulateError::Client)
}

impl Client {
    /// A client for the target.
    ///
    /// # Errors
    /// The target is not this machine.
    pub(crate) async fn connect(target: &Target) -> Result<Self, SimulateError> {
        let loopback = Loopback::resolve(&target.url).await?;
        let http = http(&loopback)?;
        let sealer = Sealer::new(target.keys.clone(), CHALLENGE_PURPOSE, CHALLENGE_BYTES);
        let siteverify = at(&loopback.url, "/siteverify");
        Ok(Self { http, base: loopback.url, siteverify, sealer, target: target.clone() })
    }

    /// A first challenge, or `None` when this network has asked for too many.
    pub(crate) async fn challenge(&self, from: Ipv4Addr) -> Result<Option<Timed<Challenge>>, SimulateError> {
        self.challenge_on(&Page::default(), from).await
    }

    /// The same for a page that says more of itself.
    pub(crate) async fn challenge_on(
        &self,
        page: &Page,
        from: Ipv4Addr,
    ) -> Result<Option<Timed<Challenge>>, SimulateError> {
        let request = ChallengeRequest {
            sitekey: self.target.sitekey.clone(),
            hostname: self.target.hostname.clone(),
            language: english(),
            wish: Wish::Label,
            dialect: page.dialect,
            action: page.action.clone(),
            cdata: page.cdata.clone(),
        };
        let request = self.http.post(self.path("/v1/challenges")).json(&request);
        within_budget(json(CHALLENGES, forwarded(request, from)).await)
    }

    /// What the challenge's seal holds.
    pub(crate) fn open(&self, sealed: &Sealed) -> Result<SealedState, SimulateError> {
        let plaintext = self.sealer.open(sealed.as_str())?;
        postcard::from_bytes(&plaintext).map_err(SimulateError::SealedState)
    }

    /// Fetches a sprite and checks that it is a JPEG within the limit.
    pub(crate) async fn sprite(&self, path: &str, from: Ipv4Addr) -> Result<Timed<()>, SimulateError> {
        let start = Instant::now();
        let reply = send(SPRITE, forwarded(self.http.get(self.path(path)), from)).await?;
        let media_type = reply.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = media_type.to_owned();
        let body = reply.bytes().await.map_err(|source| SimulateError::Call { call: SPRITE, source })?;
        check_sprite(&media_type, &body).map_err(|what| SimulateError::Contract { call: SPRITE, what })?;
        Ok(Timed { reply: (), took: start.elapsed(), bytes: body.len() })
    }

    /// The bytes of a sprite as they come, for who looks at what they betray.
    pub(crate) async fn sprite_bytes(&self, path: &str, from: Ipv4Addr) -> Result<Vec<u8>, SimulateError> {
        let reply = send(SPRITE, forwarded(self.http.get(self.path(path)), from)).await?;
        let body = reply.bytes().await.map_err(|source| SimulateError::Call { call: SPRITE, source })?;
        Ok(body.to_vec())
    }

    /// Answers a screen; `None` when the answer is recorded but this network gets no further challenge.
    pub(crate) async fn answer(
        &self,
        answer: &AnswerRequest,
        from: Ipv4Addr,
    ) -> Result<Option<Timed<AnswerReply>>, SimulateError> {
        let request = self.http.post(self.path("/v1/answers")).json(answer);
        within_budget(json(ANSWERS, forwarded(request, from)).await)
    }

    /// Redeems a token as the site's server would, with the site's `secret`.
    ///
    /// # Errors
    /// The token is not accepted, or for another page.
    pub(crate) async fn redeem(&self, token: &Token, secret: &str) -> Result<Timed<()>, SimulateError> {
        let form = [("secret", secret), ("response", token.as_str())];
        let Timed { reply, took, bytes } =
            json::<Verified>(SITEVERIFY, self.http.post(self.siteverify.clone()).form(&form)).await?;
        let hostname = self.target.hostname.as_str();
        if reply.success && reply.hostname.as_deref() == Some(hostname) {
            return Ok(Timed { reply: (), took, bytes });
        }
        let what = if reply.success {
            format!("a token of {hostname} was redeemed for the page {:?}", reply.hostname)
        } else {
            format!("a fresh token was refused: {}", reply.error_codes.join(", "))
        };
        Err(SimulateError::Contract { call: SITEVERIFY, what })
    }

    /// The campaign.
    pub(crate) async fn campaign(&self) -> Result<Campaign, SimulateError> {
        let request = self.http.get(self.path(&format!("/v1/campaigns/{}", self.target.campaign)));
        Ok(json(CAMPAIGN, request.bearer_auth(&self.target.requester_key)).await?.reply)
    }

    /// All items of the campaign, by row.
    pub(crate) async fn items(&self) -> Result<Vec<ListedItem>, SimulateError> {
        let mut items: Vec<ListedItem> = Vec::new();
        let mut after = 0;
        loop {
            let request = self.http.get(self.path(&format!("/v1/campaigns/{}/items", self.target.campaign)));
            let request = request.query(&[("after", after), ("limit", i64::from(PAGE))]);
            let page: ItemPage = json(ITEMS, request.bearer_auth(&self.target.requester_key)).await?.reply;
            items.extend(page.items);
            match page.next {
                None => {
                    check_list(&items, page.counts).map_err(|what| SimulateError::Contract { call: ITEMS, what })?;
                    return Ok(items);
                }
                Some(next) if next > after => after = next,
                Some(next) => {
                    let what = format!("the page after item {after} says that the next begins after {next}");
                    return Err(SimulateError::Contract { call: ITEMS, what });
                }
            }
        }
    }

    /// Whether the site's secret is known, so that tokens are redeemed.
    pub(crate) fn secret(&self) -> Option<&str> {
        self.target.secret.as_deref()
    }

    fn path(&self, path: &str) -> Url {
        at(&self.base, path)
    }
}

fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url
}

/// What every simulated visitor speaks.
pub(crate) fn english() -> Language {
    "en".parse().expect("en is a language tag")
}

fn forwarded(request: RequestBuilder, from: Ipv4Addr) -> RequestBuilder {
    request.header("x-forwarded-for", from.to_string())
}

/// Sends a request; anything but success is an error with the problem's detail.
async fn send(call: &'static str, request: RequestBuilder) -> Result<reqwest::Response, SimulateError> {
    let reply = request.send().await.map_err(|source| SimulateError::Call { call, source })?;
    let status = reply.status();
    if status.is_success() {
        return Ok(reply);
    }
    let body = reply.bytes().await.map_err(|source| SimulateError::Call { call, source })?;
    let detail = serde_json::from_slice::<Problem>(&body).map_or_else(
        |_| "the reply is no problem document".to_owned(),
        |problem| format!("{} ({})", problem.detail, problem.title),
    );
    Err(SimulateError::Refused { call, status: status.as_u16(), detail })
}

/// Sends a request and reads its JSON.
pub(crate) async fn json<T: DeserializeOwned>(
    call: &'static str,
    request: RequestBuilder,
) -> Result<Timed<T>, SimulateError> {
    let start = Instant::now();
    let reply = send(call, request).await?;
    let body = reply.bytes().await.map_err(|source| SimulateError::Call { call, source })?;
    let reply = serde_json::from_slice(&body)
        .map_err(|error| SimulateError::Contract { call, what: format!("its reply cannot be read: {error}") })?;
    Ok(Timed { reply, took: start.elapsed(), bytes: body.len() })
}

fn within_budget<T>(outcome: Result<T, SimulateError>) -> Result<Option<T>, SimulateError> {
    match outcome {
        Ok(reply) => Ok(Some(reply)),
        Err(SimulateError::Refused { status, .. }) if status == StatusCode::TOO_MANY_REQUESTS.as_u16() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is wrong with a list: its order, or that its counts do not add up to it.
fn check_list(items: &[ListedItem], counts: ItemCounts) -> Result<(), String> {
    if !items.is_sorted_by(|one, other| one.id < other.id) {
        return Err("the items are not in the order of their rows, each once".to_owned());
    }
    if !counts.reconciles() || usize::try_from(counts.items) != Ok(items.len()) {
        return Err(format!("{} items are listed, but counted as {counts:?}", items.len()));
    }
    Ok(())
}

/// What is wrong with a sprite: its type, its first or last bytes, or its size.
fn check_sprite(media_type: &str, body: &[u8]) -> Result<(), String> {
    if media_type != "image/jpeg" {
        return Err(format!("a sprite is image/jpeg, not {media_type:?}"));
    }
    // Start of image followed by a marker, end of image: ITU-T T.81, table B.1.
    if !body.starts_with(&[0xff, 0xd8, 0xff]) || !body.ends_with(&[0xff, 0xd9]) {
        return Err(format!("{} bytes that are called image/jpeg are no JPEG", body.len()));
    }
    if body.len() > limits::SPRITE_BYTES {
        return Err(format!("a sprite of {} bytes is over the limit of {}", body.len(), limits::SPRITE_BYTES));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::tests::item;

    #[test]
    fn a_sprite_is_a_whole_jpeg_within_the_limit() {
        let mut sprite = vec![0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 0xff, 0xd9];
        assert_eq!(check_sprite("image/jpeg", &sprite), Ok(()));
        assert!(check_sprite("image/png", &sprite).is_err());
        assert!(check_sprite("image/jpeg", &sprite[1..]).is_err());
        assert!(check_sprite("image/jpeg", &sprite[..7]).is_err());
        sprite.splice(4..4, vec![0; limits::SPRITE_BYTES]);
        assert!(check_sprite("image/jpeg", &sprite).unwrap_err().contains("over the limit"));
    }

    #[test]
    fn a_list_is_in_order_and_as_long_as_it_is_counted() {
        let list = |ids: &[i64]| ids.iter().map(|id| item(*id, Some(true), None)).collect::<Vec<_>>();
        let counts = |items, gold| ItemCounts { items, gold, ..ItemCounts::default() };
        assert_eq!(check_list(&list(&[1, 2, 7]), counts(3, 3)), Ok(()));
        assert!(check_list(&list(&[1, 7, 2]), counts(3, 3)).is_err());
        assert!(check_list(&list(&[1, 2, 2]), counts(3, 3)).is_err());
        assert!(check_list(&list(&[1, 2]), counts(3, 3)).is_err());
        assert!(check_list(&list(&[1, 2, 7]), counts(3, 2)).is_err());
    }

    #[test]
    fn an_exhausted_budget_is_no_error() {
        let refused = |status| Err::<(), _>(SimulateError::Refused { call: CHALLENGES, status, detail: String::new() });
        assert!(matches!(within_budget(refused(429)), Ok(None)));
        assert!(within_budget(refused(503)).is_err());
        assert!(matches!(within_budget(Ok(())), Ok(Some(()))));
    }
}
