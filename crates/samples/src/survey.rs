//! Measures what is visible of each object from the outlines it was drawn with; knows no classes and no colours.

use tiny_skia::{FillRule, Mask, Path, Transform};

use crate::{CANVAS, OVERSAMPLE, SIDE, pen::Mark, scene::Bounds};

/// Which object owns each pixel of the finished image: 0 for none, else its number.
#[derive(Debug, Clone)]
pub(crate) struct IdMap {
    owners: Vec<u16>,
}

/// What was measured of one object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sighting {
    pub(crate) bounds: Bounds,
    pub(crate) visible_share: f32,
}

/// Collects outlines in drawing order.
#[derive(Debug)]
pub(crate) struct Survey {
    canvas: Vec<u16>,
    /// Whole silhouette of each object in canvas pixels, inside the image or not.
    silhouettes: Vec<f32>,
}

impl Survey {
    pub(crate) fn new() -> Self {
        Self { canvas: vec![0; (CANVAS * CANVAS) as usize], silhouettes: vec![0.0] }
    }

    /// Enters one object's outlines, drawn in front of all before; returns the number of each of its `parts` parts.
    pub(crate) fn enter(&mut self, parts: usize, marks: &[Mark]) -> Vec<u16> {
        let first = self.silhouettes.len();
        for part in 0..parts {
            let own: Vec<&Path> =
                marks.iter().filter(|mark| mark.part == Some(part)).map(|mark| &mark.outline).collect();
            self.silhouettes.push(area(&own));
        }
        let mut rest = marks;
        while let Some(head) = rest.first() {
            let run = rest.iter().take_while(|mark| mark.part == head.part).count();
            let (now, later) = rest.split_at(run);
            let owner = head.part.map_or(0, |part| (first + part) as u16);
            self.claim(owner, now);
            rest = later;
        }
        (first..first + parts).map(|number| number as u16).collect()
    }

    fn claim(&mut self, owner: u16, marks: &[Mark]) {
        let paths: Vec<&Path> = marks.iter().map(|mark| &mark.outline).collect();
        let side = CANVAS as f32;
        let Some((left, top, right, bottom)) = extent(&paths) else {
            return;
        };
        let (left, top) = (left.clamp(0.0, side) as u32, top.clamp(0.0, side) as u32);
        let (right, bottom) = (right.ceil().clamp(0.0, side) as u32, bottom.ceil().clamp(0.0, side) as u32);
        let Some(mask) =
            filled(&paths, left as f32, top as f32, right.saturating_sub(left), bottom.saturating_sub(top), 1.0)
        else {
            return;
        };
        let rows = self.canvas.chunks_exact_mut(CANVAS as usize).skip(top as usize);
        for (row, covered) in rows.zip(mask.data().chunks_exact(mask.width() as usize)) {
            for (pixel, covered) in row.iter_mut().skip(left as usize).zip(covered) {
                if *covered > 127 {
                    *pixel = owner;
                }
            }
        }
    }

    /// The owner of each image pixel: whoever holds most of its samples.
    pub(crate) fn id_map(&self) -> IdMap {
        let mut owners = Vec::with_capacity((SIDE * SIDE) as usize);
        for rows in self.canvas.chunks_exact((CANVAS * OVERSAMPLE) as usize) {
            for x in 0..SIDE as usize {
                let samples: Vec<u16> = rows
                    .chunks_exact(CANVAS as usize)
                    .flat_map(|row| row.iter().skip(x * OVERSAMPLE as usize).take(OVERSAMPLE as usize).copied())
                    .collect();
                let votes = |owner: u16| samples.iter().filter(|sample| **sample == owner).count();
                owners.push(samples.iter().copied().max_by_key(|owner| (votes(*owner), *owner)).unwrap_or(0));
            }
        }
        IdMap { owners }
    }

    /// Canvas pixels each object still holds.
    pub(crate) fn sightings(&self, map: &IdMap) -> Vec<Option<Sighting>> {
        let mut held = vec![0.0_f32; self.silhouettes.len()];
        for owner in &self.canvas {
            if let Some(count) = held.get_mut(usize::from(*owner)) {
                *count += 1.0;
            }
        }
        let boxes = map.bounds(self.silhouettes.len());
        boxes
            .into_iter()
            .zip(held)
            .zip(&self.silhouettes)
            .map(|((bounds, held), whole)| {
                bounds
                    .map(|bounds| Sighting { bounds, visible_share: (held / whole.max(held).max(1.0)).clamp(0.0, 1.0) })
            })
            .collect()
    }
}

impl IdMap {
    /// Who owns each image pixel, row by row.
    pub(crate) fn owners(&self) -> &[u16] {
        &self.owners
    }

    /// The tight box around each number's pixels.
    pub(crate) fn bounds(&self, numbers: usize) -> Vec<Option<Bounds>> {
        let mut found: Vec<Option<(u32, u32, u32, u32)>> = vec![None; numbers];
        for (at, owner) in (0_u32..).zip(&self.owners) {
            let (x, y) = (at % SIDE, at / SIDE);
            if let Some(slot) = found.get_mut(usize::from(*owner)) {
                let (left, top, right, bottom) = slot.unwrap_or((x, y, x, y));
                *slot = Some((left.min(x), top.min(y), right.max(x), bottom.max(y)));
            }
        }
        found
            .into_iter()
            .map(|slot| {
                slot.map(|(left, top, right, bottom)| Bounds {
                    x: left,
                    y: top,
                    width: right - left + 1,
                    height: bottom - top + 1,
                })
            })
            .collect()
    }
}

fn extent(paths: &[&Path]) -> Option<(f32, f32, f32, f32)> {
    paths.iter().map(|path| path.bounds()).fold(None, |sum: Option<(f32, f32, f32, f32)>, next| {
        let (left, top, right, bottom) = sum.unwrap_or((next.left(), next.top(), next.right(), next.bottom()));
        Some((left.min(next.left()), top.min(next.top()), right.max(next.right()), bottom.max(next.bottom())))
    })
}

fn filled(paths: &[&Path], left: f32, top: f32, width: u32, height: u32, scale: f32) -> Option<Mask> {
    let mut mask = Mask::new(width, height)?;
    let shift = Transform::from_translate(-left, -top).post_scale(scale, scale);
    for path in paths {
        mask.fill_path(path, FillRule::Winding, true, shift);
    }
    Some(mask)
}

/// The whole area these outlines cover together, in canvas pixels, wherever they lie.
fn area(paths: &[&Path]) -> f32 {
    let Some((left, top, right, bottom)) = extent(paths) else {
        return 0.0;
    };
    let largest = (right - left).max(bottom - top).max(1.0);
    let scale = (900.0 / largest).min(1.0);
    let (width, height) = (((right - left) * scale).ceil() as u32 + 1, ((bottom - top) * scale).ceil() as u32 + 1);
    let Some(mask) = filled(paths, left.floor(), top.floor(), width, height, scale) else {
        return 0.0;
    };
    let covered = mask.data().iter().filter(|covered| **covered > 127).count();
    covered as f32 / (scale * scale)
}
