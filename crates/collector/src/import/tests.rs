//! Whole imports into a real database, from folders made here.

use std::fs;
use std::io::Write as _;
use std::sync::Mutex;

use corvee_protocol::campaign::NewCampaign;

use super::tidying::Tidied;
use super::*;
use crate::images::place;
use crate::images::testing::picture;

const NOW_MS: u64 = 1_767_225_600_000;

/// A data folder with a campaign about shoes, and a folder to import from.
struct Place {
    data: tempfile::TempDir,
    pictures: tempfile::TempDir,
    store: Store,
    shelf: Shelf,
    campaign: CampaignRow,
}

impl Place {
    async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).await.unwrap();
        let terms: NewCampaign = serde_json::from_value(serde_json::json!({
            "name": "shoes", "question": {"en": "Which photos show shoes?"}, "target": "shoes",
            "requester": "City Museum", "data_set": "clothes"
        }))
        .unwrap();
        store.create_campaign(&terms, NOW_MS).await.unwrap();
        let campaign = store.campaign(&terms.name).await.unwrap().unwrap();
        let shelf = Shelf::open(data.path(), &place::Place::Folder).unwrap();
        Self { shelf, data, pictures: tempfile::tempdir().unwrap(), store, campaign }
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.folder().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn folder(&self) -> PathBuf {
        self.pictures.path().join("images")
    }

    /// Pictures `0.png` … of which the first `n_positive` are labelled shoes, the next `n_negative` hat, the rest not.
    fn fill(&self, n_positive: u8, n_negative: u8, n_unlabelled: u8) {
        let mut labels = b"file,label\n".to_vec();
        for at in 0..n_positive + n_negative + n_unlabelled {
            self.write(&format!("{at:03}.png"), picture(at));
            if at < n_positive {
                writeln!(labels, "{at:03}.png,shoes").unwrap();
            } else if at < n_positive + n_negative {
                writeln!(labels, "{at:03}.png,hat").unwrap();
            }
        }
        self.write("labels.csv", labels);
    }

    fn options(&self) -> ImportOptions {
        ImportOptions { folder: self.folder(), labels: None, gold_share: 0.5, seed: 1, skip_refused: false }
    }

    async fn import(&self, options: ImportOptions) -> Result<ImportReport, ImportError> {
        import(&self.store, &self.shelf, &self.campaign, options, NOW_MS, &|_| {}).await
    }

    /// (gold, hidden label) of every visible item by file.
    async fn items(&self) -> BTreeMap<String, (Option<bool>, Option<String>)> {
        let mut snapshot = self.store.snapshot().await.unwrap();
        let items = snapshot.items_page(self.campaign.id, 0, 10_000).await.unwrap();
        items.into_iter().map(|item| (item.file, (item.gold, item.hidden_label))).collect()
    }
}

fn refused(outcome: Result<ImportReport, ImportError>) -> Vec<String> {
    match outcome {
        Err(ImportError::Refused(refusals)) => refusals.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_folder_becomes_gold_unknown_and_unlabelled_items() {
    let place = Place::new().await;
    place.fill(8, 12, 5);
    let report = place.import(place.options()).await.unwrap();
    assert_eq!((report.items, report.gold_positive, report.gold_negative), (25, 4, 6));
    assert_eq!((report.labelled_unknown, report.unlabelled), (10, 5));
    assert_eq!(report.labels, BTreeMap::from([("hat".to_owned(), 12), ("shoes".to_owned(), 8)]));
    assert_eq!(report.labels_file.unwrap(), fs::canonicalize(place.folder()).unwrap().join("labels.csv"));
    assert!((report.prior - 5.0 / 12.0).abs() < 1e-12);

    let items = place.items().await;
    assert_eq!(items.len(), 25);
    for (file, (gold, hidden)) in &items {
        let number: u8 = file.get(..3).unwrap().parse().unwrap();
        let truth = match number {
            0..8 => Some("shoes"),
            8..20 => Some("hat"),
            _ => None,
        };
        match gold {
            Some(positive) => assert_eq!((*positive, hidden), (truth == Some("shoes"), &None)),
            None => assert_eq!(hidden.as_deref(), truth),
        }
    }
    let standings = place.store.standings(place.campaign.id).await.unwrap();
    for standing in &standings {
        assert_eq!(place.shelf.read(&standing.image).await.unwrap().get(..2), Some(&[0xFF, 0xD8][..]));
        let expected = if standing.gold.is_some() { 0.0 } else { (5.0_f64 / 7.0).ln() };
        assert!((standing.log_odds - expected).abs() < 1e-12);
    }
    let campaign = place.store.campaign(&place.campaign.terms.name).await.unwrap().unwrap();
    assert!((campaign.prior - 5.0 / 12.0).abs() < 1e-12);
}

#[tokio::test]
async fn the_same_seed_chooses_the_same_gold() {
    let mut chosen = Vec::new();
    for seed in [1, 1, 2] {
        let place = Place::new().await;
        place.fill(20, 20, 0);
        let options = ImportOptions { seed, ..place.options() };
        place.import(options).await.unwrap();
        let gold: Vec<String> =
            place.items().await.into_iter().filter(|(_, (gold, _))| gold.is_some()).map(|(file, _)| file).collect();
        chosen.push(gold);
    }
    assert_eq!(chosen[0], chosen[1]);
    assert_ne!(chosen[0], chosen[2]);
}

#[tokio::test]
async fn every_refused_file_is_named_and_nothing_is_imported() {
    let place = Place::new().await;
    place.fill(6, 6, 0);
    place.write("text.jpg", "no picture");
    place.write("lying.jpg", picture(200));
    place.write("copy.png", picture(0));
    place.write("cut/half.png", &picture(201)[..200]);
    place.write("empty.webp", "");
    let told = refused(place.import(place.options()).await);
    assert_eq!(told.len(), 5, "{told:#?}");
    assert_eq!(told[0], "copy.png: is the same picture as 000.png: remove one of the two");
    assert!(told[1].starts_with("cut/half.png: the file ends before"), "{told:?}");
    assert!(told[2].starts_with("empty.webp: the file is empty"));
    assert!(told[3].starts_with("lying.jpg: the name ends in .jpg but the content is a PNG"));
    assert!(told[4].starts_with("text.jpg: the content is not a picture"));
    assert!(place.items().await.is_empty());

    let options = ImportOptions { skip_refused: true, ..place.options() };
    let report = place.import(options).await.unwrap();
    assert_eq!((report.items, report.refusals.len()), (12, 5));
    assert_eq!(place.items().await.len(), 12);
}

#[tokio::test]
async fn what_the_campaign_holds_is_not_taken_again() {
    let place = Place::new().await;
    place.fill(4, 4, 0);
    place.import(place.options()).await.unwrap();
    let told = refused(place.import(place.options()).await);
    assert_eq!(told.len(), 8);
    assert_eq!(told[3], "003.png: is in the campaign already, as 003.png: remove it from the folder");

    fs::remove_file(place.folder().join("labels.csv")).unwrap();
    place.write("003.png", picture(99));
    place.write("new.png", picture(100));
    let told = refused(place.import(place.options()).await);
    assert_eq!(told[3], "003.png: the campaign holds another picture under this name: rename it");
    // The campaign has gold, so more pictures may come without labels.
    let options = ImportOptions { skip_refused: true, ..place.options() };
    let report = place.import(options).await.unwrap();
    assert_eq!((report.items, report.unlabelled, report.labels_file), (1, 1, None));
    assert_eq!(place.items().await.len(), 9);
}

#[tokio::test]
async fn a_campaign_without_enough_gold_is_told_what_there_is() {
    let place = Place::new().await;
    place.fill(6, 6, 1);
    let check = async |gold_share: f64, expected: &str| {
        let options = ImportOptions { gold_share, ..place.options() };
        assert_eq!(place.import(options).await.unwrap_err().to_string(), expected);
        assert!(place.items().await.is_empty());
    };
    check(
        0.2,
        "nothing was imported: the campaign would have 1 positive and 1 negative gold items and needs 2 of each. \
         Labels seen: hat (6), shoes (6). Files labelled \"shoes\" are the positives: raise the gold share or label more files.",
    )
    .await;
    check(f64::NAN, "the gold share must be between 0 and 1").await;
    place.write("labels.csv", "file,label\n000.png,Shoes\n001.png,Shoes\n002.png,hat\n003.png,hat\n004.png,hat\n");
    check(
        1.0,
        "nothing was imported: the campaign would have 0 positive and 5 negative gold items and needs 2 of each. \
         Labels seen: hat (3), Shoes (2). None of them is the campaign's target, \"shoes\": check its spelling.",
    )
    .await;
    fs::remove_file(place.folder().join("labels.csv")).unwrap();
    check(
        1.0,
        "nothing was imported: the campaign would have 0 positive and 0 negative gold items and needs 2 of each. \
         No file has a label: name a labels file with the columns file and label.",
    )
    .await;
}

#[tokio::test]
async fn labels_that_cannot_be_used_are_told_by_line() {
    let place = Place::new().await;
    place.fill(3, 3, 0);
    place.write("labels.csv", "file,label\n000.png,shoes\n000.png,hat\n");
    let error = place.import(place.options()).await.unwrap_err();
    assert!(matches!(error, ImportError::Labels { .. }));
    assert!(
        error
            .to_string()
            .ends_with("\n  line 3: 000.png is labelled hat here and shoes in line 2: keep one of the two")
    );

    place.write("deep/900.png", picture(90));
    place.write("labels.csv", "file,label\n000.png,shoes\ngone.png,shoes\n900.png,hat\n");
    assert_eq!(
        refused(place.import(place.options()).await),
        [
            "labels, line 3: gone.png: no such file in the folder: remove the line or add the file",
            "labels, line 4: 900.png: no such file in the folder: write deep/900.png, or import the folder it lies in",
        ]
    );
}

#[tokio::test]
async fn labels_are_found_beside_the_folder_or_where_they_are_said_to_be() {
    let place = Place::new().await;
    place.fill(4, 4, 0);
    let inside = place.folder().join("labels.csv");
    let text = fs::read_to_string(&inside).unwrap();
    fs::remove_file(&inside).unwrap();
    let beside = place.pictures.path().join("labels.csv");
    // From beside the folder rows may name it.
    fs::write(&beside, text.replace("000.png", "images/000.png")).unwrap();
    let report = place.import(ImportOptions { gold_share: 1.0, ..place.options() }).await.unwrap();
    assert_eq!(report.labels_file.unwrap(), fs::canonicalize(&beside).unwrap());
    assert_eq!((report.gold_positive, report.gold_negative), (4, 4));

    let place = Place::new().await;
    place.fill(4, 4, 0);
    let named = place.pictures.path().join("truth.csv");
    fs::rename(place.folder().join("labels.csv"), &named).unwrap();
    let options = ImportOptions { labels: Some(named.clone()), ..place.options() };
    assert_eq!(place.import(options).await.unwrap().labels_file.unwrap(), fs::canonicalize(&named).unwrap());
    let options = ImportOptions { labels: Some(place.folder().join("absent.csv")), ..place.options() };
    assert!(matches!(place.import(options).await, Err(ImportError::Unreadable { .. })));
}

#[tokio::test]
async fn labels_that_are_named_stand_for_those_of_the_folder() {
    let place = Place::new().await;
    place.fill(4, 4, 0);
    let named = place.pictures.path().join("other.csv");
    let rows: Vec<String> = (0..8).map(|at| format!("{at:03}.png,{}", if at < 6 { "shoes" } else { "hat" })).collect();
    fs::write(&named, format!("file,label\n{}\n", rows.join("\n"))).unwrap();
    let options = ImportOptions { labels: Some(named), gold_share: 1.0, ..place.options() };
    let report = place.import(options).await.unwrap();
    assert_eq!((report.items, report.gold_positive, report.gold_negative), (8, 6, 2));
    assert_eq!(report.labels_file.unwrap().file_name().unwrap(), "other.csv");
}

#[tokio::test]
async fn an_import_says_how_much_gold_is_missing() {
    let place = Place::new().await;
    place.fill(20, 20, 60);
    let report = place.import(ImportOptions { gold_share: 0.4, ..place.options() }).await.unwrap();
    // 16 gold beside 84 open items; 69 are 45 % of those and themselves.
    assert_eq!((report.gold_positive + report.gold_negative, report.gold_missing), (16, 53));
    let place = Place::new().await;
    place.fill(20, 20, 0);
    assert_eq!(place.import(ImportOptions { gold_share: 0.45, ..place.options() }).await.unwrap().gold_missing, 0);
}

#[tokio::test]
async fn a_folder_without_pictures_is_told() {
    let place = Place::new().await;
    assert!(matches!(place.import(place.options()).await, Err(ImportError::Unreadable { .. })));
    place.write(".hidden", "x");
    assert!(matches!(place.import(place.options()).await, Err(ImportError::Empty { .. })));
}

#[tokio::test]
async fn an_import_that_was_killed_leaves_nothing_and_does_not_stand_in_the_way() {
    let place = Place::new().await;
    place.fill(4, 4, 0);
    // What a process killed between staging and completing leaves.
    let dead = place.store.begin_import(place.campaign.id, NOW_MS).await.unwrap();
    let item = NewItem {
        file: "000.png".to_owned(),
        digest: sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(picture(0))).into(),
        image: place.shelf.put(b"orphan".to_vec()).await.unwrap(),
        gold: Some(true),
        hidden_label: None,
    };
    place.store.stage_items(place.campaign.id, dead, &[item]).await.unwrap();
    assert!(place.items().await.is_empty());
    assert_eq!(place.import(place.options()).await.unwrap().items, 8);

    let dead = place.store.begin_import(place.campaign.id, NOW_MS).await.unwrap();
    let item = NewItem { file: "dead.png".to_owned(), digest: [9; 32], image: [9; 32], gold: None, hidden_label: None };
    place.store.stage_items(place.campaign.id, dead, &[item]).await.unwrap();
    let far_ahead_ms = 32_503_680_000_000;
    let tidied = tidy(&place.store, &place.shelf, far_ahead_ms).await.unwrap();
    assert_eq!(tidied, Tidied { imports: 1, files: 1 });
    assert_eq!(place.items().await.len(), 8);
    for standing in place.store.standings(place.campaign.id).await.unwrap() {
        assert!(place.shelf.read(&standing.image).await.is_ok());
    }
    assert_eq!(tidy(&place.store, &place.shelf, far_ahead_ms).await.unwrap(), Tidied::default());
}

#[tokio::test]
async fn a_shelf_that_fails_takes_the_whole_import_back() {
    let place = Place::new().await;
    place.fill(4, 4, 0);
    let images = place.data.path().join("images");
    // The shelf's folders cannot be made where files lie.
    fs::remove_dir_all(&images).unwrap();
    fs::create_dir(&images).unwrap();
    for shard in 0..=255_u8 {
        fs::write(images.join(format!("{shard:02x}")), b"").unwrap();
    }
    assert!(matches!(place.import(place.options()).await, Err(ImportError::Shelf(_))));
    assert!(place.items().await.is_empty());
    assert_eq!(place.store.gold_counts(place.campaign.id).await.unwrap(), (0, 0));
}

#[tokio::test]
async fn an_import_whose_tiles_were_cleared_away_meanwhile_is_refused_whole() {
    let place = Place::new().await;
    place.fill(4, 4, 0);
    let images = place.data.path().join("images");
    let progress = |step: Step| {
        if step.stage == Stage::Reading && step.done == step.total {
            let first = fs::read_dir(&images).unwrap().map(|shard| shard.unwrap().path()).find(|path| path.is_dir());
            fs::remove_dir_all(first.unwrap()).unwrap();
        }
    };
    let outcome = import(&place.store, &place.shelf, &place.campaign, place.options(), NOW_MS, &progress).await;
    assert!(matches!(outcome, Err(ImportError::ClearedAway)), "{outcome:?}");
    assert!(place.items().await.is_empty());
    assert_eq!(place.import(place.options()).await.unwrap().items, 8);
}

#[tokio::test]
async fn progress_counts_every_file_and_every_item() {
    let place = Place::new().await;
    place.fill(4, 4, 1);
    let steps = Mutex::new(Vec::new());
    let progress = |step: Step| steps.lock().unwrap().push(step);
    import(&place.store, &place.shelf, &place.campaign, place.options(), NOW_MS, &progress).await.unwrap();
    let steps = steps.into_inner().unwrap();
    let reading: Vec<usize> = steps.iter().filter(|step| step.stage == Stage::Reading).map(|step| step.done).collect();
    assert_eq!(reading, (1..=9).collect::<Vec<_>>());
    assert_eq!(steps.last().unwrap(), &Step { stage: Stage::Storing, done: 9, total: 9 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_imports_at_once_both_arrive() {
    let place = Place::new().await;
    place.fill(6, 6, 0);
    let other = tempfile::tempdir().unwrap();
    let mut labels = b"file,label\n".to_vec();
    for at in 100..112_u8 {
        fs::write(other.path().join(format!("{at}.png")), picture(at)).unwrap();
        writeln!(labels, "{at}.png,{}", if at % 2 == 0 { "shoes" } else { "coat" }).unwrap();
    }
    fs::write(other.path().join("labels.csv"), labels).unwrap();
    let options = ImportOptions { folder: other.path().to_owned(), ..place.options() };
    let (one, two) = tokio::join!(place.import(place.options()), place.import(options));
    assert_eq!((one.unwrap().items, two.unwrap().items), (12, 12));
    assert_eq!(place.items().await.len(), 24);
}

#[tokio::test]
async fn real_photos_are_imported_with_their_labels() {
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/photos/clothing/images");
    if !photos.is_dir() {
        let absent = format!("ABSENT: {}: an import of real photos was NOT tested\n", photos.display());
        io::stderr().write_all(absent.as_bytes()).unwrap();
        return;
    }
    let place = Place::new().await;
    // Every seventh photo, and the labels of just these.
    let text = fs::read_to_string(photos.join("../labels.csv")).unwrap();
    let rows: Vec<&str> = text.lines().skip(1).step_by(7).collect();
    for row in &rows {
        let file = row.split(',').next().unwrap();
        place.write(file, fs::read(photos.join(file)).unwrap());
    }
    let named = place.pictures.path().join("some.csv");
    fs::write(&named, format!("file,label,origin\r\n{}\r\n", rows.join("\r\n"))).unwrap();
    let n_shoes = rows.iter().filter(|row| row.contains(",shoes,")).count() as u64;
    let options = ImportOptions { labels: Some(named), gold_share: 1.0, ..place.options() };
    let report = place.import(options).await.unwrap();
    assert_eq!((report.items, report.refusals.len()), (65, 0));
    assert_eq!((report.gold_positive, report.gold_negative), (n_shoes, 65 - n_shoes));
    assert_eq!(report.labels.len(), 10);
}
