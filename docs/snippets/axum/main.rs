//! A comment form behind the check. Crates: axum, reqwest (features form, json), serde (derive), tokio (full).

use std::env;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;

struct Site {
    collector: String,
    sitekey: String,
    secret: String,
    client: reqwest::Client,
}

#[derive(Deserialize)]
struct Comment {
    #[serde(rename = "corvee-response", default)]
    token: String,
}

#[derive(Deserialize)]
struct Verdict {
    success: bool,
}

impl Site {
    async fn is_human(&self, token: &str) -> Result<bool, reqwest::Error> {
        let fields = [("secret", self.secret.as_str()), ("response", token)];
        let reply = self.client.post(format!("{}/siteverify", self.collector)).form(&fields).send().await?;
        Ok(reply.json::<Verdict>().await?.success)
    }
}

async fn page(State(site): State<Arc<Site>>) -> Html<String> {
    let Site { collector, sitekey, .. } = &*site;
    Html(format!(
        r#"<!doctype html>
<title>A comment</title>
<script src="{collector}/api.js" async defer></script>
<form method="post" action="/comment">
  <label>Comment <textarea name="comment"></textarea></label>
  <div class="corvee" data-sitekey="{sitekey}"></div>
  <button>Publish</button>
</form>"#
    ))
}

async fn comment(State(site): State<Arc<Site>>, Form(comment): Form<Comment>) -> (StatusCode, &'static str) {
    match site.is_human(&comment.token).await {
        Ok(true) => (StatusCode::OK, "Published."),
        Ok(false) => (StatusCode::FORBIDDEN, "Please pass the check first."),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "The check does not answer. Please try again."),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let site = Site {
        collector: env::var("CORVEE_COLLECTOR")?,
        sitekey: env::var("CORVEE_SITEKEY")?,
        secret: env::var("CORVEE_SECRET")?,
        client: reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?,
    };
    let app = Router::new().route("/", get(page)).route("/comment", post(comment)).with_state(Arc::new(site));
    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
