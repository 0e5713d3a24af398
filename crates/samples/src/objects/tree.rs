//! Trees of several species through the year; knows no park.

use crate::{
    class::ObjectClass,
    colour::{Colour, grey, hex},
    conditions::Season,
    dice::Dice,
    geometry::{Footprint, Frame, UP, Vec3, vec3},
    noise::cell,
    objects::Sketch,
    pen::Pen,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    Round,
    Tall,
    Conifer,
    Palm,
    Bare,
}

/// A tree with its trunk.
#[derive(Debug)]
pub(crate) struct Tree {
    habit: Habit,
    height: f32,
    spread: f32,
    trunk: Colour,
    leaf: Colour,
    accent: Colour,
    snow: f32,
    salt: u32,
}

impl Tree {
    /// A tree of its own in this season, carrying this much snow.
    pub(crate) fn new(season: Season, snow: f32, dice: &mut Dice) -> Self {
        let habit =
            dice.weighted([(Habit::Round, 0.56), (Habit::Tall, 0.16), (Habit::Conifer, 0.18), (Habit::Palm, 0.1)]);
        let habit = match (habit, season) {
            (Habit::Round | Habit::Tall, Season::Winter) => Habit::Bare,
            (Habit::Palm, Season::Winter | Season::Autumn) => Habit::Conifer,
            _ => habit,
        };
        let green = [hex(0x4f7a35), hex(0x5f8a3c), hex(0x3f6b35), hex(0x6f9442), hex(0x567c4a)];
        let leaf = match (habit, season) {
            (Habit::Conifer, _) => dice.pick([hex(0x2f5a3c), hex(0x3a6244), hex(0x2c5048)]),
            (Habit::Palm, _) => dice.pick([hex(0x5c8a3e), hex(0x6c9448)]),
            (_, Season::Spring) if dice.chance(0.35) => dice.pick([hex(0xe7b3c3), hex(0xf0d6dc), hex(0xd990ab)]),
            (_, Season::Spring) => dice.pick([hex(0x86a844), hex(0x7aa04a), hex(0x98b552)]),
            (_, Season::Autumn) => {
                dice.pick([hex(0xcf8a2c), hex(0xb8572a), hex(0xd8ab38), hex(0x9c4630), hex(0xa88a3a)])
            }
            _ => dice.pick(green),
        };
        let (height, spread) = match habit {
            Habit::Round | Habit::Bare => (dice.between(4.2, 6.5), dice.between(1.4, 2.1)),
            Habit::Tall => (dice.between(6.0, 8.0), dice.between(0.9, 1.2)),
            Habit::Conifer => (dice.between(4.0, 6.5), dice.between(1.1, 1.6)),
            Habit::Palm => (dice.between(4.8, 6.8), dice.between(1.5, 1.9)),
        };
        Self {
            habit,
            height,
            spread,
            trunk: if habit != Habit::Palm && dice.chance(0.12) {
                hex(0xd5d0c6)
            } else {
                dice.pick([hex(0x5d4532), hex(0x6b5442), hex(0x4b3b2f), hex(0x7a6650)])
            },
            leaf,
            accent: leaf.mix(dice.pick([hex(0xd8c24a), hex(0x2c4a2c), hex(0x8aa84a)]), 0.22),
            snow,
            salt: dice.salt(),
        }
    }

    fn chance(&self, at: i32, kind: i32) -> f32 {
        cell(at, kind, self.salt)
    }

    fn draw_crown(&self, pen: &mut Pen<'_>, frame: &Frame) {
        let tall = self.habit == Habit::Tall;
        let (half_height, low) =
            if tall { (self.height * 0.42, 0.9) } else { (self.spread * 0.92, self.height - self.spread * 1.84) };
        let centre = frame.at(0.0, low.max(1.5) + half_height, 0.0);
        let spread = self.spread;
        let lobes: Vec<(Vec3, f32)> = (0..9)
            .map(|at| {
                let angle = std::f32::consts::TAU * (at as f32 / 9.0 + 0.1 * self.chance(at, 1));
                let up = self.chance(at, 2) * 2.0 - 1.0;
                let out = (1.0 - up * up * 0.7).sqrt() * 0.62;
                let offset = vec3(angle.cos() * out * spread, up * half_height * 0.62, angle.sin() * out * spread);
                (centre + offset, spread * (0.42 + 0.16 * self.chance(at, 3)))
            })
            .collect();
        let core = if tall { 0.7 } else { 0.78 };
        pen.hull(
            &[
                (centre - UP * (half_height * 0.3), spread * core * 0.8),
                (centre + UP * (half_height * 0.3), spread * core * 0.7),
            ],
            self.leaf * 0.5,
        );
        for (lobe, radius) in &lobes {
            pen.ball(*lobe, *radius, self.leaf * 0.55);
        }
        let mut tufts: Vec<(f32, Vec3, f32, Colour)> = Vec::new();
        for at in 0..230_i32 {
            let Some((lobe, radius)) = lobes.get(at.unsigned_abs() as usize % lobes.len()) else {
                continue;
            };
            let turn = std::f32::consts::TAU * self.chance(at, 11);
            let up = self.chance(at, 12) * 2.0 - 1.0;
            let out = (1.0 - up * up).sqrt();
            let normal = vec3(out * turn.cos(), up, out * turn.sin());
            let place = *lobe + normal * (radius * (0.82 + 0.24 * self.chance(at, 13)));
            let outward = (place - centre).unit();
            let sun = outward.dot(pen.light.sun_from) * 0.5 + 0.5;
            let lift = 0.5 + 0.34 * (0.5 + 0.5 * outward.y) + 0.34 * sun * sun.min(0.9);
            let tone = self.leaf.mix(self.accent, self.chance(at, 14)) * (lift + 0.16 * (self.chance(at, 15) - 0.5));
            let tone = if self.snow > 0.0 && outward.y > 0.25 { tone.mix(grey(0.95), self.snow * 0.7) } else { tone };
            let size = spread * (0.075 + 0.075 * self.chance(at, 16));
            tufts.push((pen.depth(place), place, size, tone));
        }
        tufts.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, place, size, tone) in tufts {
            let side = (pen.camera.eye - place).cross(UP).unit() * size;
            let tip = vec3(side.x * 0.7, size * 0.75, side.z * 0.7);
            pen.sheet(
                &[
                    place - side,
                    place + UP * (size * 0.6) - side * 0.4,
                    place + tip,
                    place + side - UP * (size * 0.4),
                    place - UP * (size * 0.8),
                ],
                tone,
            );
        }
    }

    fn draw_conifer(&self, pen: &mut Pen<'_>, frame: &Frame) {
        pen.limb(frame.origin, 0.13, frame.at(0.0, self.height * 0.4, 0.0), 0.1, self.trunk);
        let tiers = 8;
        let right = (pen.camera.eye - frame.origin).cross(UP).unit();
        for tier in 0..tiers {
            let share = tier as f32 / tiers as f32;
            let y = self.height * (0.14 + 0.8 * share);
            let radius = self.spread * (1.0 - share).powf(0.9) + 0.12;
            let rise = self.height * 0.24;
            let teeth = 11;
            let mut fan: Vec<Vec3> = Vec::with_capacity(teeth as usize * 2 + 2);
            fan.push(frame.at(0.0, y + rise, 0.0));
            for tooth in 0..=teeth {
                let across = tooth as f32 / teeth as f32 * 2.0 - 1.0;
                let jag = 0.86 + 0.28 * self.chance(tooth, tier + 40);
                let sag = (1.0 - across * across) * radius * 0.2;
                let foot = frame.origin + UP * (y - sag * jag) + right * (across * radius * jag);
                fan.push(foot);
                if tooth < teeth {
                    let notch = (tooth as f32 + 0.5) / teeth as f32 * 2.0 - 1.0;
                    fan.push(frame.origin + UP * (y + 0.12 - sag * 0.5) + right * (notch * radius * 0.86));
                }
            }
            let light = 0.68 + 0.4 * share;
            pen.sheen(&fan, pen.camera.eye - frame.origin, self.leaf * light * 1.15, self.leaf * light * 0.72);
            if self.snow > 0.0 {
                let cap: Vec<_> =
                    fan.iter().map(|p| *p + UP * 0.1).map(|p| p.toward(frame.at(0.0, y + rise, 0.0), 0.32)).collect();
                pen.sheet(&cap, grey(0.96).mix(self.leaf, 0.5 - 0.4 * self.snow));
            }
        }
    }

    fn draw_palm(&self, pen: &mut Pen<'_>, frame: &Frame) {
        let bend = 0.7 * (self.chance(0, 20) - 0.5);
        let spine: Vec<_> = (0..=8)
            .map(|at| {
                let share = at as f32 / 8.0;
                frame.at(bend * share * share, share * self.height * 0.8, 0.0)
            })
            .collect();
        for (at, pair) in spine.windows(2).enumerate() {
            if let [low, high] = pair {
                let radius = 0.17 - 0.009 * at as f32;
                pen.limb(*low, radius * 1.06, *high, radius * 0.9, self.trunk * if at % 2 == 0 { 1.1 } else { 0.95 });
            }
        }
        let crown = frame.at(bend, self.height * 0.8, 0.0);
        let mut fronds: Vec<(f32, i32)> =
            (0..15).map(|at| (std::f32::consts::TAU * (at as f32 + 0.4 * self.chance(at, 21)) / 15.0, at)).collect();
        fronds.sort_by(|a, b| {
            let depth = |angle: f32| pen.depth(crown + vec3(angle.cos(), 0.0, angle.sin()));
            depth(b.0).total_cmp(&depth(a.0))
        });
        for (angle, at) in fronds {
            let lift = 0.9 * self.chance(at, 22) + 0.1;
            let length = self.spread * (0.85 + 0.3 * self.chance(at, 23));
            let along = |share: f32| {
                crown
                    + vec3(angle.cos(), 0.0, angle.sin()) * (length * share)
                    + UP * (length * (lift * share - (0.5 + lift) * share * share))
            };
            let side = vec3(-angle.sin(), 0.0, angle.cos());
            let mut blade = vec![crown];
            for step in [0.2, 0.4, 0.6, 0.8] {
                blade.push(along(step) + side * 0.17 * (1.2 - step) + UP * -0.14);
                blade.push(along(step + 0.04) + side * 0.07);
            }
            blade.push(along(1.0));
            for step in [0.8, 0.6, 0.4, 0.2] {
                blade.push(along(step + 0.04) - side * 0.07);
                blade.push(along(step) - side * 0.17 * (1.2 - step) + UP * -0.14);
            }
            pen.sheet(&blade, self.leaf * (0.62 + 0.45 * lift));
            pen.rod(&[crown, along(0.35), along(0.7), along(1.0)], 0.035, self.leaf * 0.8);
        }
    }

    fn branch(&self, pen: &mut Pen<'_>, start: Vec3, way: Vec3, length: f32, radius: f32, level: i32, key: i32) {
        let end = start + way * length;
        pen.limb(start, radius, end, radius * 0.66, self.trunk * (0.95 + 0.05 * level as f32));
        if self.snow > 0.0 && level > 0 && radius > 0.02 {
            pen.rod(&[start + UP * (radius * 0.9), end + UP * (radius * 0.7)], radius * 0.7, grey(0.95));
        }
        if level >= 4 {
            return;
        }
        let children = if level == 0 { 5 } else { 3 };
        for child in 0..children {
            let key = key * 5 + child + 1;
            let turn = std::f32::consts::TAU * (child as f32 / children as f32 + 0.3 * self.chance(key, 31));
            let open = 0.45 + 0.35 * self.chance(key, 32);
            let across = way.cross(vec3(turn.cos(), 0.31, turn.sin())).unit();
            let next = (way + across * open + UP * 0.12).unit();
            let from = start.toward(end, if child == 0 { 1.0 } else { 0.68 + 0.3 * self.chance(key, 33) });
            self.branch(pen, from, next, length * (0.62 + 0.14 * self.chance(key, 34)), radius * 0.58, level + 1, key);
        }
    }
}

impl Sketch for Tree {
    fn footprint(&self) -> Footprint {
        Footprint { half_width: 0.35, half_length: 0.35, height: self.height }
    }

    fn parts(&self) -> Vec<ObjectClass> {
        vec![ObjectClass::Tree]
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        pen.belongs_to(Some(0));
        match self.habit {
            Habit::Conifer => self.draw_conifer(pen, frame),
            Habit::Palm => self.draw_palm(pen, frame),
            Habit::Bare => self.branch(pen, frame.origin, vec3(0.03, 1.0, 0.02).unit(), self.height * 0.36, 0.16, 0, 1),
            Habit::Round | Habit::Tall => {
                let fork = frame.at(0.06, self.height * 0.42, 0.0);
                pen.limb(frame.origin, 0.17, frame.origin.toward(fork, 0.2), 0.13, self.trunk);
                pen.limb(frame.origin, 0.135, fork, 0.1, self.trunk);
                for (x, z) in [(0.5, 0.1), (-0.45, -0.2), (0.1, 0.4)] {
                    pen.limb(
                        fork - UP * 0.2,
                        0.08,
                        frame.at(x * self.spread, self.height * 0.6, z * self.spread),
                        0.04,
                        self.trunk * 0.9,
                    );
                }
                self.draw_crown(pen, frame);
            }
        }
    }
}
