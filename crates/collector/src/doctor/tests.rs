//! Broken configurations, and what the doctor says of each.

use super::*;
use crate::chance::Chance;
use crate::clock::testing::StandingClock;
use crate::store::items::NewItem;

async fn examined(prepare: impl FnOnce(&Path)) -> Vec<Finding> {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::open(folder.path(), &Chance::seeded(1)).unwrap();
    Store::open(folder.path()).await.unwrap().close().await;
    // Nobody listens there.
    std::fs::write(folder.path().join("corvee.toml"), "listen = \"127.0.0.1:9\"\n").unwrap();
    prepare(folder.path());
    examine(&data, None, &StandingClock::default(), true).await
}

fn of<'a>(findings: &'a [Finding], about: &str) -> Vec<&'a Finding> {
    findings.iter().filter(|finding| finding.about == about).collect()
}

#[tokio::test]
async fn a_fresh_folder_works_and_needs_a_site() {
    let findings = examined(|_| {}).await;
    assert!(findings.iter().all(|finding| finding.verdict != Verdict::Wrong), "{findings:#?}");
    assert_eq!(of(&findings, "sites")[0].remedy, "corvee site create --name NAME --hostname HOST --campaign CAMPAIGN");
    assert_eq!(of(&findings, "running")[0].found, "nobody listens on 127.0.0.1:9");
    assert!(findings.iter().all(|finding| finding.remedy.is_empty() == (finding.verdict == Verdict::Good)));
}

#[tokio::test]
async fn a_wrong_line_is_shown_before_all_that_is_well() {
    let findings = examined(|data| std::fs::write(data.join("corvee.toml"), "listen = 3\n").unwrap()).await;
    assert_eq!((findings[0].verdict, findings[0].about), (Verdict::Wrong, "settings"));
    assert!(findings[0].found.contains("line 1"), "{}", findings[0].found);
}

#[tokio::test]
async fn a_proxy_that_is_everybody_is_wrong() {
    let toml = "listen = \"0.0.0.0:9\"\ntrusted_proxies = [\"0.0.0.0/0\"]\nmetrics = \"0.0.0.0:9464\"\n";
    let findings = examined(|data| std::fs::write(data.join("corvee.toml"), toml).unwrap()).await;
    let wrong: Vec<_> = findings.iter().filter(|finding| finding.verdict == Verdict::Wrong).collect();
    assert_eq!(wrong.len(), 1, "{wrong:#?}");
    assert!(wrong[0].found.contains("0.0.0.0/0: whoever connects from there can claim any address"));
    assert_eq!(of(&findings, "metrics")[0].verdict, Verdict::Advice);
}

#[tokio::test]
async fn keys_that_others_read_and_a_database_that_is_none_are_wrong() {
    use std::os::unix::fs::PermissionsExt as _;

    let findings = examined(|data| {
        let key = data.join(SEALING_KEYS_FILE);
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        std::fs::write(data.join(DATABASE_FILE), [7; 8192]).unwrap();
    })
    .await;
    assert!(of(&findings, "keys")[0].found.ends_with("sealing.keys can be read by other users of this machine"));
    assert_eq!(of(&findings, "database")[0].verdict, Verdict::Wrong);
}

#[tokio::test]
async fn an_empty_folder_stays_empty() {
    let folder = tempfile::tempdir().unwrap();
    let findings = examine(&DataFolder::open_existing(folder.path()), None, &StandingClock::default(), true).await;
    assert!(findings.iter().all(|finding| finding.verdict != Verdict::Wrong), "{findings:#?}");
    assert_eq!(of(&findings, "database")[0].found, "there is none yet: the first of these makes it");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_folder_of_pictures_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::open(folder.path(), &Chance::seeded(1)).unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let look = async || examine(&data, None, &StandingClock::default(), true).await;
    assert_eq!(of(&look().await, "pictures")[0].found, "there are none yet");
    stock(&store, 20, 80).await;
    let findings = look().await;
    let pictures = of(&findings, "pictures")[0];
    assert_eq!(pictures.verdict, Verdict::Wrong);
    assert!(pictures.found.ends_with("images is not there, and 100 pictures should be in it"), "{}", pictures.found);
    assert!(!folder.path().join("images").exists());
}

#[tokio::test]
async fn gold_that_will_wear_out_is_told_before_it_has() {
    let of_gold = async |gold: u8, unknown: u8| -> Finding {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path(), &Chance::seeded(1)).unwrap();
        stock(&Store::open(folder.path()).await.unwrap(), gold, unknown).await;
        let findings = examine(&data, None, &StandingClock::default(), true).await;
        of(&findings, "campaign")[0].clone()
    };
    let short = of_gold(15, 85).await;
    assert_eq!(short.verdict, Verdict::Advice);
    assert!(
        short.found.starts_with("things has 15 fresh gold items for 85 open ones, 15 % gold: about 45 % is wanted"),
        "{}",
        short.found
    );
    assert_eq!(short.remedy, "corvee import things FOLDER --gold 1, with labelled pictures, some 55 of them");
    assert_eq!(of_gold(45, 55).await.verdict, Verdict::Good);
}

/// A campaign with so much gold, half of it positive, and so many unknown items.
async fn stock(store: &Store, gold: u8, unknown: u8) {
    let terms = crate::http::testing::campaign("things");
    store.create_campaign(&terms, 0).await.unwrap();
    let campaign = store.campaign(&terms.name).await.unwrap().unwrap();
    let items: Vec<NewItem> = (0..gold + unknown)
        .map(|number| NewItem {
            file: format!("{number:04}.jpg"),
            digest: [number; 32],
            image: [number; 32],
            gold: (number < gold).then_some(number % 2 == 0),
            hidden_label: None,
        })
        .collect();
    let import = store.begin_import(campaign.id, 0).await.unwrap();
    store.stage_items(campaign.id, import, &items).await.unwrap();
    store.complete_import(campaign.id, import, 0.25, 0).await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::open(folder.path(), &Chance::seeded(1)).unwrap();
    let url = "postgres://corvee:secret@127.0.0.1:9/corvee".parse().unwrap();
    let findings = examine(&data, Some(&url), &StandingClock::default(), true).await;
    let database = of(&findings, "database")[0];
    assert_eq!(database.verdict, Verdict::Wrong);
    let told = "postgres://corvee@127.0.0.1:9/corvee cannot be used: no PostgreSQL answers at 127.0.0.1:9: ";
    assert!(database.found.starts_with(told), "{}", database.found);
    assert_eq!(database.found.matches("onnection refused").count(), 1, "{}", database.found);
    assert!(!database.found.contains("secret"), "{}", database.found);
    assert!(!folder.path().join(DATABASE_FILE).exists());
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_not_called_damaged() {
    // A folder in the file's place: SQLite says what it says of a file without permission, also to root.
    let findings = examined(|data| {
        std::fs::remove_file(data.join(DATABASE_FILE)).unwrap();
        std::fs::create_dir(data.join(DATABASE_FILE)).unwrap();
    })
    .await;
    let database = of(&findings, "database")[0];
    assert!(database.remedy.starts_with("let the user who runs the collector"), "{database:?}");
    let findings = examined(|data| std::fs::write(data.join(DATABASE_FILE), [7; 8192]).unwrap()).await;
    assert!(of(&findings, "database")[0].remedy.contains("put a backup in its place"));
}
