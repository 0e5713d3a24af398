//! What a picture on the wire betrays. A5: equal bytes. A6: equal looks. A10: what gold looks like. Sprites are asked of a
//! collector as browsers do it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use corvee_protocol::sealed_state::SealedTile;
use image::RgbImage;

use super::AttackError;
use super::frequency;
use super::look::{Look, classifier};
use super::program::{Bench, Budget, Stock};
use super::row::{Bar, Figure, Row, Unit};
use super::statistics::{auc, difference, either_way};
use super::visit::{Scene, many};
use crate::forwarded;
use crate::share::Share;

/// So few pictures that each is served over and over.
const FEW: Stock = Stock { pictures: 24, gold_percent: 50 };
const SERVINGS: usize = 1_000;
/// Screens in which an item of so few is on a thousand.
const SCREENS: u32 = 2_600;
/// Many pictures: what is learnt of some is tried on others.
const MANY: Stock = Stock { pictures: 2_400, gold_percent: 45 };
const TILES: u32 = 15_000;
/// Parts in which they are served, and visits after each.
const PARTS: u32 = 6;
const VISITS_BETWEEN: u32 = 120;
/// Tiles in a row of a sprite.
const COLUMNS: u32 = 3;
/// Bits in which two hashes of one picture may differ, of 64.
const NEAR: u32 = 10;
const COUNT: Unit = Unit::Plain(0, "");

/// One served screen.
struct Served {
    tiles: Vec<SealedTile>,
    bytes: usize,
    digest: Digest,
    pictures: Vec<RgbImage>,
}

/// Tells equal bytes from others: two halves of FNV-1a with different beginnings. No adversary chooses these bytes.
type Digest = [u64; 2];

fn digest(bytes: &[u8]) -> Digest {
    [0xcbf2_9ce4_8422_2325_u64, 0x9ae1_6a3b_2f90_404f].map(|start| {
        bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
    })
}

async fn serve(scene: &Arc<Scene>, screens: u32, seed: u64) -> Result<Vec<Served>, AttackError> {
    let scene = Arc::clone(scene);
    let served = many(screens, seed, move |number, _| {
        let scene = Arc::clone(&scene);
        async move {
            let from = forwarded::address(number);
            let Some(challenge) = scene.client.challenge(from).await? else { return Ok(None) };
            let state = scene.client.open(&challenge.reply.challenge)?;
            let sprite = scene.client.sprite_bytes(&challenge.reply.screen.sprite, from).await?;
            let decoded = image::load_from_memory_with_format(&sprite, image::ImageFormat::Jpeg);
            let decoded =
                decoded.map_err(|error| AttackError::Program { what: format!("a sprite: {error}") })?.to_rgb8();
            let side = decoded.width() / COLUMNS;
            let cut = |place: u32| {
                image::imageops::crop_imm(&decoded, place % COLUMNS * side, place / COLUMNS * side, side, side)
                    .to_image()
            };
            let pictures = (0..COLUMNS * COLUMNS).map(cut).collect();
            Ok(Some(Served { tiles: state.tiles, bytes: sprite.len(), digest: digest(&sprite), pictures }))
        }
    })
    .await?;
    Ok(served.into_iter().flatten().collect())
}

/// A5 and the hashes of A6, from the same servings.
pub(super) async fn few(bench: &Bench) -> Result<[Vec<Row>; 2], AttackError> {
    let running = bench.collector(FEW, Budget::Unlimited).await?;
    let scene = Scene::of(&running).await?;
    let served = serve(&scene, SCREENS, 501).await?;
    running.stop().await?;
    let mut of_item: BTreeMap<i64, Vec<(usize, usize)>> = BTreeMap::new();
    for (screen, it) in served.iter().enumerate() {
        for (place, tile) in it.tiles.iter().enumerate() {
            of_item.entry(tile.item).or_default().push((screen, place));
        }
    }
    let most = of_item.values().max_by_key(|places| places.len()).cloned().unwrap_or_default();
    let most: Vec<(usize, usize)> = most.into_iter().take(SERVINGS).collect();
    let picture = |(screen, place): &(usize, usize)| served.get(*screen).and_then(|it| it.pictures.get(*place));

    let sprites: BTreeSet<Digest> = served.iter().map(|it| it.digest).collect();
    let pixels: BTreeSet<Digest> = most.iter().filter_map(picture).map(|it| digest(it.as_raw())).collect();
    let lengths = |holds: bool| {
        let on: BTreeSet<usize> = most.iter().map(|(screen, _)| *screen).collect();
        let chosen = served.iter().enumerate().filter(|(at, _)| on.contains(at) == holds);
        equal_pairs(chosen.map(|(_, it)| it.bytes))
    };
    let row = |done: String, figure, bar| Row::new("A5", done, figure, bar);
    let bytes = vec![
        row(
            format!("{} sprites of 24 pictures: equal bytes", served.len()),
            Figure::exact((served.len() - sprites.len()) as f64, COUNT),
            Bar::AtMost(0.0),
        ),
        row(
            format!("{} servings of one item, cut out of them and decoded: equal pixels", most.len()),
            Figure::exact((most.len() - pixels.len()) as f64, COUNT),
            Bar::AtMost(0.0),
        ),
        row(
            "pairs of sprites with that item that are equally long, less pairs without it".to_owned(),
            difference(lengths(true), lengths(false)),
            Bar::AtMost(0.002),
        ),
    ];

    let hashes: BTreeMap<i64, Vec<u64>> = of_item
        .iter()
        .map(|(item, places)| (*item, places.iter().take(60).filter_map(picture).map(difference_hash).collect()))
        .collect();
    let (mut alike, mut foreign) = ((0, 0), (0, 0));
    for (item, own) in &hashes {
        for (at, hash) in own.iter().enumerate() {
            alike.1 += own.len() - at - 1;
            alike.0 += own.iter().skip(at + 1).filter(|later| near(*hash, **later)).count();
            for (_, others) in hashes.range(item + 1..) {
                let some = others.iter().take(3);
                foreign.1 += some.len();
                foreign.0 += some.filter(|theirs| near(*hash, **theirs)).count();
            }
        }
    }
    let share = |(part, whole): (usize, usize)| Figure::share(Share::of(part as u64, whole as u64));
    let looks = vec![
        Row::new(
            "A6",
            format!("dHash of two servings of one item: at most {NEAR} of 64 bits apart"),
            share(alike),
            Bar::Curve,
        ),
        Row::new("A6", "dHash of two different items: the same".to_owned(), share(foreign), Bar::Curve),
    ];
    Ok([bytes, looks])
}

/// A6.
pub(super) async fn looks(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let [_, mut rows] = few(bench).await?;
    rows.extend(frequency::met_again(bench).await?);
    Ok(rows)
}

/// A5.
pub(super) async fn bytes(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let [rows, _] = few(bench).await?;
    Ok(rows)
}

/// Pairs of equal numbers among all pairs.
fn equal_pairs(numbers: impl Iterator<Item = usize>) -> Share {
    let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
    for number in numbers {
        *counts.entry(number).or_default() += 1;
    }
    let n: u64 = counts.values().sum();
    let pairs = |n: u64| n * n.saturating_sub(1) / 2;
    Share::of(counts.values().map(|count| pairs(*count)).sum(), pairs(n))
}

/// 8 × 8 signs of differences between neighbours in a 9 × 8 thumbnail (Krawetz's dHash).
fn difference_hash(picture: &RgbImage) -> u64 {
    let grey = image::imageops::grayscale(picture);
    let small = image::imageops::resize(&grey, 9, 8, image::imageops::FilterType::Triangle);
    let mut hash = 0;
    for y in 0..8 {
        for x in 0..8 {
            hash = hash << 1 | u64::from(small.get_pixel(x, y).0 < small.get_pixel(x + 1, y).0);
        }
    }
    hash
}

fn near(one: u64, other: u64) -> bool {
    (one ^ other).count_ones() <= NEAR
}

/// A10.
pub(super) async fn gold_by_look(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let running = bench.collector(MANY, Budget::Unlimited).await?;
    let scene = Scene::of(&running).await?;
    let mut served = Vec::new();
    for part in 0..PARTS {
        served.extend(serve(&scene, TILES.div_ceil(9 * PARTS), 1_001 + u64::from(part)).await?);
        // Visitors between, so that other items come into service.
        frequency::visits(&scene, VISITS_BETWEEN).await?;
    }
    let mut looks = Vec::new();
    let (mut class_of_gold, mut class_of_unknown) = (Vec::new(), Vec::new());
    for it in &served {
        for (tile, picture) in it.tiles.iter().zip(&it.pictures) {
            let gold = tile.role.is_gold();
            looks.push(Look::of(tile.item, gold, picture));
            let class = f64::from(u8::from(scene.truth.positive(tile.item)?));
            if gold { class_of_gold.push(class) } else { class_of_unknown.push(class) }
        }
    }
    running.stop().await?;
    let [gold, unknown] = classifier(&looks);
    let done = format!(
        "logistic regression on brightness, contrast, blur, colour, edges and detail of {} served tiles, learnt on either half of \
         the items, tried on the other, {} items in all: AUC gold against unknown",
        looks.len(),
        gold.len() + unknown.len()
    );
    let known =
        "the same tiles, class seen rightly (as any model does) and nothing else: AUC of “shows the thing” for gold";
    Ok(vec![
        Row::new("A10", done, either_way(auc(&gold, &unknown)), Bar::AtMost(0.55)),
        Row::new("A10", known, either_way(auc(&class_of_gold, &class_of_unknown)), Bar::AtMost(0.55)),
    ])
}
