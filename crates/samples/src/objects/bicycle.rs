//! Bicycles, parked or ridden, and the kick scooter that only resembles one; knows no road.

use crate::{
    class::ObjectClass,
    colour::{Colour, grey, hex},
    dice::Dice,
    geometry::{Footprint, Frame, Vec3, vec3},
    objects::{
        Sketch,
        person::{Person, Pose},
    },
    pen::{Pen, circle},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FrameShape {
    Diamond,
    StepThrough,
}

/// A bicycle, with its rider when it has one.
#[expect(clippy::struct_excessive_bools, reason = "what a bicycle is fitted with, each by itself")]
#[derive(Debug)]
pub(crate) struct Bicycle {
    shape: FrameShape,
    paint: Colour,
    mudguards: bool,
    basket: bool,
    rack: bool,
    drop_bars: bool,
    crank: f32,
    rider: Option<Person>,
}

const WHEEL: f32 = 0.345;
const REAR: Vec3 = vec3(0.0, WHEEL, -0.53);
const FRONT: Vec3 = vec3(0.0, WHEEL, 0.54);
const CRANK: Vec3 = vec3(0.0, 0.29, -0.08);

impl Bicycle {
    /// A bicycle of its own, ridden or not.
    pub(crate) fn new(ridden: bool, dice: &mut Dice) -> Self {
        let crank = dice.between(0.0, std::f32::consts::TAU);
        let pedal = |sign: f32| CRANK + vec3(sign * 0.13, sign * 0.17 * crank.sin(), sign * 0.17 * crank.cos());
        let drop_bars = dice.chance(0.3);
        let hands = if drop_bars { vec3(0.2, 0.93, 0.46) } else { vec3(0.27, 1.02, 0.26) };
        let pose = Pose::Riding { seat: vec3(0.0, 0.98, -0.28), hands, feet: (pedal(-1.0), pedal(1.0)) };
        Self {
            shape: if dice.chance(0.6) { FrameShape::Diamond } else { FrameShape::StepThrough },
            paint: dice.pick([
                hex(0xc62a2a),
                hex(0x1f6fc0),
                hex(0x17181b),
                hex(0xe3b421),
                hex(0x2f8f5a),
                hex(0xe9e7e0),
                hex(0x39b0b5),
                hex(0xe07a2a),
                hex(0x7a4aa0),
                hex(0x2a2d33),
            ]),
            mudguards: !drop_bars && dice.chance(0.6),
            basket: !drop_bars && dice.chance(0.35),
            rack: !drop_bars && dice.chance(0.5),
            drop_bars,
            crank,
            rider: ridden.then(|| Person::new(pose, 0.0, 0.0, dice)),
        }
    }

    fn draw_wheel(&self, pen: &mut Pen<'_>, frame: &Frame, hub: Vec3) {
        let centre = frame.at(hub.x, hub.y, hub.z);
        let ring = |radius: f32| {
            let mut points =
                circle(centre, frame.turn(0.0, 0.0, radius), frame.at(0.0, radius, 0.0) - frame.origin).to_vec();
            points.extend(points.first().copied());
            points
        };
        let rim = ring(WHEEL - 0.045);
        for spoke in rim.iter().step_by(2) {
            pen.rod(&[centre, *spoke], 0.006, grey(0.62));
        }
        pen.rod(&rim, 0.03, grey(0.66));
        pen.rod(&ring(WHEEL - 0.018), 0.042, grey(0.09));
        pen.ball(centre, 0.035, grey(0.4));
        if self.mudguards {
            let arc: Vec<_> = ring(WHEEL + 0.03).into_iter().skip(2).take(9).collect();
            pen.rod(&arc, 0.03, self.paint * 0.8);
        }
    }

    fn draw_cranks(&self, pen: &mut Pen<'_>, frame: &Frame, sign: f32) {
        let tip = CRANK + vec3(0.08 * sign, sign * 0.17 * self.crank.sin(), sign * 0.17 * self.crank.cos());
        let on = |p: Vec3| frame.at(p.x, p.y, p.z);
        pen.rod(&[on(CRANK + vec3(0.07 * sign, 0.0, 0.0)), on(tip)], 0.026, grey(0.45));
        pen.rod(&[on(tip), on(tip + vec3(0.1 * sign, 0.0, 0.0))], 0.035, grey(0.15));
    }

    fn draw_machine(&self, pen: &mut Pen<'_>, frame: &Frame) {
        let on = |p: Vec3| frame.at(p.x, p.y, p.z);
        let (first, second) = if pen.depth(on(REAR)) > pen.depth(on(FRONT)) { (REAR, FRONT) } else { (FRONT, REAR) };
        self.draw_wheel(pen, frame, first);
        self.draw_wheel(pen, frame, second);
        let right_far = pen.depth(on(vec3(0.3, 0.5, 0.0))) > pen.depth(on(vec3(-0.3, 0.5, 0.0)));
        self.draw_cranks(pen, frame, if right_far { 1.0 } else { -1.0 });
        let ring = circle(on(CRANK), frame.turn(0.0, 0.0, 0.1), frame.at(0.0, 0.1, 0.0) - frame.origin);
        let mut chain = ring.to_vec();
        chain.extend(ring.first().copied());
        pen.rod(&chain, 0.022, grey(0.3));
        pen.rod(&[on(CRANK + vec3(0.04, -0.1, 0.0)), on(REAR + vec3(0.04, -0.05, 0.0))], 0.014, grey(0.22));
        pen.rod(&[on(CRANK + vec3(0.04, 0.1, 0.0)), on(REAR + vec3(0.04, 0.05, 0.0))], 0.014, grey(0.22));
        let (seat_tube, head_top, head_low) = (vec3(0.0, 0.78, -0.235), vec3(0.0, 0.88, 0.335), vec3(0.0, 0.74, 0.385));
        let saddle = vec3(0.0, 0.955, -0.285);
        let thick = 0.045;
        let tubes: &[(Vec3, Vec3)] = match self.shape {
            FrameShape::Diamond => &[(seat_tube, head_top), (CRANK, head_low), (CRANK, seat_tube)],
            FrameShape::StepThrough => &[(vec3(0.0, 0.46, -0.135), head_top), (CRANK, head_low), (CRANK, seat_tube)],
        };
        for side in [-0.045, 0.045] {
            let off = vec3(side, 0.0, 0.0);
            pen.rod(&[on(CRANK + off * 0.6), on(REAR + off)], 0.026, self.paint * 0.9);
            pen.rod(&[on(seat_tube), on(REAR + off)], 0.024, self.paint * 0.9);
            pen.rod(&[on(head_low + off * 0.6), on(vec3(side, 0.56, 0.45)), on(FRONT + off)], 0.03, self.paint);
        }
        for (start, end) in tubes {
            pen.rod(&[on(*start), on(*end)], thick, self.paint);
        }
        pen.rod(&[on(head_low), on(head_top)], thick * 1.15, self.paint);
        pen.rod(&[on(seat_tube), on(saddle)], 0.03, grey(0.55));
        if self.rack {
            for side in [-0.06, 0.06] {
                pen.rod(&[on(vec3(side, 0.76, -0.3)), on(vec3(side, 0.76, -0.78))], 0.02, grey(0.2));
                pen.rod(&[on(vec3(side, 0.76, -0.66)), on(REAR + vec3(side, 0.0, 0.0))], 0.018, grey(0.2));
            }
        }
        pen.hull(
            &[
                (on(saddle + vec3(-0.055, 0.0, -0.09)), 0.04),
                (on(saddle + vec3(0.055, 0.0, -0.09)), 0.04),
                (on(saddle + vec3(0.0, 0.005, 0.15)), 0.025),
            ],
            hex(0x3a2a20),
        );
        self.draw_bars(pen, frame, head_top);
        self.draw_cranks(pen, frame, if right_far { -1.0 } else { 1.0 });
    }

    fn draw_bars(&self, pen: &mut Pen<'_>, frame: &Frame, head_top: Vec3) {
        let on = |p: Vec3| frame.at(p.x, p.y, p.z);
        let stem = vec3(0.0, 0.99, 0.34);
        pen.rod(&[on(head_top), on(stem)], 0.035, grey(0.5));
        for side in [-1.0, 1.0] {
            if self.drop_bars {
                let points =
                    [(0.0, 0.98, 0.4), (0.2, 0.98, 0.41), (0.21, 0.96, 0.5), (0.21, 0.87, 0.49), (0.21, 0.85, 0.39)]
                        .map(|(x, y, z)| on(vec3(side * x, y, z)));
                pen.rod(&points, 0.032, grey(0.13));
            } else {
                let points = [(0.0, 0.99, 0.34), (0.18, 1.03, 0.36), (0.29, 1.02, 0.24)]
                    .map(|(x, y, z)| on(vec3(side * x, y, z)));
                pen.rod(&points, 0.03, grey(0.45));
                let grip = [(0.25, 1.025, 0.29), (0.3, 1.02, 0.19)].map(|(x, y, z)| on(vec3(side * x, y, z)));
                pen.rod(&grip, 0.042, hex(0x2b211b));
            }
        }
        if self.basket {
            pen.block(frame, vec3(0.0, 0.88, 0.56), vec3(0.17, 0.11, 0.13), hex(0x9a7446));
            let lip = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)]
                .map(|(x, z)| frame.at(x * 0.18, 0.99, 0.56 + z * 0.14));
            pen.rod(&lip, 0.025, hex(0x7c5a34));
        } else {
            pen.ball(on(vec3(0.0, 0.84, 0.47)), 0.045, hex(0xdadfe0));
        }
    }
}

impl Sketch for Bicycle {
    fn footprint(&self) -> Footprint {
        Footprint { half_width: 0.3, half_length: 0.9, height: if self.rider.is_some() { 1.85 } else { 1.08 } }
    }

    fn parts(&self) -> Vec<ObjectClass> {
        let mut parts = vec![ObjectClass::Bicycle];
        parts.extend(self.rider.as_ref().map(|_| ObjectClass::Person));
        parts
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        let frame = if self.rider.is_some() { *frame } else { frame.leaning(0.07) };
        pen.belongs_to(Some(0));
        self.draw_machine(pen, &frame);
        if let Some(rider) = &self.rider {
            pen.belongs_to(Some(1));
            rider.figure(pen, &frame);
        }
    }
}

/// A kick scooter: two small wheels, a deck and a tall bar; labelled as nothing.
#[derive(Debug)]
pub(crate) struct KickScooter {
    paint: Colour,
}

impl KickScooter {
    /// A scooter of its own.
    pub(crate) fn new(dice: &mut Dice) -> Self {
        Self { paint: dice.pick([hex(0x2fae62), hex(0x17181b), hex(0xe0672a), hex(0xd9dde0)]) }
    }
}

impl Sketch for KickScooter {
    fn footprint(&self) -> Footprint {
        Footprint { half_width: 0.25, half_length: 0.55, height: 1.1 }
    }

    fn parts(&self) -> Vec<ObjectClass> {
        Vec::new()
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        pen.belongs_to(None);
        for z in [-0.42, 0.44] {
            let centre = frame.at(0.0, 0.11, z);
            pen.disc(centre, frame.turn(0.0, 0.0, 0.11), vec3(0.0, 0.11, 0.0), grey(0.09));
            pen.disc(centre, frame.turn(0.0, 0.0, 0.05), vec3(0.0, 0.05, 0.0), grey(0.5));
        }
        pen.block(frame, vec3(0.0, 0.17, -0.05), vec3(0.08, 0.035, 0.36), self.paint);
        pen.limb(frame.at(0.0, 0.14, 0.44), 0.03, frame.at(0.0, 1.08, 0.3), 0.028, self.paint);
        pen.rod(&[frame.at(-0.24, 1.08, 0.28), frame.at(0.24, 1.08, 0.28)], 0.04, grey(0.12));
    }
}
