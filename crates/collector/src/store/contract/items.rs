//! Items: all of an import or none of it.

use crate::store::StoreError;
use crate::store::items::{ItemState, NewItem};
use crate::store::testing::{NOW, Place, Stage, new_item, terms};

pub(super) async fn items_are_invisible_until_their_import_is_complete(place: &Place) {
    let store = place.open().await;
    let campaign = store.create_campaign(&terms("things"), NOW).await.unwrap();
    let import = store.begin_import(campaign, NOW).await.unwrap();
    store.stage_items(campaign, import, &[new_item(0), new_item(1), new_item(9)]).await.unwrap();
    assert!(store.standings(campaign).await.unwrap().is_empty());
    assert_eq!(store.item_counts(campaign).await.unwrap().items, 0);
    assert_eq!(store.imports_completed().await.unwrap(), 0);
    assert_eq!(store.known_files(campaign).await.unwrap().len(), 3);
    store.complete_import(campaign, import, 0.5, NOW).await.unwrap();
    assert_eq!(store.imports_completed().await.unwrap(), 1);
    let standings = store.standings(campaign).await.unwrap();
    let states: Vec<_> = standings.iter().map(|standing| (standing.state, standing.gold)).collect();
    let expected = [(ItemState::Gold, Some(true)), (ItemState::Gold, Some(false)), (ItemState::Open, None)];
    assert_eq!(states, expected);
    assert_eq!(standings[2].log_odds.to_bits(), 0.0_f64.to_bits(), "half of them are positive");
    assert_eq!(store.referenced_images().await.unwrap().len(), 3);
}

pub(super) async fn an_abandoned_import_leaves_nothing(place: &Place) {
    let stage = Stage::set_up(place).await;
    for _ in 0..2 {
        let import = stage.store.begin_import(stage.campaign, NOW).await.unwrap();
        stage.store.stage_items(stage.campaign, import, &[new_item(200)]).await.unwrap();
        stage.store.abandon_import(import).await.unwrap();
    }
    let dead = stage.store.begin_import(stage.campaign, NOW).await.unwrap();
    stage.store.stage_items(stage.campaign, dead, &[new_item(200)]).await.unwrap();
    assert_eq!(stage.store.sweep_imports(NOW).await.unwrap(), 0, "it began at this moment");
    assert_eq!(stage.store.sweep_imports(u64::MAX).await.unwrap(), 1);
    assert_eq!(stage.store.known_files(stage.campaign).await.unwrap().len(), 16);
}

pub(super) async fn a_file_is_in_a_campaign_once(place: &Place) {
    let stage = Stage::set_up(place).await;
    let import = stage.store.begin_import(stage.campaign, NOW).await.unwrap();
    let same_name = NewItem { digest: [201; 32], ..new_item(0) };
    let same_picture = NewItem { file: "other.jpg".to_owned(), ..new_item(0) };
    for item in [same_name, same_picture] {
        let refused = stage.store.stage_items(stage.campaign, import, &[item]).await;
        assert!(matches!(refused, Err(StoreError::Exists { .. })), "{refused:?}");
    }
}

pub(super) async fn more_items_than_a_statement_holds_are_stored(place: &Place) {
    let store = place.open().await;
    let campaign = store.create_campaign(&terms("things"), NOW).await.unwrap();
    let import = store.begin_import(campaign, NOW).await.unwrap();
    let items: Vec<NewItem> = (0..2500_u32)
        .map(|number| NewItem {
            file: format!("{number}.jpg"),
            digest: crate::store::testing::tag::<32>(number),
            ..new_item(50)
        })
        .collect();
    store.stage_items(campaign, import, &items).await.unwrap();
    store.complete_import(campaign, import, 0.5, NOW).await.unwrap();
    let standings = store.standings(campaign).await.unwrap();
    assert_eq!(standings.len(), 2500);
    assert!(standings.is_sorted_by_key(|standing| standing.id));
}

pub(super) async fn gold_is_counted(place: &Place) {
    let stage = Stage::set_up(place).await;
    assert_eq!(stage.store.gold_counts(stage.campaign).await.unwrap(), (2, 2));
    let counts = stage.store.item_counts(stage.campaign).await.unwrap();
    assert_eq!((counts.items, counts.gold, counts.open), (16, 4, 12));
}

pub(super) async fn some_items_are_found_by_their_rows(place: &Place) {
    let stage = Stage::set_up(place).await;
    let import = stage.store.begin_import(stage.campaign, NOW).await.unwrap();
    stage.store.stage_items(stage.campaign, import, &[new_item(200)]).await.unwrap();
    let all = stage.store.standings(stage.campaign).await.unwrap();
    let wanted = [stage.unknown[3], stage.gold[1]];
    let mut found = stage.store.standings_of(&wanted).await.unwrap();
    found.sort_unstable_by_key(|(_, standing)| standing.id);
    assert_eq!(found, [(stage.campaign, all[1]), (stage.campaign, all[7])]);
    assert!(stage.store.standings_of(&[]).await.unwrap().is_empty());
}
