//! `/plain`: the same challenge as a form, without script and without WebAssembly, under the same limits and for the same
//! token. Instead of computing, the visitor may wait.

mod pieces;

use std::borrow::Borrow;

use askama::Template;
use axum::extract::{Query, RawForm, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use corvee_protocol::answer::{Answer, AnswerReply, AnswerRequest, Timing};
use corvee_protocol::challenge::{Ask, Challenge, ChallengeRequest};
use corvee_protocol::kinds::select::SelectAnswer;
use corvee_protocol::{
    Arg, Category, Disclosure, Granted, Language, Offer, Passed, Problem, ProblemKind, Sealed, SecondsSource, Settings,
    Testing, Wish, Word, Words, limits,
};

use self::pieces::{FIRST, Piece, SECOND, pieces};
use super::client_address::ClientAddress;
use super::settings::{SettingsQuery, fields, first_origin, frame_address, page_settings, plain_address};
use super::{AppState, assets, frame};
use crate::campaign::address::PrefixHash;
use crate::campaign::waiting::WaitError;

/// Tiles of a screen, as a sentence counts them.
const TILES: u32 = 9;

/// What the page shows.
enum PlainView {
    /// The two ways through.
    Choice { label: bool },
    /// A screen of pictures.
    Screen { question: String, language: String, challenge: Sealed, sprite: String, note: Option<Word> },
    /// A wait, with the address that ends it.
    Waiting { seconds: u32, address: String },
    /// Through.
    Passed { token: String, lives_ms: u32, receipt: Option<String> },
    /// Not this time.
    Trouble { sentence: String },
}

#[derive(Template)]
#[template(path = "plain.html")]
struct PlainPage<'a> {
    words: &'a Words,
    theme: &'a str,
    origin: &'a str,
    /// Address of the widget, for a page that has script.
    widget: String,
    style: String,
    script: String,
    /// What every form carries on: name and value.
    fields: Vec<(&'static str, String)>,
    for_whom: Vec<Piece<'a>>,
    checks: String,
    terms: Vec<Piece<'a>>,
    /// What the button says that begins a wait.
    wait: String,
    view: PlainView,
}

impl PlainPage<'_> {
    fn say(&self, word: impl Borrow<Word>) -> &str {
        self.words.template(*word.borrow())
    }

    fn count(&self, word: Word, name: &str, n: u32) -> String {
        self.words.say(word, &[(name, Arg::Count(n))], |n| Category::of(&self.words.tag, n))
    }

    fn tile(&self, number: u32) -> String {
        self.count(Word::PlainTile, "number", number)
    }

    fn waiting(&self, seconds: impl Borrow<u32>) -> String {
        self.count(Word::PlainWaiting, "seconds", *seconds.borrow())
    }
}

/// `GET /plain`: the choice; with `wait`, the end of a wait. 200; 400, 403, 404, 429, 503 as a page that says why.
pub async fn begin(
    State(app): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Query(query): Query<SettingsQuery>,
) -> Response {
    let prefix = app.collector.prefixes.hash(address, app.collector.clock.now_ms());
    let Some(ticket) = query.wait.as_deref() else {
        return Visit::arrive(&app, prefix, &headers, query).map_or_else(|refusal| refusal, |visit| visit.choice());
    };
    let ticket = Sealed::try_from(ticket.to_owned()).map_err(|_cause| WaitError::Invalid);
    let opened = ticket.and_then(|ticket| app.collector.open_wait(&ticket));
    let visit = match Visit::arrive(&app, prefix, &headers, query.clone()) {
        Ok(visit) => visit,
        Err(refusal) => return refusal,
    };
    let outcome = match opened {
        Ok(wait) => app.collector.end_wait(wait, prefix).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(Granted { token, token_lives_ms }) => {
            visit.show(PlainView::Passed { token: token.to_string(), lives_ms: token_lives_ms, receipt: None })
        }
        Err(WaitError::Early { seconds }) => {
            visit.show(PlainView::Waiting { seconds, address: plain_address(&visit.settings, query.wait.as_deref()) })
        }
        // Used already, over long ago, or somebody else's: what helps is another pass.
        Err(WaitError::Spent) => visit.ended(StatusCode::CONFLICT),
        Err(WaitError::Invalid) => visit.ended(StatusCode::BAD_REQUEST),
        Err(error) => visit.trouble(error),
    }
}

/// `POST /plain`: a way chosen, or a screen answered. The form's `wish` says which. 200, or as [`begin`].
pub async fn go_on(
    State(app): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    let fields: Vec<(String, String)> = form_urlencoded::parse(&form).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone());
    let query = SettingsQuery::of(field);
    let prefix = app.collector.prefixes.hash(address, app.collector.clock.now_ms());
    let visit = match Visit::arrive(&app, prefix, &headers, query) {
        Ok(visit) => visit,
        Err(refusal) => return refusal,
    };
    match field("wish").as_deref() {
        Some("label" | "machine") if visit.settings.testing.is_some() => visit.test(),
        Some("label") => visit.challenge(),
        Some("machine") => visit.wait(),
        Some("answer") => {
            let picked = fields.iter().filter(|(name, _)| name == "picked").map(|(_, tile)| tile.parse());
            match picked.collect() {
                Ok(picked) => visit.answer(field("challenge").unwrap_or_default(), picked).await,
                Err(_cause) => {
                    let detail = "the number of a tile, from 0 to 8, once for each";
                    visit.trouble(Problem::new(ProblemKind::InvalidRequest, detail).on("picked"))
                }
            }
        }
        _ => visit.choice(),
    }
}

/// A visitor on a site's page, and what is known of both.
struct Visit<'a> {
    app: &'a AppState,
    prefix: PrefixHash,
    settings: Settings,
    data_set_language: Option<Language>,
    policy: HeaderValue,
}

impl<'a> Visit<'a> {
    /// Reads the settings as the frame does; the page's origin may also come from the browser's `Referer`.
    #[expect(clippy::result_large_err, reason = "a refusal is the reply itself and goes straight out")]
    fn arrive(
        app: &'a AppState,
        prefix: PrefixHash,
        headers: &HeaderMap,
        mut query: SettingsQuery,
    ) -> Result<Self, Response> {
        if query.origin.as_deref().unwrap_or_default().is_empty() {
            let referer = headers.get(REFERER).and_then(|value| value.to_str().ok());
            query.origin = referer.and_then(origin_of).or_else(|| first_origin(&app.collector, &query));
        }
        let page = page_settings(&app.collector, query, headers, prefix).map_err(frame::refused)?;
        let policy = frame::policy(page.site.as_ref().map(|site| site.hostnames.as_slice()));
        let policy =
            HeaderValue::from_str(&policy).map_err(|_cause| StatusCode::INTERNAL_SERVER_ERROR.into_response())?;
        Ok(Self { app, prefix, settings: page.settings, data_set_language: page.data_set_language, policy })
    }

    fn request(&self, wish: Wish) -> ChallengeRequest {
        let Settings { sitekey, hostname, language, dialect, action, cdata, .. } = self.settings.clone();
        ChallengeRequest { sitekey, hostname, language, wish, dialect, action, cdata }
    }

    fn choice(&self) -> Response {
        self.show(PlainView::Choice { label: self.settings.offer == Offer::Both })
    }

    fn challenge(&self) -> Response {
        match self.app.collector.issue_by_hand(self.request(Wish::Label), self.prefix) {
            Ok(challenge) => self.screen(challenge, None),
            Err(error) => self.trouble(error),
        }
    }

    fn screen(&self, challenge: Challenge, note: Option<Word>) -> Response {
        let Challenge { challenge, screen, .. } = challenge;
        let Ask::Select(ask) = screen.ask;
        let (question, language) = (ask.question, ask.language);
        self.show(PlainView::Screen { question, language, challenge, sprite: screen.sprite, note })
    }

    fn wait(&self) -> Response {
        match self.app.collector.begin_wait(self.request(Wish::Machine), self.prefix) {
            Ok(wait) => {
                let address = plain_address(&self.settings, Some(wait.ticket.as_str()));
                self.show(PlainView::Waiting { seconds: wait.seconds, address })
            }
            Err(error) => self.trouble(error),
        }
    }

    /// What a vendor's test key does: nothing is asked, and nobody waits.
    fn test(&self) -> Response {
        match &self.settings.testing {
            Some(Testing::Passes(token) | Testing::Asks(token)) => {
                let lives_ms = u32::try_from(self.settings.dialect.token_life_ms()).unwrap_or(u32::MAX);
                self.show(PlainView::Passed { token: token.to_string(), lives_ms, receipt: None })
            }
            Some(Testing::Blocks) => {
                let sentence = self.settings.words.template(Word::TestingBlocked).to_owned();
                self.show(PlainView::Trouble { sentence })
            }
            None => self.choice(),
        }
    }

    async fn answer(&self, challenge: String, picked: Vec<u8>) -> Response {
        let collector = &self.app.collector;
        let Ok(challenge) = Sealed::try_from(challenge) else {
            return self.challenge();
        };
        // Without script nobody measures: the time since the screen was issued stands for the time at work.
        let issued_ms = match collector.open(&challenge) {
            Ok(state) => state.expires_ms - limits::CHALLENGE_LIFE_MS,
            Err(_) => return self.challenge(),
        };
        let screen_ms = collector.clock.now_ms().saturating_sub(issued_ms);
        let timing = Timing { screen_ms: u32::try_from(screen_ms).unwrap_or(u32::MAX) };
        let request = AnswerRequest { challenge, answer: Answer::Select(SelectAnswer { picked }), timing };
        match collector.answer(request, self.prefix).await {
            Ok(AnswerReply::Passed(Passed { token, token_lives_ms, receipt })) => self.show(PlainView::Passed {
                token: token.to_string(),
                lives_ms: token_lives_ms,
                receipt: Some(receipt.code.to_string()),
            }),
            Ok(AnswerReply::More(challenge)) => self.screen(challenge, Some(Word::OneMore)),
            Ok(AnswerReply::Again(challenge)) => self.screen(challenge, Some(Word::HereAreOthers)),
            Err(error) => self.trouble(error),
        }
    }

    /// A wait that earns nothing any more.
    fn ended(&self, status: StatusCode) -> Response {
        let sentence = self.settings.words.template(Word::PassRunOut).to_owned();
        let mut response = self.show(PlainView::Trouble { sentence });
        *response.status_mut() = status;
        response
    }

    /// A sentence of ours in the visitor's language; what exactly went wrong stands in the log of the API.
    fn trouble(&self, error: impl Into<Problem>) -> Response {
        let problem: Problem = error.into();
        let word = trouble_word(problem.kind);
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = self.show(PlainView::Trouble { sentence: self.settings.words.template(word).to_owned() });
        *response.status_mut() = status;
        response
    }

    fn show(&self, view: PlainView) -> Response {
        let settings = &self.settings;
        let Disclosure { requester, data_set, licence, seconds, seconds_source } = &settings.disclosure;
        let words = &settings.words;
        let say = |word, args: &[(&str, Arg<'_>)]| words.say(word, args, |n| Category::of(&words.tag, n));
        let terms = match seconds_source {
            SecondsSource::Measured => Word::TermsMeasured,
            SecondsSource::Study => Word::TermsOfStudy,
        };
        let requester = (requester.as_str(), None);
        let data_set = (data_set.as_str(), self.data_set_language.as_ref());
        let licence = (licence.as_str(), None);
        let seconds_count = ("seconds", Arg::Count(u32::from(*seconds)));
        let wait_seconds = self.app.collector.budget.next_wait(self.prefix, self.app.collector.clock.now_ms());
        let page = PlainPage {
            words,
            theme: settings.theme.as_str(),
            origin: &settings.origin,
            widget: frame_address(settings),
            style: assets::path("widget.css"),
            script: assets::path("plain.js"),
            fields: fields(settings),
            checks: say(Word::ChecksNote, &[("tiles", Arg::Count(TILES))]),
            for_whom: pieces(
                &say(Word::ForWhom, &[("requester", Arg::Text(FIRST)), ("data_set", Arg::Text(SECOND))]),
                &[(FIRST, requester), (SECOND, data_set)],
            ),
            terms: pieces(&say(terms, &[("licence", Arg::Text(FIRST)), seconds_count]), &[(FIRST, licence)]),
            wait: say(Word::PlainWait, &[("seconds", Arg::Count(wait_seconds))]),
            view,
        };
        match page.render() {
            Ok(html) => {
                let mut response = Html(html).into_response();
                response.headers_mut().insert(CONTENT_SECURITY_POLICY, self.policy.clone());
                response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
                response
            }
            Err(error) => {
                tracing::error!(%error, "the plain page could not be written");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// Scheme, host and port of an address.
fn origin_of(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    Some(format!("{scheme}://{host}"))
}

/// The sentence for a problem: src/trouble.rs says the same in the widget.
fn trouble_word(kind: ProblemKind) -> Word {
    match kind {
        ProblemKind::TooMany => Word::TroubleTooMany,
        ProblemKind::NothingToAsk => Word::TroubleNothingToAsk,
        ProblemKind::HostnameRefused => Word::TroubleHostnameRefused,
        ProblemKind::UnknownSitekey => Word::TroubleUnknownSitekey,
        ProblemKind::ChallengeExpired | ProblemKind::ChallengeSpent | ProblemKind::InvalidChallenge => {
            Word::TroubleOutdated
        }
        ProblemKind::Unavailable | ProblemKind::Internal => Word::TroubleUnavailable,
        _ => Word::TroubleUnexpected,
    }
}

#[cfg(test)]
mod tests;
