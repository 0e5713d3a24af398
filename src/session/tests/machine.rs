//! The machine's turn, event by event.

use super::*;

#[test]
fn the_device_computes_and_its_proof_earns_the_token() {
    let mut play = Play::begin();
    assert_eq!(play.on(Event::Chosen(Wish::Machine)), [Effect::RequestPuzzle { turn: 1 }]);
    let effects = play.on(Event::PuzzleArrived { turn: 1, puzzle: puzzle() });
    assert_eq!(effects, [Effect::Compute { turn: 1, puzzle: puzzle() }, Effect::Focus(Place::Card)]);
    assert_eq!(play.said(), Some(&Message::Computing));
    play.on(Event::Progressed { turn: 1, percent: 40 });
    play.on(Event::Progressed { turn: 1, percent: 30 });
    assert!(matches!(play.session.phase(), Phase::Computing(computation) if computation.percent == 40));
    play.now_ms += 1_198;
    let request = ProofRequest { puzzle: puzzle().puzzle, numbers: vec![7] };
    let effects = play.on(Event::Solved { turn: 1, numbers: vec![7] });
    assert_eq!(effects, [Effect::StopComputing, Effect::SendProof { turn: 2, request }]);
    assert_eq!(play.on(Event::Solved { turn: 1, numbers: vec![8] }), [], "one proof is enough");
    let effects = play.on(Event::Granted { turn: 2, granted: granted("t") });
    assert_eq!(effects, [grant(false), Effect::Focus(Place::Card)]);
    assert_eq!(play.said(), Some(&Message::ComputedIn { ms: 1_201 }));
    assert_eq!(play.pass().earned, Earned::Machine { work_ms: 1_201 });
    assert_eq!(play.on(Event::ReceiptOpened), [], "there is nothing to give a receipt for");
}

#[test]
fn computing_can_be_stopped_and_leads_back_to_the_choice() {
    let mut play = Play::computing(Manner::default());
    let effects = play.on(Event::Closed);
    assert_eq!(effects, [Effect::StopComputing, Effect::TellDismissed, Effect::Focus(Place::Machine)]);
    assert_eq!(play.session.phase(), &Phase::Resting);
    assert_eq!(play.on(Event::Solved { turn: 1, numbers: vec![7] }), []);
}

#[test]
fn somebody_tired_of_pictures_lets_the_device_compute() {
    let mut play = Play::at_work();
    let effects = play.on(Event::Chosen(Wish::Machine));
    assert!(matches!(*effects, [Effect::RequestPuzzle { .. }]), "{effects:?}");
    assert!(!play.session.is_open());
}

#[test]
fn a_puzzle_that_is_out_of_date_is_exchanged_without_a_word() {
    let mut play = Play::computing(Manner::default());
    play.on(Event::Solved { turn: 1, numbers: vec![7] });
    let effects = play.on(Event::Failed { turn: 2, trouble: Trouble::Outdated });
    assert_eq!(effects, [Effect::StopComputing, Effect::RequestPuzzle { turn: 3 }]);
    play.on(Event::PuzzleArrived { turn: 3, puzzle: puzzle() });
    let effects = play.on(Event::DeadlinePassed { turn: 3 });
    assert_eq!(effects, [Effect::StopComputing, Effect::RequestPuzzle { turn: 4 }]);
}

#[test]
fn a_device_that_cannot_compute_leaves_the_other_ways_open() {
    let mut play = Play::computing(Manner::default());
    play.on(Event::Failed { turn: 1, trouble: Trouble::DeviceFailed });
    assert_eq!(play.session.phase(), &Phase::Stuck(Wish::Machine, Trouble::DeviceFailed));
    assert_eq!(play.on(Event::Chosen(Wish::Label)), [Effect::RequestChallenge { turn: 2 }]);
}

#[test]
fn a_page_that_asks_opens_the_choice_or_begins_where_there_is_none() {
    let mut play = Play::begin();
    assert_eq!(play.on(Event::Executed), [Effect::Focus(Place::Choice)]);
    assert!(play.session.is_open());
    play.on(Event::Chosen(Wish::Label));
    assert!(play.session.is_open(), "nothing closes between the choice and the pictures");
    assert_eq!(play.on(Event::Closed), [Effect::TellDismissed, Effect::Focus(Place::Card)]);
    assert!(!play.session.is_open());

    let mut play = Play::begin_with(Manner { offer: Offer::Machine, ..Manner::default() });
    assert_eq!(play.on(Event::Chosen(Wish::Label)), [], "nobody is asked to label here");
    assert_eq!(play.on(Event::Executed), [Effect::RequestPuzzle { turn: 1 }]);
    assert!(!play.session.is_open());
}

#[test]
fn where_there_is_no_closed_widget_everything_is_shown_open() {
    let mut play = Play::begin_with(Manner { invisible: true, ..Manner::default() });
    play.on(Event::Executed);
    play.on(Event::Chosen(Wish::Machine));
    assert!(play.session.is_open());
    play.on(Event::PuzzleArrived { turn: 1, puzzle: puzzle() });
    assert!(play.session.is_open());
    play.on(Event::Solved { turn: 1, numbers: vec![7] });
    play.on(Event::Granted { turn: 2, granted: granted("t") });
    assert!(!play.session.is_open());
}

#[test]
fn a_vendors_test_key_asks_for_nothing() {
    let testing = |testing| Manner { testing: Some(testing), ..Manner::default() };
    let dummy: Token = "XXXX.DUMMY.TOKEN.XXXX".parse().unwrap();
    let mut play = Play::begin_with(testing(Testing::Asks(dummy.clone())));
    let effects = play.on(Event::Chosen(Wish::Label));
    assert!(matches!(&*effects, [Effect::GrantToken { token, .. }, _] if *token == dummy), "{effects:?}");

    let mut play = Play::begin_with(testing(Testing::Blocks));
    let effects = play.on(Event::Executed);
    assert_eq!(effects, [Effect::TellTrouble(Trouble::TestBlocked), Effect::Focus(Place::Card)]);
}
