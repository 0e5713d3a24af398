//! Prints how many screens a second are joined from variants, beside encoding each screen anew.
#![expect(clippy::print_stdout, reason = "printing the table is the purpose")]

use std::array;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use corvee_sprite::{Look, Looks, SPRITE_BYTES, SPRITE_SIDE, TILE_SIDE, TilePixels, Variant, join};
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

/// Rounds of each, in turns; medians are printed.
const ROUNDS: usize = 5;
/// Time of one round of one way.
const ROUND: Duration = Duration::from_secs(1);
/// Variants of a tile.
const VARIANTS: usize = 4;
/// At least as many times faster than encoding.
const BAR: f64 = 20.0;
/// Photographs beside the repository; without them patterns stand in.
const PHOTOS: &str = "../shared/data/photos/clothing/images";

fn main() -> anyhow::Result<()> {
    let mut chance = ChaCha20Rng::seed_from_u64(1);
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(PHOTOS);
    let tiles: Vec<TilePixels> = if photos.is_dir() {
        (0..45).map(|at| photo(&photos.join(format!("{at:04}.jpg")))).collect::<Result<_, _>>()?
    } else {
        println!("ABSENT: {PHOTOS}: patterns stand in for photographs");
        (0..45).map(pattern).collect::<Option<_>>().context("a pattern is a tile")?
    };
    let variants: Vec<Vec<Variant>> =
        tiles.iter().map(|tile| (0..VARIANTS).map(|_| Variant::render(tile, &mut chance)).collect()).collect();
    let stored: usize = variants.iter().flatten().map(Variant::size_bytes).sum();

    let (mut joined, mut encoded, mut anew, mut rendered) = (vec![], vec![], vec![], vec![]);
    let mut sizes = Vec::new();
    let screen = raw_screen(&tiles);
    for _ in 0..ROUNDS {
        joined.push(rate(|| {
            let places = rand::seq::index::sample(&mut chance, tiles.len(), 9);
            let nine: [(&Variant, Look); 9] = array::from_fn(|at| {
                let variant = chance.random_range(0..VARIANTS);
                let look = Looks::draw(&mut chance).next().expect("there are 637 looks");
                (variants.get(places.index(at)).and_then(|of| of.get(variant)).expect("drawn within range"), look)
            });
            let sprite = join(nine, &mut chance);
            sizes.push(sprite.len());
        }));
        let side = u32::try_from(SPRITE_SIDE)?;
        encoded.push(rate(|| {
            black_box(jpeg(&screen, side));
        }));
        anew.push(rate(|| {
            // Crop, light and transform of nine tiles, then the encoder.
            for tile in tiles.iter().take(9) {
                black_box(Variant::render(tile, &mut chance));
            }
        }));
        rendered.push(rate(|| {
            black_box(tiles.first().map(|tile| Variant::render(tile, &mut chance)));
        }));
    }
    let [joined, encoded, anew, rendered] = [joined, encoded, anew, rendered].map(median);
    sizes.sort_unstable();
    let largest = sizes.last().copied().unwrap_or(0);
    println!("medians of {ROUNDS} rounds of {} s each, in turns, one thread\n", ROUND.as_secs());
    println!("| a screen of nine tiles | a second | ms each |");
    println!("|---|---:|---:|");
    for (what, rate) in [
        ("joined from variants", joined),
        ("pixels at hand, encoded by the image crate at quality 76", encoded),
        ("nine variants rendered, from decoded tiles", anew),
    ] {
        println!("| {what} | {rate:.0} | {:.3} |", 1000.0 / rate);
    }
    println!(
        "\none variant rendered: {:.2} ms; one kept: {} bytes on average",
        1000.0 / rendered,
        stored / variants.len() / VARIANTS
    );
    println!(
        "bytes of a sprite: {} at the median, {largest} at most of {}, {SPRITE_BYTES} allowed",
        sizes.get(sizes.len() / 2).copied().unwrap_or(0),
        sizes.len()
    );
    println!("joining is {:.0} times as fast as encoding; the bar is {BAR:.0}", joined / encoded);
    ensure!(joined >= BAR * encoded, "joining is less than {BAR:.0} times as fast as encoding");
    ensure!(largest <= SPRITE_BYTES, "a sprite has {largest} bytes");
    Ok(())
}

/// Calls a second.
fn rate(mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut calls = 0_u32;
    while start.elapsed() < ROUND {
        call();
        calls += 1;
    }
    f64::from(calls) / start.elapsed().as_secs_f64()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}

fn photo(path: &Path) -> anyhow::Result<TilePixels> {
    let side = u32::try_from(TILE_SIDE)?;
    let photo = image::open(path).with_context(|| path.display().to_string())?;
    let square = photo.resize_to_fill(side, side, image::imageops::FilterType::CatmullRom);
    TilePixels::new(square.into_rgb8().into_raw()).context("a tile of another size")
}

/// Stripes with grain: about as busy as a photograph.
fn pattern(number: usize) -> Option<TilePixels> {
    let mut chance = ChaCha20Rng::seed_from_u64(number as u64);
    let mut rgb = Vec::new();
    for y in 0..TILE_SIDE {
        for x in 0..TILE_SIDE {
            let stripe =
                if ((x * (number % 5 + 1) + y * (number % 3 + 1)) / 23).is_multiple_of(2) { 70_u8 } else { 170 };
            rgb.extend([0, 20, 40].map(|shade| stripe + shade + chance.random_range(0..16)));
        }
    }
    TilePixels::new(rgb)
}

/// Nine tiles as pixels of one screen, each pixel the first of four.
fn raw_screen(tiles: &[TilePixels]) -> Vec<u8> {
    let mut screen = Vec::with_capacity(3 * SPRITE_SIDE * SPRITE_SIDE);
    for y in 0..SPRITE_SIDE {
        for x in 0..SPRITE_SIDE {
            let place = y / 128 * 3 + x / 128;
            let at = 3 * (TILE_SIDE * (y % 128 * 2) + x % 128 * 2);
            let pixel = tiles.get(place).and_then(|tile| tile.bytes().get(at..at + 3));
            screen.extend_from_slice(pixel.unwrap_or(&[0; 3]));
        }
    }
    screen
}

fn jpeg(rgb: &[u8], side: u32) -> Option<Vec<u8>> {
    let mut jpeg = Vec::with_capacity(48 * 1024);
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, 76).encode(rgb, side, side, ExtendedColorType::Rgb8);
    encoder.ok().map(|()| jpeg)
}
