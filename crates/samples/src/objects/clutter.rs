//! Street furniture nobody asks for: bins, post boxes, cones, signs, bollards, planters; knows no street.

use crate::{
    class::ObjectClass,
    colour::{Colour, grey, hex},
    dice::Dice,
    geometry::{Footprint, Frame, UP, Vec3, vec3},
    objects::Sketch,
    pen::{Pen, circle},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bin,
    PostBox,
    Cone,
    Bollard,
    Planter,
    RoundSign,
    WarningSign,
    StopSign,
    PosterBoard,
    Meter,
}

/// One unlabelled thing.
#[derive(Debug)]
pub(crate) struct Clutter {
    kind: Kind,
    colour: Colour,
    second: Colour,
    salt: f32,
}

impl Clutter {
    /// Something of its own.
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let kind = dice.weighted([
            (Kind::Bin, 0.16),
            (Kind::PostBox, 0.16),
            (Kind::Cone, 0.12),
            (Kind::Bollard, 0.1),
            (Kind::Planter, 0.1),
            (Kind::RoundSign, 0.1),
            (Kind::WarningSign, 0.06),
            (Kind::StopSign, 0.06),
            (Kind::PosterBoard, 0.07),
            (Kind::Meter, 0.07),
        ]);
        let colour = match kind {
            Kind::Bin => dice.pick([hex(0x2f4a3c), hex(0x3a3d42), hex(0x5c6a2f), hex(0x2c4f7a)]),
            Kind::PostBox => dice.pick([hex(0xb8201d), hex(0xb8201d), hex(0xe0b021), hex(0x1f4f94)]),
            Kind::Cone => hex(0xe5601c),
            Kind::Bollard => dice.pick([hex(0x2b2e31), hex(0x8a8d8f), hex(0xd9d5c8)]),
            Kind::Planter => dice.pick([hex(0x8c5a3f), hex(0x8f8d86), hex(0x3d4144)]),
            Kind::RoundSign => dice.pick([hex(0xc22a26), hex(0x1f5ba8)]),
            Kind::WarningSign | Kind::StopSign => hex(0xc22a26),
            Kind::PosterBoard => dice.pick([hex(0xd9b24a), hex(0x3b7d8c), hex(0xb5483c), hex(0x6a5a8c)]),
            Kind::Meter => hex(0x5d666d),
        };
        let second = dice.pick([hex(0x5f8a3c), hex(0xc65a7a), hex(0xd8b23c), hex(0x8a5aa0)]);
        Self { kind, colour, second, salt: dice.between(0.0, 1.0) }
    }

    fn sign(&self, pen: &mut Pen<'_>, frame: &Frame, shape: &[(f32, f32)], rim: f32, inside: Colour) {
        pen.limb(frame.origin, 0.035, frame.at(0.0, 2.45, -0.03), 0.035, hex(0x8b9094));
        let plate = |scale: f32, z: f32| -> Vec<Vec3> {
            shape.iter().map(|(x, y)| frame.at(x * scale * 0.36, 2.2 + y * scale * 0.36, z)).collect()
        };
        if pen.faces(frame.at(0.0, 2.2, 0.0), frame.turn(0.0, 0.0, 1.0)) {
            pen.sheet(&plate(1.0, 0.02), self.colour);
            pen.sheet(&plate(rim, 0.021), inside);
        } else {
            pen.sheet(&plate(1.0, -0.02), hex(0x9ba0a3));
        }
    }
}

impl Sketch for Clutter {
    fn footprint(&self) -> Footprint {
        let (half, height) = match self.kind {
            Kind::Bin => (0.3, 1.05),
            Kind::PostBox => (0.3, 1.55),
            Kind::Cone => (0.22, 0.7),
            Kind::Bollard => (0.12, 0.95),
            Kind::Planter => (0.5, 1.1),
            Kind::RoundSign | Kind::WarningSign | Kind::StopSign => (0.3, 2.6),
            Kind::PosterBoard => (0.4, 1.15),
            Kind::Meter => (0.15, 1.4),
        };
        Footprint { half_width: half, half_length: half, height }
    }

    fn parts(&self) -> Vec<ObjectClass> {
        Vec::new()
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        pen.belongs_to(None);
        let foot = frame.origin;
        match self.kind {
            Kind::Bin => {
                pen.lathe(foot, &[(0.24, 0.03), (0.28, 0.85)], self.colour);
                pen.lathe(foot, &[(0.3, 0.85), (0.3, 0.92), (0.2, 1.02)], self.colour * 0.8);
                let slot =
                    [(-0.14, 0.66), (0.14, 0.66), (0.14, 0.78), (-0.14, 0.78)].map(|(x, y)| frame.at(x, y, 0.28));
                pen.panel(&slot, frame.turn(0.0, 0.0, 1.0), grey(0.06));
            }
            Kind::PostBox => {
                pen.lathe(foot, &[(0.27, 0.0), (0.27, 0.2)], grey(0.12));
                pen.lathe(foot, &[(0.24, 0.2), (0.24, 1.3)], self.colour);
                pen.lathe(foot, &[(0.29, 1.3), (0.29, 1.38), (0.2, 1.5), (0.06, 1.55)], self.colour * 1.04);
                let front = frame.turn(0.0, 0.0, 1.0);
                let slot =
                    [(-0.13, 1.12), (0.13, 1.12), (0.13, 1.18), (-0.13, 1.18)].map(|(x, y)| frame.at(x, y, 0.235));
                pen.panel(&slot, front, grey(0.05));
                let plate = [(-0.1, 0.78), (0.1, 0.78), (0.1, 1.02), (-0.1, 1.02)].map(|(x, y)| frame.at(x, y, 0.235));
                pen.panel(&plate, front, hex(0xe9e5da));
            }
            Kind::Cone => {
                pen.block(frame, vec3(0.0, 0.02, 0.0), vec3(0.2, 0.02, 0.2), self.colour * 0.8);
                pen.lathe(foot, &[(0.15, 0.04), (0.115, 0.25)], self.colour);
                pen.lathe(foot, &[(0.115, 0.25), (0.085, 0.42)], hex(0xf1efe9));
                pen.lathe(foot, &[(0.085, 0.42), (0.03, 0.7)], self.colour);
            }
            Kind::Bollard => {
                pen.lathe(foot, &[(0.11, 0.0), (0.09, 0.1), (0.08, 0.75)], self.colour);
                pen.lathe(foot, &[(0.085, 0.75), (0.085, 0.83)], hex(0xe5e1d6));
                pen.lathe(foot, &[(0.1, 0.83), (0.09, 0.9), (0.04, 0.95)], self.colour);
            }
            Kind::Planter => {
                pen.block(frame, vec3(0.0, 0.25, 0.0), vec3(0.45, 0.25, 0.3), self.colour);
                for at in 0..14_u8 {
                    let share = f32::from(at) / 13.0 - 0.5;
                    let wobble = (f32::from(at) * 2.4 + self.salt * 9.0).sin();
                    pen.ball(
                        frame.at(share * 0.8, 0.58 + 0.12 * wobble, 0.2 * wobble),
                        0.15,
                        hex(0x4f7a3a) * (0.9 + 0.2 * wobble),
                    );
                }
                for at in 0..9_u8 {
                    let wobble = (f32::from(at) * 3.7 + self.salt * 5.0).sin();
                    pen.ball(
                        frame.at(0.38 * wobble, 0.7 + 0.1 * (f32::from(at) * 1.9).cos(), 0.22),
                        0.045,
                        self.second,
                    );
                }
            }
            Kind::RoundSign => {
                let shape: Vec<_> =
                    circle(vec3(0.0, 0.0, 0.0), vec3(1.0, 0.0, 0.0), UP).iter().map(|p| (p.x, p.y)).collect();
                self.sign(
                    pen,
                    frame,
                    &shape,
                    0.74,
                    if self.colour.r > 0.5 { hex(0xf0eee8) } else { self.colour * 1.2 },
                );
            }
            Kind::WarningSign => {
                self.sign(pen, frame, &[(-1.05, -0.75), (1.05, -0.75), (0.0, 1.05)], 0.62, hex(0xf0eee8));
            }
            Kind::StopSign => {
                let shape = [
                    (-0.4, -1.0),
                    (0.4, -1.0),
                    (1.0, -0.4),
                    (1.0, 0.4),
                    (0.4, 1.0),
                    (-0.4, 1.0),
                    (-1.0, 0.4),
                    (-1.0, -0.4),
                ];
                self.sign(pen, frame, &shape, 0.9, self.colour * 1.05);
                if pen.faces(frame.at(0.0, 2.2, 0.0), frame.turn(0.0, 0.0, 1.0)) {
                    let bar =
                        [(-0.24, 2.12), (0.24, 2.12), (0.24, 2.28), (-0.24, 2.28)].map(|(x, y)| frame.at(x, y, 0.03));
                    pen.sheet(&bar, hex(0xf0eee8));
                }
            }
            Kind::PosterBoard => {
                for (z, lean) in [(-0.22, 0.2), (0.22, -0.2)] {
                    let face = |inset: f32, push: f32| {
                        [(-0.3, 0.05), (0.3, 0.05), (0.3, 1.1), (-0.3, 1.1)].map(|(x, y): (f32, f32)| {
                            let (x, y) = (x * (1.0 - inset), 0.575 + (y - 0.575) * (1.0 - inset));
                            frame.at(x, y, z + lean * y + push)
                        })
                    };
                    let outward = frame.turn(0.0, 0.2, z.signum());
                    pen.panel(&face(0.0, 0.0), outward, hex(0x3a2f28));
                    pen.panel(&face(0.12, 0.005 * z.signum()), outward, self.colour);
                    pen.panel(&face(0.55, 0.01 * z.signum()), outward, hex(0xf0e9d8));
                }
            }
            Kind::Meter => {
                pen.limb(foot, 0.035, foot + UP * 1.1, 0.035, hex(0x7e868b));
                pen.hull(&[(foot + UP * 1.18, 0.1), (foot + UP * 1.36, 0.09)], self.colour);
                pen.ball(frame.at(0.0, 1.34, 0.06), 0.05, hex(0xcfd8dc));
            }
        }
    }
}

/// A cloth awning over a shop front.
#[derive(Debug)]
pub(crate) struct Awning {
    pub(crate) colour: Colour,
    pub(crate) striped: bool,
    pub(crate) half: f32,
    pub(crate) height: f32,
}

impl Sketch for Awning {
    fn footprint(&self) -> Footprint {
        Footprint { half_width: self.half, half_length: 0.6, height: self.height }
    }

    fn floats(&self) -> bool {
        true
    }

    fn parts(&self) -> Vec<ObjectClass> {
        Vec::new()
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        pen.belongs_to(None);
        let stripes = (self.half * 5.0).round().max(2.0) as u16;
        let (top, low, reach) = (self.height, self.height - 0.55, 1.15);
        for stripe in 0..stripes {
            let x = |edge: u16| -self.half + 2.0 * self.half * f32::from(edge) / f32::from(stripes);
            let (left, right) = (x(stripe), x(stripe + 1));
            let colour = if self.striped && stripe % 2 == 0 { hex(0xefe8da) } else { self.colour };
            let cloth = [
                frame.at(left, top, 0.0),
                frame.at(right, top, 0.0),
                frame.at(right, low, reach),
                frame.at(left, low, reach),
            ];
            pen.sheet(&cloth, colour);
            let middle = f32::midpoint(left, right);
            let fringe = [
                frame.at(left, low, reach),
                frame.at(right, low, reach),
                frame.at(right, low - 0.18, reach),
                frame.at(middle, low - 0.26, reach),
                frame.at(left, low - 0.18, reach),
            ];
            pen.sheet(&fringe, colour * 0.9);
        }
    }
}
