//! Sites: what belongs to them, and their secrets.

use corvee_protocol::Turn;

use crate::store::StoreError;
use crate::store::sites::{SecretDigests, SiteEdit};
use crate::store::testing::{NOW, Place, Stage, create_site};

pub(super) async fn a_site_comes_back_as_it_was_written(place: &Place) {
    let stage = Stage::set_up(place).await;
    let sites = stage.store.sites().await.unwrap();
    let [site] = sites.as_slice() else { panic!("one site") };
    assert_eq!((site.id, site.created_ms, site.turn), (stage.site, NOW, Turn::Both));
    assert_eq!((site.name.as_str(), site.campaigns.as_slice()), ("test", &[stage.campaign.0][..]));
    assert_eq!(site.hostnames, ["example.org".parse().unwrap()]);
    assert_eq!((site.secrets.hcaptcha, site.secrets.turnstile), (None, None));
    assert!(site.words.is_empty());
}

pub(super) async fn a_site_changes_all_or_nothing(place: &Place) {
    let stage = Stage::set_up(place).await;
    let edit = |campaigns| SiteEdit { name: Some("new"), add_campaigns: campaigns, ..SiteEdit::default() };
    let refused = stage.store.change_site(stage.site, edit(&[999])).await;
    assert!(matches!(refused, Err(StoreError::Database(_))), "{refused:?}");
    assert_eq!(stage.store.sites().await.unwrap()[0].name, "test");
    let edit = SiteEdit {
        turn: Some(Turn::AfterFailures(3)),
        remove_campaigns: &[stage.campaign.0],
        remove_hostnames: &["example.org".parse().unwrap()],
        add_hostnames: &["a.example".parse().unwrap(), "a.example".parse().unwrap()],
        ..edit(&[])
    };
    stage.store.change_site(stage.site, edit).await.unwrap();
    let site = stage.store.sites().await.unwrap().remove(0);
    assert_eq!((site.name.as_str(), site.turn), ("new", Turn::AfterFailures(3)));
    assert_eq!((site.campaigns.len(), site.hostnames.as_slice()), (0, &["a.example".parse().unwrap()][..]));
}

pub(super) async fn a_rotated_secret_replaces_all_spellings(place: &Place) {
    let stage = Stage::set_up(place).await;
    let secrets = SecretDigests { first: [7; 32], hcaptcha: Some([8; 32]), turnstile: Some([9; 32]) };
    stage.store.rotate_site(stage.site, secrets).await.unwrap();
    assert_eq!(stage.store.sites().await.unwrap()[0].secrets, secrets);
}

pub(super) async fn host_names_are_sorted_by_bytes(place: &Place) {
    let stage = Stage::set_up(place).await;
    let site = create_site(&stage.store, 2, &[]).await;
    let names = ["a-b.example", "a.example", "ab.example", "a0.example"].map(|name| name.parse().unwrap());
    stage.store.change_site(site, SiteEdit { add_hostnames: &names, ..SiteEdit::default() }).await.unwrap();
    let found: Vec<String> = stage.store.sites().await.unwrap()[1].hostnames.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["a-b.example", "a.example", "a0.example", "ab.example", "example.org"]);
}
