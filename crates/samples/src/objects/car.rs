//! Cars of several bodies, and the van that is none of the labelled kinds; knows no traffic.

use crate::{
    class::ObjectClass,
    colour::{Colour, grey, hex, rgb},
    dice::Dice,
    geometry::{Footprint, Frame, Vec3, vec3},
    objects::{Sketch, wheel::wheel},
    pen::Pen,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    Saloon,
    Hatchback,
    Estate,
    OffRoad,
    Van,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Panel {
    Paint,
    Glass,
    Bumper,
    Tail,
    Nose,
}

/// A car or van.
#[derive(Debug)]
pub(crate) struct Car {
    body: Body,
    paint: Colour,
    length: f32,
    width: f32,
    height: f32,
    taxi: bool,
    lights: bool,
}

const PAINTS: [Colour; 16] = [
    hex(0xb3202a),
    hex(0x8f1d24),
    hex(0x1f4e8c),
    hex(0x2e6fb7),
    hex(0x16325c),
    hex(0xe9e9e6),
    hex(0xdedcd4),
    hex(0x24262a),
    hex(0x3b3e43),
    hex(0x8d9196),
    hex(0xb6babd),
    hex(0x2f5a44),
    hex(0x8aa39b),
    hex(0xd9a21f),
    hex(0xc65a1e),
    hex(0x7a6a55),
];

type Profile = [(f32, f32, Panel)];

const SALOON: &Profile = &[
    (-0.485, 0.16, Panel::Bumper),
    (-0.5, 0.40, Panel::Tail),
    (-0.488, 0.61, Panel::Paint),
    (-0.36, 0.665, Panel::Glass),
    (-0.20, 0.955, Panel::Paint),
    (-0.06, 1.0, Panel::Paint),
    (0.06, 0.965, Panel::Glass),
    (0.215, 0.665, Panel::Paint),
    (0.42, 0.575, Panel::Paint),
    (0.475, 0.52, Panel::Nose),
    (0.5, 0.36, Panel::Bumper),
    (0.485, 0.14, Panel::Bumper),
];
const HATCHBACK: &Profile = &[
    (-0.48, 0.16, Panel::Bumper),
    (-0.5, 0.40, Panel::Tail),
    (-0.485, 0.63, Panel::Glass),
    (-0.40, 0.93, Panel::Paint),
    (-0.12, 1.0, Panel::Paint),
    (0.05, 0.965, Panel::Glass),
    (0.235, 0.655, Panel::Paint),
    (0.42, 0.565, Panel::Paint),
    (0.475, 0.50, Panel::Nose),
    (0.5, 0.34, Panel::Bumper),
    (0.48, 0.13, Panel::Bumper),
];
const ESTATE: &Profile = &[
    (-0.485, 0.16, Panel::Bumper),
    (-0.5, 0.40, Panel::Tail),
    (-0.49, 0.63, Panel::Glass),
    (-0.44, 0.94, Panel::Paint),
    (-0.12, 1.0, Panel::Paint),
    (0.06, 0.965, Panel::Glass),
    (0.22, 0.66, Panel::Paint),
    (0.42, 0.575, Panel::Paint),
    (0.475, 0.52, Panel::Nose),
    (0.5, 0.36, Panel::Bumper),
    (0.485, 0.14, Panel::Bumper),
];
const OFF_ROAD: &Profile = &[
    (-0.48, 0.20, Panel::Bumper),
    (-0.5, 0.38, Panel::Tail),
    (-0.492, 0.62, Panel::Glass),
    (-0.455, 0.94, Panel::Paint),
    (-0.15, 1.0, Panel::Paint),
    (0.08, 0.97, Panel::Glass),
    (0.20, 0.66, Panel::Paint),
    (0.44, 0.61, Panel::Paint),
    (0.49, 0.56, Panel::Nose),
    (0.5, 0.36, Panel::Bumper),
    (0.48, 0.19, Panel::Bumper),
];
const VAN: &Profile = &[
    (-0.495, 0.13, Panel::Bumper),
    (-0.5, 0.28, Panel::Tail),
    (-0.498, 0.52, Panel::Paint),
    (-0.485, 0.97, Panel::Paint),
    (-0.1, 1.0, Panel::Paint),
    (0.2, 0.98, Panel::Glass),
    (0.345, 0.575, Panel::Paint),
    (0.46, 0.48, Panel::Paint),
    (0.485, 0.43, Panel::Nose),
    (0.5, 0.29, Panel::Bumper),
    (0.49, 0.11, Panel::Bumper),
];

impl Car {
    /// A car of its own.
    pub(crate) fn new(dark: f32, dice: &mut Dice) -> Self {
        let bodies = [(Body::Saloon, 0.3), (Body::Hatchback, 0.3), (Body::Estate, 0.18), (Body::OffRoad, 0.22)];
        let body = dice.weighted(bodies);
        let (length, width, height) = match body {
            Body::Saloon => (4.6, 1.82, 1.46),
            Body::Hatchback => (3.95, 1.74, 1.5),
            Body::Estate => (4.6, 1.82, 1.5),
            Body::OffRoad | Body::Van => (4.5, 1.9, 1.72),
        };
        let size = dice.between(0.95, 1.06);
        let taxi = body == Body::Saloon && dice.chance(0.22);
        let paint = if taxi { dice.pick([hex(0xe8b021), hex(0xe8b021), hex(0x222326)]) } else { dice.pick(PAINTS) };
        Self { body, paint, length: length * size, width, height: height * size, taxi, lights: dark > 0.3 }
    }

    /// A van.
    pub(crate) fn van(dark: f32, dice: &mut Dice) -> Self {
        let paint = dice.pick([hex(0xeeeeea), hex(0xe2e0d8), hex(0x30528a), hex(0x9aa0a4), hex(0xb33a2c)]);
        let height = dice.between(2.05, 2.5);
        Self { body: Body::Van, paint, length: 5.4, width: 2.0, height, taxi: false, lights: dark > 0.3 }
    }

    fn profile(&self) -> &'static Profile {
        match self.body {
            Body::Saloon => SALOON,
            Body::Hatchback => HATCHBACK,
            Body::Estate => ESTATE,
            Body::OffRoad => OFF_ROAD,
            Body::Van => VAN,
        }
    }

    fn belt(&self) -> f32 {
        if self.body == Body::Van { 0.56 } else { 0.645 }
    }

    /// A point of the body: z along and y up as shares of length and height, x as a share of the half width.
    fn point(&self, frame: &Frame, x: f32, y: f32, z: f32) -> Vec3 {
        let lean = if self.body == Body::Van { 0.1 } else { 0.24 };
        let above = ((y - self.belt()) / (1.0 - self.belt())).max(0.0);
        let below = ((0.35 - y) / 0.35).max(0.0);
        let end = ((z.abs() - 0.36) / 0.14).max(0.0);
        let half = self.width / 2.0 * (1.0 - lean * above) * (1.0 - 0.06 * below) * (1.0 - 0.1 * end * end);
        frame.at(x * half, y * self.height, z * self.length)
    }

    fn wheels(&self) -> (f32, f32) {
        let radius = match self.body {
            Body::OffRoad => 0.38,
            Body::Van => 0.36,
            _ => 0.325,
        };
        (radius, if self.body == Body::Van { 0.3 } else { 0.298 })
    }

    fn draw_side(&self, pen: &mut Pen<'_>, frame: &Frame, side: f32) {
        let outward = frame.turn(side, 0.0, 0.0);
        if !pen.faces(self.point(frame, side, 0.5, 0.0), outward) {
            return;
        }
        let at = |y: f32, z: f32| self.point(frame, side, y, z);
        let outline: Vec<_> = self.profile().iter().map(|(z, y, _)| at(*y, *z)).collect();
        pen.sheen(&outline, outward, self.paint * 1.12, self.paint * 0.78);
        let belt = self.belt();
        let shoulder = [at(belt - 0.03, -0.48), at(belt - 0.045, 0.2), at(belt - 0.075, 0.44)];
        pen.rod(&shoulder, 0.03, self.paint * 1.25 + grey(0.04));
        let sill = [at(0.16, -0.44), at(0.16, 0.44), at(0.25, 0.44), at(0.25, -0.44)];
        pen.panel(&sill, outward, self.paint * 0.45);
        self.draw_windows(pen, frame, side, outward);
        let doors: &[f32] = if self.body == Body::Van { &[0.02, 0.2] } else { &[-0.2, -0.01, 0.19] };
        for z in doors {
            pen.rod(&[at(belt, *z), at(0.26, *z - 0.01)], 0.016, self.paint * 0.45);
        }
        for z in doors.iter().take(doors.len() - 1) {
            pen.rod(&[at(belt - 0.09, *z + 0.03), at(belt - 0.09, *z + 0.065)], 0.03, grey(0.16));
        }
        let (radius, axle) = self.wheels();
        for z in [-axle, axle] {
            let centre = frame.at(side * (self.width / 2.0 - 0.015), radius * 1.02, z * self.length);
            let (up, along) = (vec3(0.0, radius * 1.17, 0.0), frame.turn(0.0, 0.0, radius * 1.17));
            pen.disc(centre, along, up, grey(0.05));
            wheel(pen, frame, side * (self.width / 2.0 - 0.01), z * self.length, radius, 0.2);
        }
        let mirror = self.point(frame, side * 1.1, belt + 0.03, 0.175);
        pen.limb(mirror, 0.075, mirror + frame.turn(side * 0.06, 0.02, 0.0), 0.085, self.paint * 0.8);
    }

    fn draw_windows(&self, pen: &mut Pen<'_>, frame: &Frame, side: f32, outward: Vec3) {
        let at = |y: f32, z: f32| self.point(frame, side, y, z);
        let panes: &[&[(f32, f32)]] = match self.body {
            Body::Saloon => &[
                &[(0.67, -0.325), (0.90, -0.21), (0.945, -0.15), (0.955, -0.045), (0.67, -0.045)],
                &[(0.67, -0.02), (0.955, -0.02), (0.93, 0.05), (0.67, 0.19)],
            ],
            Body::Hatchback => &[
                &[(0.67, -0.43), (0.9, -0.37), (0.94, -0.3), (0.955, -0.06), (0.66, -0.04)],
                &[(0.66, -0.015), (0.955, -0.03), (0.925, 0.045), (0.66, 0.205)],
            ],
            Body::Estate => &[
                &[(0.67, -0.455), (0.905, -0.415), (0.93, -0.26), (0.67, -0.255)],
                &[(0.67, -0.235), (0.935, -0.24), (0.955, -0.045), (0.67, -0.045)],
                &[(0.67, -0.02), (0.955, -0.02), (0.93, 0.055), (0.67, 0.195)],
            ],
            Body::OffRoad => &[
                &[(0.66, -0.455), (0.9, -0.43), (0.92, -0.28), (0.66, -0.265)],
                &[(0.66, -0.24), (0.925, -0.25), (0.945, -0.045), (0.66, -0.045)],
                &[(0.66, -0.02), (0.945, -0.02), (0.935, 0.075), (0.66, 0.18)],
            ],
            Body::Van => &[&[(0.58, 0.05), (0.93, 0.05), (0.92, 0.195), (0.58, 0.315)]],
        };
        for pane in panes {
            let points: Vec<_> = pane.iter().map(|(y, z)| at(*y, *z)).collect();
            pen.sheen(&points, outward, glass(pen, 0.42), glass(pen, 0.12));
        }
    }

    fn draw_end(
        &self,
        pen: &mut Pen<'_>,
        frame: &Frame,
        panel: Panel,
        low: (f32, f32),
        high: (f32, f32),
        outward: Vec3,
    ) {
        let at = |x: f32, share: f32| {
            let (z, y) = (low.0 + (high.0 - low.0) * share, low.1 + (high.1 - low.1) * share);
            self.point(frame, x, y, z + 0.002 * (z.signum()))
        };
        let quad = |x0: f32, x1: f32, y0: f32, y1: f32| [at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1)];
        let tail = panel == Panel::Tail;
        if tail {
            pen.panel(&quad(-0.32, 0.32, 0.12, 0.55), outward, self.paint * 0.7);
            pen.panel(&quad(-0.26, 0.26, 0.2, 0.48), outward, hex(0xe9e6da));
        } else {
            pen.panel(&quad(-0.52, 0.52, 0.02, 0.72), outward, grey(0.09));
            pen.panel(&quad(-0.5, 0.5, 0.42, 0.5), outward, grey(0.5));
        }
        for side in [-1.0, 1.0] {
            let (inner, outer) = (side * if tail { 0.62 } else { 0.56 }, side * 0.97);
            let lamp = quad(inner, outer, if tail { 0.28 } else { 0.3 }, 0.92);
            let centre = at(side * 0.78, 0.6);
            match (tail, self.lights) {
                (true, true) => {
                    pen.glowing(&lamp, outward, rgb(0.95, 0.12, 0.08));
                    if pen.faces(centre, outward) {
                        pen.halo(centre, 0.7, rgb(1.0, 0.15, 0.08), 0.5);
                    }
                }
                (true, false) => pen.panel(&lamp, outward, hex(0xa8201c)),
                (false, true) => {
                    pen.glowing(&lamp, outward, rgb(1.0, 0.97, 0.86));
                    if pen.faces(centre, outward) {
                        pen.halo(centre, 1.1, rgb(1.0, 0.94, 0.78), 0.8);
                    }
                }
                (false, false) => {
                    pen.sheen(&lamp, outward, hex(0xf4f6f7), hex(0x9fa8ae));
                }
            }
        }
    }
}

/// What a window shows: dark inside with some of the sky on it.
pub(crate) fn glass(pen: &Pen<'_>, sky: f32) -> Colour {
    let day = 1.0 - 0.75 * pen.light.dark;
    rgb(0.09, 0.11, 0.13).mix(pen.light.zenith.mix(grey(0.8), 0.3), sky * day)
}

impl Sketch for Car {
    fn footprint(&self) -> Footprint {
        Footprint { half_width: self.width / 2.0, half_length: self.length / 2.0, height: self.height }
    }

    fn parts(&self) -> Vec<ObjectClass> {
        if self.body == Body::Van { Vec::new() } else { vec![ObjectClass::Car] }
    }

    fn resembles(&self) -> Option<ObjectClass> {
        (self.body == Body::Van).then_some(ObjectClass::Car)
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        pen.belongs_to((self.body != Body::Van).then_some(0));
        let (radius, axle) = self.wheels();
        for (side, z) in [(-1.0, -axle), (-1.0, axle), (1.0, -axle), (1.0, axle)] {
            wheel(pen, frame, side * (self.width / 2.0 - 0.04), z * self.length, radius, 0.22);
        }
        let floor: Vec<_> = [(-0.9, -0.44), (0.9, -0.44), (0.9, 0.44), (-0.9, 0.44)]
            .iter()
            .flat_map(|(x, z)| [self.point(frame, *x, 0.16, *z), self.point(frame, *x, 0.3, *z)])
            .collect();
        pen.wrap(&floor, grey(0.04));

        let mut panels: Vec<_> = self
            .profile()
            .windows(2)
            .filter_map(|pair| if let [low, high] = pair { Some((*low, *high)) } else { None })
            .collect();
        panels.sort_by(|a, b| {
            let depth = |panel: &((f32, f32, Panel), (f32, f32, Panel))| {
                pen.depth(self.point(
                    frame,
                    0.0,
                    f32::midpoint(panel.0.1, panel.1.1),
                    f32::midpoint(panel.0.0, panel.1.0),
                ))
            };
            depth(b).total_cmp(&depth(a))
        });
        for ((z0, y0, kind), (z1, y1, _)) in panels {
            let (dz, dy) = ((z1 - z0) * self.length, (y1 - y0) * self.height);
            let outward = frame.turn(0.0, dz, -dy).unit();
            let at = |x: f32, y: f32, z: f32| self.point(frame, x, y, z);
            let whole = [at(-1.0, y0, z0), at(1.0, y0, z0), at(1.0, y1, z1), at(-1.0, y1, z1)];
            match kind {
                Panel::Paint => pen.sheen(&whole, outward, self.paint * 1.08, self.paint * 0.96),
                Panel::Glass => {
                    pen.panel(&whole, outward, self.paint);
                    let (ya, yb) = (y0 + (y1 - y0) * 0.08, y0 + (y1 - y0) * 0.92);
                    let (za, zb) = (z0 + (z1 - z0) * 0.08, z0 + (z1 - z0) * 0.92);
                    let pane = [at(-0.92, ya, za), at(0.92, ya, za), at(0.9, yb, zb), at(-0.9, yb, zb)];
                    pen.sheen(&pane, outward, glass(pen, 0.5), glass(pen, 0.15));
                }
                Panel::Bumper => pen.sheen(&whole, outward, self.paint * 0.95, self.paint * 0.4),
                Panel::Tail => {
                    pen.sheen(&whole, outward, self.paint, self.paint * 0.88);
                    self.draw_end(pen, frame, kind, (z0, y0), (z1, y1), outward);
                }
                Panel::Nose => {
                    pen.sheen(&whole, outward, self.paint, self.paint * 0.88);
                    self.draw_end(pen, frame, kind, (z1, y1), (z0, y0), outward);
                    let plate = [
                        at(-0.27, y1 - 0.16, z1),
                        at(0.27, y1 - 0.16, z1),
                        at(0.27, y1 - 0.07, z1),
                        at(-0.27, y1 - 0.07, z1),
                    ];
                    pen.panel(&plate, outward, hex(0xe9e6da));
                }
            }
        }
        for side in [-1.0, 1.0] {
            self.draw_side(pen, frame, side);
        }
        if self.taxi {
            let sign = vec3(0.0, self.height + 0.08, -0.04 * self.length);
            pen.block(frame, sign, vec3(0.32, 0.09, 0.1), hex(0xf3e9c4));
        }
    }
}
