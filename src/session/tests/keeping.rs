//! The token's life after the pass: it dies, or is exchanged for a fresh one.

use super::*;

fn manner(renewal: Renewal) -> Manner {
    Manner { renewal, ..Manner::default() }
}

fn dies(play: &mut Play) -> Vec<Effect> {
    let (turn, _) = play.session.deadline().unwrap();
    play.on(Event::DeadlinePassed { turn })
}

#[test]
fn a_dead_token_is_exchanged_by_one_press_and_no_work() {
    let mut play = Play::done();
    assert_eq!(play.session.deadline().map(|(_, lives_ms)| lives_ms), Some(120_000));
    assert_eq!(dies(&mut play), [Effect::TellExpired]);
    assert_eq!(play.said(), Some(&Message::PassRunOut));
    assert_eq!(play.session.deadline(), None);
    let effects = play.on(Event::RenewalWanted);
    let turn = play.turn();
    assert_eq!(effects, [Effect::RenewToken { turn, token: token() }]);
    assert_eq!(play.on(Event::RenewalWanted), [], "one press is enough");
    let effects = play.on(Event::Granted { turn, granted: granted("t") });
    assert_eq!(effects, [grant(true), Effect::Focus(Place::Card)]);
    assert!(play.pass().receipt().is_some(), "the receipt stays");
}

#[test]
fn a_token_is_exchanged_before_it_dies_where_the_page_wants_that() {
    let mut play = Play::computed(manner(Renewal::Auto));
    assert_eq!(play.session.deadline().map(|(_, lives_ms)| lives_ms), Some(110_000));
    let effects = dies(&mut play);
    let turn = play.turn();
    assert_eq!(effects, [Effect::RenewToken { turn, token: token() }]);
    let effects = play.on(Event::Granted { turn, granted: granted("u") });
    let renewed = Effect::GrantToken { token: granted("u").token, lives_ms: 120_000, renewed: true };
    assert_eq!(effects, [renewed], "nobody is disturbed");
    assert_eq!(dies(&mut play).len(), 1, "and again when that one ends");
}

#[test]
fn a_redeemed_token_cannot_be_exchanged_and_the_page_learns_that_it_died() {
    let mut play = Play::computed(manner(Renewal::Auto));
    dies(&mut play);
    let effects = play.on(Event::Failed { turn: play.turn(), trouble: Trouble::Outdated });
    assert_eq!(effects, [Effect::TellExpired]);
    assert_eq!(play.pass().validity, Validity::Expired);
    play.on(Event::RenewalWanted);
    play.on(Event::Failed { turn: play.turn(), trouble: Trouble::Outdated });
    assert_eq!(play.session.phase(), &Phase::Resting, "then the visitor begins anew");
}

#[test]
fn an_exchange_that_does_not_come_can_be_tried_again() {
    let mut play = Play::done();
    dies(&mut play);
    play.on(Event::RenewalWanted);
    let effects = play.on(Event::Failed { turn: play.turn(), trouble: Trouble::Offline });
    assert_eq!(effects, [Effect::TellTrouble(Trouble::Offline), Effect::Focus(Place::Card)]);
    let effects = play.on(Event::RenewalWanted);
    assert!(matches!(*effects, [Effect::RenewToken { .. }]), "{effects:?}");
}

#[test]
fn a_page_that_wants_no_exchange_has_the_visitor_begin_anew() {
    let mut play = Play::computed(manner(Renewal::Never));
    assert_eq!(dies(&mut play), [Effect::TellExpired]);
    assert_eq!(play.on(Event::RenewalWanted), [Effect::Focus(Place::Card)]);
    assert_eq!(play.session.phase(), &Phase::Resting);
}
