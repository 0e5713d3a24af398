//! Turns the canvas into the finished photograph: rain and snow, glow, lens and sensor; knows no scene contents.

use image::{Rgb, RgbImage};
use tiny_skia::{FillRule, LineCap, Paint, PathBuilder, Pixmap, Shader, Stroke, Transform};

use crate::{
    CANVAS, OVERSAMPLE, SIDE,
    colour::{Colour, grey, rgb},
    conditions::Weather,
    dice::Dice,
    geometry::smooth,
    light::Light,
};

/// Draws what is falling between the camera and the scene.
pub(crate) fn precipitation(canvas: &mut Pixmap, weather: Weather, light: &Light, dice: &mut Dice) {
    let side = CANVAS as f32;
    let tint = light.fog.mix(grey(0.95), 0.6);
    let paint = |alpha: f32| {
        let colour = tiny_skia::Color::from_rgba(tint.r.min(1.0), tint.g.min(1.0), tint.b.min(1.0), alpha);
        Paint { shader: Shader::SolidColor(colour.unwrap_or(tiny_skia::Color::WHITE)), ..Paint::default() }
    };
    match weather {
        Weather::Rain => {
            let slant = dice.between(-0.22, 0.22);
            for _ in 0..(150.0 + 200.0 * light.wet) as u32 {
                let (x, y) = (dice.between(-40.0, side + 40.0), dice.between(-40.0, side));
                let length = dice.between(14.0, 52.0);
                let mut builder = PathBuilder::new();
                builder.move_to(x, y);
                builder.line_to(x + length * slant, y + length);
                let stroke = Stroke { width: dice.between(0.8, 1.7), line_cap: LineCap::Round, ..Stroke::default() };
                if let Some(path) = builder.finish() {
                    canvas.stroke_path(&path, &paint(dice.between(0.1, 0.3)), &stroke, Transform::identity(), None);
                }
            }
        }
        Weather::Snow => {
            for _ in 0..260 {
                let (x, y) = (dice.between(0.0, side), dice.between(0.0, side));
                let radius = dice.between(0.9, 2.2) * if dice.chance(0.1) { 2.0 } else { 1.0 };
                if let Some(path) = PathBuilder::from_circle(x, y, radius) {
                    canvas.fill_path(
                        &path,
                        &paint(dice.between(0.35, 0.8)),
                        FillRule::Winding,
                        Transform::identity(),
                        None,
                    );
                }
            }
        }
        Weather::Clear | Weather::Cloudy | Weather::Overcast | Weather::Fog => {}
    }
}

/// The finished image.
pub(crate) fn develop(canvas: &Pixmap, light: &Light, dice: &mut Dice) -> RgbImage {
    let mut film = shrink(canvas);
    bloom(&mut film, light.dark);
    let softness = dice.between(0.0, 0.16);
    let grain = dice.between(0.006, 0.014) + 0.012 * light.dark;
    let (falloff, contrast) = (dice.between(0.06, 0.2), dice.between(1.0, 1.1));
    let tint = rgb(dice.between(0.98, 1.02), 1.0, dice.between(0.98, 1.02)) * dice.between(0.97, 1.04);
    let saturation = dice.between(0.94, 1.1);
    let blurred = blur(&film, 1);
    let middle = SIDE as f32 / 2.0;
    let mut image = RgbImage::new(SIDE, SIDE);
    for (((at, pixel), sharp), soft) in (0_u32..).zip(image.pixels_mut()).zip(&film).zip(&blurred) {
        let (x, y) = ((at % SIDE) as f32 - middle, (at / SIDE) as f32 - middle);
        let away = (x * x + y * y) / (middle * middle * 2.0);
        let mut colour = sharp.mix(*soft, softness + 0.25 * away * softness).under(tint).saturate(saturation);
        colour = (colour + grey(-0.45)) * contrast + grey(0.45);
        colour = colour * (1.0 - falloff * smooth(0.25, 1.05, away));
        let noise = dice.between(-1.0, 1.0) + dice.between(-1.0, 1.0);
        let tinge = dice.between(-0.5, 0.5);
        colour = colour + (rgb(noise + tinge, noise, noise - tinge) * grain);
        *pixel = Rgb([byte(colour.r), byte(colour.g), byte(colour.b)]);
    }
    image
}

fn shrink(canvas: &Pixmap) -> Vec<Colour> {
    let pixels = canvas.pixels();
    let mut film = Vec::with_capacity((SIDE * SIDE) as usize);
    for rows in pixels.chunks_exact((CANVAS * OVERSAMPLE) as usize) {
        for x in 0..SIDE as usize {
            let mut sum = grey(0.0);
            for row in rows.chunks_exact(CANVAS as usize) {
                for pixel in row.iter().skip(x * OVERSAMPLE as usize).take(OVERSAMPLE as usize) {
                    sum = sum + rgb(f32::from(pixel.red()), f32::from(pixel.green()), f32::from(pixel.blue()));
                }
            }
            film.push(sum * (1.0 / (255.0 * (OVERSAMPLE * OVERSAMPLE) as f32)));
        }
    }
    film
}

fn bloom(film: &mut [Colour], dark: f32) {
    let strength = 0.12 + 0.3 * dark;
    let bright: Vec<Colour> =
        film.iter().map(|colour| *colour * smooth(0.72, 1.0, colour.r.max(colour.g).max(colour.b))).collect();
    let spread = blur(&blur(&bright, 4), 5);
    for (colour, glow) in film.iter_mut().zip(spread) {
        *colour = *colour + glow * (strength * (1.0 - colour.luma()).max(0.0));
    }
}

/// Averages over a square of `2 * reach + 1` pixels, row by row and then column by column.
fn blur(film: &[Colour], reach: usize) -> Vec<Colour> {
    let side = SIDE as usize;
    let mut current = film.to_vec();
    let share = 1.0 / (2 * reach + 1) as f32;
    for (stride, step) in [(1, side), (side, 1)] {
        for line in 0..side {
            let row: Vec<Colour> = current.iter().skip(line * step).step_by(stride).take(side).copied().collect();
            let edge = |at: usize| row.get(at.min(side - 1)).copied().unwrap_or(grey(0.0));
            let first = edge(0);
            let mut sum = first * reach as f32;
            for at in 0..reach {
                sum = sum + edge(at);
            }
            for (at, value) in current.iter_mut().skip(line * step).step_by(stride).take(side).enumerate() {
                sum = sum + edge(at + reach);
                *value = sum * share;
                sum = sum + at.checked_sub(reach).map_or(first, edge) * -1.0;
            }
        }
    }
    current
}

fn byte(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}
