//! Pictures in a bucket of an S3 server that checks signatures: imported into it, served from it, missed and damaged in it, and
//! what is told when it refuses or is away.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails where it stands")]

mod collector;
mod server;

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::Response;
use serde_json::Value;

use crate::collector::{Collector, Place};
use crate::server::{KEY, SECRET, Server};

const PLACE: &str = "s3://museum/corvee/tiles";
const PREFIX: &str = "corvee/tiles";

/// Makes a file two days older.
fn age(path: &Path) {
    let file = File::options().write(true).open(path).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    file.set_modified(modified - Duration::from_hours(48)).unwrap();
}

async fn assert_pictures(reply: Response) {
    assert_eq!(reply.status(), 200);
    let jpeg = reply.bytes().await.unwrap();
    assert!(jpeg.starts_with(&[0xFF, 0xD8]) && jpeg.len() > 5_000, "{} bytes", jpeg.len());
}

async fn assert_away(reply: Response) {
    assert_eq!(reply.status(), 503);
    assert!(reply.headers().contains_key("retry-after"));
    let problem: Value = reply.json().await.unwrap();
    assert_eq!(problem["type"], "urn:corvee:problem:unavailable", "{problem}");
}

#[tokio::test]
async fn pictures_are_imported_into_a_bucket_and_served_from_it() {
    let server = Server::start();
    let place = Place::new(&server, PLACE);
    place.import();
    assert_eq!((place.items(), server.tiles(PREFIX).len()), (60, 60));
    let images = place.data().join("images");
    assert!(!images.exists(), "nothing lies in the folder");

    for _start in 0..2 {
        let collector = Collector::start(&place);
        for _ in 0..4 {
            assert_pictures(collector.pictures().await).await;
        }
        assert!(!images.exists() && !collector.log().contains(SECRET));
    }
    let doctor = place.run_doctor();
    assert!(doctor.contains("in s3://museum/corvee/tiles at http://127.0.0.1:"), "{doctor}");
    assert!(doctor.contains("60 of 60 were looked at, all are whole"), "{doctor}");
}

#[tokio::test]
async fn a_damaged_and_a_missing_object_are_refused_by_name() {
    let server = Server::start();
    let place = Place::new(&server, PLACE);
    place.import();
    let tiles = server.tiles(PREFIX);
    // Each holds another picture, whole in itself.
    let contents: Vec<_> = tiles.iter().map(|tile| fs::read(tile).unwrap()).collect();
    for (tile, content) in tiles.iter().zip(contents.iter().cycle().skip(1)) {
        fs::write(tile, content).unwrap();
    }
    let collector = Collector::start(&place);
    assert_eq!(collector.pictures().await.status(), 500);
    let log = collector.log();
    assert!(log.contains(".jpg is damaged: restore it from a backup") && log.contains(PLACE), "{log}");

    fs::remove_file(&tiles[0]).unwrap();
    let doctor = place.run_doctor();
    let name = tiles[0].strip_prefix(server.bucket().join(PREFIX)).unwrap().to_str().unwrap();
    assert!(doctor.contains("60 of 60 pictures looked at cannot be read"), "{doctor}");
    assert!(doctor.contains(&format!("/{name} is missing: restore the pictures from a backup")), "{doctor}");
}

#[tokio::test]
async fn what_the_store_refuses_is_told_with_what_to_do_and_nothing_is_imported() {
    let server = Server::start();
    let mut place = Place::new(&server, PLACE);
    let pictures = place.pictures();
    let import = ["import", "things", pictures.to_str().unwrap(), "--gold", "0.3"];

    place.credentials = Some((KEY, "another-secret"));
    for command in [&import[..], &["serve", "--listen", "127.0.0.1:0"]] {
        let told = place.refused(command);
        assert!(told.contains("SignatureDoesNotMatch") && told.contains("AWS_SECRET_ACCESS_KEY"), "{told}");
        assert!(told.contains(PLACE) && !told.contains("another-secret"), "{told}");
    }
    place.credentials = Some(("nobody", SECRET));
    let told = place.refused(&import);
    assert!(told.contains("look at AWS_ACCESS_KEY_ID") && !told.contains(SECRET), "{told}");
    place.credentials = None;
    let told = place.refused(&import);
    assert!(told.contains("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"), "{told}");
    assert_eq!((place.items(), server.tiles(PREFIX).len()), (0, 0));

    let absent = Place::new(&server, "s3://gallery/tiles");
    for command in [&import[..], &["serve", "--listen", "127.0.0.1:0"]] {
        let told = absent.refused(command);
        assert!(told.contains("s3://gallery/tiles") && told.contains("there is no such bucket: create it"), "{told}");
    }
    assert_eq!(absent.items(), 0);
}

#[tokio::test]
async fn two_databases_do_not_share_a_place() {
    let server = Server::start();
    let (first, second) = (Place::new(&server, PLACE), Place::new(&server, PLACE));
    first.import();
    let pictures = second.pictures();
    let told = second.refused(&["import", "things", pictures.to_str().unwrap(), "--gold", "0.3"]);
    assert!(told.contains("holds the pictures of another database") && told.contains("a prefix of its own"), "{told}");
    assert_eq!((second.items(), server.tiles(PREFIX).len()), (0, 60));
    Place::new(&server, "s3://museum/second").import();
}

#[tokio::test]
async fn a_store_that_goes_away_is_waited_for_and_comes_back() {
    let mut server = Server::start();
    let place = Place::new(&server, PLACE);
    place.import();
    let collector = Collector::start(&place);
    let more = place.draw_others();
    assert_pictures(collector.pictures().await).await;

    server.go_down();
    let begin = Instant::now();
    assert_away(collector.pictures().await).await;
    assert_away(collector.upload(&more).await).await;
    let told = place.refused(&["import", "things", more.to_str().unwrap(), "--gold", "0.3"]);
    assert!(told.contains("does not answer"), "{told}");
    assert!(begin.elapsed() < Duration::from_mins(1), "nothing hangs: {:?}", begin.elapsed());
    assert_eq!(place.items(), 60);
    server.come_back();
    assert_pictures(collector.pictures().await).await;
    assert_eq!(collector.upload(&more).await.status(), 201);
    assert_eq!((place.items(), server.tiles(PREFIX).len()), (63, 63));
    drop(collector);

    // One that starts meanwhile goes on with what needs no picture.
    server.go_down();
    let late = Collector::start(&place);
    assert_eq!(late.fetch("/ready").await.status(), 200);
    let screen = late.screen().await;
    assert_away(late.fetch(&screen).await).await;
    assert!(late.log().contains("visitors see no pictures until it does"), "{}", late.log());
    server.come_back();
    // The very screen that could not be shown.
    assert_pictures(late.fetch(&screen).await).await;
}

#[tokio::test]
async fn only_old_tiles_that_nobody_refers_to_are_cleared_away() {
    let server = Server::start();
    let place = Place::new(&server, PLACE);
    place.import();
    let lay = |name: &str| {
        let path = server.bucket().join(PREFIX).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, b"x").unwrap();
        path
    };
    let stray = lay(&format!("77/77{}.jpg", "0".repeat(62)));
    let other = lay("77/notes.txt");
    let elsewhere = lay(&format!("../tiles-of-others/77/77{}.jpg", "0".repeat(62)));
    server.tiles(PREFIX).iter().for_each(|tile| age(tile));
    age(&elsewhere);
    let young = lay(&format!("77/77{}.jpg", "1".repeat(62)));
    let collector = Collector::start(&place);
    let begin = Instant::now();
    while stray.exists() {
        assert!(begin.elapsed() < Duration::from_mins(1), "{}", collector.log());
        assert_eq!(collector.fetch("/health").await.status(), 200);
    }
    assert!(young.exists() && other.exists() && elsewhere.exists());
    assert!(place.run_doctor().contains("60 of 60 were looked at, all are whole"));
}

#[tokio::test]
async fn an_import_beside_upkeep_loses_nothing() {
    let server = Server::start();
    let place = Place::new(&server, PLACE);
    let pictures = place.pictures();
    // An import that is refused leaves tiles that nobody refers to; then they are old.
    let broken = pictures.join("broken.jpg");
    fs::write(&broken, b"no picture").unwrap();
    let import = ["import", "things", pictures.to_str().unwrap(), "--gold", "0.3"];
    place.refused(&import);
    fs::remove_file(&broken).unwrap();
    assert_eq!((place.items(), server.tiles(PREFIX).len()), (0, 60));
    server.tiles(PREFIX).iter().for_each(|tile| age(tile));
    std::thread::scope(|scope| {
        // Each start does upkeep, while the tiles are put anew.
        let starts = scope.spawn(|| (0..2).for_each(|_| drop(Collector::start(&place))));
        let imported = place.run(&import);
        let told = String::from_utf8_lossy(&imported.stderr).into_owned();
        if !imported.status.success() {
            assert!(told.contains("were cleared away while it was under way, nothing was imported"), "{told}");
            assert_eq!(place.items(), 0);
            place.corvee(&import);
        }
        starts.join().unwrap();
    });
    assert_eq!(place.items(), 60);
    let doctor = place.run_doctor();
    assert!(doctor.contains("60 of 60 were looked at, all are whole"), "{doctor}");
}
