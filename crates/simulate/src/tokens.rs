//! Fresh tokens from challenges that were passed, for whoever tests what becomes of a token. Knows no crowd and redeems none.

use std::net::Ipv4Addr;

use corvee_protocol::answer::{Answer, AnswerReply, AnswerRequest, Timing};
use corvee_protocol::kinds::select::SelectAnswer;
use corvee_protocol::{Action, CustomData, Dialect, Token};

use crate::client::Client;
use crate::error::SimulateError;
use crate::target::Target;
use crate::truth::Truth;

/// Screens answered truthfully after which there must be a token: two of each of three challenges.
const SCREENS_MAX: usize = 6;
/// Milliseconds that somebody quick looks at a screen.
const SCREEN_MS: u32 = 6000;
/// One visitor with one address, without a word about forwarding being believed.
const FROM: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// What a page says of itself when it asks for a challenge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Whose contract it speaks.
    pub dialect: Dialect,
    /// What the visitor is about to do.
    pub action: Option<Action>,
    /// What the page wants to have back with the token.
    pub cdata: Option<CustomData>,
}

/// So many tokens that nobody has redeemed, each from a challenge answered truthfully.
///
/// # Errors
/// [`SimulateError::TurnedAway`] when the collector gives no further challenge; the errors of every call.
pub async fn tokens(target: &Target, page: &Page, count: usize) -> Result<Vec<Token>, SimulateError> {
    let client = Client::connect(target).await?;
    let truth = Truth::of(&client.campaign().await?, &client.items().await?, target.labels.as_ref())?;
    let mut tokens = Vec::with_capacity(count);
    for _ in 0..count {
        tokens.push(pass(&client, &truth, page, FROM).await?);
    }
    Ok(tokens)
}

/// A token earned from this address.
pub(crate) async fn pass(client: &Client, truth: &Truth, page: &Page, from: Ipv4Addr) -> Result<Token, SimulateError> {
    let mut challenge = client.challenge_on(page, from).await?.ok_or(SimulateError::TurnedAway)?.reply;
    for _ in 0..SCREENS_MAX {
        let state = client.open(&challenge.challenge)?;
        let mut picked = Vec::new();
        for (index, tile) in (0_u8..).zip(&state.tiles) {
            if truth.positive(tile.item)? {
                picked.push(index);
            }
        }
        let request = AnswerRequest {
            challenge: challenge.challenge,
            answer: Answer::Select(SelectAnswer { picked }),
            timing: Timing { screen_ms: SCREEN_MS },
        };
        challenge = match client.answer(&request, from).await?.ok_or(SimulateError::TurnedAway)?.reply {
            AnswerReply::Passed(passed) => return Ok(passed.token),
            AnswerReply::More(next) | AnswerReply::Again(next) => next,
        };
    }
    let what = format!("{SCREENS_MAX} screens were answered truthfully, and there is no token");
    Err(SimulateError::Contract { call: "POST /v1/answers", what })
}
