//! The shadows objects throw on the ground, and the dimness right beneath them; knows no colours.

use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Shader, Transform};

use crate::{
    CANVAS,
    camera::Camera,
    geometry::corners,
    light::Light,
    pen::{Pass, Pen},
    placement::Thing,
};

/// Share of light taken from each canvas pixel's ground, 0..=1.
#[derive(Debug)]
pub(crate) struct Shade {
    thrown: Vec<u8>,
    under: Vec<u8>,
}

impl Shade {
    /// The shade of these things.
    pub(crate) fn new(camera: &Camera, light: &Light, things: &[Thing], scratch: &mut Pixmap) -> Self {
        let mut thrown = Vec::new();
        if light.sun.luma() > 0.05 {
            scratch.fill(Color::TRANSPARENT);
            let mut pen = Pen::new(camera, light, scratch, Pass::Shadow);
            for thing in things {
                thing.sketch.draw(&mut pen, &thing.frame);
            }
            thrown = alphas(scratch);
            soften(&mut thrown, 2);
        }
        scratch.fill(Color::TRANSPARENT);
        for thing in things {
            let footprint = thing.sketch.footprint();
            let (low, _) = thing.sketch.span();
            if low > 1.0 || thing.sketch.floats() {
                continue;
            }
            let reach = (footprint.height * 0.16).clamp(0.08, 0.35);
            for ring in 0..5_u8 {
                let margin = reach * (1.0 - 0.3 * f32::from(ring));
                darken(camera, scratch, thing, margin);
            }
        }
        let mut under = alphas(scratch);
        soften(&mut under, 3);
        Self { thrown, under }
    }

    /// Shares taken from sunlight and from all light at this canvas pixel.
    pub(crate) fn at(&self, pixel: usize) -> (f32, f32) {
        let share = |values: &[u8]| f32::from(values.get(pixel).copied().unwrap_or(0)) / 255.0;
        (share(&self.thrown), share(&self.under))
    }
}

fn darken(camera: &Camera, canvas: &mut Pixmap, thing: &Thing, margin: f32) {
    let mut builder = PathBuilder::new();
    for (at, corner) in corners(&thing.frame, thing.sketch.footprint(), margin).into_iter().enumerate() {
        let Some((x, y, _)) = camera.project(corner) else {
            return;
        };
        if at == 0 {
            builder.move_to(x, y);
        } else {
            builder.line_to(x, y);
        }
    }
    builder.close();
    let Some(path) = builder.finish() else { return };
    let shader = Shader::SolidColor(Color::from_rgba(0.0, 0.0, 0.0, 0.24).unwrap_or(Color::BLACK));
    let paint = Paint { shader, ..Paint::default() };
    canvas.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
}

fn alphas(canvas: &Pixmap) -> Vec<u8> {
    canvas.pixels().iter().map(|pixel| pixel.alpha()).collect()
}

/// Averages each row and each column over `reach` pixels on either side.
fn soften(values: &mut [u8], reach: usize) {
    let side = CANVAS as usize;
    for (stride, step) in [(1, side), (side, 1)] {
        for line in 0..side {
            let row: Vec<u8> = values.iter().skip(line * step).step_by(stride).take(side).copied().collect();
            let mut sum: usize = row.iter().take(reach).map(|value| usize::from(*value)).sum();
            for (at, value) in values.iter_mut().skip(line * step).step_by(stride).take(side).enumerate() {
                sum += row.get(at + reach).map_or(0, |value| usize::from(*value));
                *value = (sum / (2 * reach + 1)) as u8;
                sum -= at.checked_sub(reach).and_then(|at| row.get(at)).map_or(0, |value| usize::from(*value));
            }
        }
    }
}
