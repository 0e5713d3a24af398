//! The session, event by event, and under every order of events. Knows no browser.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use corvee_protocol::kinds::select::{SelectAnswer, SelectAsk};
use corvee_protocol::{
    Answer, AnswerReply, Ask, Challenge, Disclosure, Passed, ProofRequest, Puzzle, Receipt, Screen, SecondsSource,
    Token,
};

use super::*;
use crate::kinds::Step;

mod keeping;
mod laws;
mod machine;

fn disclosure() -> Disclosure {
    Disclosure {
        requester: "City Museum".to_owned(),
        data_set: "street scenes".to_owned(),
        licence: "CC BY 4.0".to_owned(),
        seconds: 9,
        seconds_source: SecondsSource::Measured,
    }
}

fn challenge(name: &str) -> Challenge {
    Challenge {
        challenge: name.parse().unwrap(),
        screen: Screen {
            number: 1,
            sprite: "/v1/challenges/c/screen.jpg".to_owned(),
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

fn puzzle() -> Puzzle {
    Puzzle {
        puzzle: "puzzle".parse().unwrap(),
        salt: "00".repeat(16),
        memory_kib: 8,
        passes: 1,
        solutions: 1,
        threshold: 1 << 30,
        lives_ms: 1_200_000,
    }
}

fn granted(letter: &str) -> Granted {
    Granted { token: letter.repeat(43).parse().unwrap(), token_lives_ms: 120_000 }
}

fn token() -> Token {
    "t".repeat(43).parse().unwrap()
}

fn grant(renewed: bool) -> Effect {
    Effect::GrantToken { token: token(), lives_ms: 120_000, renewed }
}

fn passed() -> AnswerReply {
    AnswerReply::Passed(Passed {
        token: token(),
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
            prices: vec![],
            prices_language: String::new(),
        },
    })
}

/// A session with the events so far, one millisecond apart unless said otherwise.
struct Play {
    session: Session,
    now_ms: u64,
}

impl Play {
    /// Where a dead token waits for the visitor, as with reCAPTCHA and hCaptcha.
    fn begin() -> Self {
        Self::begin_with(Manner { renewal: Renewal::Manual, ..Manner::default() })
    }

    fn begin_with(manner: Manner) -> Self {
        Self { session: Session::new(manner), now_ms: 1_000 }
    }

    /// With the device at work.
    fn computing(manner: Manner) -> Self {
        let mut play = Self::begin_with(manner);
        play.on(Event::Chosen(Wish::Machine));
        play.on(Event::PuzzleArrived { turn: play.turn(), puzzle: puzzle() });
        play
    }

    /// With a token that the device has earned.
    fn computed(manner: Manner) -> Self {
        let mut play = Self::computing(manner);
        play.on(Event::Solved { turn: play.turn(), numbers: vec![7] });
        play.on(Event::Granted { turn: play.turn(), granted: granted("t") });
        play
    }

    fn on(&mut self, event: Event) -> Vec<Effect> {
        self.now_ms += 1;
        self.session.on(event, self.now_ms)
    }

    fn turn(&self) -> u32 {
        self.session.turn
    }

    /// With the first screen in front of the visitor.
    fn at_work() -> Self {
        let mut play = Self::begin();
        play.on(Event::Chosen(Wish::Label));
        play.on(Event::ChallengeArrived { turn: play.turn(), challenge: challenge("first") });
        play.on(Event::SpriteShown);
        play
    }

    /// With an answer on its way.
    fn sending() -> Self {
        let mut play = Self::at_work();
        play.pick(4);
        play.on(Event::Submitted);
        play
    }

    /// With a token.
    fn done() -> Self {
        let mut play = Self::sending();
        play.on(Event::AnswerJudged { turn: play.turn(), reply: passed() });
        play
    }

    fn round(&self) -> &Round {
        match self.session.phase() {
            Phase::Working(round) => round,
            phase => panic!("no screen is shown but {phase:?}"),
        }
    }

    fn pass(&self) -> &Done {
        match self.session.phase() {
            Phase::Done(done) => done,
            phase => panic!("nothing is passed but {phase:?}"),
        }
    }

    fn pick(&mut self, tile: usize) -> Vec<Effect> {
        self.on(Event::Worked(Step::Select(tile)))
    }

    fn said(&self) -> Option<&Message<'static>> {
        self.session.spoken().map(|(_, message)| message)
    }
}

#[test]
fn a_tick_asks_for_a_challenge_and_opens_it() {
    let mut play = Play::begin();
    assert_eq!(play.on(Event::Chosen(Wish::Label)), [Effect::RequestChallenge { turn: 1 }]);
    assert!(!play.session.is_open(), "nothing opens before there is something to show");
    assert_eq!(play.on(Event::Chosen(Wish::Label)), [], "a second click asks for nothing more");
    let effects = play.on(Event::ChallengeArrived { turn: 1, challenge: challenge("first") });
    assert_eq!(effects, [Effect::Focus(Place::Work)]);
    assert!(play.session.is_open());
    assert_eq!(play.session.deadline(), Some((1, 1_200_000)));
}

#[test]
fn an_answer_holds_the_picks_and_the_time_since_the_pictures_came() {
    let mut play = Play::at_work();
    play.pick(0);
    play.pick(8);
    assert_eq!(play.said(), Some(&Message::Picked(2)));
    play.now_ms += 4_000;
    let effects = play.on(Event::Submitted);
    let [Effect::SendAnswer { request, .. }] = &*effects else { panic!("{effects:?}") };
    assert_eq!(request.answer, Answer::Select(SelectAnswer { picked: vec![0, 8] }));
    assert_eq!(request.timing.screen_ms, 4_003);
}

#[test]
fn time_does_not_run_while_the_widget_is_closed() {
    let mut play = Play::at_work();
    play.now_ms += 1_000;
    assert_eq!(play.on(Event::Closed), [Effect::TellDismissed, Effect::Focus(Place::Card)]);
    play.now_ms += 60_000;
    assert_eq!(play.on(Event::Chosen(Wish::Label)), [Effect::Focus(Place::Work)], "the same screen opens again");
    play.on(Event::SpriteShown);
    play.now_ms += 500;
    let effects = play.on(Event::Submitted);
    let [Effect::SendAnswer { request, .. }] = &*effects else { panic!("{effects:?}") };
    assert_eq!(request.timing.screen_ms, 1_503);
}

#[test]
fn nothing_can_be_handed_in_before_the_pictures_are_there() {
    let mut play = Play::begin();
    play.on(Event::Chosen(Wish::Label));
    play.on(Event::ChallengeArrived { turn: 1, challenge: challenge("first") });
    assert_eq!(play.on(Event::Submitted), []);
    play.on(Event::SpriteShown);
    assert_eq!(play.on(Event::Submitted).len(), 1);
}

#[test]
fn an_answer_is_sent_once() {
    let mut play = Play::sending();
    assert_eq!(play.on(Event::Submitted), []);
    assert_eq!(play.pick(3), []);
    assert_eq!(play.on(Event::OthersWanted), []);
}

#[test]
fn a_second_screen_begins_empty_and_says_so() {
    let mut play = Play::sending();
    let effects = play.on(Event::AnswerJudged { turn: play.turn(), reply: AnswerReply::More(challenge("second")) });
    assert_eq!(effects, [Effect::Focus(Place::Work)]);
    assert_eq!(play.round().note, Some(Note::OneMore));
    assert_eq!(play.round().work.marks(), 0);
    assert_eq!(play.said(), Some(&Message::OneMore));
}

#[test]
fn a_fresh_challenge_after_a_miss_is_just_other_pictures() {
    let mut play = Play::sending();
    play.on(Event::AnswerJudged { turn: play.turn(), reply: AnswerReply::Again(challenge("second")) });
    assert_eq!(play.said(), Some(&Message::HereAreOthers));
}

#[test]
fn passing_closes_and_grants_the_token() {
    let mut play = Play::sending();
    let effects = play.on(Event::AnswerJudged { turn: play.turn(), reply: passed() });
    assert_eq!(effects, [grant(false), Effect::Focus(Place::Card)]);
    assert!(!play.session.is_open());
    assert_eq!(play.session.deadline().map(|(_, lives_ms)| lives_ms), Some(120_000));
    assert_eq!(play.on(Event::Chosen(Wish::Label)), [], "a pass that holds is not asked for again");
}

#[test]
fn an_answer_in_flight_counts_although_the_widget_was_closed() {
    let mut play = Play::sending();
    play.on(Event::Closed);
    let effects = play.on(Event::AnswerJudged { turn: play.turn(), reply: passed() });
    assert_eq!(effects, [grant(false)], "and no focus is taken");
}

#[test]
fn an_outdated_challenge_is_exchanged_when_the_visitor_acts_and_not_before() {
    let mut play = Play::at_work();
    let (turn, _) = play.session.deadline().unwrap();
    assert_eq!(play.on(Event::DeadlinePassed { turn }), [Effect::TellOutdated]);
    let effects = play.pick(2);
    assert!(matches!(*effects, [Effect::RequestChallenge { .. }]), "{effects:?}");
    play.on(Event::ChallengeArrived { turn: play.turn(), challenge: challenge("second") });
    assert_eq!(play.said(), Some(&Message::HereAreOthers));
}

#[test]
fn a_challenge_the_collector_calls_outdated_is_exchanged_without_a_word_of_blame() {
    let mut play = Play::sending();
    let effects = play.on(Event::Failed { turn: play.turn(), trouble: Trouble::Outdated });
    assert_eq!(effects, [Effect::RequestChallenge { turn: play.turn() }]);
    assert!(matches!(play.round().stage, Stage::Renewing { .. }));
}

#[test]
fn a_lost_connection_keeps_the_picks_and_sends_them_again() {
    let mut play = Play::sending();
    assert_eq!(
        play.on(Event::Failed { turn: play.turn(), trouble: Trouble::Offline }),
        [Effect::TellTrouble(Trouble::Offline)]
    );
    let effects = play.on(Event::Retried);
    let [Effect::SendAnswer { request, .. }] = &*effects else { panic!("{effects:?}") };
    assert_eq!(request.answer, Answer::Select(SelectAnswer { picked: vec![4] }));
}

#[test]
fn enter_among_the_tiles_tries_again_too() {
    let mut play = Play::sending();
    play.on(Event::Failed { turn: play.turn(), trouble: Trouble::Offline });
    assert!(matches!(*play.on(Event::Submitted), [Effect::SendAnswer { .. }]));
}

#[test]
fn broken_pictures_are_exchanged() {
    let mut play = Play::at_work();
    assert_eq!(play.on(Event::SpriteBroken), [Effect::TellTrouble(Trouble::BrokenImage)]);
    assert!(matches!(*play.on(Event::Retried), [Effect::RequestChallenge { .. }]));
}

#[test]
fn a_challenge_that_does_not_come_leaves_a_way_to_try_again() {
    let mut play = Play::begin();
    play.on(Event::Chosen(Wish::Label));
    play.on(Event::Failed { turn: 1, trouble: Trouble::TooMany });
    assert_eq!(play.session.phase(), &Phase::Stuck(Wish::Label, Trouble::TooMany));
    assert_eq!(play.on(Event::Retried), [Effect::RequestChallenge { turn: 2 }]);
}

#[test]
fn a_reply_from_before_a_reset_is_not_heard() {
    let mut play = Play::sending();
    let turn = play.turn();
    play.on(Event::Reset);
    assert_eq!(play.on(Event::AnswerJudged { turn, reply: passed() }), []);
    assert_eq!(play.session.phase(), &Phase::Resting);
}

#[test]
fn the_receipt_opens_and_closes_where_it_was_opened() {
    let mut play = Play::done();
    assert_eq!(play.on(Event::ReceiptOpened), [Effect::Focus(Place::Receipt)]);
    assert!(play.session.is_open());
    assert_eq!(play.on(Event::Closed), [Effect::Focus(Place::ReceiptButton)]);
}

#[test]
fn answers_are_removed_only_after_a_question() {
    let mut play = Play::done();
    play.on(Event::ReceiptOpened);
    assert_eq!(play.on(Event::RemovalConfirmed), []);
    play.on(Event::RemovalAsked);
    let effects = play.on(Event::RemovalConfirmed);
    let [Effect::RemoveVotes { turn, code }] = &*effects else { panic!("{effects:?}") };
    assert_eq!(code.as_str(), "KX4J-90AB-CDEF-GHJK");
    play.on(Event::VotesRemoved { turn: *turn });
    assert_eq!(play.pass().removal, Some(Removal::Done));
    assert!(play.session.deadline().is_some(), "the token lives on");
}

#[test]
fn a_removal_goes_on_while_the_receipt_is_closed() {
    let mut play = Play::done();
    for event in [Event::ReceiptOpened, Event::RemovalAsked, Event::RemovalConfirmed, Event::Closed] {
        play.on(event);
    }
    let turn = play.turn();
    play.on(Event::ReceiptOpened);
    assert_eq!(play.pass().removal, Some(Removal::Sent));
    play.on(Event::Closed);
    play.on(Event::VotesRemoved { turn });
    play.on(Event::ReceiptOpened);
    assert_eq!(play.pass().removal, Some(Removal::Done));
}

#[test]
fn a_removal_that_fails_can_be_tried_again() {
    let mut play = Play::done();
    for event in [Event::ReceiptOpened, Event::RemovalAsked, Event::RemovalConfirmed] {
        play.on(event);
    }
    play.on(Event::Failed { turn: play.turn(), trouble: Trouble::Offline });
    assert_eq!(play.pass().removal, Some(Removal::Failed));
    assert!(matches!(*play.on(Event::Retried), [Effect::RemoveVotes { .. }]));
}

#[test]
fn the_same_words_twice_are_two_announcements() {
    let mut play = Play::at_work();
    play.pick(1);
    let first = play.session.spoken().cloned();
    play.pick(1);
    play.pick(1);
    let (again, first) = (play.session.spoken().cloned().unwrap(), first.unwrap());
    assert_eq!(again.1, first.1);
    assert_ne!(again.0, first.0);
}
