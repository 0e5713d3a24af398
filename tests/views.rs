//! Every view in every state, as HTML in English and French; snapshots lie in `tests/views/`. Knows no browser.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use corvee::Trouble;
use corvee::kinds::Step;
use corvee::message::Voice;
use corvee::session::{Effect, Event, Phase, Session};
use corvee::views::announcer::Announcer;
use corvee::views::card::Card;
use corvee::views::panel::Panel;
use corvee_protocol::kinds::select::SelectAsk;
use corvee_protocol::{AnswerReply, Ask, Challenge, Disclosure, Passed, PriceMeasure, Receipt, Screen, SecondsSource};
use yew::prelude::*;

/// Properties of [`Shown`].
#[derive(Clone, PartialEq, Properties)]
struct ShownProps {
    /// What to show.
    html: Html,
}

/// Shows a view to the server renderer, which takes components only.
#[component]
fn Shown(props: &ShownProps) -> Html {
    props.html.clone()
}

async fn rendered(html: Html) -> String {
    yew::LocalServerRenderer::<Shown>::with_props(ShownProps { html }).hydratable(false).render().await
}

fn disclosure() -> Disclosure {
    Disclosure {
        requester: "City Museum".to_owned(),
        data_set: "street scenes, a training set for finding crossings".to_owned(),
        licence: "CC BY 4.0".to_owned(),
        seconds: 9,
        seconds_source: SecondsSource::Measured,
    }
}

fn challenge() -> Challenge {
    Challenge {
        challenge: "sealed".parse().unwrap(),
        screen: Screen {
            number: 1,
            sprite: "/v1/challenges/sealed/screen.jpg".to_owned(),
            ask: Ask::Select(SelectAsk {
                question: "Which photos show shoes?".to_owned(),
                language: "en".to_owned(),
                columns: 3,
                rows: 3,
            }),
        },
        disclosure: disclosure(),
        lives_ms: 1_200_000,
    }
}

fn passed() -> AnswerReply {
    let price = |measure: &str, usd_micros, formula: &str, source: &str, as_of: &str| PriceMeasure {
        measure: measure.to_owned(),
        usd_micros,
        formula: formula.to_owned(),
        source: source.to_owned(),
        as_of: as_of.to_owned(),
    };
    AnswerReply::Passed(Passed {
        token: "t".repeat(43).parse().unwrap(),
        token_lives_ms: 120_000,
        receipt: Receipt {
            code: "KX4J-90AB-CDEF-GHJK".parse().unwrap(),
            solve_ms: 9_449,
            gold_tiles: 3,
            votes: 6,
            final_labels: 2,
            requester: "City Museum".to_owned(),
            data_set: "street scenes".to_owned(),
            licence: "CC BY 4.0".to_owned(),
            prices: vec![
                price("time at the median pay of click-work", 5_200, "9.4 s × 2 $/h", "Hara et al.", "2018"),
                price("six labels at a cloud list price", 210_000, "6 × 35 $ / 1000", "a cloud vendor's list", "2024"),
            ],
        },
    })
}

/// A session brought to where a view is wanted.
struct Play {
    session: Session,
    turn: u32,
}

impl Play {
    fn begin() -> Self {
        Self { session: Session::default(), turn: 0 }
    }

    fn on(mut self, event: Event) -> Self {
        for effect in self.session.on(event, 0) {
            if let Effect::RequestChallenge { turn }
            | Effect::SendAnswer { turn, .. }
            | Effect::RemoveVotes { turn, .. } = effect
            {
                self.turn = turn;
            }
        }
        self
    }

    fn failed(self, trouble: Trouble) -> Self {
        let turn = self.turn;
        self.on(Event::Failed { turn, trouble })
    }

    fn judged(self, reply: AnswerReply) -> Self {
        let turn = self.turn;
        self.on(Event::AnswerJudged { turn, reply })
    }

    fn at_work() -> Self {
        let play = Self::begin().on(Event::Ticked);
        let turn = play.turn;
        play.on(Event::ChallengeArrived { turn, challenge: challenge() }).on(Event::SpriteShown)
    }

    fn picked() -> Self {
        Self::at_work().on(Event::Worked(Step::Select(1))).on(Event::Worked(Step::Select(4)))
    }

    fn done() -> Self {
        Self::picked().on(Event::Submitted).judged(passed())
    }

    fn expired(self) -> Self {
        let (turn, _) = self.session.deadline().unwrap();
        self.on(Event::DeadlinePassed { turn })
    }
}

/// What the visitor sees and hears in this session.
fn view(session: &Session, voice: Voice) -> Html {
    let on_event = Callback::noop();
    let (phase, disclosure) = (session.phase(), disclosure());
    let shown = if session.is_open() {
        Panel { voice, phase, collector: "", on_event: &on_event }.view()
    } else {
        Card { voice, phase, disclosure: &disclosure, on_event: &on_event }.view()
    };
    html! { <>{ shown }{ Announcer { voice, spoken: session.spoken() }.view() }</> }
}

/// Compares the view in both languages with its snapshots, one element a line.
async fn check(name: &str, play: Play) {
    for language in ["en", "fr"] {
        let html = rendered(view(&play.session, Voice::of(language))).await;
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("views");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("{name}.{language}"), html.replace("><", ">\n<")));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn the_closed_widget_says_for_whom_and_how_long() {
    check("closed", Play::begin()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_tick_on_its_way_is_neither_empty_nor_given() {
    check("asking", Play::begin().on(Event::Ticked)).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_screen_has_question_rule_tiles_and_terms() {
    check("screen", Play::at_work()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_picked_tile_says_so_without_colour() {
    check("screen-picked", Play::picked()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_second_screen_is_asked_for_politely() {
    check("screen-more", Play::picked().on(Event::Submitted).judged(AnswerReply::More(challenge()))).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_miss_is_answered_with_other_pictures() {
    check("screen-again", Play::picked().on(Event::Submitted).judged(AnswerReply::Again(challenge()))).await;
}

#[tokio::test(flavor = "current_thread")]
async fn an_answer_on_its_way_keeps_every_button_focusable() {
    check("screen-sending", Play::picked().on(Event::Submitted)).await;
}

#[tokio::test(flavor = "current_thread")]
async fn an_answer_that_did_not_arrive_can_be_sent_again() {
    check("screen-troubled", Play::picked().on(Event::Submitted).failed(Trouble::Offline)).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_passed_challenge_leads_to_its_receipt() {
    check("passed", Play::done()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_dead_token_asks_for_another_tick() {
    check("expired", Play::done().expired()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn the_receipt_is_a_payslip() {
    check("receipt", Play::done().on(Event::ReceiptOpened)).await;
}

#[tokio::test(flavor = "current_thread")]
async fn removal_asks_first() {
    check("receipt-removal-asked", Play::done().on(Event::ReceiptOpened).on(Event::RemovalAsked)).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_removal_that_failed_can_be_tried_again() {
    let sent = Play::done().on(Event::ReceiptOpened).on(Event::RemovalAsked).on(Event::RemovalConfirmed);
    check("receipt-removal-failed", sent.failed(Trouble::Unavailable)).await;
}

#[tokio::test(flavor = "current_thread")]
async fn removed_answers_are_said_to_be_removed() {
    let sent = Play::done().on(Event::ReceiptOpened).on(Event::RemovalAsked).on(Event::RemovalConfirmed);
    let turn = sent.turn;
    check("receipt-removed", sent.on(Event::VotesRemoved { turn })).await;
}

#[tokio::test(flavor = "current_thread")]
async fn every_trouble_has_words_and_a_way_out() {
    for trouble in Trouble::ALL {
        let play = Play::begin().on(Event::Ticked).failed(*trouble);
        assert_eq!(play.session.phase(), &Phase::Stuck(*trouble));
        for (language, way_out) in [("en", "Try again</button>"), ("fr", "Réessayer</button>")] {
            let html = rendered(view(&play.session, Voice::of(language))).await;
            assert!(html.contains(way_out), "{html}");
        }
    }
    check("stuck", Play::begin().on(Event::Ticked).failed(Trouble::TooMany)).await;
}

#[tokio::test(flavor = "current_thread")]
async fn the_page_before_the_code_shows_what_the_code_will_show() {
    let page = include_str!("../www/frame.html");
    let (_, page) = page.split_once("<div class=\"corvee-widget\"").unwrap();
    let (_, page) = page.split_once('>').unwrap();
    let (page, _) = page.split_once("<noscript>").unwrap();
    let page = page.replace("{{label}}", "I am not a robot").replace(
        "{{disclosure}}",
        "For City Museum: street scenes, a training set for finding crossings. About 9\u{a0}s.",
    );
    let card = rendered(view(&Session::default(), Voice::of("en"))).await;
    let (card, _) = card.rsplit_once("<div ").unwrap();
    assert_eq!(bare(&page).trim_end_matches("</div>"), bare(card).trim_end_matches("</div>"));
}

/// Markup without what does not show: space between elements, self-closing, the order of attributes.
fn bare(html: &str) -> String {
    let mut bare = String::new();
    for part in html.split_inclusive('>') {
        let (text, tag) = part.split_once('<').unwrap_or((part, ""));
        bare.push_str(text.trim());
        let tag = tag.trim_end_matches('>').trim_end_matches('/').trim();
        // The two dialects close a drawing's lines differently.
        if tag.is_empty() || tag == "/path" {
            continue;
        }
        let mut attributes: Vec<_> = tag.split("\" ").map(|attribute| attribute.trim().trim_end_matches('"')).collect();
        if let Some((name, first)) = tag.split_once(char::is_whitespace) {
            attributes = first.trim().split("\" ").map(|attribute| attribute.trim().trim_end_matches('"')).collect();
            attributes.sort_unstable();
            attributes.insert(0, name);
        }
        bare.push('<');
        bare.push_str(&attributes.join(" "));
        bare.push('>');
    }
    bare
}
