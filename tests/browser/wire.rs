//! What travels between widget and collector, in the browser's own JSON.

use corvee::collector_client;
use corvee::wire::{self, Read as _};

use super::*;

/// What the collector makes of a body.
fn sent<T: serde::de::DeserializeOwned>(body: &JsValue) -> T {
    serde_json::from_str(&String::from(js_sys::JSON::stringify(body).unwrap())).unwrap()
}

/// Reads what the collector writes.
fn received<T: wire::Read>(value: &impl serde::Serialize) -> T {
    wire::parse(&serde_json::to_string(value).unwrap()).unwrap()
}

#[wasm_bindgen_test]
fn what_the_collector_writes_reads_back_as_what_was_meant() {
    let mut settings = settings();
    settings.words.templates.truncate(Word::IN_WIDGET);
    assert_eq!(received::<Settings>(&settings), settings);
    for testing in [Testing::Blocks, Testing::Passes("a.b".parse().unwrap()), Testing::Asks("c".parse().unwrap())] {
        let testing = Some(testing);
        let settings = Settings { testing, action: Some("login".parse().unwrap()), ..settings.clone() };
        assert_eq!(received::<Settings>(&settings), settings);
    }
    let puzzle = Puzzle {
        puzzle: "sealed".parse().unwrap(),
        salt: "0f".repeat(16),
        memory_kib: 256,
        passes: 1,
        solutions: 8,
        threshold: u32::MAX,
        lives_ms: 600_000,
    };
    assert_eq!(received::<Puzzle>(&puzzle), puzzle);
    let granted = Granted { token: "t".parse().unwrap(), token_lives_ms: 120_000 };
    assert_eq!(received::<Granted>(&granted), granted);
    for kind in ProblemKind::ALL {
        let problem = Problem::new(*kind, "why").on("field");
        assert_eq!(received::<Problem>(&problem), problem);
    }
}

#[wasm_bindgen_test]
fn what_is_sent_reads_back_as_what_was_meant() {
    let request = ChallengeRequest {
        sitekey: "k".repeat(40).parse().unwrap(),
        hostname: "example.org".parse().unwrap(),
        language: "fr".parse().unwrap(),
        wish: Wish::Machine,
        dialect: Dialect::Turnstile,
        action: Some("login".parse().unwrap()),
        cdata: Some("a-b_c".parse().unwrap()),
    };
    assert_eq!(sent::<ChallengeRequest>(&collector_client::challenge_body(&request)), request);
    let bare = ChallengeRequest { action: None, cdata: None, ..request };
    assert_eq!(sent::<ChallengeRequest>(&collector_client::challenge_body(&bare)), bare);
    let proof = ProofRequest { puzzle: "sealed".parse().unwrap(), numbers: vec![0, 7, u32::MAX] };
    assert_eq!(sent::<ProofRequest>(&collector_client::proof_body(&proof)), proof);
    for picked in [vec![], vec![0, 4, 8]] {
        let request = AnswerRequest {
            challenge: "sealed".parse().unwrap(),
            answer: Answer::Select(SelectAnswer { picked }),
            timing: Timing { screen_ms: 4_003 },
        };
        assert_eq!(sent::<AnswerRequest>(&collector_client::answer_body(&request)), request);
    }
}

const CHALLENGE: &str = r#"{
    "challenge": "c-1_A", "lives_ms": 1200000,
    "screen": {"number": 2, "sprite": "/s.jpg",
        "ask": {"select": {"question": "Which?", "language": "en", "columns": 3, "rows": 3}}},
    "disclosure": {"requester": "Muséum", "data_set": "d", "licence": "l", "seconds": 9, "seconds_source": "study"}
}"#;

#[wasm_bindgen_test]
fn replies_are_read_as_the_protocol_writes_them() {
    let challenge: Challenge = wire::parse(CHALLENGE).unwrap();
    assert_eq!(challenge.disclosure.requester, "Muséum");
    assert_eq!(challenge.disclosure.seconds_source, SecondsSource::Study);
    assert_eq!(challenge.screen.ask, Ask::Select(SelectAsk { question: "Which?".to_owned(), ..ask() }));
    let more = ["{\"more\": ", CHALLENGE, "}"].concat();
    assert_eq!(wire::parse::<AnswerReply>(&more).unwrap(), AnswerReply::More(challenge));

    let passed = r#"{"passed": {"token": "ttttttttttttttttttttttttttttttttttttttttttt", "token_lives_ms": 120000, "receipt": {
        "code": "KX4J-90AB-CDEF-GHJK", "solve_ms": 9449, "gold_tiles": 3, "votes": 6, "final_labels": 0, "requester": "r",
        "data_set": "d", "data_set_language": "", "licence": "l", "prices": [
            {"measure": "m", "usd_micros": 5200, "formula": "f", "source": "s", "as_of": "2018"}],
        "prices_language": "fr"}}}"#;
    let AnswerReply::Passed(passed) = wire::parse(passed).unwrap() else { panic!("not passed") };
    assert_eq!(passed.receipt.prices.first().unwrap().usd_micros, 5_200);
    assert_eq!((passed.receipt.data_set_language.as_str(), passed.receipt.prices_language.as_str()), ("", "fr"));

    let problem: Problem = wire::parse(
        r#"{"type": "urn:corvee:problem:too-many", "title": "t", "status": 429, "detail": "d", "instance": "/unknown"}"#,
    )
    .unwrap();
    assert_eq!((problem.kind, problem.field), (ProblemKind::TooMany, None));
}

#[wasm_bindgen_test]
fn what_does_not_fit_is_refused() {
    for (what, other) in [
        ("\"c-1_A\"", "\"c 1\""),
        ("\"c-1_A\"", "null"),
        ("1200000", "1200000.5"),
        ("1200000", "-1"),
        ("1200000", "5000000000"),
        ("1200000", "\"1200000\""),
        ("\"number\": 2,", ""),
        ("\"select\"", "\"selects\""),
        ("\"study\"", "\"guess\""),
        ("\"study\"", "{}"),
        ("\"Muséum\"", "[]"),
        ("{\"question\"", "[{\"question\""),
    ] {
        assert!(wire::parse::<Challenge>(&CHALLENGE.replacen(what, other, 1)).is_err(), "{what} became {other}");
    }
    for text in ["", "null", "[]", "7", "\"text\"", "{}"] {
        assert!(wire::parse::<Challenge>(text).is_err(), "{text}");
        assert!(wire::parse::<AnswerReply>(text).is_err(), "{text}");
    }
}

#[wasm_bindgen_test]
fn the_browser_counts_as_the_tables_do() {
    let said = Word::ALL.iter().map(|word| match word {
        Word::Picked => Category::ALL
            .iter()
            .filter(|category| **category != Category::Other)
            .map(|category| [category.as_str(), " {", category.as_str(), "} "].concat())
            .collect::<String>(),
        _ => String::new(),
    });
    let templates: Vec<_> = said.map(|forms| ["{count, plural, ", &forms, "other {other}}"].concat()).collect();
    for Words { tag, rtl, .. } in Catalogue::all() {
        let voice = Voice::new(Rc::new(Words { tag: tag.clone(), rtl: *rtl, templates: templates.clone() }));
        for count in (0..=130).chain([1000, 65_535]) {
            assert_eq!(voice.say(&Message::Picked(count)), Category::of(tag, count).as_str(), "{count} in {tag}");
        }
    }
}

#[wasm_bindgen_test]
fn words_come_with_the_settings() {
    let english = Catalogue::of(&["en"]);
    let templates = english.templates.iter().take(Word::IN_WIDGET).map(|text| JsValue::from_str(text));
    let templates = templates.collect::<js_sys::Array>();
    let read = |templates: &js_sys::Array| {
        let templates = templates.into();
        Words::read(&wire::object(&[("tag", "en".into()), ("rtl", false.into()), ("templates", templates)]))
    };
    assert_eq!(read(&templates).unwrap().template(Word::KeepsOut), "Keeps robots out.");
    templates.pop();
    assert!(read(&templates).is_err(), "words of another version");
}
