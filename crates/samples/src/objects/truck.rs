//! Lorries: a cab in front, a box, a tarpaulin or an open bed behind; knows no freight.

use crate::{
    class::ObjectClass,
    colour::{Colour, grey, hex, rgb},
    dice::Dice,
    geometry::{Footprint, Frame, vec3},
    objects::{Sketch, car::glass, wheel::wheel},
    pen::Pen,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Load {
    Box,
    Tarpaulin,
    Bed,
}

/// A lorry.
#[derive(Debug)]
pub(crate) struct Truck {
    cab: Colour,
    load: Load,
    cargo: Colour,
    band: Colour,
    length: f32,
    lights: bool,
}

const HALF_WIDTH: f32 = 1.2;
const CAB_LENGTH: f32 = 1.9;
const CAB_HEIGHT: f32 = 2.65;

impl Truck {
    /// A lorry of its own.
    pub(crate) fn new(dark: f32, dice: &mut Dice) -> Self {
        let load = dice.weighted([(Load::Box, 0.5), (Load::Tarpaulin, 0.2), (Load::Bed, 0.3)]);
        Self {
            cab: dice.pick([hex(0xe7e6e1), hex(0xb92d2a), hex(0x2a5796), hex(0xe0a423), hex(0x356b4b), hex(0x5b6066)]),
            load,
            cargo: match load {
                Load::Box => dice.pick([hex(0xeceae4), hex(0xe3e0d6), hex(0xd5d9dc), hex(0x3e6a8f)]),
                Load::Tarpaulin => dice.pick([hex(0x3f6f8f), hex(0x5a7a52), hex(0x9a4a3c)]),
                Load::Bed => dice.pick([hex(0x6b6f73), hex(0xc06a24), hex(0x3d5f86)]),
            },
            band: dice.pick([hex(0xc4372c), hex(0x2f6ca8), hex(0x3d8a58), hex(0xe0a423), hex(0x6a4a8a)]),
            length: dice.between(6.6, 8.2),
            lights: dark > 0.3,
        }
    }

    fn draw_cargo(&self, pen: &mut Pen<'_>, frame: &Frame) {
        let (back, front) = (-self.length / 2.0, self.length / 2.0 - CAB_LENGTH - 0.2);
        let (middle, half) = (f32::midpoint(back, front), (front - back) / 2.0);
        let top = match self.load {
            Load::Box => 3.45,
            Load::Tarpaulin => 3.2,
            Load::Bed => 1.75,
        };
        if self.load == Load::Bed {
            let heap: Vec<_> = [-0.7_f32, -0.3, 0.1, 0.5]
                .into_iter()
                .map(|z| (frame.at(0.0, 1.75, middle + z * half), 0.55 + 0.25 * (z * 5.0).cos()))
                .collect();
            pen.hull(&heap, hex(0x8a7354));
        }
        pen.block(
            frame,
            vec3(0.0, f32::midpoint(top, 1.0), middle),
            vec3(HALF_WIDTH, (top - 1.0) / 2.0, half),
            self.cargo,
        );
        for side in [-1.0, 1.0] {
            let outward = frame.turn(side, 0.0, 0.0);
            let at = |y: f32, z: f32| frame.at(side * (HALF_WIDTH + 0.005), y, z);
            let quad = |y0: f32, y1: f32, z0: f32, z1: f32| [at(y0, z0), at(y0, z1), at(y1, z1), at(y1, z0)];
            match self.load {
                Load::Box => {
                    pen.panel(&quad(1.35, 1.75, back, front), outward, self.band);
                    pen.panel(&quad(2.2, 2.75, middle - half * 0.5, middle + half * 0.35), outward, self.band * 0.9);
                    pen.panel(&quad(top - 0.1, top, back, front), outward, self.cargo * 0.8);
                }
                Load::Tarpaulin | Load::Bed => {
                    for rib in 0..7_u8 {
                        let z = back + (front - back) * (f32::from(rib) + 0.5) / 7.0;
                        pen.panel(&quad(1.05, top - 0.05, z - 0.04, z + 0.04), outward, self.cargo * 0.78);
                    }
                }
            }
        }
        let outward = frame.turn(0.0, 0.0, -1.0);
        let at = |x: f32, y: f32| frame.at(x, y, back - 0.005);
        let quad = |x0: f32, x1: f32, y0: f32, y1: f32| [at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1)];
        pen.panel(&quad(-0.02, 0.02, 1.0, top), outward, self.cargo * 0.55);
        for x in [-0.9, -0.35, 0.3, 0.85] {
            pen.panel(&quad(x, x + 0.05, 1.1, top - 0.15), outward, self.cargo * 0.7);
        }
        pen.panel(&quad(-1.15, 1.15, 0.62, 0.84), outward, grey(0.12));
        for side in [-1.0, 1.0] {
            let lamp = quad(side * 0.8, side * 1.12, 0.64, 0.82);
            if self.lights {
                pen.glowing(&lamp, outward, rgb(0.95, 0.12, 0.08));
            } else {
                pen.panel(&lamp, outward, hex(0xb0241e));
            }
        }
    }

    fn draw_cab(&self, pen: &mut Pen<'_>, frame: &Frame) {
        let (front, back) = (self.length / 2.0, self.length / 2.0 - CAB_LENGTH);
        let nose = frame.turn(0.0, 0.12, 1.0).unit();
        let profile = [
            (back, 0.55),
            (back, CAB_HEIGHT),
            (front - 0.45, CAB_HEIGHT),
            (front - 0.12, 1.55),
            (front, 1.4),
            (front, 0.45),
        ];
        let at = |x: f32, y: f32, z: f32| frame.at(x * HALF_WIDTH * 0.97, y, z);
        pen.panel(
            &[at(-1.0, 0.5, back), at(1.0, 0.5, back), at(1.0, CAB_HEIGHT, back), at(-1.0, CAB_HEIGHT, back)],
            frame.turn(0.0, 0.0, -1.0),
            self.cab * 0.8,
        );
        let roof = [
            at(-1.0, CAB_HEIGHT, back),
            at(1.0, CAB_HEIGHT, back),
            at(1.0, CAB_HEIGHT, front - 0.45),
            at(-1.0, CAB_HEIGHT, front - 0.45),
        ];
        pen.panel(&roof, vec3(0.0, 1.0, 0.0), self.cab);
        let face = [
            at(-1.0, 1.55, front - 0.12),
            at(1.0, 1.55, front - 0.12),
            at(1.0, CAB_HEIGHT, front - 0.45),
            at(-1.0, CAB_HEIGHT, front - 0.45),
        ];
        pen.panel(&face, nose, self.cab);
        let screen = [
            at(-0.9, 1.6, front - 0.13),
            at(0.9, 1.6, front - 0.13),
            at(0.88, 2.45, front - 0.39),
            at(-0.88, 2.45, front - 0.39),
        ];
        let (sky, inside) = (glass(pen, 0.5), glass(pen, 0.15));
        pen.sheen(&screen, nose, sky, inside);
        let flat = frame.turn(0.0, 0.0, 1.0);
        let quad = |x0: f32, x1: f32, y0: f32, y1: f32| {
            [at(x0, y0, front), at(x1, y0, front), at(x1, y1, front), at(x0, y1, front)]
        };
        pen.sheen(&quad(-1.0, 1.0, 0.45, 1.56), flat, self.cab, self.cab * 0.85);
        pen.panel(&quad(-0.7, 0.7, 0.95, 1.38), flat, grey(0.12));
        pen.panel(&quad(-1.0, 1.0, 0.42, 0.72), flat, grey(0.2));
        for side in [-1.0, 1.0] {
            let lamp = quad(side * 0.6, side * 0.95, 0.72, 0.93);
            if self.lights {
                pen.glowing(&lamp, flat, rgb(1.0, 0.97, 0.85));
                if pen.faces(at(side * 0.8, 0.8, front), flat) {
                    pen.halo(at(side * 0.8, 0.8, front), 1.2, rgb(1.0, 0.94, 0.78), 0.7);
                }
            } else {
                pen.panel(&lamp, flat, hex(0xe6ebee));
            }
        }
        for side in [-1.0, 1.0] {
            let outward = frame.turn(side, 0.0, 0.0);
            let on = |y: f32, z: f32| at(side, y, z);
            pen.sheen(&profile.map(|(z, y)| on(y, z)), outward, self.cab * 1.06, self.cab * 0.85);
            let pane = [on(1.6, back + 0.45), on(2.4, back + 0.45), on(2.4, front - 0.5), on(1.6, front - 0.24)];
            pen.sheen(&pane, outward, sky, inside);
            if pen.faces(on(1.0, back), outward) {
                pen.rod(&[on(2.45, back + 0.38), on(0.6, back + 0.38)], 0.025, self.cab * 0.5);
            }
            let mirror = frame.at(side * 1.4, 1.95, front - 0.2);
            pen.limb(mirror, 0.09, mirror + vec3(0.0, 0.3, 0.0), 0.09, grey(0.12));
        }
    }
}

impl Sketch for Truck {
    fn footprint(&self) -> Footprint {
        Footprint { half_width: HALF_WIDTH, half_length: self.length / 2.0, height: 3.4 }
    }

    fn parts(&self) -> Vec<ObjectClass> {
        vec![ObjectClass::Truck]
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        pen.belongs_to(Some(0));
        let axles = [self.length / 2.0 - 1.15, -self.length / 2.0 + 1.4];
        let wheels = |pen: &mut Pen<'_>, near: bool| {
            for side in [-1.0, 1.0] {
                if pen.faces(frame.at(side * HALF_WIDTH, 0.5, 0.0), frame.turn(side, 0.0, 0.0)) == near {
                    for z in axles {
                        wheel(pen, frame, side * (HALF_WIDTH - 0.03), z, 0.47, 0.3);
                    }
                }
            }
        };
        wheels(pen, false);
        pen.block(frame, vec3(0.0, 0.75, 0.0), vec3(HALF_WIDTH - 0.15, 0.22, self.length / 2.0 - 0.1), grey(0.1));
        let towards = pen.faces(frame.at(0.0, 1.0, self.length / 2.0 - CAB_LENGTH), frame.turn(0.0, 0.0, 1.0));
        if towards {
            self.draw_cargo(pen, frame);
            self.draw_cab(pen, frame);
        } else {
            self.draw_cab(pen, frame);
            self.draw_cargo(pen, frame);
        }
        wheels(pen, true);
    }
}
