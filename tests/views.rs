//! Every view in every state, as HTML in English and French; snapshots lie in `tests/views/`. Knows no browser.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::rc::Rc;

use corvee::Trouble;
use corvee::kinds::Step;
use corvee::message::Voice;
use corvee::session::{Effect, Event, Manner, Phase, Session};
use corvee::views::announcer::Announcer;
use corvee::views::card::Card;
use corvee::views::panel::Panel;
use corvee_protocol::kinds::select::SelectAsk;
use corvee_protocol::{
    AnswerReply, Ask, Challenge, Dialect, Disclosure, Granted, Offer, Passed, PriceMeasure, Puzzle, Receipt, Renewal,
    Screen, SecondsSource, Settings, Size, Theme, Wish,
};
use corvee_words::Catalogue;
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
            data_set_language: "en".to_owned(),
            licence: "CC BY 4.0".to_owned(),
            prices: vec![
                price("time at the median pay of click-work", 5_200, "9.4 s × 2 $/h", "Hara et al.", "2018"),
                price("six labels at a cloud list price", 210_000, "6 × 35 $ / 1000", "a cloud vendor's list", "2024"),
            ],
            prices_language: "en".to_owned(),
        },
    })
}

fn settings(language: &str) -> Settings {
    Settings {
        sitekey: "k".repeat(40).parse().unwrap(),
        hostname: "example.org".parse().unwrap(),
        origin: "https://example.org".to_owned(),
        language: language.parse().unwrap(),
        words: Catalogue::of(&[language]).clone(),
        theme: Theme::Auto,
        size: Size::Normal,
        dialect: Dialect::Corvee,
        action: None,
        cdata: None,
        offer: Offer::Both,
        disclosure: disclosure(),
        renewal: Renewal::Manual,
        testing: None,
        collector: String::new(),
        style: String::new(),
        worker: "/assets/worker.js".to_owned(),
        plain: "/plain?sitekey=k".to_owned(),
    }
}

fn puzzle() -> Puzzle {
    Puzzle {
        puzzle: "sealed".parse().unwrap(),
        salt: "00".repeat(16),
        memory_kib: 1024,
        passes: 1,
        solutions: 4,
        threshold: 1 << 24,
        lives_ms: 1_200_000,
    }
}

/// A session brought to where a view is wanted.
struct Play {
    session: Session,
    turn: u32,
}

impl Play {
    fn begin() -> Self {
        Self::begin_with(&settings("en"))
    }

    fn begin_with(settings: &Settings) -> Self {
        Self { session: Session::new(Manner::from(settings)), turn: 0 }
    }

    fn computing() -> Self {
        let play = Self::begin().on(Event::Chosen(Wish::Machine));
        let turn = play.turn;
        play.on(Event::PuzzleArrived { turn, puzzle: puzzle() }).on(Event::Progressed { turn, percent: 40 })
    }

    fn on(mut self, event: Event) -> Self {
        for effect in self.session.on(event, 0) {
            if let Effect::RequestChallenge { turn }
            | Effect::RequestPuzzle { turn }
            | Effect::SendProof { turn, .. }
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
        let play = Self::begin().on(Event::Chosen(Wish::Label));
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
fn view(session: &Session, settings: &Settings) -> Html {
    let (on_event, voice) = (Callback::noop(), Voice::new(Rc::new(settings.words.clone())));
    let (phase, voice) = (session.phase(), &voice);
    let shown = if session.is_open() {
        Panel { voice, phase, settings, on_event: &on_event }.view()
    } else {
        Card { voice, phase, settings, on_event: &on_event }.view()
    };
    html! { <>{ shown }{ Announcer { voice, spoken: session.spoken() }.view() }</> }
}

/// Compares the view in both languages with its snapshots, one element a line.
async fn check(name: &str, play: Play) {
    check_with(name, play, |settings| settings).await;
}

/// The same under other settings.
async fn check_with(name: &str, play: Play, change: impl Fn(Settings) -> Settings) {
    for language in ["en", "fr"] {
        let html = rendered(view(&play.session, &change(settings(language)))).await;
        let mut snapshots = insta::Settings::clone_current();
        snapshots.set_snapshot_path("views");
        snapshots.set_prepend_module_to_snapshot(false);
        snapshots.set_omit_expression(true);
        snapshots.bind(|| insta::assert_snapshot!(format!("{name}.{language}"), html.replace("><", ">\n<")));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn the_closed_widget_says_for_whom_and_how_long() {
    check("closed", Play::begin()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_choice_on_its_way_is_marked_and_can_be_changed() {
    check("asking", Play::begin().on(Event::Chosen(Wish::Label))).await;
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
async fn a_dead_token_can_be_exchanged_by_one_press() {
    check("expired", Play::done().expired()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn the_receipt_is_a_payslip() {
    check("receipt", Play::done().on(Event::ReceiptOpened)).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_receipt_written_the_other_way_keeps_each_text_and_formula_in_its_order() {
    let settings = settings("ar");
    let html = rendered(view(&Play::done().on(Event::ReceiptOpened).session, &settings)).await;
    for part in [
        r#"<bdi dir="auto">City Museum</bdi>"#,
        r#"<bdi dir="auto" lang="en">street scenes</bdi>"#,
        r#"<bdi dir="auto">CC BY 4.0</bdi>"#,
        r#"<ul lang="en" class="prices">"#,
        r#"<bdi dir="auto">time at the median pay of click-work</bdi>"#,
        r#"<bdi dir="ltr">9.4 s × 2 $/h</bdi>"#,
        r#"<bdi dir="ltr">KX4J-90AB-CDEF-GHJK</bdi>"#,
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
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
async fn the_device_at_work_shows_how_far_it_is_and_can_be_stopped() {
    check("computing", Play::computing()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_pass_that_the_device_earned_says_so() {
    let play = Play::computing();
    let turn = play.turn;
    let play = play.on(Event::Solved { turn, numbers: vec![1, 2, 3, 4] });
    let turn = play.turn;
    let granted = Granted { token: "t".repeat(43).parse().unwrap(), token_lives_ms: 120_000 };
    check("passed-machine", play.on(Event::Granted { turn, granted })).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_page_that_asks_shows_the_choice_with_all_that_is_known_beforehand() {
    check("choice", Play::begin().on(Event::Executed)).await;
}

#[tokio::test(flavor = "current_thread")]
async fn where_nobody_is_asked_to_label_there_is_one_button() {
    let machine = |settings| Settings { offer: Offer::Machine, ..settings };
    check_with("closed-machine", Play::begin_with(&machine(settings("en"))), machine).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_device_that_cannot_compute_is_shown_the_challenge_without_script() {
    let play = Play::begin().on(Event::Chosen(Wish::Machine)).failed(Trouble::DeviceFailed);
    check("stuck-machine", play).await;
}

#[tokio::test(flavor = "current_thread")]
async fn every_trouble_has_words_and_a_way_out() {
    for trouble in Trouble::ALL {
        let play = Play::begin().on(Event::Chosen(Wish::Label)).failed(*trouble);
        assert_eq!(play.session.phase(), &Phase::Stuck(Wish::Label, *trouble));
        for (language, way_out) in [("en", "Try again</button>"), ("fr", "Réessayer</button>")] {
            let html = rendered(view(&play.session, &settings(language))).await;
            assert!(html.contains(way_out), "{html}");
        }
    }
    check("stuck", Play::begin().on(Event::Chosen(Wish::Label)).failed(Trouble::TooMany)).await;
}

#[tokio::test(flavor = "current_thread")]
async fn the_page_before_the_code_shows_what_the_code_will_show() {
    let page = include_str!("../www/frame.html");
    let (_, page) = page.split_once("<div class=\"corvee-widget\"").unwrap();
    let (_, page) = page.split_once('>').unwrap();
    let (page, _) = page.split_once("</form>").unwrap();
    let card = rendered(view(&Play::begin().session, &settings("en"))).await;
    let (card, _) = card.rsplit_once("<div ").unwrap();
    // The words and the buttons are the collector's to fill in; around them both are the same.
    let (before, ways) = card.split_once("<div role=\"group\"").unwrap();
    let (page_before, page_ways) = page.split_once("<div class=\"ways\"").unwrap();
    let filled = page_before.replace("{{text:open_challenge}}", "Prove that you are not a robot").replace(
        "{{purpose}}",
        "Keeps robots out. About 9\u{a0}s, unpaid. Pictures for City Museum: street scenes, a training set for finding crossings.",
    );
    assert_eq!(bare(&filled), bare(before));
    assert!(page_ways.contains("{{ways}}") && ways.contains("value=\"label\"") && ways.contains("value=\"machine\""));
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
