//! The session, event by event, and under every order of events. Knows no browser.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use corvee_protocol::kinds::select::{SelectAnswer, SelectAsk};
use corvee_protocol::{Answer, Ask, Disclosure, Receipt, Screen, SecondsSource, Token};
use proptest::prelude::*;

use super::*;

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

fn token() -> Token {
    "t".repeat(43).parse().unwrap()
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
            licence: "CC BY 4.0".to_owned(),
            prices: vec![],
        },
    })
}

/// A session with the events so far, one millisecond apart unless said otherwise.
struct Play {
    session: Session,
    now_ms: u64,
}

impl Play {
    fn begin() -> Self {
        Self { session: Session::default(), now_ms: 1_000 }
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
        play.on(Event::Ticked);
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

    fn receipt(&self) -> &Done {
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
    assert_eq!(play.on(Event::Ticked), [Effect::RequestChallenge { turn: 1 }]);
    assert!(!play.session.is_open(), "nothing opens before there is something to show");
    assert_eq!(play.on(Event::Ticked), [], "a second click asks for nothing more");
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
    assert_eq!(play.on(Event::Closed), [Effect::Focus(Place::Card)]);
    play.now_ms += 60_000;
    assert_eq!(play.on(Event::Ticked), [Effect::Focus(Place::Work)], "the same screen opens again");
    play.on(Event::SpriteShown);
    play.now_ms += 500;
    let effects = play.on(Event::Submitted);
    let [Effect::SendAnswer { request, .. }] = &*effects else { panic!("{effects:?}") };
    assert_eq!(request.timing.screen_ms, 1_503);
}

#[test]
fn nothing_can_be_handed_in_before_the_pictures_are_there() {
    let mut play = Play::begin();
    play.on(Event::Ticked);
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
    assert_eq!(effects, [Effect::GrantToken { token: token(), lives_ms: 120_000 }, Effect::Focus(Place::Card)]);
    assert!(!play.session.is_open());
    assert_eq!(play.session.deadline().map(|(_, lives_ms)| lives_ms), Some(120_000));
    assert_eq!(play.on(Event::Ticked), [], "a tick that holds is not asked for again");
}

#[test]
fn an_answer_in_flight_counts_although_the_widget_was_closed() {
    let mut play = Play::sending();
    play.on(Event::Closed);
    let effects = play.on(Event::AnswerJudged { turn: play.turn(), reply: passed() });
    assert_eq!(effects, [Effect::GrantToken { token: token(), lives_ms: 120_000 }], "and no focus is taken");
}

#[test]
fn a_token_that_dies_asks_for_another_tick() {
    let mut play = Play::done();
    let (turn, _) = play.session.deadline().unwrap();
    assert_eq!(play.on(Event::DeadlinePassed { turn }), [Effect::TellExpired]);
    assert_eq!(play.said(), Some(&Message::TickAgain));
    assert_eq!(play.session.deadline(), None);
    assert_eq!(play.on(Event::Ticked), [Effect::RequestChallenge { turn: turn + 1 }]);
}

#[test]
fn an_outdated_challenge_is_exchanged_when_the_visitor_acts_and_not_before() {
    let mut play = Play::at_work();
    let (turn, _) = play.session.deadline().unwrap();
    assert_eq!(play.on(Event::DeadlinePassed { turn }), []);
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
    play.on(Event::Ticked);
    play.on(Event::Failed { turn: 1, trouble: Trouble::TooMany });
    assert_eq!(play.session.phase(), &Phase::Stuck(Trouble::TooMany));
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
    assert_eq!(play.receipt().removal, Some(Removal::Done));
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
    assert_eq!(play.receipt().removal, Some(Removal::Sent));
    play.on(Event::Closed);
    play.on(Event::VotesRemoved { turn });
    play.on(Event::ReceiptOpened);
    assert_eq!(play.receipt().removal, Some(Removal::Done));
}

#[test]
fn a_removal_that_fails_can_be_tried_again() {
    let mut play = Play::done();
    for event in [Event::ReceiptOpened, Event::RemovalAsked, Event::RemovalConfirmed] {
        play.on(event);
    }
    play.on(Event::Failed { turn: play.turn(), trouble: Trouble::Offline });
    assert_eq!(play.receipt().removal, Some(Removal::Failed));
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

/// Any event, with turns around those in use.
fn any_event() -> impl Strategy<Value = Event> {
    let turn = 0_u32..12;
    let trouble = prop::sample::select(Trouble::ALL);
    let reply = prop_oneof![
        Just(AnswerReply::More(challenge("more"))),
        Just(AnswerReply::Again(challenge("again"))),
        Just(passed()),
    ];
    prop_oneof![
        3 => Just(Event::Ticked),
        1 => Just(Event::Closed),
        1 => Just(Event::Reset),
        4 => turn.clone().prop_map(|turn| Event::ChallengeArrived { turn, challenge: challenge("any") }),
        4 => (turn.clone(), reply).prop_map(|(turn, reply)| Event::AnswerJudged { turn, reply }),
        2 => (turn.clone(), trouble).prop_map(|(turn, trouble)| Event::Failed { turn, trouble }),
        3 => Just(Event::SpriteShown),
        1 => Just(Event::SpriteBroken),
        2 => (0_usize..12).prop_map(|tile| Event::Worked(Step::Select(tile))),
        4 => Just(Event::Submitted),
        1 => Just(Event::OthersWanted),
        2 => Just(Event::Retried),
        1 => turn.clone().prop_map(|turn| Event::DeadlinePassed { turn }),
        2 => Just(Event::ReceiptOpened),
        1 => Just(Event::RemovalAsked),
        1 => Just(Event::RemovalDropped),
        2 => Just(Event::RemovalConfirmed),
        1 => turn.prop_map(|turn| Event::VotesRemoved { turn }),
    ]
}

/// What a visitor with patience and a collector in good health do next; nothing once a token is held.
fn way_on(session: &Session) -> Option<Event> {
    Some(match session.phase() {
        Phase::Resting => Event::Ticked,
        Phase::Asking => Event::ChallengeArrived { turn: session.turn, challenge: challenge("next") },
        Phase::Stuck(_) => Event::Retried,
        Phase::Done(done) if done.removal.is_some() => Event::Closed,
        Phase::Done(done) if done.expired => Event::Ticked,
        Phase::Done(_) => return None,
        Phase::Working(round) => match round.stage {
            Stage::Sending { turn, .. } => Event::AnswerJudged { turn, reply: passed() },
            Stage::Renewing { turn } => Event::ChallengeArrived { turn, challenge: challenge("next") },
            Stage::Open | Stage::Troubled { .. } if !round.open => Event::Ticked,
            Stage::Troubled { .. } => Event::Retried,
            Stage::Open if !round.is_usable() => Event::SpriteShown,
            Stage::Open => Event::Submitted,
        },
    })
}

proptest! {
    #[test]
    fn from_everywhere_a_token_is_few_steps_away(events in prop::collection::vec(any_event(), 0..60)) {
        let mut play = Play::begin();
        for event in events {
            play.on(event);
        }
        let mut steps = 0;
        while let Some(event) = way_on(&play.session) {
            play.on(event);
            steps += 1;
            prop_assert!(steps <= 10, "stuck at {:?}", play.session.phase());
        }
    }

    #[test]
    fn a_token_is_granted_exactly_when_an_awaited_answer_passes(events in prop::collection::vec(any_event(), 0..60)) {
        let mut play = Play::begin();
        for event in events {
            let awaited = matches!(
                (play.session.phase(), &event),
                (Phase::Working(Round { stage: Stage::Sending { turn: sent, .. }, .. }),
                 Event::AnswerJudged { turn, reply: AnswerReply::Passed(_) }) if sent == turn
            );
            let granted = play.on(event).iter().any(|effect| matches!(effect, Effect::GrantToken { .. }));
            prop_assert_eq!(granted, awaited);
        }
    }

    #[test]
    fn every_request_has_a_turn_of_its_own(events in prop::collection::vec(any_event(), 0..80)) {
        let mut play = Play::begin();
        let mut last = 0;
        for event in events {
            for effect in play.on(event) {
                if let Effect::RequestChallenge { turn } | Effect::SendAnswer { turn, .. } | Effect::RemoveVotes { turn, .. } = effect {
                    prop_assert!(turn > last);
                    last = turn;
                }
            }
        }
    }

    #[test]
    fn an_expired_token_is_told_once(events in prop::collection::vec(any_event(), 0..80)) {
        let mut play = Play::begin();
        let mut living = false;
        for event in events {
            let reset = matches!(event, Event::Reset);
            for effect in play.on(event) {
                match effect {
                    Effect::GrantToken { .. } => living = true,
                    Effect::TellExpired => {
                        prop_assert!(living);
                        living = false;
                    }
                    _ => {}
                }
            }
            living &= !reset;
        }
    }
}
