//! Motorcycles and motor scooters, parked or ridden; knows no road.

use crate::{
    class::ObjectClass,
    colour::{Colour, grey, hex, rgb},
    dice::Dice,
    geometry::{Footprint, Frame, Vec3, vec3},
    objects::{
        Sketch,
        person::{Person, Pose},
    },
    pen::{Pen, circle},
};

/// A motorcycle or motor scooter, with its rider when it has one.
#[derive(Debug)]
pub(crate) struct Motorcycle {
    scooter: bool,
    paint: Colour,
    box_behind: bool,
    lights: bool,
    rider: Option<Person>,
}

impl Motorcycle {
    /// A machine of its own, ridden or not.
    pub(crate) fn new(ridden: bool, dark: f32, dice: &mut Dice) -> Self {
        let scooter = dice.chance(0.45);
        let feet = if scooter {
            (vec3(-0.14, 0.34, 0.16), vec3(0.14, 0.34, 0.16))
        } else {
            (vec3(-0.2, 0.36, -0.08), vec3(0.2, 0.36, -0.08))
        };
        let hands = if scooter { vec3(0.27, 1.0, 0.38) } else { vec3(0.32, 1.04, 0.36) };
        let pose = Pose::Riding { seat: vec3(0.0, 0.8, -0.3), hands, feet };
        Self {
            scooter,
            paint: dice.pick([
                hex(0xb21f24),
                hex(0x1c1d20),
                hex(0x2456a0),
                hex(0x88b7a4),
                hex(0xd8d4c6),
                hex(0xd07a1e),
                hex(0x2f6b45),
            ]),
            box_behind: scooter && dice.chance(0.35),
            lights: dark > 0.3,
            rider: ridden.then(|| Person::new(pose, 0.0, 0.3, dice)),
        }
    }

    fn draw_wheel(&self, pen: &mut Pen<'_>, frame: &Frame, z: f32) {
        let (radius, half) = if self.scooter { (0.25, 0.06) } else { (0.32, 0.075) };
        let up = vec3(0.0, radius, 0.0);
        let along = frame.turn(0.0, 0.0, radius);
        let tyre: Vec<_> = [-half, half].iter().flat_map(|x| circle(frame.at(*x, radius, z), along, up)).collect();
        pen.wrap(&tyre, grey(0.09));
        for x in [-half, half] {
            let hub = frame.at(x, radius, z);
            if pen.faces(hub, frame.turn(x.signum(), 0.0, 0.0)) {
                pen.disc(hub, along * 0.62, up * 0.62, grey(0.42));
                pen.disc(hub, along * 0.5, up * 0.5, grey(0.16));
                for spoke in circle(hub, along * 0.58, up * 0.58).into_iter().step_by(4) {
                    pen.rod(&[hub, spoke], 0.03, grey(0.5));
                }
            }
        }
    }

    fn draw_motorcycle(&self, pen: &mut Pen<'_>, frame: &Frame) {
        let at = |x: f32, y: f32, z: f32| frame.at(x, y, z);
        pen.limb(at(0.1, 0.32, -0.7), 0.03, at(0.06, 0.55, -0.25), 0.035, grey(0.35));
        pen.hull(&[(at(0.0, 0.36, 0.1), 0.17), (at(0.0, 0.4, -0.18), 0.17), (at(0.0, 0.58, 0.0), 0.14)], hex(0x55585c));
        for fin in [0.3, 0.38, 0.46, 0.54] {
            pen.rod(&[at(0.0, fin, 0.2), at(0.0, fin, 0.02)], 0.02, grey(0.2));
        }
        pen.limb(at(0.14, 0.27, 0.12), 0.045, at(0.17, 0.33, -0.72), 0.07, grey(0.66));
        pen.hull(&[(at(0.0, 0.74, 0.2), 0.13), (at(0.0, 0.8, 0.02), 0.15), (at(0.0, 0.72, -0.16), 0.1)], self.paint);
        pen.hull(
            &[(at(0.0, 0.76, -0.14), 0.1), (at(0.0, 0.78, -0.6), 0.1), (at(0.0, 0.86, -0.76), 0.06)],
            hex(0x25201d),
        );
        pen.limb(at(0.0, 0.66, -0.5), 0.07, at(0.0, 0.72, -0.86), 0.05, self.paint);
        for x in [-0.1, 0.1] {
            pen.rod(&[at(x, 0.32, 0.74), at(x, 0.92, 0.42)], 0.055, grey(0.58));
        }
        let guard = [(0.6, 0.49), (0.66, 0.66), (0.63, 0.86)].map(|(y, z)| at(0.0, y, z));
        pen.rod(&guard, 0.13, self.paint);
        pen.rod(
            &[at(-0.34, 1.04, 0.3), at(-0.1, 0.98, 0.42), at(0.1, 0.98, 0.42), at(0.34, 1.04, 0.3)],
            0.04,
            grey(0.2),
        );
        self.draw_lamps(pen, frame, vec3(0.0, 0.86, 0.56), vec3(0.0, 0.74, -0.92));
    }

    fn draw_scooter(&self, pen: &mut Pen<'_>, frame: &Frame) {
        let at = |x: f32, y: f32, z: f32| frame.at(x, y, z);
        pen.hull(
            &[
                (at(-0.12, 0.28, 0.3), 0.05),
                (at(0.12, 0.28, 0.3), 0.05),
                (at(-0.12, 0.27, -0.2), 0.05),
                (at(0.12, 0.27, -0.2), 0.05),
            ],
            grey(0.22),
        );
        pen.hull(
            &[
                (at(0.0, 0.42, -0.26), 0.17),
                (at(0.0, 0.44, -0.72), 0.15),
                (at(0.0, 0.66, -0.3), 0.15),
                (at(0.0, 0.64, -0.74), 0.1),
            ],
            self.paint,
        );
        pen.hull(
            &[(at(0.0, 0.78, -0.12), 0.07), (at(0.0, 0.8, -0.7), 0.09), (at(0.0, 0.74, -0.4), 0.1)],
            hex(0x2a2320),
        );
        let shield = [(-0.17, 0.32, 0.36), (0.17, 0.32, 0.36), (0.19, 0.86, 0.46), (-0.19, 0.86, 0.46)];
        pen.hull(&shield.map(|(x, y, z)| (at(x, y, z), 0.045)), self.paint);
        pen.limb(at(0.0, 0.3, 0.62), 0.05, at(0.0, 0.95, 0.44), 0.055, self.paint * 0.9);
        pen.rod(&[(0.44, 0.4), (0.5, 0.58), (0.46, 0.78)].map(|(y, z)| at(0.0, y, z)), 0.15, self.paint);
        pen.hull(&[(at(0.0, 0.98, 0.42), 0.09), (at(0.0, 0.94, 0.52), 0.08)], self.paint);
        pen.rod(&[at(-0.3, 1.02, 0.34), at(0.0, 1.0, 0.42), at(0.3, 1.02, 0.34)], 0.045, grey(0.15));
        if self.box_behind {
            pen.block(frame, vec3(0.0, 1.05, -0.78), vec3(0.22, 0.22, 0.22), hex(0xc23a2a));
        }
        self.draw_lamps(pen, frame, vec3(0.0, 0.93, 0.58), vec3(0.0, 0.62, -0.88));
    }

    fn draw_lamps(&self, pen: &mut Pen<'_>, frame: &Frame, front: Vec3, rear: Vec3) {
        let (front, rear) = (frame.at(front.x, front.y, front.z), frame.at(rear.x, rear.y, rear.z));
        pen.ball(rear, 0.05, hex(0xb0221c));
        if pen.faces(front, frame.turn(0.0, 0.0, 1.0)) {
            pen.ball(front, 0.1, hex(0xe9edf0));
            if self.lights {
                pen.halo(front, 0.9, rgb(1.0, 0.94, 0.8), 0.9);
            }
        } else {
            pen.ball(front, 0.09, grey(0.2));
        }
    }
}

impl Sketch for Motorcycle {
    fn footprint(&self) -> Footprint {
        Footprint { half_width: 0.36, half_length: 1.05, height: if self.rider.is_some() { 1.7 } else { 1.12 } }
    }

    fn parts(&self) -> Vec<ObjectClass> {
        let mut parts = vec![ObjectClass::Motorcycle];
        parts.extend(self.rider.as_ref().map(|_| ObjectClass::Person));
        parts
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        let frame = if self.rider.is_some() { *frame } else { frame.leaning(-0.1) };
        pen.belongs_to(Some(0));
        let (rear, front) = if self.scooter { (-0.62, 0.62) } else { (-0.68, 0.76) };
        let (first, second) = if pen.depth(frame.at(0.0, 0.3, rear)) > pen.depth(frame.at(0.0, 0.3, front)) {
            (rear, front)
        } else {
            (front, rear)
        };
        self.draw_wheel(pen, &frame, first);
        self.draw_wheel(pen, &frame, second);
        if self.scooter {
            self.draw_scooter(pen, &frame);
        } else {
            self.draw_motorcycle(pen, &frame);
        }
        if let Some(rider) = &self.rider {
            pen.belongs_to(Some(1));
            rider.figure(pen, &frame);
        }
    }
}
