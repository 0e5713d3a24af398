//! Buses with one deck or two; knows no routes.

use crate::{
    class::ObjectClass,
    colour::{Colour, grey, hex, rgb},
    dice::Dice,
    geometry::{Footprint, Frame, Vec3, vec3},
    objects::{Sketch, car::glass, wheel::wheel},
    pen::Pen,
};

/// A bus, its doors on its right.
#[derive(Debug)]
pub(crate) struct Bus {
    length: f32,
    height: f32,
    body: Colour,
    stripe: Colour,
    roof: Colour,
    double_deck: bool,
    /// Inside and headlights lit: 0 by day, 1 at night.
    dark: f32,
}

const HALF_WIDTH: f32 = 1.25;

impl Bus {
    /// A bus of its own.
    pub(crate) fn new(dark: f32, dice: &mut Dice) -> Self {
        let (body, stripe) = dice.pick([
            (hex(0xb5232a), hex(0xe9e3d6)),
            (hex(0xe8e6df), hex(0x1f5c9c)),
            (hex(0xf0b51f), hex(0x2d2f33)),
            (hex(0x2c6e49), hex(0xe9e3d6)),
            (hex(0x2a5ca3), hex(0xf0efe9)),
            (hex(0xdfe3e6), hex(0x3b8c5a)),
            (hex(0xd86a24), hex(0xf1ece0)),
        ]);
        let double_deck = dice.chance(0.25);
        Self {
            length: if double_deck { 9.6 } else { dice.between(9.0, 12.0) },
            height: if double_deck { 4.3 } else { 3.15 },
            body,
            stripe,
            roof: if dice.chance(0.5) { hex(0xdcdcd8) } else { body },
            double_deck,
            dark,
        }
    }

    fn glass(&self, pen: &Pen<'_>, sky: f32) -> Colour {
        glass(pen, sky).mix(rgb(1.0, 0.88, 0.62), if self.dark > 0.5 { 0.75 } else { 0.0 })
    }

    fn pane(&self, pen: &mut Pen<'_>, points: &[Vec3], outward: Vec3) {
        if self.dark > 0.5 {
            pen.glowing(points, outward, rgb(0.93, 0.82, 0.58));
        } else {
            let (top, bottom) = (self.glass(pen, 0.5), self.glass(pen, 0.14));
            pen.sheen(points, outward, top, bottom);
        }
    }

    fn draw_side(&self, pen: &mut Pen<'_>, frame: &Frame, side: f32) {
        let outward = frame.turn(side, 0.0, 0.0);
        if !pen.faces(frame.at(side * HALF_WIDTH, 1.0, 0.0), outward) {
            return;
        }
        let end = self.length / 2.0;
        let at = |y: f32, z: f32| frame.at(side * HALF_WIDTH, y, z);
        let quad = |y0: f32, y1: f32, z0: f32, z1: f32| [at(y0, z0), at(y0, z1), at(y1, z1), at(y1, z0)];
        pen.sheen(&quad(0.3, self.height - 0.12, -end, end), outward, self.body * 1.06, self.body * 0.86);
        pen.panel(&quad(self.height - 0.3, self.height - 0.1, -end, end), outward, self.roof);
        pen.panel(&quad(0.3, 0.52, -end, end), outward, self.body * 0.5);
        pen.panel(&quad(0.95, 1.13, -end, end), outward, self.stripe);
        let decks: &[(f32, f32)] = if self.double_deck { &[(1.4, 2.25), (2.85, 3.75)] } else { &[(1.4, 2.6)] };
        for (low, high) in decks {
            pen.panel(&quad(*low - 0.06, *high + 0.06, -end + 0.15, end - 0.1), outward, grey(0.08));
            let count = (self.length / 1.45).round();
            let step = (self.length - 0.4) / count;
            for at_window in 0..count as u16 {
                let z = -end + 0.2 + f32::from(at_window) * step;
                self.pane(pen, &quad(*low, *high, z + 0.05, z + step - 0.05), outward);
            }
        }
        if side > 0.0 {
            for z in [end - 1.55, -0.3] {
                pen.panel(&quad(0.38, 2.55, z, z + 1.25), outward, grey(0.1));
                for leaf in [0.06, 0.66] {
                    self.pane(pen, &quad(0.55, 2.42, z + leaf, z + leaf + 0.53), outward);
                }
            }
        }
        for z in [-end + 2.3, end - 2.5] {
            let centre = frame.at(side * (HALF_WIDTH - 0.01), 0.5, z);
            pen.disc(centre, frame.turn(0.0, 0.0, 0.62), vec3(0.0, 0.62, 0.0), grey(0.05));
            wheel(pen, frame, side * HALF_WIDTH, z, 0.49, 0.3);
        }
    }

    fn draw_end(&self, pen: &mut Pen<'_>, frame: &Frame, sign: f32) {
        let outward = frame.turn(0.0, 0.0, sign);
        let end = sign * self.length / 2.0;
        let quad = |x0: f32, x1: f32, y0: f32, y1: f32| {
            [frame.at(x0, y0, end), frame.at(x1, y0, end), frame.at(x1, y1, end), frame.at(x0, y1, end)]
        };
        let (w, top) = (HALF_WIDTH, self.height);
        pen.sheen(&quad(-w, w, 0.3, top - 0.1), outward, self.body * 1.04, self.body * 0.84);
        pen.panel(&quad(-w, w, 0.3, 0.62), outward, self.body * 0.5);
        let front = sign > 0.0;
        if front {
            self.pane(pen, &quad(-w + 0.1, w - 0.1, 1.1, if self.double_deck { 2.3 } else { 2.5 }), outward);
            if self.double_deck {
                self.pane(pen, &quad(-w + 0.1, w - 0.1, 2.9, 3.85), outward);
            }
            pen.panel(&quad(-0.03, 0.03, 1.1, 2.3), outward, grey(0.1));
            let sign_low = if self.double_deck { 2.42 } else { 2.58 };
            pen.panel(&quad(-w + 0.2, w - 0.2, sign_low, sign_low + 0.38), outward, grey(0.05));
            for (x, wide) in [(-0.75, 0.22), (-0.35, 0.3), (0.02, 0.2), (0.3, 0.34), (0.7, 0.14)] {
                pen.glowing(&quad(x, x + wide, sign_low + 0.1, sign_low + 0.28), outward, rgb(1.0, 0.72, 0.2));
            }
            pen.panel(&quad(-0.26, 0.26, 0.42, 0.56), outward, hex(0xe9e6da));
        } else {
            self.pane(pen, &quad(-w + 0.25, w - 0.25, 1.75, 2.5), outward);
            if self.double_deck {
                self.pane(pen, &quad(-w + 0.2, w - 0.2, 2.95, 3.75), outward);
            }
            for line in 0..4_u8 {
                let y = 0.72 + f32::from(line) * 0.17;
                pen.panel(&quad(-0.7, 0.7, y, y + 0.09), outward, self.body * 0.35);
            }
        }
        for side in [-1.0, 1.0] {
            let (inner, outer) = (side * 0.72, side * 1.12);
            let lamp = if front { quad(inner, outer, 0.66, 0.92) } else { quad(side * 0.95, side * 1.17, 0.7, 1.35) };
            let centre = frame.at(side * 0.95, 0.8, end);
            if front && self.dark > 0.3 {
                pen.glowing(&lamp, outward, rgb(1.0, 0.97, 0.85));
                if pen.faces(centre, outward) {
                    pen.halo(centre, 1.3, rgb(1.0, 0.94, 0.78), 0.7);
                }
            } else if front {
                pen.panel(&lamp, outward, hex(0xe8ecee));
            } else if self.dark > 0.3 {
                pen.glowing(&lamp, outward, rgb(0.95, 0.12, 0.08));
            } else {
                pen.panel(&lamp, outward, hex(0xa8201c));
            }
        }
    }
}

impl Sketch for Bus {
    fn footprint(&self) -> Footprint {
        Footprint { half_width: HALF_WIDTH, half_length: self.length / 2.0, height: self.height }
    }

    fn parts(&self) -> Vec<ObjectClass> {
        vec![ObjectClass::Bus]
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        pen.belongs_to(Some(0));
        let end = self.length / 2.0;
        for side in [-1.0, 1.0] {
            for z in [-end + 2.3, end - 2.5] {
                wheel(pen, frame, side * (HALF_WIDTH - 0.05), z, 0.49, 0.3);
            }
        }
        pen.block(frame, vec3(0.0, 0.4, 0.0), vec3(HALF_WIDTH - 0.05, 0.12, end - 0.05), grey(0.05));
        let roof = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
            .map(|(x, z)| frame.at(x * (HALF_WIDTH - 0.05), self.height, z * (end - 0.05)));
        pen.panel(&roof, vec3(0.0, 1.0, 0.0), self.roof);
        for sign in [-1.0, 1.0] {
            self.draw_end(pen, frame, sign);
            self.draw_side(pen, frame, sign);
            let eaves = [-1.0, 1.0].map(|z| frame.at(sign * (HALF_WIDTH - 0.04), self.height - 0.06, z * (end - 0.03)));
            pen.rod(&eaves, 0.12, self.roof);
        }
        for side in [-1.0, 1.0] {
            let arm = [frame.at(side * 1.2, 2.35, end), frame.at(side * 1.42, 2.3, end + 0.25)];
            pen.rod(&arm, 0.05, grey(0.12));
            let glass = frame.at(side * 1.43, 2.1, end + 0.27);
            pen.limb(glass, 0.09, glass + vec3(0.0, 0.2, 0.0), 0.09, grey(0.12));
        }
    }
}
