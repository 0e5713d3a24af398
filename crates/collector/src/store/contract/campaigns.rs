//! Campaigns: terms come back as they were written.

use corvee_protocol::campaign::Localized;

use crate::store::StoreError;
use crate::store::testing::{NOW, Place, Stage, terms};

pub(super) async fn a_campaign_comes_back_as_it_was_written(place: &Place) {
    let store = place.open().await;
    let mut written = terms("velos-1");
    written.question.insert("fr".parse().unwrap(), "Quelles images montrent un vélo\u{a0}?".to_owned());
    written.data_set = Localized::ByLanguage([("fr".parse().unwrap(), "rues \"dessinées\"".to_owned())].into());
    written.confidence = 1.0 - 1e-6;
    let id = store.create_campaign(&written, NOW).await.unwrap();
    let row = store.campaign(&written.name).await.unwrap().unwrap();
    assert_eq!((row.id, row.created_ms, row.active), (id, NOW, true));
    assert_eq!(format!("{:?}", row.terms), format!("{written:?}"));
    assert!(store.campaign(&"none".parse().unwrap()).await.unwrap().is_none());
}

pub(super) async fn a_name_is_taken_once(place: &Place) {
    let store = place.open().await;
    store.create_campaign(&terms("one"), NOW).await.unwrap();
    let refused = store.create_campaign(&terms("one"), NOW).await;
    assert!(matches!(&refused, Err(StoreError::Exists { what }) if what == "campaign one"), "{refused:?}");
    store.create_campaign(&terms("a-later-one"), NOW).await.unwrap();
    let names: Vec<String> = store.campaigns().await.unwrap().iter().map(|row| row.terms.name.to_string()).collect();
    assert_eq!(names, ["one", "a-later-one"], "oldest first");
}

pub(super) async fn a_campaign_is_switched_off_and_on(place: &Place) {
    let store = place.open().await;
    let id = store.create_campaign(&terms("one"), NOW).await.unwrap();
    for active in [false, true] {
        store.set_campaign_active(id, active).await.unwrap();
        assert_eq!(store.campaigns().await.unwrap()[0].active, active);
    }
}

pub(super) async fn the_median_needs_enough_visits(place: &Place) {
    let stage = Stage::set_up(place).await;
    for (visit, screen_ms) in [(1, 3000), (2, 9000), (3, 6000)] {
        let mut answer = stage.answer(visit, visit, visit, &[(0, true)]);
        answer.screen_ms = screen_ms;
        answer.token = Some(stage.token(visit));
        stage.settle(answer).await;
    }
    assert_eq!(stage.store.median_solve_ms(stage.campaign, 3).await.unwrap(), Some(6000));
    assert_eq!(stage.store.median_solve_ms(stage.campaign, 4).await.unwrap(), None);
}
