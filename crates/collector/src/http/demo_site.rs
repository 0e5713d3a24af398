//! The site of the demonstration: a comment form whose server knows the collector only as any site's server would, by
//! `POST /siteverify` with its secret.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use corvee_protocol::campaign::nearest;
use corvee_protocol::{CampaignName, Language, SiteKey};
use serde::{Deserialize, Serialize};

use super::{assets, pages, settings};

/// What the demonstration's site knows.
#[derive(Clone)]
pub struct DemoSite {
    /// Its site key.
    pub sitekey: SiteKey,
    /// Its secret.
    pub secret: String,
    /// Address of the collector, such as `http://127.0.0.1:8080`.
    pub collector: String,
    /// The campaign whose progress the page shows.
    pub campaign: CampaignName,
    /// Its question by language.
    pub question: BTreeMap<Language, String>,
    /// The HTTP client of its server.
    pub client: reqwest::Client,
}

#[derive(Template)]
#[template(path = "demo.html")]
struct DemoPage<'a> {
    style: String,
    script: String,
    french: bool,
    sitekey: &'a str,
    campaign: &'a str,
    question: &'a str,
    name: &'a str,
    comment: &'a str,
    outcome: Option<&'a Outcome>,
}

/// What the page tells after a comment.
#[derive(Serialize)]
struct Outcome {
    published: bool,
    sentence: String,
    reply: String,
}

#[derive(Deserialize)]
struct PageQuery {
    hl: Option<Language>,
}

#[derive(Deserialize)]
struct Comment {
    hl: Option<Language>,
    name: String,
    #[serde(rename = "comment")]
    text: String,
    #[serde(rename = "corvee-response")]
    token: Option<String>,
}

/// The pages of the demonstration.
pub fn router(site: DemoSite) -> Router {
    Router::new().route("/", get(page)).route("/comment", post(comment)).with_state(Arc::new(site))
}

async fn page(State(site): State<Arc<DemoSite>>, Query(query): Query<PageQuery>) -> Response {
    render(&site, is_french(query.hl.as_ref()), "", "", None)
}

async fn comment(State(site): State<Arc<DemoSite>>, headers: HeaderMap, Form(comment): Form<Comment>) -> Response {
    let french = is_french(comment.hl.as_ref());
    let outcome = judge(&site, &comment, french).await;
    let wants_json = headers.get(ACCEPT).is_some_and(|accept| accept == "application/json");
    if wants_json {
        Json(outcome).into_response()
    } else {
        render(&site, french, &comment.name, &comment.text, Some(&outcome))
    }
}

/// Asks `siteverify`, as the server of any site does.
async fn judge(site: &DemoSite, comment: &Comment, french: bool) -> Outcome {
    let token = comment.token.as_deref().unwrap_or_default();
    let asked = site
        .client
        .post(format!("{}/siteverify", site.collector))
        .form(&[("secret", site.secret.as_str()), ("response", token)])
        .send();
    let reply = async { asked.await?.json::<serde_json::Value>().await }.await;
    let name = &comment.name;
    match reply {
        Ok(reply) => {
            let published = reply.get("success").is_some_and(|success| success == true);
            let sentence = match (published, french) {
                (true, false) => format!("Thank you, {name}. Your comment is published."),
                (true, true) => format!("Merci, {name}. Votre commentaire est publié."),
                (false, false) => "Not published yet: please tick the box first. Your text is still here.".to_owned(),
                (false, true) => "Pas encore publié : cochez d’abord la case. Votre texte est toujours là.".to_owned(),
            };
            Outcome { published, sentence, reply: serde_json::to_string_pretty(&reply).unwrap_or_default() }
        }
        Err(error) => Outcome {
            published: false,
            sentence: if french { "Le collecteur ne répond pas." } else { "The collector does not answer." }.to_owned(),
            reply: error.to_string(),
        },
    }
}

fn render(site: &DemoSite, french: bool, name: &str, comment: &str, outcome: Option<&Outcome>) -> Response {
    let wanted = if french { "fr".parse().unwrap_or_else(|_| settings::english()) } else { settings::english() };
    let page = DemoPage {
        style: assets::path("pages.css"),
        script: assets::path("demo/demo.js"),
        french,
        sitekey: site.sitekey.as_str(),
        campaign: site.campaign.as_str(),
        question: nearest(&site.question, &wanted).map_or("", |(_, question)| question),
        name,
        comment,
        outcome,
    };
    pages::show(&page, StatusCode::OK)
}

fn is_french(language: Option<&Language>) -> bool {
    language.is_some_and(|language| language.primary() == "fr")
}
