//! The yardstick of `load`: a bare axum server that parses JSON and forms, replies with constants, and does nothing else.
#![expect(clippy::print_stdout, reason = "whoever starts this program reads the address")]

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::Context as _;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get, post};
use axum::{Form, Json, Router};
use clap::Parser;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A bare server: POST /json/{challenge,answer} and /form/redeem parse the body and reply with constant JSON, GET /sprite with
/// constant bytes.
#[derive(Parser)]
struct Arguments {
    /// Address and port; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Bytes of the reply to a challenge.
    #[arg(long, default_value_t = 2700)]
    challenge_bytes: usize,
    /// Bytes of a sprite.
    #[arg(long, default_value_t = 30_000)]
    sprite_bytes: usize,
    /// Bytes of the reply to an answer.
    #[arg(long, default_value_t = 1200)]
    answer_bytes: usize,
    /// Bytes of siteverify's reply.
    #[arg(long, default_value_t = 110)]
    redeem_bytes: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let listener = TcpListener::bind(arguments.listen).await.context("cannot listen")?;
    let sprite = Bytes::from(vec![0x5a; arguments.sprite_bytes]);
    let router = Router::new()
        .merge(constant_json("/json/challenge", post(parse_json), arguments.challenge_bytes))
        .merge(constant_json("/json/answer", post(parse_json), arguments.answer_bytes))
        .merge(constant_json("/form/redeem", post(parse_form), arguments.redeem_bytes))
        .merge(Router::new().route("/sprite", get(constant_sprite)).with_state(sprite));
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router).await.context("the server stopped")
}

/// A route that replies with JSON of so many bytes.
fn constant_json(path: &str, route: MethodRouter<Bytes>, bytes: usize) -> Router {
    let frame = json!({ "constant": "" }).to_string().len();
    let body = json!({ "constant": "c".repeat(bytes.saturating_sub(frame)) }).to_string();
    Router::new().route(path, route).with_state(Bytes::from(body))
}

async fn parse_json(State(body): State<Bytes>, Json(parsed): Json<Value>) -> impl IntoResponse {
    drop(parsed);
    ([(CONTENT_TYPE, "application/json")], body)
}

async fn parse_form(State(body): State<Bytes>, Form(parsed): Form<BTreeMap<String, String>>) -> impl IntoResponse {
    drop(parsed);
    ([(CONTENT_TYPE, "application/json")], body)
}

async fn constant_sprite(State(sprite): State<Bytes>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "image/jpeg")], sprite)
}
