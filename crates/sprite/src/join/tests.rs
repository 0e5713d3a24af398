//! Joined screens, read by another's decoder.

use std::array;
use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

use super::*;
use crate::{Looks, SPRITE_BYTES, TilePixels};

const COLOURS: [[u8; 3]; 9] = [
    [200, 40, 40],
    [40, 200, 40],
    [40, 40, 200],
    [200, 200, 40],
    [40, 200, 200],
    [200, 40, 200],
    [230, 230, 230],
    [30, 30, 30],
    [128, 128, 128],
];

fn chance(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

fn noise(seed: u8) -> TilePixels {
    let mut chance = chance(seed);
    TilePixels::from_fn(|_, _| {
        let mut pixel = [0; 3];
        chance.fill_bytes(&mut pixel);
        pixel
    })
}

/// A scene with soft shapes and some grain, like no other number's.
fn scene(number: u32) -> TilePixels {
    TilePixels::from_fn(|x, y| {
        let wave = |frequency: u32, phase: u32| {
            let angle = f64::from(x * frequency + y * (frequency + phase) + 40 * number) / 90.0;
            100.0 + 60.0 * angle.sin() + 30.0 * (angle * 2.7 + f64::from(number)).cos()
        };
        let grain = f64::from((x * 7919 + y * 104_729 + number) % 13);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "10 to 203")]
        [wave(1, 2) + grain, wave(2, 1) + grain, wave(3, 0) + grain].map(|value| value as u8)
    })
}

fn join_one(tiles: &[TilePixels; 9], seed: u8) -> Vec<u8> {
    let mut chance = chance(seed);
    let variants = tiles.each_ref().map(|tile| Variant::render(tile, &mut chance));
    let looks: [Look; 9] = array::from_fn(|_| Looks::draw(&mut chance).next().unwrap());
    let mut looks = looks.into_iter();
    join(variants.each_ref().map(|variant| (variant, looks.next().unwrap())), &mut chance)
}

fn pixels(sprite: &[u8]) -> image::RgbImage {
    image::load_from_memory(sprite).unwrap().to_rgb8()
}

fn corner(place: usize) -> (u32, u32) {
    (128 * u32::try_from(place % 3).unwrap(), 128 * u32::try_from(place / 3).unwrap())
}

#[test]
fn each_tile_takes_exactly_a_ninth() {
    let picture = pixels(&join_one(&COLOURS.map(|colour| TilePixels::from_fn(|_, _| colour)), 7));
    assert_eq!(picture.dimensions(), (384, 384));
    for (place, colour) in COLOURS.iter().enumerate() {
        let (left, top) = corner(place);
        // The outermost pixel may take a quarter of its neighbour's colour, depending on the decoder.
        for (x, y) in [(1, 1), (126, 1), (1, 126), (126, 126), (64, 64)] {
            let found = picture.get_pixel(left + x, top + y).0;
            // Gain and colour move by 4 % each, brightness by 10 levels, colour differences by 3.
            let near = found.iter().zip(colour).all(|(a, b)| a.abs_diff(*b) <= 36);
            assert!(near, "tile {place} at {x}, {y}: {found:?} instead of {colour:?}");
        }
    }
}

#[test]
fn a_screen_shows_its_tiles_in_their_places_and_looks_like_them() {
    let tiles: [TilePixels; 9] = array::from_fn(|at| scene(u32::try_from(at).unwrap()));
    let mut drawn = chance(1);
    let variants = tiles.each_ref().map(|tile| Variant::render(tile, &mut drawn));
    let look = Look { steps: [0; 3] };
    let picture = pixels(&join(variants.each_ref().map(|variant| (variant, look)), &mut drawn));
    // The same draws as the variants'.
    let mut drawn = chance(1);
    for (place, tile) in tiles.iter().enumerate() {
        let shown = crate::variation::Variation::draw(&mut drawn).show(tile);
        let (left, top) = corner(place);
        let view = image::imageops::crop_imm(&picture, left, top, 128, 128).to_image().into_raw();
        let squares: f64 = shown.iter().zip(&view).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
        let decibel = 10.0 * (255.0_f64.powi(2) * shown.len() as f64 / squares).log10();
        assert!(decibel > 30.0, "tile {place}: {decibel:.1} dB");
    }
}

#[test]
fn every_look_moves_the_means_by_so_many_levels() {
    let tile = TilePixels::from_fn(|_, _| [120, 130, 110]);
    let variant = Variant::render(&tile, &mut chance(3));
    let plain = Look { steps: [0; 3] };
    let mean = |look: Look| {
        let picture = pixels(&join([(&variant, plain); 9].map(|(variant, _)| (variant, look)), &mut chance(4)));
        let [r, g, b] = picture.get_pixel(200, 200).0.map(f64::from);
        let luma = 0.299 * r + 0.587 * g + 0.114 * b;
        [luma, (b - luma) / 1.772, (r - luma) / 1.402]
    };
    let from = mean(plain);
    for look in Looks::draw(&mut chance(5)).step_by(29) {
        for ((moved, from), step) in mean(look).into_iter().zip(from).zip(look.steps) {
            assert!((moved - from - f64::from(step)).abs() < 1.5, "{look:?}: {from} to {moved}");
        }
    }
}

#[test]
fn even_noise_fits_a_sprite() {
    let tiles: [TilePixels; 9] = array::from_fn(|at| noise(u8::try_from(at).unwrap()));
    let sprite = join_one(&tiles, 5);
    assert!((SPRITE_BYTES / 2..=SPRITE_BYTES).contains(&sprite.len()), "{}", sprite.len());
    assert_eq!(pixels(&sprite).dimensions(), (384, 384));
}

#[test]
fn a_thousand_servings_of_one_item_are_a_thousand_files() {
    let scenes: Vec<TilePixels> = (0..20).map(scene).collect();
    let mut chance = chance(9);
    // Four variants of everything, none of them ever replaced: what a flood leaves.
    let mut stock: Vec<Vec<(Variant, Looks)>> = scenes
        .iter()
        .map(|scene| (0..4).map(|_| (Variant::render(scene, &mut chance), Looks::draw(&mut chance))).collect())
        .collect();
    let mut sprites = BTreeSet::new();
    let mut lengths: BTreeMap<usize, u32> = BTreeMap::new();
    let mut tiles = BTreeSet::new();
    for _ in 0..1000 {
        let mut places = rand::seq::index::sample(&mut chance, 19, 9).into_vec();
        // The item that is watched stands at the top left.
        places[0] = 19;
        let chosen: Vec<(usize, usize, Look)> = places
            .into_iter()
            .map(|item| {
                let variant = chance.random_range(0..4);
                (item, variant, stock[item][variant].1.next().unwrap())
            })
            .collect();
        let sprite = join(array::from_fn(|at| (&stock[chosen[at].0][chosen[at].1].0, chosen[at].2)), &mut chance);
        assert!(sprite.len() <= SPRITE_BYTES);
        *lengths.entry(sprite.len()).or_default() += 1;
        tiles.insert((chosen[0].1, chosen[0].2));
        sprites.insert(sprite);
    }
    assert_eq!((sprites.len(), tiles.len()), (1000, 1000));
    // As many equal lengths as draws from a normal distribution of the same spread would have, and half as many again:
    // pairs n²/2, each with the chance 1 / (2 σ √π).
    let mean = lengths.iter().map(|(length, n)| *length as f64 * f64::from(*n)).sum::<f64>() / 1000.0;
    let spread =
        lengths.iter().map(|(length, n)| f64::from(*n) * (*length as f64 - mean).powi(2)).sum::<f64>() / 1000.0;
    let by_chance = 1000.0 * 999.0 / 2.0 / (2.0 * spread.sqrt() * std::f64::consts::PI.sqrt());
    let equal: u32 = lengths.values().map(|n| n * (n - 1) / 2).sum();
    assert!(f64::from(equal) < 1.5 * by_chance + 10.0, "{equal} equal lengths, {by_chance:.0} by chance");
}

#[test]
fn a_sprite_carries_no_metadata() {
    let sprite = join_one(&array::from_fn(|at| scene(u32::try_from(at).unwrap())), 6);
    let mut rest = &sprite[2..];
    let mut found = Vec::new();
    while rest[1] != 0xDA {
        assert_eq!(rest[0], 0xFF);
        found.push(rest[1]);
        rest = &rest[2 + usize::from(u16::from_be_bytes([rest[2], rest[3]]))..];
    }
    // JFIF, two quantisation tables, the frame, four codes, the restart interval, and nothing else.
    assert_eq!(found, [0xE0, 0xDB, 0xDB, 0xC0, 0xC4, 0xC4, 0xC4, 0xC4, 0xDD]);
    assert!(sprite.ends_with(&[0xFF, 0xD9]));
}
