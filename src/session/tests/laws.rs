//! What holds for the session under every order of events.

use proptest::prelude::*;

use super::*;

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
        3 => Just(Event::Chosen(Wish::Label)),
        2 => Just(Event::Chosen(Wish::Machine)),
        1 => Just(Event::Executed),
        3 => turn.clone().prop_map(|turn| Event::PuzzleArrived { turn, puzzle: puzzle() }),
        1 => (turn.clone(), 0_u8..120).prop_map(|(turn, percent)| Event::Progressed { turn, percent }),
        3 => turn.clone().prop_map(|turn| Event::Solved { turn, numbers: vec![7] }),
        3 => turn.clone().prop_map(|turn| Event::Granted { turn, granted: granted("g") }),
        1 => Just(Event::RenewalWanted),
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
        Phase::Resting | Phase::Choosing => Event::Chosen(Wish::Label),
        Phase::Asking(Wish::Label) => Event::ChallengeArrived { turn: session.turn, challenge: challenge("next") },
        Phase::Asking(Wish::Machine) => Event::PuzzleArrived { turn: session.turn, puzzle: puzzle() },
        Phase::Computing(computation) if session.is_computing(session.turn) && session.turn != computation.turn => {
            Event::Granted { turn: session.turn, granted: granted("p") }
        }
        Phase::Computing(computation) => Event::Solved { turn: computation.turn, numbers: vec![7] },
        Phase::Stuck(..) => Event::Retried,
        Phase::Done(done) if done.removal.is_some() => Event::Closed,
        Phase::Done(done) if done.validity == Validity::Renewing => {
            Event::Granted { turn: done.renewing.unwrap(), granted: granted("r") }
        }
        Phase::Done(done) if done.validity != Validity::Alive => Event::RenewalWanted,
        Phase::Done(_) => return None,
        Phase::Working(round) => match round.stage {
            Stage::Sending { turn, .. } => Event::AnswerJudged { turn, reply: passed() },
            Stage::Renewing { turn } => Event::ChallengeArrived { turn, challenge: challenge("next") },
            Stage::Open | Stage::Troubled { .. } if !round.open => Event::Chosen(Wish::Label),
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
    fn a_token_is_granted_exactly_when_something_awaited_earns_it(events in prop::collection::vec(any_event(), 0..60)) {
        let mut play = Play::begin();
        for event in events {
            let awaited = match (play.session.phase(), &event) {
                (
                    Phase::Working(Round { stage: Stage::Sending { turn: sent, .. }, .. }),
                    Event::AnswerJudged { turn, reply: AnswerReply::Passed(_) },
                ) => sent == turn,
                (Phase::Computing(computation), Event::Granted { turn, .. }) => {
                    computation.turn != *turn && play.session.is_computing(*turn)
                }
                (Phase::Done(done), Event::Granted { turn, .. }) => done.renewing == Some(*turn),
                _ => false,
            };
            let granted = play.on(event).iter().any(|effect| matches!(effect, Effect::GrantToken { .. }));
            prop_assert_eq!(granted, awaited);
        }
    }

    #[test]
    fn the_device_computes_exactly_while_it_is_said_to(events in prop::collection::vec(any_event(), 0..80)) {
        let mut play = Play::begin();
        let mut computing = false;
        for event in events {
            for effect in play.on(event) {
                match effect {
                    Effect::Compute { .. } => computing = true,
                    Effect::StopComputing => computing = false,
                    _ => {}
                }
            }
            let waiting = matches!(play.session.phase(), Phase::Computing(computation) if computation.percent < 100);
            // Between the numbers and the token the worker rests, and the widget still says that the device is at it.
            prop_assert!(computing || !waiting, "{:?}", play.session.phase());
            prop_assert!(!computing || matches!(play.session.phase(), Phase::Computing(_)));
        }
    }

    #[test]
    fn every_request_has_a_turn_of_its_own(events in prop::collection::vec(any_event(), 0..80)) {
        let mut play = Play::begin();
        let mut last = 0;
        for event in events {
            for effect in play.on(event) {
                if let Effect::RequestChallenge { turn } | Effect::RequestPuzzle { turn } | Effect::SendAnswer { turn, .. }
                    | Effect::SendProof { turn, .. } | Effect::RenewToken { turn, .. } | Effect::RemoveVotes { turn, .. } = effect
                {
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
